/** Incidents as one HTML page that needs nothing else. */
import type { Incident } from './incidents.js';
import { lengthOf } from './length.js';

/** @param from, to epoch milliseconds, the ends of the timeline */
export function incidentsPage(incidents: readonly Incident[], from: number, to: number): string {
  const nodes = [...new Set(incidents.map(({ node }) => node))].sort();
  const percent = (at: number) =>
    (((Math.min(Math.max(at, from), to) - from) / (to - from)) * 100).toFixed(3);
  const lanes = nodes.map((node) => {
    const bars = incidents
      .filter((one) => one.node === node)
      .map(({ startedAt, endedAt, cause }) => {
        const left = percent(startedAt);
        const width = (Number(percent(endedAt ?? to)) - Number(left)).toFixed(3);
        const title = escaped(`${instant(startedAt)}, ${lengthOf((endedAt ?? to) - startedAt)}: ${cause}`);
        return `<i style="left:${left}%;width:${width}%" title="${title}"></i>`;
      });
    return `<div class="lane"><b>${escaped(node)}</b><div class="line">${bars.join('')}</div></div>`;
  });
  const rows = [...incidents].reverse().map(({ node, startedAt, endedAt, cause, endNoticedLate }) => {
    const length = `${endNoticedLate ? 'up to ' : ''}${lengthOf((endedAt ?? to) - startedAt)}${endedAt === null ? ', lasts' : ''}`;
    return `<tr><td>${instant(startedAt)}</td><td>${length}</td><td>${escaped(node)}</td><td>${escaped(cause)}</td></tr>`;
  });
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Finesse incidents</title><style>${style}</style></head><body>
<h1>Finesse incidents</h1>
<p>${instant(from)} to ${instant(to)}: ${incidents.length === 0 ? 'none' : incidents.length}</p>
${lanes.join('\n')}
<div class="ends"><span>${instant(from)}</span><span>${instant(to)}</span></div>
<table><thead><tr><th>Began (UTC)</th><th>Length</th><th>Node</th><th>Cause</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>
</body></html>
`;
}

const style = `:root{color-scheme:light dark;--line:#8884;--bad:#c22}
@media (prefers-color-scheme:dark){:root{--bad:#f66}}
body{font:15px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}
.lane{margin:.8rem 0}.line{position:relative;height:1.6rem;background:var(--line);border-radius:4px;overflow:hidden}
.line i{position:absolute;top:0;bottom:0;min-width:3px;background:var(--bad)}
.ends{display:flex;justify-content:space-between;opacity:.75}
table{border-collapse:collapse;width:100%;margin-top:1.5rem}
th,td{text-align:left;vertical-align:top;padding:.3rem .8rem .3rem 0;border-bottom:1px solid var(--line)}
td:nth-child(-n+2){white-space:nowrap;font-variant-numeric:tabular-nums}`;

function instant(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
