import type { LanguagePreset, NameChoice, RequiredTool } from './language.ts';

const install =
  'Debian: apt-get install default-jdk-headless; macOS: brew install openjdk; elsewhere: https://adoptium.net';
const javac: RequiredTool = { name: 'javac', version: ['javac', '-version'], install };
const java: RequiredTool = { name: 'java', version: ['java', '-version'], install };
const maven: RequiredTool = {
  name: 'mvn',
  version: ['mvn', '--version'],
  install: 'Debian: apt-get install maven; macOS: brew install maven',
};
const gradle: RequiredTool = {
  name: 'gradle',
  version: ['gradle', '--version'],
  install: 'https://gradle.org/install; macOS: brew install gradle',
};

const utf8 = ['-Dfile.encoding=UTF-8', '-Dstdout.encoding=UTF-8', '-Dstderr.encoding=UTF-8'];
const start = ['java', '-Xshare:auto', '-XX:TieredStopAtLevel=1', ...utf8, '-cp', '{build}'];
/** Starts each class of tests, until one fails. */
const runAll = `for unit; do java -ea ${start.slice(1, -1).join(' ')} "$0" "$unit" || exit; done`;
const compile = ['javac', '-J-XX:TieredStopAtLevel=1', '-encoding', 'UTF-8', '-proc:none', '-nowarn', '-d', '{build}'];

/** A file is called as its public type; else as the type with the entry, which is the one whose body `main` is in. */
const byType = (otherwise: string): readonly NameChoice[] => [
  {
    name: '$1.java',
    when: /^\s*public\s+(?:(?:final|abstract|sealed|non-sealed|strictfp)\s+)*(?:class|record|enum|@?interface)\s+([\p{L}\p{N}_$]+)/mu,
  },
  {
    name: '$1.java',
    when: /\b(?:class|record|enum|interface)\s+([\p{L}\p{N}_$]+)(?:(?!\b(?:class|record|enum|interface)\s+[\p{L}\p{N}_$]+[^;{]*\{)[\s\S])*\bstatic\s+(?:final\s+)?void\s+main\s*\(/u,
  },
  { name: otherwise },
];

/** Java: files by `javac`, projects by Maven or Gradle without a network. */
export const java17: LanguagePreset = {
  name: 'java',
  aliases: ['jdk', 'javac'],
  extensions: ['.java'],
  mainFile: byType('Main.java'),
  testFile: byType('MainTest.java'),
  testPattern: /(?:^|\/)(?:Test\p{Lu}[\p{L}\p{N}_$]*|[\p{L}\p{N}_$]*Tests?)\.java$/u,
  unitPrefix: /^\s*package\s+([\p{L}\p{N}_$.]+)\s*;/mu,
  environment: { LC_ALL: 'C.UTF-8', JAVA_TOOL_OPTIONS: undefined },
  support: [],
  toolchains: [
    {
      tools: [maven, javac],
      manifest: 'pom.xml',
      build: ['mvn', '--offline', '--quiet', '--batch-mode', 'compile'],
      run: [...start.slice(0, -1), 'target/classes', '{unit}', '{args}'],
      buildTests: ['mvn', '--offline', '--quiet', '--batch-mode', 'test-compile'],
      test: [{ command: ['mvn', '--offline', '--batch-mode', 'test'] }],
    },
    {
      tools: [gradle, javac],
      manifest: 'build.gradle',
      build: ['gradle', '--offline', '--quiet', '--no-daemon', 'classes'],
      run: [...start.slice(0, -1), 'build/classes/java/main', '{unit}', '{args}'],
      buildTests: ['gradle', '--offline', '--quiet', '--no-daemon', 'testClasses'],
      test: [{ command: ['gradle', '--offline', '--no-daemon', 'test'] }],
    },
    {
      tools: [javac, java],
      check: [...compile, '{sources}'],
      build: [...compile, '{sources}'],
      run: [...start, '{unit}', '{args}'],
      buildTests: [...compile, '{sources}', '{tests}'],
      test: [{ command: ['sh', '-c', runAll, '{build}', '{testUnits}'] }],
    },
  ],
  explanations: [
    {
      pattern: /package (?:org\.junit|junit)[\w.]* does not exist/,
      words:
        'JUnit is not there: Maven brings it where a pom.xml names it; without one, tests are classes whose main throws',
    },
  ],
  advice:
    'The file is called as its public class, else Main.java; the class with `public static void main` is started. Tests are a class MainTest whose main throws (or asserts, they are on) when something is wrong; JUnit needs a pom.xml.',
};
