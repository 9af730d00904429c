import { z } from 'zod';
import { agentStates } from '../values.js';
import { callCommandSchema, callSchema } from './call-records.js';

const count = z.int().min(0);
const instant = z.int().min(0);

const record = z.object({
  state: z.enum(agentStates),
  reasonCode: count,
  extension: z.string(),
  changedAt: instant,
  change: count,
  after: z
    .object({
      state: z.enum(['AVAILABLE', 'NOT_READY', 'LOGOUT']),
      reasonCode: count,
      asked: z.boolean(),
    })
    .optional(),
});

/** What a side holds, and how much that is worth beside what the other holds. */
const standing = z.object({
  /** Grows with every separation and every meeting of the sides; 0 for a side that has just started. */
  term: count,
  snapshot: z.object({
    sequence: count,
    agents: z.record(z.string(), record),
    nextCallId: count,
    calls: z.array(callSchema),
  }),
});
export type Standing = z.infer<typeof standing>;

const change = z.object({
  agentId: z.string(),
  state: count,
  reasonCode: count,
  instrument: z.string(),
  password: z.string(),
  forced: z.boolean(),
});

const request = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('agent'), change }),
  z.object({ kind: z.literal('call'), command: callCommandSchema }),
]);

const message = z.discriminatedUnion('type', [
  /** B, which dials, says that it is there. */
  z.object({ type: z.literal('knock') }),
  /** A lives and asks for B's standing. What a frozen A reads of a B that is long gone ends here. */
  z.object({ type: z.literal('who') }),
  z.object({ type: z.literal('standing'), standing }),
  /** A has decided; both go on from this. */
  z.object({ type: z.literal('agreed'), standing }),
  /** B asks A, who orders requests while both live. */
  z.object({ type: z.literal('order'), order: count, request }),
  /** A has applied it, and B is to do the same; `order` answers B's own. */
  z.object({ type: z.literal('apply'), at: instant, request, order: count.nullable() }),
  z.object({ type: z.literal('alive') }),
]);

/** What the sides say to each other, one JSON object a line. */
export type PeerMessage = z.infer<typeof message>;
export type Order = Extract<PeerMessage, { type: 'order' }>;
export type Apply = Extract<PeerMessage, { type: 'apply' }>;

/** Null for a line that is none of the messages. */
export function parsePeerMessage(line: string): PeerMessage | null {
  try {
    return message.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
