/** The same small exercise in each language: adds the numbers of the input, or misbehaves as the first argument says. */
export interface Solution {
  readonly tool: string;
  /**
   * Reads lines; prints the sum of the numbers and the arguments as they are. First argument: `exit3` ends with 3 and a word
   * on standard error, `hang` never ends, `big` prints 300,000 lines.
   */
  readonly right: string;
  readonly invalid: string;
  /** Code with a function `add`, and tests of it that hold for `a + b` alone. */
  readonly add: (operator: string) => string;
  readonly tests: string;
}

const adder: Readonly<Record<string, Solution>> = {
  python: {
    tool: 'python3',
    right: `import sys
args = sys.argv[1:]
if args[:1] == ['exit3']:
    print('bad', file=sys.stderr)
    sys.exit(3)
if args[:1] == ['hang']:
    print('before', flush=True)
    while True: pass
if args[:1] == ['big']:
    for i in range(300000): print(i)
    sys.exit(0)
print('Σ', sum(int(line) for line in sys.stdin), *args)
`,
    invalid: 'def broken(:\n  pass\n',
    add: (operator) => `def add(a, b):\n    return a ${operator} b\n`,
    tests: 'from main import add\n\ndef test_adds():\n    assert add(2, 3) == 5\n',
  },
  javascript: {
    tool: 'node',
    right: `import { readFileSync } from 'node:fs';
const args = process.argv.slice(2);
if (args[0] === 'exit3') { console.error('bad'); process.exit(3); }
if (args[0] === 'hang') { console.log('before'); setInterval(() => {}, 1000); }
else if (args[0] === 'big') process.stdout.write(Array.from({ length: 300000 }, (_, i) => i + '\\n').join(''));
else {
  const numbers = readFileSync(0, 'utf8').split('\\n').filter(Boolean).map(Number);
  console.log(['Σ', numbers.reduce((a, b) => a + b, 0), ...args].join(' '));
}
`,
    invalid: 'const = 3;\n',
    add: (operator) => `export const add = (a, b) => a ${operator} b;\n`,
    tests:
      "import { test } from 'node:test';\nimport assert from 'node:assert';\nimport { add } from './main.js';\ntest('adds', () => assert.equal(add(2, 3), 5));\n",
  },
  typescript: {
    tool: 'node',
    right: `import { readFileSync } from 'node:fs';
const args: string[] = process.argv.slice(2);
enum Mode { Sum = 'Σ' }
if (args[0] === 'exit3') { console.error('bad'); process.exit(3); }
if (args[0] === 'hang') { console.log('before'); setInterval(() => {}, 1000); }
else if (args[0] === 'big') process.stdout.write(Array.from({ length: 300000 }, (_, i) => i + '\\n').join(''));
else {
  const numbers = readFileSync(0, 'utf8').split('\\n').filter(Boolean).map(Number);
  console.log([Mode.Sum, numbers.reduce((a: number, b: number) => a + b, 0), ...args].join(' '));
}
`,
    invalid: 'const x: number = ;\n',
    add: (operator) => `export const add = (a: number, b: number): number => a ${operator} b;\n`,
    tests:
      "import { test } from 'node:test';\nimport assert from 'node:assert';\nimport { add } from './main.ts';\ntest('adds', () => assert.equal(add(2, 3), 5));\n",
  },
  rust: {
    tool: 'rustc',
    right: `use std::io::{self, BufRead, Write};
fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.first().map(String::as_str) {
        Some("exit3") => { eprintln!("bad"); std::process::exit(3) }
        Some("hang") => { println!("before"); loop { std::thread::sleep(std::time::Duration::from_secs(1)) } }
        Some("big") => {
            let mut out = io::BufWriter::new(io::stdout());
            for i in 0..300000 { writeln!(out, "{i}").unwrap() }
        }
        _ => {
            let sum: i64 = io::stdin().lock().lines().map(|line| line.unwrap().parse::<i64>().unwrap()).sum();
            let mut words = vec!["Σ".to_string(), sum.to_string()];
            words.extend(args);
            println!("{}", words.join(" "));
        }
    }
}
`,
    invalid: 'fn main() { let x: i32 = "no"; }\n',
    add: (operator) => `pub fn add(a: i64, b: i64) -> i64 { a ${operator} b }\n`,
    tests: '#[path = "main.rs"]\nmod main;\n\n#[test]\nfn adds() { assert_eq!(main::add(2, 3), 5); }\n',
  },
  go: {
    tool: 'go',
    right: `package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

func main() {
	args := os.Args[1:]
	mode := ""
	if len(args) > 0 {
		mode = args[0]
	}
	switch mode {
	case "exit3":
		fmt.Fprintln(os.Stderr, "bad")
		os.Exit(3)
	case "hang":
		fmt.Println("before")
		for {
			time.Sleep(time.Second)
		}
	case "big":
		out := bufio.NewWriter(os.Stdout)
		for i := 0; i < 300000; i++ {
			fmt.Fprintln(out, i)
		}
		out.Flush()
	default:
		sum := 0
		lines := bufio.NewScanner(os.Stdin)
		for lines.Scan() {
			n, _ := strconv.Atoi(lines.Text())
			sum += n
		}
		fmt.Println(strings.Join(append([]string{"Σ", strconv.Itoa(sum)}, args...), " "))
	}
}
`,
    invalid: 'package main\n\nfunc main() { var unused int }\n',
    add: (operator) => `package main\n\nfunc add(a, b int) int { return a ${operator} b }\n\nfunc main() {}\n`,
    tests:
      'package main\n\nimport "testing"\n\nfunc TestAdd(t *testing.T) {\n\tif add(2, 3) != 5 {\n\t\tt.Fatal("wrong sum")\n\t}\n}\n',
  },
  java: {
    tool: 'javac',
    right: `import java.util.*;

record Numbers(List<Long> all) {
  long sum() { return all.stream().mapToLong(Long::longValue).sum(); }
}

class Adder {
  public static void main(String[] args) throws Exception {
    String mode = args.length > 0 ? args[0] : "";
    if (mode.equals("exit3")) { System.err.println("bad"); System.exit(3); }
    if (mode.equals("hang")) { System.out.println("before"); Thread.sleep(Long.MAX_VALUE); }
    if (mode.equals("big")) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 300000; i++) text.append(i).append('\\n');
      System.out.print(text);
      return;
    }
    List<Long> all = new ArrayList<>();
    for (Scanner in = new Scanner(System.in); in.hasNextLong();) all.add(in.nextLong());
    List<String> words = new ArrayList<>(List.of("Σ", "" + new Numbers(all).sum()));
    words.addAll(List.of(args));
    System.out.println(String.join(" ", words));
  }
}
`,
    invalid: 'class Main { int x = "no"; }\n',
    add: (operator) => `class Main { static int add(int a, int b) { return a ${operator} b; } }\n`,
    tests:
      'class MainTest {\n  public static void main(String[] args) {\n    if (Main.add(2, 3) != 5) throw new AssertionError("wrong sum");\n  }\n}\n',
  },
  'c++': {
    tool: 'g++',
    right: `#include <chrono>
#include <iostream>
#include <string>
#include <thread>

int main(int count, char **args) {
  const std::string mode = count > 1 ? args[1] : "";
  if (mode == "exit3") { std::cerr << "bad\\n"; return 3; }
  if (mode == "hang") { std::cout << "before" << std::endl; for (;;) std::this_thread::sleep_for(std::chrono::seconds(1)); }
  if (mode == "big") { for (int i = 0; i < 300000; i++) std::cout << i << '\\n'; return 0; }
  long sum = 0;
  for (long n; std::cin >> n;) sum += n;
  std::cout << "Σ " << sum;
  for (int i = 1; i < count; i++) std::cout << ' ' << args[i];
  std::cout << '\\n';
}
`,
    invalid: 'int main() { return undeclared; }\n',
    add: (operator) => `int add(int a, int b) { return a ${operator} b; }\n`,
    tests: 'int add(int, int);\nint main() { return add(2, 3) == 5 ? 0 : 1; }\n',
  },
};

/** The exercise by language. */
export const solutions: readonly (readonly [language: string, solution: Solution])[] = Object.entries(adder);
