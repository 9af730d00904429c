/** Incidents as one HTML page that needs nothing else. */
import type { Incident } from './incidents.js';
import { pageStyle } from './incidents-style.js';
import { lengthOf } from './length.js';

/** A stretch of time on the timeline, epoch milliseconds. */
interface Stretch {
  startedAt: number;
  endedAt: number;
}

const dayMs = 86_400_000;
const tickCount = 6;

/**
 * Incidents as one self-contained HTML page with a timeline.
 * @param from epoch milliseconds, the beginning of the timeline
 * @param to epoch milliseconds, its end
 */
export function incidentsPage(incidents: readonly Incident[], from: number, to: number): string {
  const nodes = [...new Set(incidents.map(({ node }) => node))].sort();
  const within = ({ startedAt, endedAt }: Incident): Stretch => ({
    startedAt: Math.max(startedAt, from),
    endedAt: Math.min(endedAt ?? to, to),
  });
  const lanes = nodes.map((node) => {
    const own = incidents.filter((one) => one.node === node);
    const bars = own.map((one) => {
      const length = lengthOf((one.endedAt ?? to) - one.startedAt);
      return bar(
        within(one),
        one.endedAt === null ? 'lasts' : '',
        `${instant(one.startedAt)}, ${length}: ${one.cause}`,
      );
    });
    return lane(escaped(node), summary(own.map(within)), bars);
  });
  const pair =
    nodes.length < 2
      ? []
      : outages(nodes.map((node) => incidents.filter((one) => one.node === node).map(within)));
  const pairLane =
    nodes.length < 2
      ? ''
      : lane(
          'The pair: no node up',
          summary(pair),
          pair.map((one) =>
            bar(
              one,
              'pair',
              `${instant(one.startedAt)}, ${lengthOf(one.endedAt - one.startedAt)}: no node up`,
            ),
          ),
        );
  const rows = [...incidents]
    .reverse()
    .map(
      ({ node, startedAt, endedAt, cause, endNoticedLate }) =>
        `<tr><td>${instant(startedAt)}</td><td>${endNoticedLate ? 'up to ' : ''}${lengthOf((endedAt ?? to) - startedAt)}` +
        `${endedAt === null ? ' <em>lasts</em>' : ''}</td><td>${escaped(node)}</td><td>${causeCell(cause)}</td></tr>`,
    );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Finesse incidents</title><style>${pageStyle}</style></head><body>
<header><h1>Finesse incidents</h1>
<p>${instant(from)} to ${instant(to)} UTC, ${lengthOf(to - from)}</p></header>
${
  incidents.length === 0
    ? '<p class="none">No incidents.</p>'
    : `<section class="timeline">
${pairLane}
${lanes.join('\n')}
<div class="lane"><div class="ticks">${ticks()}</div></div>
</section>
<div class="scroll"><table><thead><tr><th>Began (UTC)</th><th>Length</th><th>Node</th><th>Cause</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table></div>`
}
</body></html>
`;

  function percent(at: number): number {
    return ((at - from) / (to - from)) * 100;
  }

  function bar({ startedAt, endedAt }: Stretch, kind: string, title: string): string {
    const left = percent(startedAt);
    const width = percent(endedAt) - left;
    return `<i class="${kind}" style="left:${left.toFixed(3)}%;width:${width.toFixed(3)}%" title="${escaped(title)}"></i>`;
  }

  function ticks(): string {
    return Array.from({ length: tickCount }, (_, index) => {
      const at = from + ((to - from) * index) / (tickCount - 1);
      const text = to - from > 2 * dayMs ? instant(at).slice(0, 10) : instant(at).slice(11);
      return `<span>${text}</span>`;
    }).join('');
  }
}

function lane(name: string, about: string, bars: readonly string[]): string {
  return `<div class="lane"><div class="name"><b>${name}</b><span>${about}</span></div><div class="line">${bars.join('')}</div></div>`;
}

function summary(stretches: readonly Stretch[]): string {
  if (stretches.length === 0) return 'never';
  const totalMs = stretches.reduce((sum, { startedAt, endedAt }) => sum + endedAt - startedAt, 0);
  const times = stretches.length === 1 ? 'once' : `${stretches.length} times`;
  return `${times}, ${lengthOf(totalMs)} in all`;
}

/** When every node was not up: what all the lists have in common. */
function outages(lists: readonly (readonly Stretch[])[]): Stretch[] {
  return lists.reduce<readonly Stretch[]>(
    (common, list) =>
      common.flatMap((one) =>
        list
          .map((other) => ({
            startedAt: Math.max(one.startedAt, other.startedAt),
            endedAt: Math.min(one.endedAt, other.endedAt),
          }))
          .filter(({ startedAt, endedAt }) => startedAt < endedAt),
      ),
    [{ startedAt: Number.NEGATIVE_INFINITY, endedAt: Number.POSITIVE_INFINITY }],
  ) as Stretch[];
}

/** What it meant first, how it was found below. */
function causeCell(cause: string): string {
  const colon = cause.indexOf(': ');
  if (colon < 0) return escaped(cause);
  return `${escaped(cause.slice(0, colon))}<small>${escaped(cause.slice(colon + 2))}</small>`;
}

function instant(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
