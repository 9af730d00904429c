/** The language of the texts; numbers and times follow it. */
const locale = 'en';

const clockFormat = new Intl.DateTimeFormat(locale, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hour12: false,
});
const plural = new Intl.PluralRules(locale);
const numberFormat = new Intl.NumberFormat(locale);

/** `one` or `other`, by how many there are. */
export function count(how: number, one: string, other: string): string {
  return plural.select(how) === 'one' ? one : other;
}

export function number(value: number): string {
  return numberFormat.format(value);
}

/** A time of day, such as 14:03:09. @param at epoch ms */
export function timeOfDay(at: number): string {
  return clockFormat.format(at);
}

/** A running time as clocks show it: 0:07, 12:40, 1:02:03. */
export function duration(durationMs: number): string {
  const total = Math.max(0, Math.floor(durationMs / 1_000));
  const [hours, minutes, seconds] = [Math.floor(total / 3_600), Math.floor(total / 60) % 60, total % 60];
  const two = (part: number) => String(part).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

/** The machine-readable form for `<time datetime>` (HTML, "valid duration string"). */
export function isoDuration(durationMs: number): string {
  return `PT${Math.max(0, Math.floor(durationMs / 1_000))}S`;
}

/** A duration in words, such as "2.4 seconds" or "3 minutes". */
export function spokenDuration(durationMs: number): string {
  const seconds = durationMs / 1_000;
  if (seconds < 90) {
    return unit(
      seconds < 9.95 ? Math.max(0.1, Math.round(seconds * 10) / 10) : Math.round(seconds),
      'second',
    );
  }
  return seconds < 5_400
    ? unit(Math.round(seconds / 60), 'minute')
    : unit(Math.round(seconds / 360) / 10, 'hour');
}

function unit(value: number, name: 'second' | 'minute' | 'hour'): string {
  return new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'long' }).format(value);
}

/** The epoch ms of an ISO 8601 time as Finesse writes it; null when it is empty or no time. */
export function instant(iso: string | undefined): number | null {
  const at = Date.parse(iso ?? '');
  return Number.isNaN(at) ? null : at;
}
