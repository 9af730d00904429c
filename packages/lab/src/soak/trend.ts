/** One measurement of something that lives for a while and is then replaced by its like. */
export interface Point {
  /** Which of them it was measured on: a process id. */
  life: number;
  atMs: number;
  value: number;
}

/**
 * The slope that fits best when every life has a level of its own: linear regression within lives, pooled.
 * @returns units per hour, and the longest life's length; null for too few points
 */
export function slopeWithin(points: readonly Point[]): { perHour: number; longestMs: number } | null {
  const lives = new Map<number, Point[]>();
  for (const point of points) lives.set(point.life, [...(lives.get(point.life) ?? []), point]);
  let [numerator, denominator, longestMs] = [0, 0, 0];
  for (const life of lives.values()) {
    const mean = (of: (point: Point) => number) =>
      life.reduce((sum, point) => sum + of(point), 0) / life.length;
    const [meanAt, meanValue] = [mean(({ atMs }) => atMs), mean(({ value }) => value)];
    for (const { atMs, value } of life) {
      numerator += (atMs - meanAt) * (value - meanValue);
      denominator += (atMs - meanAt) ** 2;
    }
    longestMs = Math.max(longestMs, (life.at(-1)?.atMs ?? 0) - (life[0]?.atMs ?? 0));
  }
  return denominator === 0 ? null : { perHour: (numerator / denominator) * 3_600_000, longestMs };
}

/** The middle value; of an even number, the upper one of the two. NaN for none. */
export function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
