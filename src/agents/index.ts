/**
 * Who does the work: agents, the tools they use, the models that decide, and how they delegate to one another.
 *
 * @packageDocumentation
 */

export type { ToolFault } from '../core/error-codes.ts';
export { type Agent, agent } from './agent/agent.ts';
export type {
  AgentLease,
  AgentMemory,
  AgentObservation,
  AgentOptions,
  AgentTurn,
  LeaseWish,
} from './agent/agent-options.ts';
export { type AgentSpec, agentSpecSchema, parseAgentSpec } from './agent/agent-spec.ts';
export { defaultMaxTurns } from './agent/work-limits.ts';
export { type DelegationOptions, delegation } from './delegation/delegation.ts';
export { type JournalMemoryOptions, journalMemory } from './memory/journal-memory.ts';
export type { AiSdkLanguageModel } from './model/ai-sdk-types.ts';
export type {
  ChatMessage,
  ChatModel,
  ChatPart,
  ChatRequest,
  ChatUsage,
  FinishReason,
  ToolAnswer,
  ToolCall,
  ToolDescription,
} from './model/chat-model.ts';
export { type ChatAnswer, collect } from './model/collect.ts';
export { estimateTokens } from './model/estimate-tokens.ts';
export { fromAiSdk } from './model/from-ai-sdk.ts';
export { type ModelFailure, modelFailed } from './model/model-failed.ts';
export { type ModelPolicyOptions, modelPolicy } from './model/model-policy.ts';
export { AgentRegistry, type AgentRegistryOptions, type RetireOptions } from './registry/agent-registry.ts';
export { type LineWindow, type ReadLinesOptions, readLines } from './toolbox/read-lines.ts';
export { type Replacement, type ReplaceOptions, replaceInFile } from './toolbox/replace-in-file.ts';
export { type SandboxTools, type SandboxToolsOptions, sandboxTools } from './toolbox/sandbox-tools.ts';
export { type AnswerOptions, answerCall, defaultMaxOutputLength } from './tools/answer-call.ts';
export { CallWaits } from './tools/call-waits.ts';
export { defineTool, type ToolDefinition } from './tools/define-tool.ts';
export { ResourceLocks } from './tools/resource-locks.ts';
export type { StandardIssue, StandardJsonSchema, StandardResult, StandardSchema } from './tools/standard-schema.ts';
export type { AgentWork, ResourceUse, Tool, ToolAnnotations, ToolContext, ToolProgress } from './tools/tool.ts';
export {
  allowedTools,
  type CallHistory,
  missingBeforeExit,
  type PastCall,
  type ToolRule,
  toolRuleSchema,
} from './tools/tool-rule.ts';
export type { SchemaLike } from './tools/tool-schema.ts';
export { type ToolSet, toolSet } from './tools/tool-set.ts';

// toolbox

// skills
export type { ForeignTool } from './skills/import-tool.ts';
export {
  frontMatterSchema,
  type Skill,
  type SkillManifest,
  type SkillMatch,
  skillManifestSchema,
  skillNameSchema,
} from './skills/skill.ts';
export { type LoadedSkills, SkillRegistry } from './skills/skill-registry.ts';
export { createSkillTool, skillTools } from './skills/skill-tools.ts';
export {
  type FileQuery,
  findFiles,
  type SearchMatch,
  type SearchOptions,
  type SearchResult,
  searchFiles,
} from './toolbox/search-files.ts';
export { defaultExcludes } from './toolbox/walk-files.ts';

// presets

export {
  type DomainPhase,
  type DomainPreset,
  type DomainResult,
  type DomainTask,
  domainPhaseSchema,
  domainResultSchema,
} from './presets/domains/domain.ts';
export {
  type DomainGateInput,
  type DomainGraphOptions,
  type DomainTaskInput,
  domainGraph,
  domainNodes,
} from './presets/domains/domain-graph.ts';
export { type DomainHandlersOptions, domainHandlers } from './presets/domains/domain-handlers.ts';
export { domains, findDomain } from './presets/domains/domains.ts';
export { checkExercise, type ExerciseCase, type ExerciseOptions } from './presets/languages/check-exercise.ts';
export type { CodeFiles, CodeSource } from './presets/languages/code-files.ts';
export {
  type CaseResult,
  type CodeMetrics,
  type CodeResult,
  type CodeStatus,
  codeResultSchema,
  type ExecutionResult,
  executionResultSchema,
  type Validation,
} from './presets/languages/code-result.ts';
export { type CodeTask, codeTaskSchema } from './presets/languages/code-task.ts';
export { codeTool } from './presets/languages/code-tool.ts';
export type { CodePlace } from './presets/languages/executor.ts';
export { checkTools, type ToolStatus } from './presets/languages/find-toolchain.ts';
export type {
  CommandChoice,
  LanguagePreset,
  NameChoice,
  RequiredTool,
  SupportFile,
  Toolchain,
} from './presets/languages/language.ts';
export {
  type CodeWriter,
  type LanguageAgentOptions,
  languageAgent,
  languageSpec,
} from './presets/languages/language-agent.ts';
export { findLanguage, type LanguageName, languages } from './presets/languages/languages.ts';
export { checkCode, type RunCodeOptions, runCode } from './presets/languages/run-code.ts';
export type { CodeOptions } from './presets/languages/workbench.ts';
export {
  type Change,
  changeSchema,
  type Plan,
  planSchema,
  type Review,
  reviewSchema,
  roles,
  type TestReport,
  testReportSchema,
} from './presets/roles/roles.ts';
export {
  type DesignSwarmOptions,
  designSwarm,
  type SwarmManifest,
  type SwarmMember,
  swarmGraph,
  swarmManifestSchema,
  swarmSpecs,
} from './presets/swarm/swarm-manifest.ts';
export { buildSystems } from './presets/tools/build-systems.ts';
export { debuggers } from './presets/tools/debuggers.ts';
export { packageManagerOf, packageManagers } from './presets/tools/package-managers.ts';
export { type RunWorkflowOptions, runWorkflow } from './presets/tools/run-workflow.ts';
export { type ToolAgentOptions, type ToolTask, toolAgent, toolTaskSchema } from './presets/tools/tool-agent.ts';
export type {
  CommandTemplate,
  ErrorHandler,
  Exchange,
  PresetCommand,
  ToolPreset,
  WorkflowValues,
} from './presets/tools/tool-preset.ts';
export { findTool, toolPresets } from './presets/tools/tool-presets.ts';
export {
  gatedSteps,
  type ToolWorkflow,
  toolWorkflow,
  type WorkflowStep,
  workflowStepSchema,
  workflowValuesSchema,
} from './presets/tools/workflow.ts';
export {
  type CommandOutcome,
  type StepResult,
  type WorkflowResult,
  workflowResultSchema,
} from './presets/tools/workflow-result.ts';
