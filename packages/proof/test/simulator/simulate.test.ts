// As built: the threads' own file is JavaScript.
import { run, simulate } from '@finesse-ha/proof';
import { describe, expect, it } from 'vitest';

describe('simulated deployments', { timeout: 120_000 }, () => {
  it('break no invariant, whatever fails', async () => {
    const { failures, faults, recoveries, updates } = await simulate({ runs: 600, seed: 5_000_000 });
    expect(failures).toEqual([]);
    expect(Object.keys(faults).length).toBeGreaterThan(15);
    expect(recoveries.count).toBeGreaterThan(300);
    expect(updates).toBeGreaterThan(5_000);
  });

  it('break none with many clients at once', async () => {
    const { failures, updates } = await simulate({ runs: 6, clients: 20, minutes: 5 });
    expect(failures).toEqual([]);
    expect(updates).toBeGreaterThan(1_000);
  });

  it('are the same again for the same seed, and others for another', async () => {
    const plan = { clients: 3, minutes: 3 };
    const first = await run({ ...plan, seed: 7 });
    expect(first.happenings).toBeGreaterThan(500);
    expect(await run({ ...plan, seed: 7 })).toEqual(first);
    expect((await run({ ...plan, seed: 8 })).trace).not.toBe(first.trace);
  });

  it('are the same again on any number of threads', async () => {
    const options = { runs: 201, seed: 90 };
    const one = await simulate({ ...options, workers: 1 });
    expect((await simulate({ ...options, workers: 2 })).trace).toBe(one.trace);
  });

  it.each([
    [{ runs: 0 }, 'runs must be'],
    [{ seed: -1 }, 'the seed must be'],
    [{ clients: 201 }, 'clients must be'],
    [{ minutes: 1 }, 'minutes must be'],
  ])('cannot be had for %j', async (options, problem) => {
    await expect(simulate(options)).rejects.toThrow(problem);
  });
});
