export { latency } from './latency.js';
export { type LoadedCase, loadCases, parseCase, SpecError } from './load.js';
export { compare, type Seen } from './outcome.js';
export { type PlayResult, playCase } from './play.js';
export { type Given, Player } from './player.js';
export {
  caseJsonSchema,
  type Input,
  type NodeName,
  type Outcome,
  type Phase,
  type SpecCase,
} from './schema.js';
export { transcribe } from './transcript.js';
export type { Observation } from './world.js';
