/**
 * Contract suites that any implementation of a contract can be held to, doubles, and helpers for tests.
 *
 * @module
 */
export { type ChatModelBehaviour, type ChatModelContractOptions, chatModelContract } from './chat-model-contract.ts';
export type { Capability, RuntimeCapabilities, RuntimeContractOptions, TestRegistrar } from './contract/suite.ts';
export { type DeploymentContractOptions, deploymentContract } from './deployment-contract.ts';
export { type JournalContractOptions, journalContract } from './journal-contract.ts';
export { type LeftoverOptions, type LeftoverProcess, leftoverProcesses } from './leftover-processes.ts';
export { runtimeContract } from './runtime-contract.ts';
export {
  type ScriptedAnswer,
  type ScriptedModel,
  type ScriptedTurn,
  scriptedModel,
} from './scripted-model.ts';
export { VirtualClock } from './virtual-clock.ts';
