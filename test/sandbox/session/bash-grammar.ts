import * as fc from 'fast-check';

/*
 * Random bash scripts that are valid, end by themselves and print the same every time: a grammar over the parts of the
 * language that sessions must hand through unchanged.
 */

const oddText = fc.string({
  unit: fc.constantFrom(...'ab XY09 $"`!*?[]{}()<>|&;#~\\\t%^=+-.,:/@é日🎉'),
  maxLength: 12,
});

const safeText = fc.string({ unit: fc.constantFrom(...'abcXYZ019_.,:'), minLength: 1, maxLength: 8 });
const name = fc.constantFrom('a', 'b', 'c', 'word');
const listName = fc.constantFrom('l', 'm');
const functionName = fc.constantFrom('f', 'g', 'h');
const small = fc.integer({ min: -20, max: 20 });
const code = fc.integer({ min: 0, max: 255 });

const singleQuoted = oddText.map((text) => `'${text.replaceAll("'", '')}'`);
const doubleQuoted = fc
  .array(
    fc.oneof(
      safeText,
      name.map((of) => `$${of}`),
      name.map((of) => `\${${of}}`),
      fc.constantFrom(' ', '\\"', '\\$', '\n', "'", '!', '\t'),
    ),
    {
      maxLength: 5,
    },
  )
  .map((parts) => `"${parts.join('')}"`);
const ansiQuoted = fc
  .array(fc.constantFrom('a', '\\n', '\\t', '\\x41', '\\u00e9', "\\'", '\\\\', ' '), { maxLength: 5 })
  .map((parts) => `$'${parts.join('')}'`);
const expansion = fc.oneof(
  name.map((of) => `"$${of}"`),
  name.map((of) => `"\${#${of}}"`),
  fc.tuple(name, safeText).map(([of, text]) => `"\${${of}:-${text}}"`),
  name.map((of) => `"\${${of}//a/<&>}"`),
  name.map((of) => `"\${${of}^^}\${${of}:1:3}"`),
  name.map((of) => `$(printf %q "$${of}")`),
  listName.map((of) => `"\${${of}[@]}"`),
  listName.map((of) => `"\${#${of}[@]}"`),
  listName.map((of) => `"\${${of}[*]}"`),
  fc.constant('"$#"'),
  fc.constant('"$@"'),
);

const number = fc.oneof(
  small.map(String),
  name.map((of) => `\${#${of}}`),
);

const arithmetic = fc
  .tuple(number, fc.constantFrom('+', '-', '*', '<', '>', '==', '&', '|', '<<'), fc.integer({ min: 0, max: 9 }))
  .map((parts) => parts.join(' '));

const word = fc.oneof(
  { weight: 3, arbitrary: safeText },
  { weight: 3, arbitrary: singleQuoted },
  { weight: 3, arbitrary: doubleQuoted },
  { weight: 1, arbitrary: ansiQuoted },
  { weight: 3, arbitrary: expansion },
  { weight: 1, arbitrary: arithmetic.map((expression) => `$((${expression}))`) },
  { weight: 1, arbitrary: fc.constantFrom('{1..3}', 'x{a,b}y', '\\*', 'no*such*file') },
);

const words = fc.array(word, { maxLength: 4 }).map((list) => list.join(' '));

/** Text of a heredoc: lines that are not its delimiter. */
const lines = fc
  .array(fc.oneof(oddText, doubleQuoted, fc.constant('EOF not yet'), fc.constant(' EOF')), { maxLength: 4 })
  .map((list) => list.map((line) => `${line.replaceAll('\n', ' ')}\n`).join(''));

const plainLines = fc
  .array(fc.oneof(safeText, expansion, fc.constantFrom('$((1 + 2))', '$(echo sub)', '\\$a', '`echo tick`', '"q\'')), {
    maxLength: 4,
  })
  .map((list) => list.map((line) => `${line}\n`).join(''));

