import type { FailoverState, LossCause, NodeId, SystemInfoAnswer } from '@finesse-ha/failover';
import type { Monitor } from './monitor.js';
import type { Parts } from './parts.js';

/** The two nodes by their place: 0 is the one that the application names first. */
export type Place = 0 | 1;
export const nodeIds: readonly [NodeId, NodeId] = ['primary', 'secondary'];
export const places: readonly [Place, Place] = [0, 1];

export function placeOf(node: NodeId): Place {
  return node === nodeIds[0] ? 0 : 1;
}

/** A pair with one of its halves replaced. */
export function withAt<T>(pair: readonly [T, T], place: Place, value: T): readonly [T, T] {
  return place === 0 ? [value, pair[1]] : [pair[0], value];
}

/** A SystemInfo request under way. `held`: the answer was given but is late; `lost`: no answer will come. */
export interface Question {
  readonly id: number;
  readonly delivery: 'prompt' | 'held' | 'lost';
  readonly held: SystemInfoAnswer | null;
}

/**
 * The client's XMPP connection as the network sees it. Messages of one kind keep their order (they come from one
 * publisher over one connection); messages of different kinds may overtake each other.
 */
export interface Wire {
  readonly generation: number;
  readonly place: Place;
  readonly phase: 'opening' | 'up';
  /** The notification service still knows the connection. */
  readonly alive: boolean;
  /** The opening takes its time, or a message is late: it comes at any later moment. */
  readonly openHeld: boolean;
  readonly presence: readonly boolean[];
  readonly presenceHeld: boolean;
  readonly info: readonly ('in-service' | 'out-of-service')[];
  readonly infoHeld: boolean;
  /** The answer to a ping is under way. */
  readonly bytes: boolean;
  /** News of the connection's end is under way; it overtakes nothing that the client would still read. */
  readonly end: LossCause | null;
}

/** The fetch after a recovery, under way. */
export interface Fetch {
  readonly generation: number;
  readonly id: number;
  readonly delivery: 'prompt' | 'held' | 'lost';
}

/** Everything: the shipping core's state, and the nodes and the network around it. Never changed, only replaced. */
export interface World {
  readonly core: FailoverState;
  readonly now: number;
  readonly parts: readonly [Parts, Parts];
  /** SystemInfo names the other node of the pair: a client that was given only one learns of it. */
  readonly namesAlternate: boolean;
  readonly questions: readonly [Question | null, Question | null];
  readonly wire: Wire | null;
  readonly fetch: Fetch | null;
  readonly monitor: Monitor;
}
