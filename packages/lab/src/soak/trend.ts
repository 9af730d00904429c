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
 * The lowest point of each stretch of time in each life. What is freed late (by a collector, by a connection kept for a
 * while) comes down to it again; what leaks does not.
 */
export function floorsOf(points: readonly Point[], stretchMs: number): Point[] {
  const floors = new Map<string, Point>();
  for (const point of points) {
    const stretch = `${point.life} ${Math.floor(point.atMs / stretchMs)}`;
    const lowest = floors.get(stretch);
    if (lowest === undefined || point.value < lowest.value) floors.set(stretch, point);
  }
  return [...floors.values()];
}

/**
 * Where time and load went so much together that neither can be told from the other: the share of the time's variance that
 * the load must leave unexplained.
 */
const leastApart = 0.05;

/**
 * The slope that fits best when every life has a level of its own, and each unit of load takes the same: linear regression
 * within lives on time and load, pooled.
 * @returns units per hour, and the longest life's length; null for too few points, or when the load went with the time
 */
export function slopeWithin(points: readonly Point[]): { perHour: number; longestMs: number } | null {
  const lives = new Map<number, Point[]>();
  for (const point of points) lives.set(point.life, [...(lives.get(point.life) ?? []), point]);
  // Sums of products of deviations from the means of each life: t time, l load, v value.
  let [tt, tl, ll, tv, lv, longestMs] = [0, 0, 0, 0, 0, 0];
  for (const life of lives.values()) {
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
    longestMs = Math.max(longestMs, (life.at(-1)?.atMs ?? 0) - (life[0]?.atMs ?? 0));
  }
  if (tt === 0) return null;
  if (ll === 0) return { perHour: (tv / tt) * 3_600_000, longestMs };
  const apart = tt - (tl * tl) / ll;
  if (apart < leastApart * tt) return null;
  return { perHour: ((tv - (tl * lv) / ll) / apart) * 3_600_000, longestMs };
}

/** The middle value; of an even number, the upper one of the two. NaN for none. */
export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
