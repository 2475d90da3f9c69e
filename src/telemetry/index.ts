/** What the journals of runs tell: metrics, health, forecasts, bottlenecks, advice, targets and spans. */
export { type Bottleneck, type BottleneckOptions, findBottlenecks } from './bottlenecks.ts';
export type { EventSource } from './event-source.ts';
export { type Execution, ExecutionReader } from './execution.ts';
export { type Expectation, type Forecast, type ForecastOptions, forecast } from './forecast.ts';
export { type Health, type Load, type MonitorOptions, monitor } from './health.ts';
export { readMachineLoad } from './machine-load.ts';
export { type Labels, type Metrics, type MetricsOptions, metrics } from './metrics.ts';
export { coordinationOverhead, type Overhead } from './overhead.ts';
export { type Advice, Reorganisation, type ReorganisationOptions } from './reorganisation.ts';
export type { ReportOptions } from './report/html/header-section.ts';
export { renderReport } from './report/html/render-report.ts';
export { readTimeline } from './report/read-timeline.ts';
export type { Timeline, TimelineEntry, TimelineGap, TimelineNode, TimelineSpan } from './report/timeline.ts';
export { RunMetrics, runMetricHelp } from './run-metrics.ts';
export { recordSpans, type SpanLike, type SpanOptions, type TracerLike } from './spans.ts';
export { defaultTargets, type Target, type TargetReport, type TargetRow, validateTargets } from './targets.ts';
