/** One measurement of something that lives for a while and is then replaced by its like. */
export interface Point {
  /** Which of them it was measured on: a process id. */
  life: number;
  atMs: number;
  value: number;
  /** How much it had to serve then. What it takes for that is no growth. */
  load: number;
}

/**
 * Where time and load went so much together that neither can be told from the other: the share of the time's variance that
 * the load must leave unexplained.
 */
const leastApart = 0.05;

/** How a measure goes. */
export interface Slope {
  /** Units per hour. */
  perHour: number;
  /** Units that one of load takes. */
  perLoad: number;
  /** The longest life's length. */
  longestMs: number;
}

/**
 * The slope that fits best when every life has a level of its own, and each unit of load takes the same: linear regression
 * within lives on time and load, pooled.
 * @returns null for too few points, or when the load went with the time
 */
export function slopeWithin(points: readonly Point[]): Slope | null {
  // Sums of products of deviations from the means of each life: t time, l load, v value.
  let [tt, tl, ll, tv, lv, longestMs] = [0, 0, 0, 0, 0, 0];
  for (const life of livesOf(points)) {
    const mean = (of: (point: Point) => number) =>
      life.reduce((sum, point) => sum + of(point), 0) / life.length;
    const [meanAt, meanLoad, meanValue] = [
      mean(({ atMs }) => atMs),
      mean(({ load }) => load),
      mean(({ value }) => value),
    ];
    for (const { atMs, load, value } of life) {
      const [t, l, v] = [atMs - meanAt, load - meanLoad, value - meanValue];
      tt += t * t;
      tl += t * l;
      ll += l * l;
      tv += t * v;
      lv += l * v;
    }
    longestMs = Math.max(longestMs, lengthOf(life));
  }
  if (tt === 0) return null;
  if (ll === 0) return { perHour: (tv / tt) * 3_600_000, perLoad: 0, longestMs };
  const apart = tt - (tl * tl) / ll;
  if (apart < leastApart * tt) return null;
  const perMs = (tv - (tl * lv) / ll) / apart;
  return { perHour: perMs * 3_600_000, perLoad: (lv - perMs * tl) / ll, longestMs };
}

/** The share of the measurements that may lie below the floor: what is down for a moment, as in an outage, is none. */
const belowFloor = 0.1;

/**
 * How far the floor rose in the longest life: the lowest tenth's upper end in the last third less that in the first, each
 * without what the load took. What is freed late (by a collector, by connections kept for a while) comes down again and
 * again; what leaks never does.
 */
export function riseOfFloor(points: readonly Point[], perLoad: number): number {
  const [longest = []] = livesOf(points).toSorted((one, other) => lengthOf(other) - lengthOf(one));
  const thirdMs = lengthOf(longest) / 3;
  const [first, last] = [longest[0]?.atMs ?? 0, longest.at(-1)?.atMs ?? 0];
  const floor = (from: number, to: number) => {
    const values = longest
      .filter(({ atMs }) => atMs >= from && atMs <= to)
      .map(({ value, load }) => value - perLoad * load)
      .toSorted((one, other) => one - other);
    return values[Math.floor(values.length * belowFloor)] ?? Number.NaN;
  };
  return floor(last - thirdMs, last) - floor(first, first + thirdMs);
}

/** Points of each life, in order. */
function livesOf(points: readonly Point[]): Point[][] {
  const lives = new Map<number, Point[]>();
  for (const point of points) lives.set(point.life, [...(lives.get(point.life) ?? []), point]);
  return [...lives.values()];
}

function lengthOf(life: readonly Point[]): number {
  return (life.at(-1)?.atMs ?? 0) - (life[0]?.atMs ?? 0);
}

/** The middle value; of an even number, the upper one of the two. NaN for none. */
export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
