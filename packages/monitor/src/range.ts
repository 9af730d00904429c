/** Threshold ranges of the Nagios plug-in guidelines ("Threshold and Ranges"). No I/O. */

/** What raises an alert: a value outside `low` to `high`, or with `inside` one within, the ends included. */
export interface Range {
  /** As it was written; performance data repeat it. */
  text: string;
  low: number;
  high: number;
  inside: boolean;
}

/** The text is no range; the message says so. */
export class RangeFormatError extends Error {
  readonly kind = 'range';
}

const number = String.raw`-?\d+(?:\.\d+)?`;
const form = new RegExp(`^(@)?(?:(~|${number})?:)?(${number})?$`);

/**
 * `10` is 0 to 10, `10:` from 10 on, `~:10` up to 10, `10:20` between; `@` turns it round.
 * @throws {RangeFormatError}
 */
export function parseRange(text: string): Range {
  const [matched, at, from, to] = form.exec(text) ?? [];
  const bare = text.replace('@', '');
  if (matched === undefined || bare === '' || bare === ':')
    throw new RangeFormatError(`"${text}" is not a range such as 10, 10:, ~:10, 10:20 or @10:20`);
  const low = from === '~' ? Number.NEGATIVE_INFINITY : Number(from ?? 0);
  const high = to === undefined ? Number.POSITIVE_INFINITY : Number(to);
  if (low > high) throw new RangeFormatError(`"${text}" begins after it ends`);
  return { text, low, high, inside: at !== undefined };
}

/** Whether the value raises an alert. */
export function alerts({ low, high, inside }: Range, value: number): boolean {
  return inside === (value >= low && value <= high);
}
