/** A queue as the API shows it (queue, queue-api-parameters; dev guide 12.5 p.144-149). */
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
  const longest = longestCallStartedAt === undefined ? '' : new Date(longestCallStartedAt).toISOString();
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
