/**
 * Planning without a language model: which agents a task needs, in what order and with which effort, and how sure that
 * is.
 *
 * @packageDocumentation
 */

export { readDependencyRows, readTaskRows } from './data/read-rows.ts';
export type { RecoveryRow } from './data/recovery-examples.ts';
export type { DependencyRow, TaskRow } from './data/task-row.ts';
export { encodeTask } from './encoder/encode-task.ts';
export type { EncodedTask, EncoderSettings, SentenceSettings, SparseVector } from './encoder/encoded-task.ts';
export { type PlanScores, type ScoredPrediction, scorePlans } from './evaluation/score-plans.ts';
export type { F1 } from './evaluation/scores.ts';
export type { LinearPath, LinearTable } from './linear/linear-path.ts';
export type { Calibration, PlattScale } from './model/calibration.ts';
export {
  type CoordinationConfig,
  type CoordinationConfigInput,
  fullConfiguration,
} from './model/coordination-config.ts';
export { CoordinationModel } from './model/coordination-model.ts';
export { countParameters, type ParameterCount } from './model/count-parameters.ts';
export { type CoordinatorParts, HrmCoordinator, type PredictOptions } from './model/hrm-coordinator.ts';
export {
  type Coordinator,
  type OrderEdge,
  type Prediction,
  type RecoveryAction,
  recoveryActions,
  type StepObservation,
} from './model/prediction.ts';
export type { OrderModel } from './order/score-edges.ts';
export type { CoordinationPlan, PlannedAgent, PlannedSubtask, PlanReason } from './plan/coordination-plan.ts';
export { type DecodePlanOptions, decodePlan } from './plan/decode-plan.ts';
export { type ExplainPlanOptions, explainPlan } from './plan/explain-plan.ts';
export { type PlanGraphOptions, planGraph } from './plan/plan-graph.ts';
export { type PlanTaskOptions, planTask } from './plan/plan-task.ts';
export { type SelectAgentsOptions, selectAgents } from './plan/select-agents.ts';
export { splitText, type TextParts } from './plan/split-text.ts';
export { agentKindOf } from './policy/agent-kind-of.ts';
export { type DelegationCosts, type DelegationGain, delegationGain } from './policy/delegation-gain.ts';
export { type ExperiencesOptions, experiences, type PastSubtask, type PastTask } from './policy/experiences.ts';
export { type HeadTrainerOptions, headTrainer } from './policy/head-trainer.ts';
export { type HrmPlanner, hrmPlanner, type LearnFromJournalOptions, type OrderQuestion } from './policy/hrm-planner.ts';
export { type HeadTrainer, type Learned, type LearnOptions, learnFromRuns } from './policy/learn-from-runs.ts';
export { openDefaultCoordinator } from './policy/open-default.ts';
export type { HrmPlannerOptions } from './policy/planner-options.ts';
export { type RecoveryPolicyOptions, recoveryPolicy } from './policy/recovery-policy.ts';
export { ruleCoordinator } from './policy/rule-coordinator.ts';
export { type RowScores, scoreRows } from './policy/score-rows.ts';
export type { LoadSentenceModelOptions, SentenceGraph, SentenceModel } from './sentence/load-sentence-model.ts';
export type { SentenceEncoder } from './sentence/sentence-encoder.ts';
export type { SentencePiece } from './sentence/sentence-pieces.ts';
export { openSentenceEncoder, UniversalSentenceEncoder } from './sentence/universal-sentence-encoder.ts';
export {
  type AgentAssignment,
  type CoordinationExample,
  coordinationExampleSchema,
} from './synthesis/coordination-example.ts';
export { recoveryRows } from './synthesis/recovery-rows.ts';
export type { SweSmithInstance } from './synthesis/source-task.ts';
export { type SynthesiseOptions, synthesise } from './synthesis/synthesise.ts';
export { type AgentGroup, type AgentKind, agentKinds } from './task/agent-kinds.ts';
export { parsePlanningTask, workspaceSummarySchema } from './task/parse-planning-task.ts';
export type { PlanningTask, WorkspaceSummary } from './task/planning-task.ts';
export { type ReadWorkspaceOptions, readWorkspace } from './task/read-workspace.ts';
export { summariseWorkspace } from './task/summarise-workspace.ts';
export { trainCoordination } from './training/train-coordination.ts';
export { type CoordinationTrainEvent, describeCoordinationEvent } from './training/train-events.ts';
export type { CoordinationTrainOptions } from './training/train-options.ts';
export type { BoostedTrees } from './trees/boosted-trees.ts';
export {
  type CoordinationManifest,
  type ReadCoordinatorOptions,
  readCoordinator,
  type SaveCoordinatorOptions,
  saveCoordinator,
} from './weights/coordination-file.ts';
export { type OpenCoordinatorOptions, openCoordinator } from './weights/open-coordinator.ts';
