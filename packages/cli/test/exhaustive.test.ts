/** The whole search, as `finesse-ha verify --json` makes it: it takes what the tests next to it leave of the processors. */
import { setPriority } from 'node:os';
import type { Verification } from '@finesse-ha/proof';
import { expect, it } from 'vitest';
import { finished, start } from './run.js';

it('finesse-ha verify: every property holds in every state of every configuration', {
  timeout: 600_000,
}, async () => {
  const child = start(['verify', '--json']);
  // Whole deployments are played meanwhile, which measure times.
  setPriority(child.pid ?? 0, 19);
  const { code, stdout } = await finished(child);
  const { properties, configurations, bounds, states, transitions } = JSON.parse(stdout) as Verification;
  expect(properties.filter(({ holds }) => !holds)).toEqual([]);
  expect(properties.length).toBe(12);
  expect(configurations.map(({ configuration }) => configuration).sort()).toEqual(
    ['alone', 'crossed', 'defaults', 'learned', 'pair'].sort(),
  );
  expect(states).toBeGreaterThan(2_000_000);
  expect(transitions).toBeGreaterThan(states);
  // docs/failover.md names it.
  expect(bounds.find(({ configuration }) => configuration === 'defaults')?.boundMs).toBe(43_800);
  expect(code).toBe(0);
});
