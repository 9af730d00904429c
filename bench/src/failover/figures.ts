/** What the journals of the load processes say of a failover. */
import type { JournalEntry } from '../subjects/subject-main.js';

/** In service on the alternate. */
export function isArrival({ what, node }: JournalEntry): boolean {
  return what === 'in-service' && node === 'secondary';
}

/** How many were last in service on the alternate. */
export function onAlternate(entries: readonly JournalEntry[]): number {
  const last = new Map(
    entries.filter(({ what }) => what === 'in-service').map((entry) => [entry.user, isArrival(entry)]),
  );
  return [...last.values()].filter(Boolean).length;
}

/** Milliseconds from the fault to each agent's first arrival, in order. */
export function arrivalsOf(entries: readonly JournalEntry[], faultAt: number): number[] {
  const first = new Map<string, number>();
  for (const entry of entries) {
    if (isArrival(entry) && !first.has(entry.user)) first.set(entry.user, entry.at - faultAt);
  }
  return [...first.values()].sort((one, other) => one - other);
}

/** The most arrivals within any second. */
export function peakPerSecond(entries: readonly JournalEntry[]): number {
  const arrivals = entries
    .filter(isArrival)
    .map(({ at }) => at)
    .sort((one, other) => one - other);
  let from = 0;
  let peak = 0;
  for (const [index, at] of arrivals.entries()) {
    while ((arrivals[from] ?? at) <= at - 1_000) from += 1;
    peak = Math.max(peak, index - from + 1);
  }
  return peak;
}

/** Attempts at the alternate beyond the one that each agent needs. */
export function wastedLogins(entries: readonly JournalEntry[]): number {
  const attempts = entries.filter(({ what, node }) => what === 'attempt' && node === 'secondary').length;
  return Math.max(0, attempts - new Set(entries.filter(isArrival).map(({ user }) => user)).size);
}

/** Failures told by agents who had arrived: there was none to tell. */
export function failuresAfterArrival(entries: readonly JournalEntry[]): number {
  const arrived = new Set<string>();
  let failures = 0;
  for (const entry of entries) {
    if (isArrival(entry)) arrived.add(entry.user);
    else if (entry.what === 'failing' && arrived.has(entry.user)) failures += 1;
  }
  return failures;
}
