export type { CallDataChange, CallEnd, CtiRequest, Supervision, TwoCalls } from './call-control.js';
export { CallTracker } from './call-tracker.js';
export { type CallerEvent, Callers, type CallersEvents, type CallersOptions } from './callers.js';
export { type DecodeError, type DecodeResult, decodeBody, encodeMessage } from './codec.js';
export { CtiRequestError } from './errors.js';
export { type Frame, type FrameError, FrameReader } from './frames.js';
export type { HeartbeatState } from './heartbeat.js';
export type { NamedArrayElement, NamedVariable } from './schema/layout.js';
export {
  agentIdIn,
  type CtiMessage,
  type KnownMessage,
  type KnownType,
  type MessageOf,
  type UnknownMessage,
} from './schema.js';
export type { DeploymentType, LabAgent } from './server/agent-model.js';
export type { CtiServerConfig } from './server/config.js';
export { CtiServer, type ServerLog } from './server/cti-server.js';
export {
  CtiSession,
  type CtiSessionEvents,
  type CtiSessionOptions,
  type CtiSide,
  type SetAgentState,
  type SideName,
} from './session.js';
export type { CallChange, PartyState, TrackedCall, TrackedParty } from './tracked-call.js';
export * from './values.js';
