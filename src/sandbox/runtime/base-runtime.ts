import type {
  FileSystem,
  ReadTextOptions,
  TransferOptions,
  TransferResult,
  WriteOptions,
} from '../files/file-system.ts';
import type { Command, CommandOptions, CommandResult, SpawnOptions } from '../process/command.ts';
import type { ProcessHandle, WaitOptions } from '../process/process-handle.ts';
import type { Observation, Session, SessionOptions } from '../session/session.ts';
import { runInSession } from './run-in-session.ts';
import type { Health, ProcessInfo, Runtime, SessionCommand, SessionInterrupt } from './runtime.ts';

/** What every runtime does alike: the operations under SWE-ReX's names that are another one in other words. */
export abstract class BaseRuntime implements Runtime {
  abstract readonly files: FileSystem;
  abstract isAlive(options?: WaitOptions): Promise<Health>;
  abstract execute(command: Command, options?: CommandOptions): Promise<CommandResult>;
  abstract spawn(command: Command, options?: SpawnOptions): Promise<ProcessHandle>;
  abstract attach(id: string): Promise<ProcessHandle>;
  abstract processes(): Promise<readonly ProcessInfo[]>;
  abstract createSession(options?: SessionOptions): Promise<Session>;
  abstract session(name?: string): Session;
  abstract sessions(): Promise<readonly string[]>;
  abstract close(): Promise<void>;

  runInSession(action: SessionCommand | SessionInterrupt): Promise<Observation> {
    return runInSession(this, action);
  }

  async closeSession(name = 'default'): Promise<void> {
    await this.session(name).close();
  }

  readFile(path: string, options?: ReadTextOptions): Promise<string> {
    return this.files.readText(path, options);
  }

  writeFile(path: string, content: string | Uint8Array, options?: WriteOptions): Promise<void> {
    return this.files.write(path, content, options);
  }

  upload(localPath: string, targetPath: string, options?: TransferOptions): Promise<TransferResult> {
    return this.files.upload(localPath, targetPath, options);
  }

  download(targetPath: string, localPath: string, options?: TransferOptions): Promise<TransferResult> {
    return this.files.download(targetPath, localPath, options);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
