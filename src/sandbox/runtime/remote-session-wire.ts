import type {
  InterruptOptions,
  Observation,
  Pattern,
  RunOptions,
  SessionOptions,
  SessionState,
} from '../session/session.ts';
import {
  type Compact,
  compact,
  decodeBytes,
  decodeEnvironment,
  decodePattern,
  encodeBytes,
  encodeEnvironment,
  encodePattern,
  patternList,
  type WireBytes,
  type WireEnvironment,
  type WirePattern,
} from './remote-value-wire.ts';

/** Options of a session in JSON. */
export interface WireSessionOptions extends Compact<Omit<SessionOptions, 'env' | 'signal'>> {
  readonly env?: WireEnvironment;
}

/** Options of a run in JSON. */
export interface WireRunOptions extends Compact<Omit<RunOptions, 'expect' | 'signal' | 'onOutput'>> {
  readonly expect?: readonly WirePattern[];
}

/** Body of `POST /rex/v1/sessions/NAME/run`; without a script it waits for the running program. */
export interface WireRun {
  readonly script?: WireBytes;
  readonly options: WireRunOptions;
  /** Under which name the output can be followed at `GET /rex/v1/outputs/NAME`. */
  readonly outputId?: string;
}

/** Body of `POST /rex/v1/sessions/NAME/interrupt`. */
export type WireInterrupt = InterruptOptions;

/** A session as the server describes it. */
export interface WireSession {
  readonly name: string;
  readonly state: SessionState;
  readonly pid?: number;
  readonly startupOutput: string;
}

/** An observation without `stdout` where it equals `output`; the pattern is named by its place in `expect`. */
export type WireObservation = Omit<Observation, 'stdout' | 'pattern' | 'matched'> & {
  readonly stdout?: string;
  readonly matched?: string;
  readonly patternIndex?: number;
};

/** Puts a session's options into JSON; the signal stays here. */
export function encodeSessionOptions(options: SessionOptions): WireSessionOptions {
  const { env, signal: _signal, ...rest } = options;
  return compact({ ...rest, env: encodeEnvironment(env) });
}

/** The reverse of {@link encodeSessionOptions}. */
export function decodeSessionOptions(options: WireSessionOptions): SessionOptions {
  const { env, ...rest } = options;
  return compact({ ...rest, env: decodeEnvironment(env) });
}

/** Puts a run into JSON; the signal and `onOutput` stay here. */
export function encodeRun(script: string | Uint8Array | undefined, options: RunOptions): WireRun {
  const { expect, signal: _signal, onOutput: _onOutput, ...rest } = options;
  const patterns = expect === undefined ? undefined : patternList(expect).map(encodePattern);
  const encoded = compact({ ...rest, expect: patterns });
  return script === undefined ? { options: encoded } : { script: encodeBytes(script), options: encoded };
}

/** A run as the runtime takes it, and its patterns. */
export interface DecodedRun {
  readonly script: string | Uint8Array | undefined;
  readonly options: RunOptions;
  readonly patterns: readonly Pattern[];
}

/** The reverse of {@link encodeRun}. @throws INVALID_ARGUMENT for a bad pattern */
export function decodeRun({ script, options: { expect, ...rest } }: WireRun): DecodedRun {
  const patterns = (expect ?? []).map(decodePattern);
  const options = compact({ ...rest, expect: expect === undefined ? undefined : patterns });
  return { script: script === undefined ? undefined : decodeBytes(script), options, patterns };
}

/** Puts an observation into JSON. */
export function encodeObservation(observation: Observation, patterns: readonly Pattern[]): WireObservation {
  const { stdout, pattern, matched, ...rest } = observation;
  const index = pattern === undefined ? -1 : patterns.indexOf(pattern);
  return {
    ...rest,
    ...(stdout === rest.output ? {} : { stdout }),
    ...(matched === undefined ? {} : { matched }),
    ...(index < 0 ? {} : { patternIndex: index }),
  };
}

/** The reverse of {@link encodeObservation}, with the caller's own patterns. */
export function decodeObservation(wire: WireObservation, patterns: readonly Pattern[]): Observation {
  const { stdout, patternIndex, matched, ...rest } = wire;
  const pattern = patternIndex === undefined ? undefined : patterns[patternIndex];
  return { ...rest, stdout: stdout ?? rest.output, matched, pattern };
}
