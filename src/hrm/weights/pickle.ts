import { corruptFile } from './corrupt.ts';
import { PickleReader } from './pickle-reader.ts';

/** A name that a pickle refers to, such as `torch.FloatStorage`. Nothing is ever looked up or called by it. */
export interface PickledGlobal {
  readonly global: string;
}

/** A call that a pickle asks for; only the callers' own functions answer it. */
export type PickleCall = (name: string, args: readonly unknown[]) => unknown;

/** What the reader of a pickle decides: which calls it answers and what a persistent id stands for. */
export interface PickleHooks {
  readonly call: PickleCall;
  readonly persistent: (id: unknown) => unknown;
}

const MARK = Symbol('mark');

/**
 * Reads a pickle without running anything: dicts become Maps, names stay {@link PickledGlobal}, calls go to `hooks.call`.
 * Throws `MODEL_FILE_CORRUPT` for truncated data and for every opcode that a state dict does not need.
 */
export function readPickle(bytes: Uint8Array, hooks: PickleHooks, file: string): unknown {
  try {
    return run(new PickleReader(bytes), hooks, file);
  } catch (error) {
    throw error instanceof RangeError ? corruptFile(file, 'its pickle ends early', error) : error;
  }
}

function run(reader: PickleReader, hooks: PickleHooks, file: string): unknown {
  const stack: unknown[] = [];
  const memo = new Map<number, unknown>();
  const pop = (): unknown => {
    if (stack.length === 0) throw corruptFile(file, 'its pickle takes from an empty stack');
    return stack.pop();
  };
  const popToMark = (): unknown[] => {
    const at = stack.lastIndexOf(MARK);
    if (at === -1) throw corruptFile(file, 'its pickle lacks a mark');
    const items = stack.splice(at);
    return items.slice(1);
  };
  const setItems = (items: readonly unknown[]): void => {
    const target = stack.at(-1);
    if (!(target instanceof Map)) throw corruptFile(file, 'its pickle sets items of something that is no dict');
    for (let index = 0; index + 1 < items.length; index += 2) target.set(items[index], items[index + 1]);
  };
  const append = (items: readonly unknown[]): void => {
    const target = stack.at(-1);
    if (!Array.isArray(target)) throw corruptFile(file, 'its pickle appends to something that is no list');
    target.push(...items);
  };
  const recall = (key: number): unknown => {
    if (!memo.has(key)) throw corruptFile(file, 'its pickle recalls what it never stored');
    return memo.get(key);
  };
  const take = (count: number): unknown[] => Array.from({ length: count }, pop).reverse();
  const actions: Readonly<Record<string, () => void>> = {
    '\x80': () => reader.byte(),
    '\x95': () => reader.skip(8),
    '(': () => stack.push(MARK),
    '0': () => pop(),
    '}': () => stack.push(new Map()),
    ']': () => stack.push([]),
    ')': () => stack.push([]),
    N: () => stack.push(null),
    '\x88': () => stack.push(true),
    '\x89': () => stack.push(false),
    K: () => stack.push(reader.byte()),
    M: () => stack.push(reader.uint16()),
    J: () => stack.push(reader.int32()),
    '\x8a': () => stack.push(reader.long()),
    G: () => stack.push(reader.float64()),
    X: () => stack.push(reader.text(reader.uint32())),
    '\x8c': () => stack.push(reader.text(reader.byte())),
    c: () => stack.push({ global: `${reader.line()}.${reader.line()}` }),
    '\x93': () => stack.push({ global: take(2).join('.') }),
    t: () => stack.push(popToMark()),
    '\x85': () => stack.push(take(1)),
    '\x86': () => stack.push(take(2)),
    '\x87': () => stack.push(take(3)),
    l: () => stack.push(popToMark()),
    a: () => append(take(1)),
    e: () => append(popToMark()),
    s: () => setItems(take(2)),
    u: () => setItems(popToMark()),
    q: () => memo.set(reader.byte(), stack.at(-1)),
    r: () => memo.set(reader.uint32(), stack.at(-1)),
    '\x94': () => memo.set(memo.size, stack.at(-1)),
    h: () => stack.push(recall(reader.byte())),
    j: () => stack.push(recall(reader.uint32())),
    Q: () => stack.push(hooks.persistent(pop())),
    R: () => {
      const [callee, args] = take(2) as [PickledGlobal | undefined, unknown];
      if (typeof callee?.global !== 'string' || !Array.isArray(args))
        throw corruptFile(file, 'its pickle calls what is no name');
      stack.push(hooks.call(callee.global, args));
    },
    // State that is set on an object (an OrderedDict's `_metadata`) carries no weights.
    b: () => pop(),
  };
  for (;;) {
    const opcode = String.fromCharCode(reader.byte());
    if (opcode === '.') return pop();
    const action = actions[opcode];
    if (!action)
      throw corruptFile(
        file,
        `its pickle uses opcode 0x${opcode.charCodeAt(0).toString(16)}, which weights do not need`,
      );
    action();
  }
}
