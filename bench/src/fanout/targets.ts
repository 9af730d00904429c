import type { Measured } from './measure.js';

/** What the embedded service is to reach, held against ejabberd in the same run, at the better of its configurations. */
export function targetsOf(size: number, all: readonly Measured[]): string[] {
  const ours = all.find(({ name }) => name === 'embedded');
  if (ours === undefined) return [];
  const theirs = all.filter(({ name }) => name === 'ejabberd' || name === 'ejabberd-as-node');
  const tell = (what: string, met: boolean, figure: string) =>
    `${size} subscribers: ${what}: ${met ? 'met' : 'not met'} (${figure})`;
  const notes = [
    tell(
      'at most 20 KiB per connection',
      ours.kibPerConnection <= 20,
      `${ours.kibPerConnection.toFixed(1)} KiB`,
    ),
    slowReaderNote(size, ours),
  ];
  if (theirs.length === 0) return notes;
  const times = (way: 'one64' | 'all') =>
    ours[way].perCpuSecond / Math.max(...theirs.map((one) => one[way].perCpuSecond));
  const one = times('one64');
  const toAll = times('all');
  const best = (key: 'first' | 'again') => Math.max(...theirs.map(({ logins }) => logins?.[key] ?? 0));
  const loginNote = (key: 'first' | 'again', what: string) => {
    const own = ours.logins?.[key] ?? 0;
    return tell(what, own > best(key), `${Math.round(own)} to ${Math.round(best(key))}`);
  };
  return [
    ...notes,
    tell('3 times ejabberd to one, 64 outstanding', one >= 3, `${one.toFixed(1)} times`),
    tell('2 times ejabberd to all', toAll >= 2, `${toAll.toFixed(1)} times`),
    loginNote('first', 'more logins per CPU second than ejabberd, just started'),
    ...(ours.logins?.again === null ? [] : [loginNote('again', 'the same, when they come back')]),
  ];
}

function slowReaderNote(size: number, { slow: { mib, reading, notReading, ended } }: Measured): string {
  const beginning = `${size} subscribers: no slow reader delays another: `;
  if (notReading === null) return `${beginning}not met, the others did not get all`;
  const figures = `p50 ${reading.p50Ms.toFixed(1)} and p99 ${reading.p99Ms.toFixed(1)} ms of the others while one reads the ${mib.toFixed(0)} MiB it gets, ${notReading.p50Ms.toFixed(1)} and ${notReading.p99Ms.toFixed(1)} ms while it does not`;
  return `${beginning}${figures}; the server ${ended ? 'ended' : 'kept'} it`;
}
