import type { Verification } from '@finesse-ha/proof';
import { describe, expect, it } from 'vitest';
import { run } from './run.js';

describe('finesse-ha verify', { timeout: 120_000 }, () => {
  const small = ['verify', '--only', 'alone', '--disturbances', '1'];

  it('prints states, transitions, depth, time, each property with its verdict, and the bounds', async () => {
    const { code, stdout, stderr } = await run(small);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(stdout).toMatch(/[\d,]+ states, [\d,]+ transitions, depth \d+, in [\d.]+ s/);
    expect(stdout).toMatch(/^holds {2}recovers: /m);
    expect(stdout).not.toContain('BROKEN');
    expect(stdout).toMatch(/once a node is whole.*\n\d+\.\d s {2}alone/);
  });

  it('prints the same as JSON', async () => {
    const { code, stdout } = await run([...small, '--json']);
    expect(code).toBe(0);
    const result = JSON.parse(stdout) as Verification;
    expect(result.holds).toBe(true);
    expect(result.states).toBeGreaterThan(1_000);
    expect(result.properties.every(({ holds, words }) => holds && words !== '')).toBe(true);
    expect(result.configurations.map(({ configuration }) => configuration)).toEqual(['alone']);
    expect(result.bounds[0]?.boundMs).toBeGreaterThan(0);
  });
});
