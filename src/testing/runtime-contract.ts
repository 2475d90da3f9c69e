import { attachCases } from './contract/attach-cases.ts';
import { executeCases } from './contract/execute-cases.ts';
import { executeInputCases } from './contract/execute-input-cases.ts';
import { executeLimitCases } from './contract/execute-limit-cases.ts';
import { executeOutputCases } from './contract/execute-output-cases.ts';
import { fileContentCases } from './contract/file-content-cases.ts';
import { fileErrorCases } from './contract/file-error-cases.ts';
import { fileLinkCases } from './contract/file-link-cases.ts';
import { fileTransferCases } from './contract/file-transfer-cases.ts';
import { fileTreeCases } from './contract/file-tree-cases.ts';
import { fileWatchCases } from './contract/file-watch-cases.ts';
import { runtimeCases } from './contract/runtime-cases.ts';
import { sessionEndingCases } from './contract/session-ending-cases.ts';
import { sessionFollowCases } from './contract/session-follow-cases.ts';
import { sessionInteractionCases } from './contract/session-interaction-cases.ts';
import { onPipes, onSeparatePipes, onTerminal } from './contract/session-kind.ts';
import { sessionInterruptCases, sessionLimitCases } from './contract/session-limit-cases.ts';
import { sessionOutputCases } from './contract/session-output-cases.ts';
import { sessionRegistryCases } from './contract/session-registry-cases.ts';
import { sessionRobustnessCases } from './contract/session-robustness-cases.ts';
import { sessionScriptCases } from './contract/session-script-cases.ts';
import { sessionStartupCases } from './contract/session-startup-cases.ts';
import { sessionStateCases } from './contract/session-state-cases.ts';
import { spawnControlCases } from './contract/spawn-control-cases.ts';
import { spawnOutputCases } from './contract/spawn-output-cases.ts';
import { makeSuite, type RuntimeContractOptions } from './contract/suite.ts';
import { terminalCases } from './contract/terminal-cases.ts';

/**
 * Registers the behavioural contract of `Runtime`: what every implementation must do, one sentence a case. Works
 * with any test runner; see {@link RuntimeContractOptions} for what an implementation says about itself.
 *
 * @example
 * import { test } from 'node:test';
 * runtimeContract({ test, makeRuntime: () => new MyRuntime(), capabilities: { terminals: false } });
 */
export function runtimeContract(options: RuntimeContractOptions): void {
  const suite = makeSuite(options);
  runtimeCases(suite);
  executeCases(suite);
  executeInputCases(suite);
  executeLimitCases(suite);
  executeOutputCases(suite);
  spawnOutputCases(suite);
  spawnControlCases(suite);
  attachCases(suite);
  terminalCases(suite);
  sessionRegistryCases(suite);
  for (const kind of [onPipes, onTerminal, onSeparatePipes]) {
    sessionScriptCases(suite, kind);
    sessionOutputCases(suite, kind);
    sessionFollowCases(suite, kind);
  }
  for (const kind of [onPipes, onTerminal]) {
    sessionStateCases(suite, kind);
    sessionRobustnessCases(suite, kind);
    sessionEndingCases(suite, kind);
    sessionInteractionCases(suite, kind);
    sessionLimitCases(suite, kind);
    sessionInterruptCases(suite, kind);
    sessionStartupCases(suite, kind);
  }
  fileContentCases(suite);
  fileTreeCases(suite);
  fileErrorCases(suite);
  fileLinkCases(suite);
  fileTransferCases(suite);
  fileWatchCases(suite);
}
