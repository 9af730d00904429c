/** Calls for tests of what is made of them. */
import type { TrackedCall, TrackedParty } from '@finesse-ha/cti';

export const STARTED_AT = Date.parse('2026-11-23T08:10:23.121Z');

export function party(
  extension: string,
  state: TrackedParty['state'],
  change: Partial<TrackedParty> = {},
): TrackedParty {
  return { extension, state, startedAt: STARTED_AT, stateChangedAt: STARTED_AT, ...change };
}

export function call(
  callId: number,
  parties: TrackedParty[],
  change: Partial<TrackedCall> = {},
): TrackedCall {
  return {
    callId,
    callType: 'ACD_IN',
    fromAddress: parties[0]?.extension ?? '',
    toAddress: '2000',
    dnis: '2000',
    startedAt: STARTED_AT,
    callVariables: {},
    ecc: {},
    parties,
    ...change,
  };
}
