// As built: the threads' own file is JavaScript.
import { type Fault, run, simulate } from '@finesse-ha/proof';
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

  it('never go back to what a node knew that has not heard CTI meanwhile', async () => {
    const faults: Fault[] = [
      { kind: 'break', place: 1, component: 'cti-link', damage: 'frozen', atMs: 20_000, lastsMs: 20_000 },
      { kind: 'break', place: 0, component: 'app', damage: 'down', atMs: 22_500, lastsMs: 40_000 },
    ];
    for (let seed = 1; seed <= 20; seed += 1) {
      const { breaches, recoveriesMs } = await run({ seed, clients: 6, minutes: 3, faults });
      expect(breaches).toEqual([]);
      expect(recoveriesMs.length).toBeGreaterThanOrEqual(6);
    }
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
