import { RexError } from '../../../core/errors.ts';
import { randomId } from '../../../core/ids.ts';

/** What a handle stands for. */
export type HandleKind = 'sandbox' | 'job' | 'run' | 'session';

const prefixes: Readonly<Record<HandleKind, string>> = { sandbox: 'sb_', job: 'job_', run: 'run_', session: 'ses_' };
const shownHandles = 10;
const rememberedEnds = 1000;

interface Entry<Value> {
  readonly owner: string;
  readonly value: Value;
}

/**
 * Things by handles that the server mints. A handle is worth something only to the owner that it was given to: for
 * everybody else it does not exist.
 */
export class HandleTable<Value> {
  readonly #kind: HandleKind;
  readonly #advice: string;
  readonly #entries = new Map<string, Entry<Value>>();
  /** How the last removed ones ended, so that their owners are told. */
  readonly #ends = new Map<string, { readonly owner: string; readonly reason: string }>();

  /** @param advice what to do about an unknown handle */
  constructor(kind: HandleKind, advice: string) {
    this.#kind = kind;
    this.#advice = advice;
  }

  /** A new handle. */
  mint(): string {
    return `${prefixes[this.#kind]}${randomId(12)}`;
  }

  add(handle: string, owner: string, value: Value): void {
    this.#entries.set(handle, { owner, value });
  }

  /** @throws HANDLE_UNKNOWN for a handle that is not there, or not this owner's */
  get(handle: string, owner: string): Value {
    const entry = this.#entries.get(handle);
    if (entry?.owner === owner) return entry.value;
    throw this.#unknown(handle, owner);
  }

  /** An owner's handles with what they stand for, oldest first. */
  of(owner: string): [handle: string, value: Value][] {
    return [...this.#entries]
      .filter(([, entry]) => entry.owner === owner)
      .map(([handle, { value }]) => [handle, value]);
  }

  /** Everybody's, oldest first. */
  all(): [handle: string, value: Value][] {
    return [...this.#entries].map(([handle, { value }]) => [handle, value]);
  }

  /** Takes a handle out; who asks for it later hears the reason. */
  remove(handle: string, reason: string): void {
    const entry = this.#entries.get(handle);
    if (!entry) return;
    this.#entries.delete(handle);
    this.#ends.set(handle, { owner: entry.owner, reason });
    if (this.#ends.size > rememberedEnds) this.#ends.delete(this.#ends.keys().next().value as string);
  }

  #unknown(handle: string, owner: string): RexError<'HANDLE_UNKNOWN'> {
    const kind = this.#kind;
    const end = this.#ends.get(handle);
    const known = this.of(owner)
      .slice(-shownHandles)
      .map(([name]) => name);
    const reason = end?.owner === owner ? `${kind} ${handle} is gone: ${end.reason}` : `no ${kind} ${shorten(handle)}`;
    const hint = `${this.#advice}${known.length > 0 ? ` There are: ${known.join(', ')}.` : ''}`;
    return new RexError('HANDLE_UNKNOWN', reason, { kind, handle: shorten(handle), known }, { hint });
  }
}

function shorten(handle: string): string {
  return handle.length > 60 ? `${handle.slice(0, 60)}…` : handle;
}
