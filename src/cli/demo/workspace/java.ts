import type { Project } from './project.ts';

const stock = (extra: string): string => `import java.util.TreeMap;

/** How many of each thing there are. */
final class Stock {
    private final TreeMap<String, Integer> counts = new TreeMap<>();

    void add(String thing, int count) {
        counts.merge(thing, count, Integer::sum);
    }

    int count(String thing) {
        return counts.getOrDefault(thing, 0);
    }
${extra}}
`;

const take = `
    boolean take(String thing, int count) {
        if (count(thing) < count) return false;
        counts.merge(thing, -count, Integer::sum);
        return true;
    }
`;

const tests = (extra: string): string => `final class StockTest {
    public static void main(String[] args) {
        Stock stock = new Stock();
        stock.add("bolt", 3);
        stock.add("bolt", 4);
        check(stock.count("bolt") == 7, "counts add up");
        check(stock.count("nut") == 0, "what was never added counts zero");
${extra}        System.out.println("ok");
    }

    private static void check(boolean holds, String what) {
        if (!holds) throw new AssertionError(what);
    }
}
`;

const taken =
  '        check(stock.take("bolt", 5) && stock.count("bolt") == 2, "taking leaves the rest");\n        check(!stock.take("bolt", 5), "nobody takes more than there is");\n';

const changes = (...lines: readonly string[]): string => `# Changes\n\n${lines.map((line) => `- ${line}\n`).join('')}`;

/** A stock of things: a branch that is ready conflicts with `main` in the list of changes. */
export const java: Project = {
  name: 'java',
  language: 'java',
  needs: { what: 'javac', probe: 'javac -version && java -version' },
  build: 'javac -Xlint:all -d build src/*.java',
  test: 'javac -d build src/*.java && java -Xshare:auto -XX:TieredStopAtLevel=1 -cp build StockTest',
  code: { main: 'src/Stock.java', test: 'src/StockTest.java' },
  tool: 'git',
  repairs: ['merge'],
  history: [
    {
      message: 'Count things',
      files: {
        'src/Stock.java': stock(''),
        'src/StockTest.java': tests(''),
        'CHANGELOG.md': changes('Things are counted.'),
        '.gitignore': 'build/\n',
        'README.md': '# Stock\n\nWhat is new: [CHANGELOG.md](CHANGELOG.md).\n',
      },
    },
    {
      message: 'Say what a thing is',
      files: {
        'docs/things.md': '# Things\n\nBolts, nuts.\n',
        'CHANGELOG.md': changes('Things are explained.', 'Things are counted.'),
      },
    },
  ],
  branches: [
    {
      name: 'ready/take',
      after: 1,
      commits: [
        {
          message: 'Take things from the stock',
          files: {
            'src/Stock.java': stock(take),
            'src/StockTest.java': tests(taken),
            'CHANGELOG.md': changes('Things can be taken.', 'Things are counted.'),
          },
        },
      ],
    },
  ],
};
