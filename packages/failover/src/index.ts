export { serviceName } from './naming.js';
export { nextRandom } from './random.js';
export {
  defaultSettings,
  ownLinkTurnMs,
  refugeMs,
  resolveSettings,
  type Settings,
  SettingsError,
  spreadMs,
} from './settings.js';
export { createState, nextDeadline, viewNode } from './state.js';
export { step } from './step.js';
export type * from './types.js';
