import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LoginQueue } from '../src/login-queue.js';
import type { Session } from '../src/session.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const limits = { waitingLogins: 10, loginWaitMs: 4_000, loginsAtOnce: 1, retryAfterSeconds: 3 };

/** What the queue looks at of a session. */
const session = () => ({ over: false }) as unknown as Session;

function started(queue: LoginQueue, names: readonly string[]) {
  const begun: string[] = [];
  const sessions = names.map((name) => {
    const one = session();
    expect(queue.enter(one, () => begun.push(name))).toBe(0);
    return one;
  });
  return { begun, sessions };
}

it('begins so many at once, and the next when one is done', () => {
  const queue = new LoginQueue({ ...limits, loginsAtOnce: 2 });
  const { begun, sessions } = started(queue, ['a', 'b', 'c', 'd']);
  vi.advanceTimersByTime(0);
  expect(begun).toEqual(['a', 'b']);
  queue.left(sessions[1] as Session);
  vi.advanceTimersByTime(0);
  expect(begun).toEqual(['a', 'b', 'c']);
});

it('is not kept by those who begin and do not go on', () => {
  const queue = new LoginQueue(limits);
  const { begun } = started(queue, ['a', 'b', 'c']);
  vi.advanceTimersByTime(499);
  expect(begun).toEqual(['a']);
  vi.advanceTimersByTime(2);
  expect(begun).toEqual(['a', 'b']);
  queue.close();
  expect(vi.getTimerCount()).toBe(0);
});

it('passes over those who have gone, and refuses one too many', () => {
  const queue = new LoginQueue({ ...limits, waitingLogins: 2 });
  const { begun, sessions } = started(queue, ['a', 'b']);
  expect(queue.enter(session(), () => undefined)).toBeGreaterThanOrEqual(3_000);
  Object.assign(sessions[0] as Session, { over: true });
  vi.advanceTimersByTime(0);
  expect(begun).toEqual(['b']);
});

it('tells each who is sent away a later time, as fast as places come free, and nobody one of half a minute from now', () => {
  const queue = new LoginQueue({ ...limits, loginsAtOnce: 5 });
  const times = Array.from({ length: 2_000 }, () => queue.refuse());
  // Five places that are given up after half a second are ten a second at the least, and thrice that is hoped for.
  expect(times.slice(0, 3).map(Math.round)).toEqual([3_033, 3_067, 3_100]);
  expect(Math.max(...times)).toBeLessThanOrEqual(30_000);
  expect(Math.min(...times)).toBeGreaterThan(3_000);
});

it('takes no more than can have their turn in time, at the pace of the last second', () => {
  const queue = new LoginQueue({ ...limits, waitingLogins: 100, loginWaitMs: 1_000 });
  const names = Array.from({ length: 40 }, (_, index) => `${index}`);
  const { sessions } = started(queue, names);
  // Ten in a second, one after another.
  for (const one of sessions.slice(0, 11)) {
    vi.advanceTimersByTime(100);
    queue.left(one);
    vi.advanceTimersByTime(0);
  }
  expect(queue.length).toBeGreaterThan(10);
  expect(queue.enter(session(), () => undefined)).toBeGreaterThan(0);
});

it('takes one that everybody waits for before all others, however many wait, and no second one', () => {
  const queue = new LoginQueue({ ...limits, waitingLogins: 2 });
  const { begun } = started(queue, ['a', 'b']);
  expect(queue.enter(session(), () => begun.push('finesse'), true)).toBe(0);
  expect(queue.enter(session(), () => begun.push('who says so'), true)).toBeGreaterThan(0);
  vi.advanceTimersByTime(0);
  expect(begun).toEqual(['finesse']);
});
