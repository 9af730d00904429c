import { z } from 'zod';

const count = z.int().min(0);
const instant = z.int().min(0);

/** What a party of a call does; `working`: it has left, and its agent's after-call work belongs to the call. */
export const partyStates = [
  'initiating',
  'initiated',
  'alerting',
  'active',
  'held',
  'failed',
  'working',
  'left',
] as const;

const partySchema = z.object({
  extension: z.string(),
  state: z.enum(partyStates),
  startedAt: instant,
  changedAt: instant,
});

/** A call as both sides hold it; instants in epoch ms. */
export const callSchema = z.object({
  callId: count,
  callType: count,
  ani: z.string(),
  dialedNumber: z.string(),
  /** SkillGroupNumber of the queue that it came through. */
  queueId: count.optional(),
  /** It waits for an agent of that queue since then. */
  queuedAt: instant.optional(),
  associatedCallId: count.optional(),
  startedAt: instant,
  variables: z.record(z.string(), z.string()),
  ecc: z.record(z.string(), z.string()),
  wrapUp: z.string().optional(),
  parties: z.array(partySchema),
});

export type CallParty = z.infer<typeof partySchema>;
export type CallRecord = z.infer<typeof callSchema>;
export type PartyStateName = CallParty['state'];

const end = { callId: count, extension: z.string() } as const;
const both = { activeCallId: count, heldCallId: count, extension: z.string() } as const;
const dialed = { dialedNumber: z.string() } as const;

/** What can be asked of calls. */
export const callCommandSchema = z.discriminatedUnion('action', [
  z.object({ action: z.literal('make'), extension: z.string(), ...dialed }),
  z.object({ action: z.literal('answer'), ...end }),
  z.object({ action: z.literal('hold'), ...end }),
  z.object({ action: z.literal('retrieve'), ...end }),
  z.object({ action: z.literal('release'), ...end }),
  z.object({ action: z.literal('clear'), ...end }),
  z.object({ action: z.literal('alternate'), ...both }),
  z.object({ action: z.literal('reconnect'), ...both }),
  z.object({ action: z.literal('consult'), ...end, ...dialed }),
  z.object({ action: z.literal('transfer'), ...both }),
  z.object({ action: z.literal('conference'), ...both }),
  z.object({ action: z.literal('redirect'), ...end, ...dialed }),
  z.object({
    action: z.literal('data'),
    callId: count,
    variables: z.record(z.string(), z.string()),
    ecc: z.record(z.string(), z.string()),
    wrapUp: z.string().optional(),
  }),
  z.object({ action: z.literal('monitor'), agentId: z.string(), extension: z.string() }),
  z.object({ action: z.literal('barge'), agentId: z.string(), extension: z.string() }),
]);
export type CallCommand = z.infer<typeof callCommandSchema>;

/** One thing that happened to a call, as clients are told of it. `call` is as it was then. */
export interface CallEvent {
  readonly kind:
    | 'begin'
    | 'initiated'
    | 'originated'
    | 'queued'
    | 'delivered'
    | 'established'
    | 'held'
    | 'retrieved'
    | 'failed'
    | 'released'
    | 'cleared'
    | 'end'
    | 'data'
    | 'conferenced'
    | 'transferred';
  readonly call: CallRecord;
  readonly at: number;
  /** Whose doing it was, or whom it happened to. */
  readonly extension?: string | undefined;
  /** EventCause of a failure. */
  readonly cause?: number | undefined;
  /** The call that was merged into this one. */
  readonly secondaryCallId?: number | undefined;
}

/** A queue of the lab; who dials its number waits for one of its agents. */
export interface LabQueue {
  /** SkillGroupNumber in digits; also what is dialed. */
  readonly id: string;
  readonly name: string;
  readonly skillTargetIds: readonly number[];
}
