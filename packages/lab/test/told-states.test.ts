import type { User } from '@finesse-ha/protocol';
import { describe, expect, it } from 'vitest';
import { ToldStates } from '../src/drill/subject.js';

describe('the states that an application was told of', () => {
  const at = (second: number, more: Partial<User> = {}): User => ({
    uri: '/finesse/api/User/1001001',
    loginId: '1001001',
    roles: [],
    settings: {},
    teams: [],
    unknown: [],
    state: 'TALKING',
    stateChangeTime: `2026-11-29T06:04:${second}.501Z`,
    ...more,
  });

  it('are news when the state changes, or something else of the user does', () => {
    const told = new ToldStates();
    expect(told.add(at(54))).toBe(true);
    expect(told.add(at(54, { pendingState: 'NOT_READY' }))).toBe(true);
    expect(told.add(at(55, { state: 'NOT_READY' }))).toBe(true);
  });

  it('are none when nothing changed, when they were told before, or when they come after newer ones', () => {
    const told = new ToldStates();
    told.add(at(54));
    expect(told.add(at(54))).toBe(false);
    told.add(at(55, { state: 'NOT_READY' }));
    expect(told.add(at(54))).toBe(false);
    expect(told.add(at(53, { state: 'READY' }))).toBe(false);
  });

  it('are forgotten when they are accounted for, all but the latest', () => {
    const told = new ToldStates();
    told.add(at(54));
    told.add(at(55));
    told.settle();
    const key = (second: number) => `TALKING  2026-11-29T06:04:${second}.501Z`;
    expect([told.has(key(54)), told.has(key(55))]).toEqual([false, true]);
    expect(told.add(at(55))).toBe(false);
  });
});
