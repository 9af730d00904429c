/** A Finesse node's web host with its web app. It runs as a process of its own; see `webHostEntry`. */
import { fileURLToPath } from 'node:url';

export {
  type AdminRecords,
  type Contradiction,
  contradictions,
  type PhoneBookRecord,
  phoneBookSchema,
  type ReasonCodeRecord,
  type RecordRules,
  reasonCodeSchema,
  type WrapUpReasonRecord,
  wrapUpReasonSchema,
} from './web-app/admin/records.js';
export {
  ConfigError,
  loadConfig,
  type NodeConfig,
  type NodeConfigInput,
  parseConfig,
} from './web-app/config.js';
export type { WebAppState } from './web-host/messages.js';

/**
 * The file to start as `node FILE CONFIG.json`. Over IPC it says `{type:'ready', restPort}` and `{type:'web-app', state}`,
 * and takes `{type:'web-app', action:'kill'|'start'}`.
 */
export const webHostEntry: string = fileURLToPath(new URL('./web-host-main.js', import.meta.url));
