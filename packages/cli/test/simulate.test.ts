import type { Simulation } from '@finesse-ha/proof';
import { describe, expect, it } from 'vitest';
import { run } from './run.js';

describe('finesse-ha simulate', { timeout: 120_000 }, () => {
  it('prints what was run, what failed in it and how long recoveries took', async () => {
    const { code, stdout } = await run(['simulate', '--runs', '20', '--seed', '3']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^20 runs, no failure$/m);
    expect(stdout).toMatch(/seeds +3 to 22, 1 clients each, 2 virtual minutes/);
    expect(stdout).toMatch(/h per second/);
  });

  it('prints the same as JSON, and the same again for the same seed', async () => {
    const once = async () => {
      const { code, stdout } = await run(['simulate', '--runs', '20', '--clients', '2', '--json']);
      expect(code).toBe(0);
      return JSON.parse(stdout) as Simulation;
    };
    const first = await once();
    expect(first).toMatchObject({ holds: true, runs: 20, seeds: { from: 1, to: 20 }, failures: [] });
    expect((await once()).trace).toBe(first.trace);
  });

  it('says what it cannot do', async () => {
    expect(await run(['simulate', '--minutes', '1'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('minutes must be from 2 to 1440'),
    });
    expect((await run(['simulate', '--seed', 'x'])).stderr).toContain('a whole number is expected');
  });
});
