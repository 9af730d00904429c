/** Calls as a client of CTI sees them. */

/** What a party of a call does; FAILED is a caller whose call does not come about. */
export type PartyState =
  | 'INITIATING'
  | 'INITIATED'
  | 'ALERTING'
  | 'ACTIVE'
  | 'HELD'
  | 'WRAP_UP'
  | 'DROPPED'
  | 'FAILED';

/** One party of a call. Instants in epoch ms. */
export interface TrackedParty {
  readonly extension: string;
  readonly state: PartyState;
  /** Of FAILED: BUSY, BAD_DESTINATION or OTHER. */
  readonly stateCause?: string | undefined;
  readonly startedAt: number;
  readonly stateChangedAt: number;
}

/** A call. It is never changed; a change makes another object. */
export interface TrackedCall {
  readonly callId: number;
  /** As Finesse names it; a number in digits where it has no name for it. */
  readonly callType: string;
  /** Who called; may be empty. */
  readonly fromAddress: string;
  /** What was dialed. */
  readonly toAddress: string;
  readonly dnis: string;
  /** SkillGroupNumber of the queue that the call came through. */
  readonly queueId?: string | undefined;
  /** The call that this one is a consultation about. */
  readonly associatedCallId?: number | undefined;
  /** The call that was merged into this one by a transfer or conference. */
  readonly secondaryCallId?: number | undefined;
  /** Epoch ms. */
  readonly startedAt: number;
  /** `callVariable1` to `callVariable10`. */
  readonly callVariables: Readonly<Record<string, string>>;
  readonly ecc: Readonly<Record<string, string>>;
  readonly wrapUpReason?: string | undefined;
  readonly parties: readonly TrackedParty[];
}

/** What became of a call by a message. `previous` is absent for one that has begun. */
export interface CallChange {
  readonly type: 'begun' | 'changed' | 'ended';
  readonly call: TrackedCall;
  readonly previous?: TrackedCall | undefined;
}
