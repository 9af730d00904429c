import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Invariant } from '../../src/index.js';
import { type Planted, PlantedSimulators, plantedClientBugs, plantedClientWords } from './planted-clients.js';

/** What each bug of the client breaks. */
const breaks: Readonly<Record<string, readonly Invariant[]>> = {
  'drops-held-updates': ['picture-is-the-servers', 'nothing-lost'],
  'fetches-once': ['picture-is-the-servers', 'nothing-lost'],
  'forgets-subscriptions': ['subscriptions-restored'],
  'hides-the-gap': ['nothing-lost'],
  'holds-for-good': ['picture-is-the-servers'],
  'keeps-the-old-connection': ['one-connection'],
  'leaves-a-timer': ['closed-is-closed'],
  'shows-the-last-poll': ['picture-is-the-servers'],
  'shows-no-differences': ['picture-is-the-servers'],
  'takes-in-old-news': ['picture-is-the-servers', 'nothing-lost'],
  'tells-twice': ['nothing-doubled'],
  'waits-for-an-answer': ['actions-settle'],
};

/** Bugs of the core that a whole client shows as well. The model checker finds these and the others of the core. */
const breaksInCore: Readonly<Record<string, readonly Invariant[]>> = {
  'ignores-alternate': ['recovers'],
  'closes-in-criterion-2': ['keeps-connection'],
};

const enough = 3_000;

describe('the simulator finds bugs that are planted in the client and in the core', {
  timeout: 180_000,
}, () => {
  const all: Planted[] = [
    ...plantedClientBugs.map((bug): Planted => ({ in: 'client', bug })),
    ...Object.keys(breaksInCore).map((bug): Planted => ({ in: 'failover', bug })),
  ];
  let simulators: PlantedSimulators;
  beforeAll(() => {
    simulators = new PlantedSimulators(all);
  });
  afterAll(() => simulators?.remove());

  it('every patch of the client has an entry here, and every entry a patch', () => {
    expect(Object.keys(breaks).sort()).toEqual(plantedClientBugs);
  });

  it.each(
    all.map(
      (one) => [one.bug, one.in === 'client' ? plantedClientWords(one.bug) : 'in the core', one] as const,
    ),
  )('%s: %s', async (bug, _words, one) => {
    const { run } = await simulators.load(one);
    const broken = { ...breaks, ...breaksInCore }[bug] ?? [];
    const seen = new Set<string>();
    for (let seed = 1; seed <= enough; seed += 1) {
      const { breaches } = await run({ seed, clients: 1, minutes: 3 });
      for (const { invariant } of breaches) seen.add(invariant);
      if (breaches.some(({ invariant }) => broken.includes(invariant))) return;
    }
    expect.fail(`not found in ${enough} runs; broken instead: ${[...seen].join(', ') || 'nothing'}`);
  });

  it('and tells it by the fewest faults that still cause it', async () => {
    const { run, minimize } = await simulators.load({ in: 'client', bug: 'forgets-subscriptions' });
    for (let seed = 1; ; seed += 1) {
      const plan = { seed, clients: 1, minutes: 3 };
      const failed = await run(plan);
      if (failed.breaches.length === 0 || failed.faults.length < 3) continue;
      const { plan: smaller, result } = await minimize(failed, plan);
      expect(smaller.faults?.length).toBeLessThan(failed.faults.length);
      expect(result.breaches[0]?.invariant).toBe(failed.breaches[0]?.invariant);
      expect((await run(smaller)).trace).toBe(result.trace);
      return;
    }
  });
});
