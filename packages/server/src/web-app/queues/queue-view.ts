/** A queue as the API shows it (queue, queue-api-parameters; dev guide 12.5 p.144-149). */
import type { MessageOf } from '@finesse-ha/cti';
import { type Element, xml } from '@finesse-ha/protocol';

/** What is counted of a queue. */
export interface QueueStatistics {
  readonly callsInQueue: number;
  /** Epoch ms; absent when no call waits. */
  readonly longestCallStartedAt: number | undefined;
  readonly agentsLoggedOn: number;
  readonly agentsReady: number;
  readonly agentsNotReady: number;
  readonly agentsBusyOther: number;
  readonly agentsTalkingInbound: number;
  readonly agentsTalkingOutbound: number;
  readonly agentsTalkingInternal: number;
  readonly agentsWrapUpNotReady: number;
  readonly agentsWrapUpReady: number;
}

/**
 * What CTI counts of a skill group, in Finesse's words.
 * @param now epoch ms; CTI tells how long the longest call has waited, Finesse since when
 * @param before what was counted last
 */
export function queueStatisticsFrom(
  counts: MessageOf<'QUERY_SKILL_GROUP_STATISTICS_CONF'>,
  now: number,
  before: QueueStatistics | undefined,
): QueueStatistics {
  const { callsQNow: callsInQueue, longestCallQNow } = counts;
  const startedAt = now - longestCallQNow * 1_000;
  // Whole seconds: the same call would be shown a second earlier or later from one time to the next.
  const known = before?.longestCallStartedAt;
  const same = known !== undefined && Math.abs(known - startedAt) < 2_000;
  return {
    callsInQueue,
    longestCallStartedAt: callsInQueue === 0 ? undefined : same ? known : startedAt,
    agentsLoggedOn: counts.agentsLoggedOn,
    agentsReady: counts.agentsAvail,
    agentsNotReady: counts.agentsNotReady,
    agentsBusyOther: counts.agentsBusyOther,
    agentsTalkingInbound: counts.agentsTalkingIn,
    agentsTalkingOutbound: counts.agentsTalkingOut,
    agentsTalkingInternal: counts.agentsTalkingOther,
    agentsWrapUpNotReady: counts.agentsWorkNotReady,
    agentsWrapUpReady: counts.agentsWorkReady,
  };
}

/** A queue and what was counted last; nothing yet, or of a queue that is assigned to nobody. */
export interface QueueView {
  readonly id: string;
  readonly name: string;
  readonly statistics: QueueStatistics | undefined;
}

const COUNTS = [
  'agentsReady',
  'agentsNotReady',
  'agentsBusyOther',
  'agentsLoggedOn',
  'agentsTalkingInbound',
  'agentsTalkingOutbound',
  'agentsTalkingInternal',
  'agentsWrapUpNotReady',
  'agentsWrapUpReady',
] as const;
/** A number that there is none of (queue—get-queue). */
const NONE = '-1';

/** URI of a queue. */
export function queueUri(id: string): string {
  return `/finesse/api/Queue/${id}`;
}

/** `Queue`, over REST and in notifications alike. */
export function queueElement({ id, name, statistics }: QueueView): Element {
  const { callsInQueue, longestCallStartedAt } = statistics ?? {};
  const longest = longestCallStartedAt === undefined ? '' : wholeSeconds(longestCallStartedAt);
  return xml(
    'Queue',
    {},
    xml('uri', {}, queueUri(id)),
    xml('name', {}, name),
    xml(
      'statistics',
      {},
      xml('callsInQueue', {}, String(callsInQueue ?? NONE)),
      xml('startTimeOfLongestCallInQueue', {}, longest),
      ...COUNTS.map((count) => xml(count, {}, String(statistics?.[count] ?? NONE))),
    ),
  );
}

/** A list of queues. */
export function formatQueues(queues: readonly QueueView[]): string {
  return xml('Queues', {}, ...queues.map(queueElement)).toString();
}

/** As CTI knows it, and as the documented samples show it: without fractions. */
function wholeSeconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, 19)}Z`;
}
