export interface TrackedParty {
  extension: string;
  agentId?: string | undefined;
  state: 'INITIATING' | 'INITIATED' | 'ALERTING' | 'ACTIVE' | 'HELD' | 'WRAP_UP' | 'DROPPED' | 'FAILED';
  stateCause?: string | undefined;
  startedAt: number;
  stateChangedAt: number;
}
export interface TrackedCall {
  callId: number;
  callType: string;
  fromAddress: string;
  toAddress: string;
  dnis: string;
  queueId?: string | undefined;
  queueName?: string | undefined;
  associatedCallId?: number | undefined;
  secondaryCallId?: number | undefined;
  startedAt: number;
  callVariables: Record<string, string>;
  ecc: Record<string, string>;
  wrapUpReason?: string | undefined;
  parties: TrackedParty[];
}
export interface CallChange {
  type: 'begun' | 'changed' | 'ended';
  call: TrackedCall;
  previous?: TrackedCall | undefined;
}
