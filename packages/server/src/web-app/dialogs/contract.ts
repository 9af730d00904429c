/** What @finesse-ha/cti will say of calls, until it does. */
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

type OnCall = { callId: number; extension: string };
type OnTwoCalls = { activeCallId: number; heldCallId: number; extension: string };
type NewCall = Promise<{ callId: number }>;
export interface CallSession {
  makeCall(o: { extension: string; dialedNumber: string; agentId?: string }): NewCall;
  answerCall(o: OnCall): Promise<void>;
  holdCall(o: OnCall): Promise<void>;
  retrieveCall(o: OnCall): Promise<void>;
  clearConnection(o: OnCall): Promise<void>;
  alternateCall(o: OnTwoCalls): Promise<void>;
  consultCall(o: OnCall & { dialedNumber: string }): NewCall;
  transferCall(o: OnTwoCalls): Promise<void>;
  conferenceCall(o: OnTwoCalls): Promise<void>;
  singleStepTransfer(o: OnCall & { dialedNumber: string }): Promise<void>;
  setCallData(
    o: OnCall & {
      callVariables?: Readonly<Record<string, string>>;
      ecc?: Readonly<Record<string, string>>;
      wrapUpReason?: string | undefined;
    },
  ): Promise<void>;
  sendDtmf(o: OnCall & { digits: string }): Promise<void>;
  superviseCall(o: {
    agentId: string;
    supervisorId: string;
    extension: string;
    action: 'silent-monitor' | 'barge' | 'intercept' | 'clear';
  }): NewCall;
}
