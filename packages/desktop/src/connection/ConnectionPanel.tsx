import type { Decision } from '@finesse-ha/client';
import { useAvailability, useElapsed, useFinesse } from '@finesse-ha/react';
import { useId, useState } from 'react';
import type { Deployment } from '../deployment.js';
import { useNodeNames } from '../deployment-context.js';
import { timeOfDay } from '../strings/format.js';
import { strings } from '../strings/index.js';
import styles from './ConnectionPanel.module.css';
import type { History } from './history.js';
import { LabFaults } from './LabFaults.js';
import { Timeline } from './Timeline.js';

/** Minutes that can be looked at. */
const spans = [1, 5, 15] as const;

/** The view "Connection": both nodes over time, the decisions with their reasons, and in a lab the faults. */
export function ConnectionPanel({ deployment, history }: { deployment: Deployment; history: History }) {
  const { nodes, why } = useAvailability();
  const client = useFinesse();
  const [minutes, setMinutes] = useState<(typeof spans)[number]>(1);
  // Time goes on where nothing happens.
  const [openedAt] = useState(() => Date.now());
  const toAt = Math.max(openedAt + useElapsed(openedAt), Date.now());
  const decisions = client.decisions();
  const { connection } = strings;
  return (
    <div className={styles.panel}>
      <section aria-labelledby="connection-heading" className={styles.card}>
        <header className={styles.head}>
          <h2 id="connection-heading">{connection.title}</h2>
          <Span minutes={minutes} onChange={setMinutes} />
        </header>
        <p className={styles.why}>{why}</p>
        {nodes.map((view) => {
          const tracks = history[view.node];
          return tracks === undefined ? null : (
            <Timeline
              key={view.node}
              view={view}
              tracks={tracks}
              decisions={decisions.filter(({ node }) => node === view.node)}
              fromAt={toAt - minutes * 60_000}
              toAt={toAt}
            />
          );
        })}
        <p className={styles.axis} aria-hidden="true">
          <span>{timeOfDay(toAt - minutes * 60_000)}</span>
          <span>{timeOfDay(toAt)}</span>
        </p>
      </section>
      {deployment.lab !== undefined && <LabFaults controlUrl={deployment.lab.controlUrl} />}
      <Decisions decisions={decisions} />
    </div>
  );
}

function Span({ minutes, onChange }: { minutes: number; onChange(minutes: (typeof spans)[number]): void }) {
  const { connection } = strings;
  return (
    <label className={styles.span}>
      <span>{connection.span}</span>
      <select
        value={minutes}
        onChange={({ target }) => onChange(spans.find((span) => span === Number(target.value)) ?? 1)}
      >
        {spans.map((span) => (
          <option key={span} value={span}>
            {connection.minutes(span)}
          </option>
        ))}
      </select>
    </label>
  );
}

/** The answer to "why am I on this node?", newest first. */
function Decisions({ decisions }: { decisions: readonly Decision[] }) {
  const heading = useId();
  const nameNode = useNodeNames();
  const { connection } = strings;
  return (
    <section aria-labelledby={heading} className={styles.card}>
      <h3 id={heading}>{connection.decisions}</h3>
      {decisions.length === 0 && <p className={styles.why}>{connection.noDecisions}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a list that scrolls is to be reached by keyboard */}
      <div className={styles.scroll} tabIndex={0} role="region" aria-labelledby={heading}>
        <ol className={styles.decisions} data-testid="decisions">
          {decisions.toReversed().map((decision) => (
            <li key={`${decision.at} ${decision.node} ${decision.what}`}>
              <time dateTime={new Date(decision.at).toISOString()}>{timeOfDay(decision.at)}</time>
              <div>
                <p className={styles.what}>
                  <span className={styles.node}>{nameNode(decision.node).short}</span> {decision.what}
                </p>
                <p className={styles.why}>{decision.why}</p>
              </div>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}
