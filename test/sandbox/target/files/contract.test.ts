import { test } from 'node:test';
import { LocalRuntime } from '../../../../src/sandbox/runtime/local-runtime.ts';
import type { Runtime } from '../../../../src/sandbox/runtime/runtime.ts';
import { ShellFiles, type ShellFilesOptions } from '../../../../src/sandbox/target/files/shell-files.ts';
import { fileContentCases } from '../../../../src/testing/contract/file-content-cases.ts';
import { fileErrorCases } from '../../../../src/testing/contract/file-error-cases.ts';
import { fileLinkCases } from '../../../../src/testing/contract/file-link-cases.ts';
import { fileTransferCases } from '../../../../src/testing/contract/file-transfer-cases.ts';
import { fileTreeCases } from '../../../../src/testing/contract/file-tree-cases.ts';
import { fileWatchCases } from '../../../../src/testing/contract/file-watch-cases.ts';
import { makeSuite } from '../../../../src/testing/contract/suite.ts';
import { LocalTarget } from '../local-target.ts';
import { asker, type Toolbox, toolboxes } from './toolboxes.ts';

const permissions = process.getuid?.() !== 0;

for (const toolbox of toolboxes) {
  fileCases(toolbox.name, toolbox, {});
  fileCases(`${toolbox.name}, asked`, toolbox, { ask: asker(toolbox.target) });
}

function fileCases(name: string, { missing, target }: Toolbox, options: ShellFilesOptions): void {
  const suite = makeSuite({
    test: (sentence, run) => test(`${name}: ${sentence}`, { skip: missing ?? false }, run),
    makeRuntime: () => withFiles(new LocalRuntime({ cwd: '/tmp' }), new ShellFiles(new LocalTarget(target), options)),
    capabilities: { permissions },
  });
  fileContentCases(suite);
  fileTreeCases(suite);
  fileErrorCases(suite);
  fileLinkCases(suite);
  fileTransferCases(suite);
  fileWatchCases(suite);
}

/** What the cases about files use of a runtime. */
function withFiles(commands: LocalRuntime, files: ShellFiles): Runtime {
  const used: Partial<Runtime> = {
    files,
    execute: (command, options) => commands.execute(command, options),
    readFile: (path, options) => files.readText(path, options),
    writeFile: (path, content, options) => files.write(path, content, options),
    upload: (local, path, options) => files.upload(local, path, options),
    download: (path, local, options) => files.download(path, local, options),
    close: () => commands.close(),
  };
  return used as Runtime;
}
