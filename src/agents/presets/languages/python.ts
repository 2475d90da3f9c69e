import type { LanguagePreset, Toolchain } from './language.ts';

/** Runs test cases of `unittest` and plain functions `test…`; a module without either is a script that asserts. */
const testRunner = `
import importlib, inspect, re, sys, unittest
sys.path.insert(0, '')
suite = unittest.TestSuite()
for name in sys.argv[1:]:
    module = importlib.import_module(name)
    tests = unittest.defaultTestLoader.loadTestsFromModule(module)
    for name, value in list(vars(module).items()):
        if name.startswith('test') and callable(value) and not isinstance(value, type):
            tests.addTest(unittest.FunctionTestCase(value, description=name))
    if tests.countTestCases() == 0 and not re.search(r'\\b(assert|raise|exit)', inspect.getsource(module)):
        sys.exit('no test ran: ' + module.__name__ + ' holds none')
    suite.addTest(tests)
result = unittest.TextTestRunner(verbosity=2).run(suite)
sys.exit(0 if result.wasSuccessful() else 1)
`.trim();

const install =
  'Debian: apt-get install python3; macOS: brew install python; elsewhere: https://www.python.org/downloads/';

function toolchain(program: string): Toolchain {
  return {
    tools: [{ name: program, version: [program, '--version'], install }],
    probe: [program, '-c', 'import sys; sys.exit(sys.version_info < (3,))'],
    check: [program, '-m', 'py_compile', '{sources}', '{tests}'],
    run: [program, '{main}', '{args}'],
    test: [
      {
        when: /^\s*(?:import|from)\s+pytest\b/m,
        command: [program, '-m', 'pytest', '-q', '-p', 'no:cacheprovider', '{testFiles}'],
      },
      { command: [program, '-c', testRunner, '{testUnits}'] },
    ],
  };
}

/** Python 3. */
export const python: LanguagePreset = {
  name: 'python',
  aliases: ['py', 'python3'],
  extensions: ['.py'],
  mainFile: [{ name: 'main.py' }],
  testFile: [{ name: 'test_main.py' }],
  testPattern: /(?:^|\/)(?:test_[^/]*|[^/]*_test)\.py$/,
  unitSeparator: '.',
  environment: { PYTHONPYCACHEPREFIX: '{build}', PYTHONIOENCODING: 'utf-8', PYTHONUTF8: '1', PYTHONNOUSERSITE: '1' },
  support: [],
  toolchains: [toolchain('python3'), toolchain('python')],
  advice:
    'The program is main.py, started as `python3 main.py`. Tests import from `main`; they are unittest cases, functions called test_* with plain asserts, or pytest where it is installed.',
};
