import { invoke, type MessageSchema } from './layout.js';

const names = [
  'availTime',
  'loggedOnTime',
  'notReadyTime',
  'agentOutCalls',
  'agentOutCallsTalkTime',
  'agentOutCallsTime',
  'agentOutCallsHeld',
  'agentOutCallsHeldTime',
  'handledCalls',
  'handledCallsTalkTime',
  'handledCallsAfterCallTime',
  'handledCallsTime',
  'incomingCallsHeld',
  'incomingCallsHeldTime',
  'internalCallsRcvd',
  'internalCallsRcvdTime',
  'internalCallsHeld',
  'internalCallsHeldTime',
  'autoOutCalls',
  'autoOutCallsTalkTime',
  'autoOutCallsTime',
  'autoOutCallsHeld',
  'autoOutCallsHeldTime',
  'previewCalls',
  'previewCallsTalkTime',
  'previewCallsTime',
  'previewCallsHeld',
  'previewCallsHeldTime',
  'reservationCalls',
  'reservationCallsTalkTime',
  'reservationCallsTime',
  'reservationCallsHeld',
  'reservationCallsHeldTime',
  'bargeInCalls',
  'interceptCalls',
  'monitorCalls',
  'whisperCalls',
  'emergencyCalls',
  'callsQ',
  'callsQTime',
  'longestCallQ',
] as const;
const intervals = ['To5', 'ToHalf', 'Today'] as const;

type HistoryField = `${(typeof names)[number]}${(typeof intervals)[number]}`;

/** What was counted over the last five minutes, half hour and day: 41 counters each, in this order. */
const history = Object.fromEntries(
  intervals.flatMap((interval) => names.map((name) => [`${name}${interval}`, 'u32'])),
) as { readonly [K in HistoryField]: 'u32' };

/** All counters of the past at zero: the lab's server counts what is, not what was. */
export const noHistory = Object.fromEntries(Object.keys(history).map((name) => [name, 0])) as {
  readonly [K in HistoryField]: number;
};

/** Statistics of skill groups (layout of version 19 from the MIT-licensed `uccertweb`; all counters are UINT). */
export const statisticsMessages = {
  QUERY_SKILL_GROUP_STATISTICS_REQ: {
    id: 114,
    fixed: { ...invoke, peripheralId: 'u32', skillGroupNumber: 'u32', skillGroupId: 'u32' },
  },
  QUERY_SKILL_GROUP_STATISTICS_CONF: {
    id: 115,
    fixed: {
      ...invoke,
      peripheralId: 'u32',
      skillGroupNumber: 'u32',
      skillGroupId: 'u32',
      agentsLoggedOn: 'u32',
      agentsAvail: 'u32',
      agentsNotReady: 'u32',
      agentsReady: 'u32',
      agentsTalkingIn: 'u32',
      agentsTalkingOut: 'u32',
      agentsTalkingOther: 'u32',
      agentsWorkNotReady: 'u32',
      agentsWorkReady: 'u32',
      agentsBusyOther: 'u32',
      agentsReserved: 'u32',
      agentsHold: 'u32',
      agentsIcmAvailable: 'u32',
      agentsApplicationAvailable: 'u32',
      agentsTalkingAutoOut: 'u32',
      agentsTalkingPreview: 'u32',
      agentsTalkingReservation: 'u32',
      routerCallsQNow: 'u32',
      /** Seconds. */
      longestRouterCallQNow: 'u32',
      callsQNow: 'u32',
      callsQTimeNow: 'u32',
      /** Seconds. */
      longestCallQNow: 'u32',
      ...history,
    },
  },
} as const satisfies Record<string, MessageSchema>;
