import { describe, expect, it } from 'vitest';
import { createState, defaultSettings, resolveSettings, SettingsError, spreadMs } from '../src/index.js';
import { pollCapMs, pollStepMs } from '../src/settings.js';

describe('settings', () => {
  it('are the defaults where nothing is given', () => {
    expect(resolveSettings()).toEqual(defaultSettings);
    expect(resolveSettings({ pingIntervalMs: 4_000 })).toEqual({ ...defaultSettings, pingIntervalMs: 4_000 });
  });

  it('that are undefined are not given', () => {
    const given = { pingIntervalMs: undefined } as unknown as { pingIntervalMs: number };
    expect(resolveSettings(given)).toEqual(defaultSettings);
  });

  it.each([
    ['pingIntervalMs', 0, 'must be a positive number, not 0'],
    ['pingIntervalMs', -1, 'must be a positive number, not -1'],
    ['pingIntervalMs', Number.NaN, 'must be a positive number, not NaN'],
    ['pollIntervalMs', Number.POSITIVE_INFINITY, 'must be a positive number, not Infinity'],
    ['pollIntervalMs', '20s', 'must be a positive number, not 20s'],
    ['quickAttempts', -1, 'must be a non-negative number, not -1'],
    ['pingEveryMs', 5, 'does not exist'],
  ])('%s: %s is refused', (setting, value, problem) => {
    const resolve = () => resolveSettings({ [setting]: value } as object);
    expect(resolve).toThrow(SettingsError);
    expect(resolve).toThrow(expect.objectContaining({ kind: 'settings', name: 'SettingsError' }));
    expect(resolve).toThrow(`failover setting "${setting}" ${problem}`);
  });

  it.each(['quickAttempts', 'quickWindowMs', 'ownLinkSpreadMs', 'tieGraceMs', 'logLimit'] as const)(
    '%s may be zero',
    (setting) => {
      expect(resolveSettings({ [setting]: 0 })[setting]).toBe(0);
    },
  );

  it('spread 2000 agents over 30 s, and a team over next to nothing', () => {
    expect(spreadMs(resolveSettings({ agentsPerNode: 2_000 }))).toBe(30_000);
    expect(spreadMs(defaultSettings)).toBe(750);
    expect(spreadMs(resolveSettings({ agentsPerNode: 1_000_000 }))).toBe(60_000);
  });

  it('let all agents of a node ask again about a thousand times a second at most', () => {
    expect(pollStepMs(defaultSettings, true)).toBe(500);
    expect(pollStepMs(resolveSettings({ agentsPerNode: 2_000 }), false)).toBe(2_000);
    expect(pollStepMs(resolveSettings({ agentsPerNode: 2_000 }), true)).toBe(8_000);
  });

  it('let all agents of a node ask about a hundred times a second at most', () => {
    expect(pollCapMs(defaultSettings)).toBe(5_000);
    expect(pollCapMs(resolveSettings({ agentsPerNode: 2_000 }))).toBe(20_000);
  });
});

describe('the nodes given', () => {
  it.each([
    [[], 'one or two nodes are needed, not 0'],
    [['a', 'b', 'c'], 'one or two nodes are needed, not 3'],
    [['a', 'a'], 'the two nodes are the same: a'],
  ])('%j are refused', (nodes, problem) => {
    expect(() => createState(defaultSettings, nodes, 1, 0)).toThrow(problem);
  });
});
