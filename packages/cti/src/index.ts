export {
  type DecodeError,
  type DecodeResult,
  decodeBody,
  encodeMessage,
  type Frame,
  FrameReader,
} from './codec.js';
export { CtiRequestError } from './errors.js';
export type { CtiMessage, KnownMessage, KnownType, MessageOf, UnknownMessage } from './schema.js';
export type { DeploymentType, LabAgent } from './server/agent-model.js';
export type { CtiServerConfig } from './server/config.js';
export { CtiServer } from './server/cti-server.js';
export {
  CtiSession,
  type CtiSessionEvents,
  type CtiSessionOptions,
  type CtiSide,
  type SetAgentState,
  type SideName,
} from './session.js';
export * from './values.js';
