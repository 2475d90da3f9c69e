export { type Batch, IGNORED } from './act/batch.ts';
export { type Carry, disposeCarry, initialCarry } from './act/carry.ts';
export { drawMinHaltSteps } from './act/halting.ts';
export { type StepResult, stepModel } from './act/step.ts';
export { type BackendName, backendOrder, tensorflowVersion } from './backend/backend-names.ts';
export type { LoadFailure } from './backend/load-failure.ts';
export type { ImportPackage } from './backend/native-backend.ts';
export { tensorflow } from './backend/tensorflow.ts';
export { type BackendReport, type UseBackendOptions, useBackend } from './backend/use-backend.ts';
export { createConfig, type HrmConfig, type HrmConfigInput, prefixLength, totalLength } from './config.ts';
export { type Dataset, type DatasetInfo, type ExampleSet, readDataset, writeDataset } from './data/dataset.ts';
export { type Example, type Puzzle, packDataset } from './data/examples.ts';
export { type IntegerArray, readNpy, writeNpy } from './data/npy.ts';
export { Sampler, type SamplerState, testBatches } from './data/sampler.ts';
export type { StepMetrics } from './losses/metrics.ts';
export type { BlockSettings, BlockWeights } from './model/block.ts';
export type { HostTensor, StateDict } from './model/host-tensor.ts';
export { createModel, type HrmModel, loadModel } from './model/hrm-model.ts';
export type { ReasoningState } from './model/inner-step.ts';
export type { ParameterEntry } from './model/parameter-layout.ts';
export type { PuzzleTable } from './model/puzzle-table.ts';
export type { ModelWeights } from './model/weights.ts';
export {
  type CompiledModel,
  type CompiledState,
  type CompiledStep,
  type CompileOptions,
  compile,
} from './onnx/compile.ts';
export { writeOnnx } from './onnx/write-onnx.ts';
export type { AttentionWeights } from './ops/attention.ts';
export type { ActivationHook } from './ops/linear.ts';
export type { RotaryTable } from './ops/rotary.ts';
export type { SwigluWeights } from './ops/swiglu.ts';
export type { Moments } from './optimisers/adam-atan2.ts';
export { AdamAtan2, type AdamAtan2Options } from './optimisers/adam-atan2.ts';
export { learningRate, type Schedule } from './optimisers/schedule.ts';
export { configFromOriginal, configToOriginal } from './original-config.ts';
export { groupSize, type PackedMatrix, type WeightBits } from './quantisation/pack.ts';
export { type QuantiseOptions, type QuantiseResult, quantise } from './quantisation/quantise.ts';
export {
  openQuantised,
  packModel,
  type QuantisedModel,
  quantisedBytes,
  readQuantised,
  writeQuantised,
} from './quantisation/quantised-model.ts';
export { Random, type RandomState } from './random.ts';
export { type AnimationOptions, renderSolving } from './solving/animation.ts';
export { type Solution, type SolveOptions, type SolveStep, solve, solveAll } from './solving/solve.ts';
export {
  type ArcAugmentation,
  arcName,
  augmentArc,
  drawArcAugmentation,
  parseArcName,
  restoreArc,
} from './tasks/arc/augment.ts';
export { type ArcDatasets, type ArcOptions, buildArc } from './tasks/arc/build.ts';
export { type ArcGrid, type ArcPair, type ArcTask, arcGrid, arcTokens } from './tasks/arc/grid.ts';
export { type ArcPrediction, type ArcVote, passAtK, voteArc } from './tasks/arc/vote.ts';
export { dihedral, inverseDihedral } from './tasks/dihedral.ts';
export { buildMazes, type MazeDatasetOptions, mazeRows, mazeTokens } from './tasks/maze/build.ts';
export { drawMaze, type Maze, type MazeOptions, shortestPath } from './tasks/maze/maze.ts';
export { type MazeVerdict, verifyMaze } from './tasks/maze/verify.ts';
export { drawShuffle, type SudokuShuffle, shuffleSudoku } from './tasks/sudoku/augment.ts';
export { buildSudoku, drawSudoku, type SudokuOptions, type SudokuPuzzle } from './tasks/sudoku/build.ts';
export { formatSudoku, parseSudoku, type SudokuSize, sudokuDigits, sudokuTokens } from './tasks/sudoku/grid.ts';
export { type SudokuSearch, searchSudoku, solveSudoku } from './tasks/sudoku/search.ts';
export { type SudokuVerdict, verifySudoku } from './tasks/sudoku/verify.ts';
export { renderCurves } from './training/curves.ts';
export { type EvaluateOptions, type Evaluation, evaluate } from './training/evaluate.ts';
export {
  computeGradients,
  type GradientOptions,
  type Gradients,
  readGradients,
  type TrainingStepResult,
} from './training/gradients.ts';
export type { AppliedRates } from './training/optimiser.ts';
export { Optimiser, type OptimiserOptions } from './training/optimiser.ts';
export { train } from './training/train.ts';
export { describeTrainEvent, type TrainEvent } from './training/train-events.ts';
export type { TrainOptions } from './training/train-options.ts';
export {
  type ModelDescription,
  type ModelManifest,
  openModel,
  readManifest,
  type SavedModel,
  saveModel,
} from './weights/model-file.ts';
export { readSafetensors, type Safetensors, type StoredTensor, writeSafetensors } from './weights/safetensors.ts';
export { type ShippedModel, shippedModel } from './weights/shipped-model.ts';
export { readTorchCheckpoint } from './weights/torch-checkpoint.ts';
