import type { Queue, QueueStatistics } from '@finesse-ha/client';
import { useFinesse, useQueues } from '@finesse-ha/react';
import { useEffect } from 'react';
import { useUnavailable } from '../finesse/use-service.js';
import { instant, number } from '../strings/format.js';
import { strings } from '../strings/index.js';
import tables from '../ui/Table.module.css';
import { Timer } from '../ui/Timer.js';
import styles from './QueuesView.module.css';

/** What waits in the agent's queues, and who is there for it. */
export function QueuesView() {
  const client = useFinesse();
  const list = useQueues();
  const inService = useUnavailable() === undefined;
  const { queues } = strings;
  useEffect(() => {
    if (inService) void client.watchQueues().catch(() => undefined);
  }, [client, inService]);
  return (
    <section className={styles.view} aria-labelledby="queues-heading">
      <h2 id="queues-heading">{queues.title}</h2>
      {list.length === 0 ? (
        <p className={styles.empty}>{queues.empty}</p>
      ) : (
        <table className={`${tables.table} ${styles.table}`}>
          <thead>
            <tr>
              <th scope="col">{queues.queue}</th>
              {columns.map(({ label }) => (
                <th key={label} scope="col" className={tables.number}>
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {list.map((queue) => (
              <Row key={queue.uri} queue={queue} />
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

const columns = [
  { label: strings.queues.waiting, of: ({ callsInQueue }: QueueStatistics) => known(callsInQueue) },
  { label: strings.queues.longest, of: null },
  { label: strings.queues.ready, of: ({ agentsReady }: QueueStatistics) => known(agentsReady) },
  { label: strings.queues.notReady, of: ({ agentsNotReady }: QueueStatistics) => known(agentsNotReady) },
  {
    label: strings.queues.talking,
    of: (statistics: QueueStatistics) =>
      sum(
        statistics.agentsTalkingInbound,
        statistics.agentsTalkingOutbound,
        statistics.agentsTalkingInternal,
      ),
  },
  {
    label: strings.queues.wrapUp,
    of: (statistics: QueueStatistics) => sum(statistics.agentsWrapUpNotReady, statistics.agentsWrapUpReady),
  },
] as const;

function Row({ queue: { name, statistics } }: { queue: Queue }) {
  const waiting = known(statistics.callsInQueue) ?? 0;
  const longestSinceAt = waiting > 0 ? instant(statistics.startTimeOfLongestCallInQueue) : null;
  return (
    <tr>
      <th scope="row" className={tables.main}>
        {name}
      </th>
      {columns.map(({ label, of }) => (
        <td
          key={label}
          data-label={label}
          className={`${tables.number} ${waiting > 0 ? styles.waiting : ''}`}
        >
          {of === null ? <Longest sinceAt={longestSinceAt} /> : show(of(statistics))}
        </td>
      ))}
    </tr>
  );
}

function Longest({ sinceAt }: { sinceAt: number | null }) {
  return sinceAt === null ? strings.none : <Timer sinceAt={sinceAt} />;
}

function show(value: number | undefined): string {
  return value === undefined ? strings.none : number(value);
}

/** A number that Finesse does not know is -1 (dev guide 12.5 p.144). */
function known(value: number | undefined): number | undefined {
  return value === undefined || value < 0 ? undefined : value;
}

function sum(...values: readonly (number | undefined)[]): number | undefined {
  const knownOnes = values.map(known).filter((value) => value !== undefined);
  return knownOnes.length === 0 ? undefined : knownOnes.reduce((total, value) => total + value, 0);
}
