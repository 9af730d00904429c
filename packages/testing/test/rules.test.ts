import { describe, expect, it } from 'vitest';
import { conformanceFaults, parseFault } from '../src/conformance/plan.js';
import { type Evidence, judge } from '../src/conformance/rules.js';

const session = { node: 'secondary', jid: 'a@s/1', available: true, subscriptions: new Set(['t']) } as const;
const good: Evidence = {
  from: 'primary',
  subscribedBefore: ['t'],
  backAfterMs: 1_200,
  backOn: 'secondary',
  withinMs: 60_000,
  contacts: [],
  mostAtOnce: 1,
  sessionsAtEnd: [session],
  stateBefore: 'READY',
  stateAtEnd: 'READY',
  ended: null,
};

function verdict(rule: string, change: Partial<Evidence>): string {
  const found = judge({ ...good, ...change }).find((one) => one.rule === rule);
  return `${found?.verdict}: ${found?.what}`;
}

describe('the rules of conformance', () => {
  it('are all kept by a client that does everything', () => {
    expect(judge(good).map((one) => one.verdict)).toEqual(Array(6).fill('passed'));
  });

  it('tell what is missing', () => {
    expect(verdict('back', { ended: 'SIGSEGV' })).toBe('failed: the command ended: SIGSEGV');
    const mute = { ...session, available: false };
    expect(verdict('presence', { sessionsAtEnd: [mute] })).toBe('failed: not sent');
    const twice = [session, { ...session, node: 'primary', jid: 'a@p/1' } as const];
    expect(verdict('one session', { sessionsAtEnd: twice })).toBe('failed: 2 at the end: a@s/1, a@p/1');
    expect(verdict('one session', { mostAtOnce: 2 })).toBe('failed: 2 at once on one node');
    expect(verdict('signed in', { stateAtEnd: 'LOGOUT' })).toBe('failed: READY before, LOGOUT at the end');
    expect(verdict('signed in', { stateBefore: 'LOGOUT' })).toBe('none: was not signed in');
  });

  it('count the hardest window of one node, not the sum', () => {
    const every = (ms: number, count: number) =>
      Array.from({ length: count }, (_, index) => ({
        node: index % 2 === 0 ? ('primary' as const) : ('secondary' as const),
        kind: 'connection' as const,
        at: index * ms,
      }));
    expect(verdict('gentle', { contacts: every(500, 100) })).toMatch(/^passed: at most 5 connections/);
    expect(verdict('gentle', { contacts: every(100, 100) })).toMatch(/^failed: at most 25 connections/);
  });

  it('are played for every fault that has a name', () => {
    expect(conformanceFaults).toContain('xmpp-connection:silent');
    for (const name of conformanceFaults) expect(parseFault(name).name).toBe(name);
    expect(() => parseFault('web-app:frozen')).toThrow('unknown fault "web-app:frozen"; there are');
  });
});
