import type { FailoverState } from '@finesse-ha/failover';

/**
 * Seeds of the core's generator (mulberry32), found by trying all 2^32: the first n numbers that follow `seeds[n][p]`
 * are all next to 0 or next to 1, the i-th next to 1 where bit i of p is set. So the shipping generator itself is made
 * to draw every combination of the lowest and the highest jitter. Worst distance from 0 or 1: 2e-10, 2e-5, 8e-4, 5e-3,
 * 0.017 for n = 1 to 5 (a test draws them all).
 */
const seeds: readonly (readonly number[])[] = [
  [0],
  [-1831565813, 394144346],
  [-1490680174, -1359318072, -1442030233, -1810037316],
  [-234056450, -1442439857, -1568431919, 438891272, 1924424572, 938582442, -544991918, 1545778204],
  [
    1288544308, -543021505, -584027861, -1315545634, -1228967167, -2103098684, 541992434, -1693621980,
    -47673969, -1094548682, 1928377193, -250870756, -273698747, -1849788908, -1559868523, -1657448373,
  ],
  [
    -148238815, -543021505, -111838251, 744006452, -724572766, -441472005, -1697817669, 788446196, -538151073,
    -2014219881, -898696131, -2011049110, 349139705, 318660015, 1416487352, 332208848, -1529194339,
    2134050449, 1308527407, -1916733894, -1062308659, -413893142, -1224264797, 401997457, -329351034,
    1608663241, 2050310547, -2138746441, -776737429, -66355089, -1337007436, -2028269435,
  ],
];

/** The most numbers that one step may draw. */
export const mostDraws = seeds.length - 1;

/** Which of the numbers drawn in a step are high: a string of `0` (lowest) and `1` (highest), as long as draws are made. */
export type JitterPattern = string;

/** The generator's state from which a step draws by the pattern. */
export function seedFor(pattern: JitterPattern): number {
  let index = 0;
  for (let bit = 0; bit < pattern.length; bit += 1) if (pattern[bit] === '1') index |= 1 << bit;
  const seed = seeds[pattern.length]?.[index];
  if (seed === undefined) throw new RangeError(`no seed for ${pattern.length} draws in one step`);
  return seed;
}

/** Each draw adds this odd constant to the generator's state, so how many were made can be read off. */
const increment = 0x6d2b79f5;

/** How many numbers were drawn between two states of the generator. */
export function drawsBetween(before: number, after: number): number {
  let state = before;
  for (let draws = 0; draws <= mostDraws; draws += 1) {
    if (state === after) return draws;
    state = (state + increment) | 0;
  }
  throw new RangeError(`a step drew more than ${mostDraws} random numbers`);
}

/** Distances from 0 and 1 up to here are taken as 0 and 1: instants are put on this grid. */
export const gridMs = 100;

function snap(at: number): number {
  return Math.round(at / gridMs) * gridMs;
}

/**
 * Puts the instants that come of jitter exactly where jitter 0 and 1 would put them. Changes the state given, which
 * must be fresh from a step.
 */
export function snapJitter(state: FailoverState): void {
  state.random = 0;
  state.place = state.place < 0.5 ? 0 : 1;
  state.nextAttemptAt = snap(state.nextAttemptAt);
  if (state.deadlineAt !== null) state.deadlineAt = snap(state.deadlineAt);
  if (state.link !== null) state.link.resyncAt = snap(state.link.resyncAt);
  for (const node of state.nodes) if (node.nextProbeAt !== null) node.nextProbeAt = snap(node.nextProbeAt);
}
