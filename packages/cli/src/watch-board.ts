import {
  type Incident,
  lengthOf,
  type NodePicture,
  type PairPicture,
  type TimedCondition,
} from '@finesse-ha/monitor';
import { type painter, table } from './terminal.js';

type Paint = ReturnType<typeof painter>;

const dayMs = 86_400_000;
const pairWords = {
  both: ['green', 'BOTH NODES UP'],
  one: ['yellow', 'ONE NODE UP: there is nothing to fail over to'],
  none: ['red', 'NO NODE UP: agents cannot work'],
} as const;

/**
 * Both nodes at a glance: a column each, under the state of the pair, above the last incidents.
 * @param now epoch milliseconds
 */
export function boardLines(
  picture: PairPicture,
  incidents: readonly Incident[],
  now: number,
  paint: Paint,
): string[] {
  const { nodes } = picture;
  if (nodes.length === 0) return ['connecting ...'];
  const [colour, words] =
    nodes.length === 1 && picture.state === 'both'
      ? (['green', 'THE NODE IS UP'] as const)
      : pairWords[picture.state];
  const rows = [
    ['', ...nodes.map(({ node }) => node)],
    ['state', ...nodes.map(({ state, sinceAt }) => `${state.toUpperCase()} for ${lengthOf(now - sinceAt)}`)],
    ['SystemInfo', ...nodes.map(({ conditions }) => timed(conditions.systemInfo, now))],
    ['XMPP', ...nodes.map(({ conditions }) => timed(conditions.xmpp, now))],
    ['finesse', ...nodes.map(({ conditions }) => timed(conditions.presence, now))],
    ...measureRows(nodes, now),
  ];
  const body = table(rows, (cell, row, column) => {
    if (column === 0) return paint('dim', cell);
    if (row === 0) return paint('bold', cell);
    if (row !== 1) return cell;
    const state = nodes[column - 1]?.state;
    return paint(state === 'up' ? 'green' : state === 'split' ? 'yellow' : 'red', cell);
  });
  const whys = nodes.filter(({ why }) => why !== '').map(({ node, why }) => `${node}: ${why}`);
  return [
    paint(colour, words),
    ...whys,
    '',
    ...body.split('\n'),
    '',
    paint('bold', 'last incidents'),
    ...(incidents.length === 0 ? ['none'] : incidents.map((one) => incidentLine(one, now))),
  ];
}

function measureRows(nodes: readonly NodePicture[], now: number): string[][] {
  const row = (name: string, text: (measures: NonNullable<NodePicture['measures']>) => string | null) => [
    name,
    ...nodes.map(({ measures }) => (measures === null ? '-' : (text(measures) ?? '-'))),
  ];
  const ms = (value: number | null) => (value === null ? null : `${Math.round(value)} ms`);
  const length = (value: number | null) => (value === null ? null : lengthOf(value));
  return [
    row('REST round trip', ({ roundTripMs }) => ms(roundTripMs)),
    row('XMPP ping', ({ pingMs }) => ms(pingMs)),
    row('publish to arrival', ({ arrival }) =>
      arrival === null ? null : `${Math.round(arrival.ms)} ms, ${lengthOf(now - arrival.at)} ago`,
    ),
    row('CTI heartbeat age', ({ heartbeatAgeMs }) => length(heartbeatAgeMs)),
    row('clock skew', ({ clockSkewMs }) => ms(clockSkewMs)),
    row('certificate', ({ certificateExpiresAt }) =>
      certificateExpiresAt === null ? null : certificateText(certificateExpiresAt - now),
    ),
    row('maintenance', ({ maintenance }) => (maintenance === null ? null : maintenance ? 'ON' : 'off')),
  ];
}

function certificateText(leftMs: number): string {
  return leftMs < 0 ? 'EXPIRED' : `${Math.floor(leftMs / dayMs)} days left`;
}

function timed(condition: TimedCondition | null, now: number): string {
  return condition === null ? 'not watched' : `${condition.value} for ${lengthOf(now - condition.sinceAt)}`;
}

function incidentLine({ node, startedAt, endedAt, cause, endNoticedLate }: Incident, now: number): string {
  const length = `${endNoticedLate ? 'up to ' : ''}${lengthOf((endedAt ?? now) - startedAt)}`;
  const began = new Date(startedAt).toISOString().slice(0, 19).replace('T', ' ');
  return `${began}Z  ${node}  ${length}${endedAt === null ? ', lasts' : ''}  ${cause}`;
}
