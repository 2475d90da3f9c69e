import type { OpenStreamOptions, Target, TargetStream } from '../../../../src/sandbox/target/target.ts';
import { LocalTarget, type LocalTargetOptions } from '../local-target.ts';

/** A local target that counts the bytes of all its streams, and can hold back what is sent. */
export class CountedTarget extends LocalTarget implements Target {
  /** Bytes that the target's programs have printed. */
  printedBytes = 0;
  /** Bytes that were taken to be sent. */
  sentBytes = 0;
  /** While it is pending nothing is sent on. */
  gate: Promise<void> = Promise.resolve();
  /** Called with each chunk that is sent. */
  onSent: () => void = () => {};

  constructor(options: LocalTargetOptions = {}) {
    super(options);
  }

  override async open(script: string, options?: OpenStreamOptions): Promise<TargetStream> {
    return this.#counted(await super.open(script, options));
  }

  #counted(stream: TargetStream): TargetStream {
    const target = this;
    return {
      set onOutput(receive: TargetStream['onOutput']) {
        stream.onOutput = (kind, data) => {
          target.printedBytes += data.length;
          receive(kind, data);
        };
      },
      ended: stream.ended,
      async write(data) {
        target.sentBytes += data.length;
        target.onSent();
        await target.gate;
        return await stream.write(data);
      },
      closeInput: () => stream.closeInput(),
      resize: (size) => stream.resize(size),
      destroy: () => stream.destroy(),
    };
  }
}
