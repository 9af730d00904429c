import { agentMessages } from './schema/agent-messages.js';
import { callDataMessages } from './schema/call-data-messages.js';
import { callEvents } from './schema/call-events.js';
import { callRequests } from './schema/call-requests.js';
import type { NamedArrayElement, NamedVariable } from './schema/layout.js';
import { sessionMessages } from './schema/session-messages.js';
import { statisticsMessages } from './schema/statistics-messages.js';
import { teamMessages } from './schema/team-messages.js';

/** Every message that is known, by its name in the guide. */
export const schemas = {
  ...sessionMessages,
  ...agentMessages,
  ...teamMessages,
  ...callEvents,
  ...callRequests,
  ...callDataMessages,
  ...statisticsMessages,
} as const;

type Schemas = typeof schemas;
/** The name of a known message. */
export type KnownType = keyof Schemas;

type Versioned<F> = { [K in keyof F]: F[K] extends `${string}@${string}` ? K : never }[keyof F];
type FixedFields<F> = { [K in Exclude<keyof F, Versioned<F>>]: number } & {
  [K in Versioned<F>]?: number | undefined;
};
interface Values {
  string: string;
  bytes: Uint8Array;
  u16: number;
  u32: number;
  instant: number;
  variable: NamedVariable;
  array: NamedArrayElement;
}
type Value<T> = T extends readonly [number, infer F extends keyof Values] ? Values[F] : never;
type FloatingOf<S> = S extends { floating: infer F } ? { [K in keyof F]?: Value<F[K]> | undefined } : unknown;
type ListsOf<S> = S extends { lists: infer L }
  ? { [N in keyof L]?: readonly { [K in keyof L[N]]?: Value<L[N][K]> | undefined }[] | undefined }
  : unknown;

/**
 * One message of a known type as a plain object: fixed fields are numbers, those that a protocol version lacks are absent,
 * floating fields and lists may be.
 */
export type MessageOf<T extends KnownType> = { type: T } & FixedFields<Schemas[T]['fixed']> &
  FloatingOf<Schemas[T]> &
  ListsOf<Schemas[T]>;

/** A message that the table does not have; its body as it came. */
export interface UnknownMessage {
  type: 'UNKNOWN';
  id: number;
  body: Uint8Array;
}

/** Any message that has a row in the tables. */
export type KnownMessage = { [T in KnownType]: MessageOf<T> }[KnownType];
/** Any message that can be read. */
export type CtiMessage = KnownMessage | UnknownMessage;

/** The id of whatever agent a message is about: tag 5 in UCCE, 194 in UCCX (constants, protocol version 25; UCCX guide). */
export function agentIdIn(message: {
  readonly agentId?: string | undefined;
  readonly agentIdLong?: string | undefined;
}): string | undefined {
  return message.agentId ?? message.agentIdLong;
}