const bytes = fc
  .array(fc.integer({ min: 1, max: 255 }), { maxLength: 6 })
  .map((list) => list.map((byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join(''));

const simple = fc.oneof(
  { weight: 4, arbitrary: words.map((list) => `echo ${list}`) },
  { weight: 3, arbitrary: words.map((list) => `printf '<%s>\\n' ${list}`) },
  { weight: 1, arbitrary: bytes.map((text) => `printf '${text}'`) },
  { weight: 3, arbitrary: fc.tuple(name, word).map(([of, value]) => `${of}=${value}`) },
  { weight: 1, arbitrary: fc.tuple(name, word).map(([of, value]) => `${of}+=${value}`) },
  { weight: 1, arbitrary: fc.tuple(listName, words).map(([of, list]) => `${of}=(${list})`) },
  { weight: 1, arbitrary: fc.tuple(listName, words).map(([of, list]) => `${of}+=(${list})`) },
  { weight: 1, arbitrary: fc.tuple(name, arithmetic).map(([of, expression]) => `(( n = ${expression} )); ${of}=$n`) },
  { weight: 2, arbitrary: code.map((value) => `(exit ${value})`) },
  { weight: 2, arbitrary: fc.constant('echo "status $?"') },
  { weight: 1, arbitrary: fc.constantFrom('true', 'false', ':', '! true', '! false') },
  { weight: 1, arbitrary: word.map((value) => `cat <<< ${value}`) },
  { weight: 1, arbitrary: fc.tuple(name, word).map(([of, value]) => `read -r ${of} <<< ${value}`) },
  { weight: 1, arbitrary: word.map((value) => `IFS=, read -ra l <<< ${value}`) },
  { weight: 1, arbitrary: words.map((list) => `set -- ${list || 'x'}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('set -o pipefail', 'set +o pipefail', 'shopt -s nullglob', 'shopt -u nullglob'),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'mkdir -p d; cd d',
      '(cd / && echo "$PWD")',
      'cd "$OLDPWD" 2>/dev/null',
      'cd - >/dev/null 2>&1',
    ),
  },
  { weight: 1, arbitrary: lines.map((text) => `cat <<'EOF'\n${text.replaceAll(/^EOF$/gm, 'E')}EOF\n`) },
  { weight: 1, arbitrary: plainLines.map((text) => `cat <<EOF\n${text}EOF\n`) },
  { weight: 1, arbitrary: plainLines.map((text) => `cat <<-"EOF" | tr a-z A-Z\n\t${text}\tEOF\n`) },
  {
    weight: 1,
    arbitrary: fc.tuple(lines, plainLines).map(([one, two]) => `cat <<\\ONE; cat <<TWO\n${one}ONE\n${two}TWO\n`),
  },
  { weight: 1, arbitrary: oddText.map((text) => `: # ${text}`) },
  { weight: 1, arbitrary: fc.tuple(name, safeText).map(([of, text]) => `eval '${of}="ev ${text}"; echo "$${of}"'`) },
);

interface Grammar {
  readonly command: string;
  readonly block: string;
}

/** Commands of any depth, and blocks of them. */
const grammar = fc.letrec<Grammar>((tie) => {
  const block = fc.array(tie('command'), { minLength: 1, maxLength: 4 }).map((list) => `${list.join('\n')}\n`);
  const test = fc.oneof(
    fc.tuple(word, word).map(([one, two]) => `[[ ${one} == ${two} ]]`),
    word.map((value) => `[[ -n ${value} ]]`),
    arithmetic.map((expression) => `(( ${expression} ))`),
    fc.constantFrom('true', 'false'),
  );
  const compound = fc.oneof(
    fc.tuple(test, block, block).map(([on, one, two]) => `if ${on}; then\n${one}else\n${two}fi`),
    fc.tuple(name, words, block).map(([of, list, body]) => `for ${of} in ${list}; do\n${body}done`),
    block.map((body) => `for ((i = 0; i < 2; i++)); do\n${body}done`),
    fc
      .tuple(block, test)
      .map(([body, on]) => `k=0; while (( k < 2 )); do\n(( k += 1 ))\n${on} && continue\n${body}done`),
    fc
      .tuple(word, block, block)
      .map(([value, one, two]) => `case ${value} in\n  a*|[0-9]) ${one};;\n  *) ${two};;\nesac`),
    block.map((body) => `(\n${body})`),
    block.map((body) => `{\n${body}}`),
    block.map((body) => `{\n${body}} | tr a-z A-Z`),
    block.map((body) => `{\n${body}} 2>/dev/null | { cat; (exit 3); } | cat`),
    block.map((body) => `{\n${body}} > file; cat file`),
    block.map((body) => `out=$(\n${body}); printf '[%s]\\n' "$out"`),
    block.map((body) => `{\n${body}} &\nwait $!; echo "waited $?"`),
    fc
      .tuple(functionName, block, code)
      .map(([of, body, value]) => `${of}() {\n  local a=inner\n${body}  return ${value}\n}`),
    fc.tuple(functionName, words).map(([of, list]) => `declare -F ${of} >/dev/null && ${of} ${list}`),
    fc.tuple(tie('command'), tie('command')).map(([one, two]) => `{ ${one}\n} && { ${two}\n} || echo neither`),
  );
  return {
    block,
    command: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { weight: 3, arbitrary: simple },
      { weight: 2, arbitrary: compound },
    ),
  };
});

/** A script with some exit code. Functions call no functions, so that every script ends. */
export const bashScript: fc.Arbitrary<string> = fc
  .tuple(grammar.block, code)
  .map(([block, value]) => `${block}(exit ${value})\n`)
  .filter((script) => !callsInFunction(script));

/** Pieces of shell syntax in any order: most are errors. None can define a function, write a file or start a program. */
export const syntaxSoup: fc.Arbitrary<string> = fc
  .array(
    fc.constantFrom(
      'echo',
      'a',
      ' ',
      ' ',
      '\n',
      "'",
      '"',
      '$a',
      '$(',
      ')',
      '`',
      '\\',
      ';',
      '&&',
      '||',
      '#',
      '!',
      '<<E',
      '\nE\n',
      '[[',
      ']]',
      'if',
      'then',
      'fi',
      'case',
      'in',
      'esac',
      'for',
      'do',
      'done',
      'while',
      'true',
      'false',
      '((',
      '))',
      '${',
      '}',
      '{',
      '=',
      '-n',
      '1',
    ),
    { maxLength: 14 },
  )
  .map((pieces) => pieces.join(' ').replaceAll(' \n', '\n'))
  .filter((script) => !/while|for/.test(script));

/** Whether a function's body holds a call or another definition. */
function callsInFunction(script: string): boolean {
  let depth = 0;
  for (const line of script.split('\n')) {
    if (/^[fgh]\(\) \{$/.test(line)) depth++;
    else if (depth > 0 && /declare -F|^[fgh]\(\)/.test(line)) return true;
    if (/^ {2}return \d+$/.test(line)) depth--;
  }
  return false;
}
