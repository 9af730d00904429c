import * as core from '@finesse-ha/failover';
import { describe, expect, it } from 'vitest';
import { check, configurations } from '../../src/index.js';

/** A search takes as long as it takes: slow machines, busy ones. */
const timeout = 180_000;

/** Small enough to look into; all of them are searched by the test of `finesse-ha verify`. */
const small = configurations.filter(({ nodes }) => nodes === 1);

describe('whatever single thing goes wrong at any moment', { timeout }, () => {
  it.each(small.map((one) => [one.name, one] as const))(
    'every property holds: %s',
    (_name, configuration) => {
      const result = check({ ...configuration, disturbances: 1 }, core);
      expect(result.broken.flatMap(({ property, what, story }) => [property, what, ...story])).toEqual([]);
      expect(result.states).toBeGreaterThan(1_000);
      expect(result.transitions).toBeGreaterThan(result.states);
      expect(result.recoveryStates).toBeGreaterThan(0);
      // The bound is one of the run that is told with it: virtual time, in whole ticks.
      expect(result.boundMs % configuration.time.tickMs).toBe(0);
      expect(result.boundMs).toBeGreaterThan(0);
      expect(result.boundStory.some((line) => line.includes('from here on'))).toBe(true);
    },
  );
});

describe('what is found does not depend on the run', { timeout }, () => {
  it('the same states, transitions, bound and stories twice', () => {
    const configuration = { ...configurations.find(({ name }) => name === 'alone')!, disturbances: 1 };
    const { elapsedMs: _first, ...one } = check(configuration, core);
    const { elapsedMs: _second, ...other } = check(configuration, core);
    expect(other).toEqual(one);
  });
});
