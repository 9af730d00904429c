import { describe, expect, it } from 'vitest';
import { run } from './run.js';

const keys = [
  'scenario',
  'variant',
  'alternate',
  'mechanism',
  'criterion',
  'detectedMs',
  'recoveredMs',
  'recoveredOn',
  'lost',
  'doubled',
  'callsLost',
  'passed',
];

describe('finesse-ha drill all --json', () => {
  it('plays eighteen rows on real processes, all passed, none lost, none doubled, every call still there', async () => {
    const { code, stdout } = await run(['drill', 'all', '--json']);
    const rows = JSON.parse(stdout) as Record<string, unknown>[];
    expect(rows.filter(({ passed }) => passed !== true)).toEqual([]);
    expect(rows.length).toBe(18);
    for (const row of rows) {
      expect(Object.keys(row).sort()).toEqual([...keys].sort());
      expect(row).toMatchObject({
        lost: 0,
        doubled: 0,
        callsLost: 0,
        recoveredOn: row.alternate === 'down' ? 'same' : 'alternate',
      });
    }
    expect(code).toBe(0);
  }, 480_000);
});
