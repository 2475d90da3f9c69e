import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allowedTools, type CallHistory, missingBeforeExit, type ToolRule, toolRuleSchema } from 'hrm-rex/agents';

const names = ['a', 'b', 'c', 'd'];
/** `a b|c!` is two turns: a and b, then c, which failed. `a=x` answers x. */
const history = (text: string): CallHistory =>
  text === ''
    ? []
    : text.split('|').map((turn) =>
        turn.split(' ').map((call) => {
          const [tool = '', output = 'ok'] = call.replace('!', '').split('=');
          return { tool, output, isError: call.endsWith('!') };
        }),
      );

const children: ToolRule = { type: 'children', tool: 'a', children: ['b', 'c'] };
const parentOf: ToolRule = { type: 'parentOf', tool: 'a', children: ['b'] };
const conditional: ToolRule = { type: 'conditional', tool: 'a', map: { yes: 'b', no: 'c' }, otherwise: 'd' };
const open: ToolRule = { type: 'conditional', tool: 'a', map: { true: 'b' } };
const vectors: [string, ToolRule[], string, string][] = [
  ['no rules', [], '', 'a b c d'],
  ['first', [{ type: 'first', tool: 'b' }], '', 'b'],
  ['first, done', [{ type: 'first', tool: 'b' }], 'b', 'a b c d'],
  ['first, failed', [{ type: 'first', tool: 'b' }], 'b!', 'b'],
  [
    'two firsts',
    [
      { type: 'first', tool: 'b' },
      { type: 'first', tool: 'd' },
    ],
    '',
    'b d',
  ],
  ['children before', [children], '', 'a b c d'],
  ['children right after', [children], 'a', 'b c'],
  ['children later', [children], 'a|b', 'a b c d'],
  ['children after a failure', [children], 'a!', 'a b c d'],
  ['children among other calls', [children], 'a d', 'b c'],
  ['parentOf before', [parentOf], '', 'a c d'],
  ['parentOf right after', [parentOf], 'a', 'b'],
  ['parentOf later', [parentOf], 'a|b', 'a c d'],
  ['conditional before', [conditional], '', 'a b c d'],
  ['conditional yes', [conditional], 'a=yes', 'b'],
  ['conditional no', [conditional], 'a=no', 'c'],
  ['conditional otherwise', [conditional], 'a=perhaps', 'd'],
  ['conditional without otherwise', [open], 'a=false', 'a b c d'],
  ['conditional later', [conditional], 'a=yes|b', 'a b c d'],
  ['most calls reached', [{ type: 'maxPerStep', tool: 'a', max: 2 }], 'a|a!', 'b c d'],
  ['most calls not reached', [{ type: 'maxPerStep', tool: 'a', max: 2 }], 'a', 'a b c d'],
  [
    'exit too early',
    [
      { type: 'exit', tool: 'd' },
      { type: 'requiredBeforeExit', tool: 'b' },
    ],
    'a',
    'a b c',
  ],
  [
    'exit in time',
    [
      { type: 'exit', tool: 'd' },
      { type: 'requiredBeforeExit', tool: 'b' },
    ],
    'a|b',
    'a b c d',
  ],
  ['rules together', [children, { type: 'maxPerStep', tool: 'b', max: 1 }], 'b|a', 'c'],
];

for (const [sentence, rules, past, allowed] of vectors) {
  test(`rules of tools: ${sentence}`, () => {
    for (const rule of rules) assert.ok(toolRuleSchema.safeParse(rule).success);
    assert.deepEqual(allowedTools(rules, names, history(past)), allowed.split(' '));
  });
}

test('what is required before the end is missing until it was called with success', () => {
  const rules: ToolRule[] = [
    { type: 'requiredBeforeExit', tool: 'a' },
    { type: 'requiredBeforeExit', tool: 'b' },
  ];
  assert.deepEqual(missingBeforeExit(rules, history('a!|b')), ['a']);
  assert.deepEqual(missingBeforeExit(rules, history('a!|b|a')), []);
});

test('rules that say nothing are refused', () => {
  for (const rule of [
    {},
    { type: 'first' },
    { type: 'children', tool: 'a', children: [] },
    { type: 'maxPerStep', tool: 'a', max: -1 },
  ]) {
    assert.equal(toolRuleSchema.safeParse(rule).success, false);
  }
});
