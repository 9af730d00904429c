import type { Decision, NodeView } from '@finesse-ha/failover';
import { useId } from 'react';
import { useNodeNames } from '../deployment-context.js';
import { strings } from '../strings/index.js';
import { type Mark, pieces, type TrackName, type TrackState, type Tracks, trackNames } from './history.js';
import styles from './Timeline.module.css';

/** The drawing's own units: its width is stretched to whatever there is. */
const width = 1_000;
const height = 14;

const tones: Readonly<Record<TrackState, string>> = {
  'in-service': 'good',
  up: 'good',
  available: 'good',
  here: 'here',
  'out-of-service': 'bad',
  unreachable: 'bad',
  unavailable: 'bad',
  opening: 'warn',
  trying: 'warn',
  none: 'idle',
  unknown: 'idle',
  elsewhere: 'idle',
};

interface TimelineProps {
  view: NodeView;
  tracks: Tracks;
  /** The decisions about this node; each is a line across its tracks. */
  decisions: readonly Decision[];
  fromAt: number;
  toAt: number;
}

/** One node over time: a drawing for each of its conditions, with the present state in words beside it. */
export function Timeline({ view, tracks, decisions, fromAt, toAt }: TimelineProps) {
  const heading = useId();
  const { connection } = strings;
  const name = useNodeNames()(view.node);
  return (
    <section className={styles.node} aria-labelledby={heading} data-testid="timeline" data-node={view.node}>
      <header className={styles.head}>
        <h3 id={heading}>{name.short}</h3>
        <p className={styles.url}>{view.node}</p>
        <p className={styles.verdict} data-available={view.available}>
          {view.available ? connection.usable : connection.notUsable}
        </p>
      </header>
      <dl className={styles.tracks}>
        {trackNames.map((track) => (
          <Track
            key={track}
            name={track}
            marks={tracks[track]}
            lines={track === 'desktop' ? decisions.map(({ at }) => at) : []}
            fromAt={fromAt}
            toAt={toAt}
          />
        ))}
      </dl>
    </section>
  );
}

interface TrackProps {
  name: TrackName;
  marks: readonly Mark[];
  lines: readonly number[];
  fromAt: number;
  toAt: number;
}

function Track({ name, marks, lines, fromAt, toAt }: TrackProps) {
  const { track, state } = strings.connection;
  const present = marks.at(-1)?.state ?? 'unknown';
  const x = (at: number) => ((at - fromAt) / (toAt - fromAt)) * width;
  return (
    <div className={styles.track}>
      <dt>{track[name]}</dt>
      <dd>
        <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
          <rect width={width} height={height} data-tone="none" />
          {pieces(marks, fromAt, toAt).map(({ start, end, state: said }) => (
            <Bar key={start} x={start * width} length={(end - start) * width} tone={tones[said]} />
          ))}
          {[...new Set(lines)].map((at) =>
            at < fromAt ? null : (
              <line key={at} x1={x(at)} x2={x(at)} y1={0} y2={height} vectorEffect="non-scaling-stroke" />
            ),
          )}
        </svg>
        <span className={styles.present} data-tone={tones[present]}>
          {state[present]}
        </span>
      </dd>
    </div>
  );
}

/** What is not well is lower as well as of another colour. */
function Bar({ x, length, tone }: { x: number; length: number; tone: string | undefined }) {
  const full = tone === 'good' || tone === 'here';
  const own = full ? height : tone === 'idle' ? 2 : height / 2;
  return <rect x={x} y={height - own} width={Math.max(length, 1.5)} height={own} data-tone={tone} />;
}
