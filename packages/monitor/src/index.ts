export { type AgentChange, type Arrival, ArrivalMeter } from './arrival.js';
export {
  type CheckResult,
  type CheckStatus,
  type CheckThresholds,
  checkExitCodes,
  checkLine,
  defaultThresholds,
  judge,
  type Limits,
} from './check.js';
export { ConfigError, type MonitorConfig, readConfig } from './config.js';
export { parseDuration } from './duration.js';
export { type Incident, IncidentFileError, IncidentLog } from './incidents.js';
export { incidentsPage } from './incidents-page.js';
export { lengthOf } from './length.js';
export { type LookOptions, lookAtNode, type NodeLook, RefusedError } from './look.js';
export { WatchMetrics } from './metrics.js';
export { type Conditions, type NodeState, nodeState, type PairState, pairState } from './pair-state.js';
export { type NodeMeasures, type NodePicture, PairPicture, type TimedCondition } from './picture.js';
export { alerts, parseRange, type Range, RangeFormatError } from './range.js';
