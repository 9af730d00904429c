import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LoginQueue } from '../src/login-queue.js';
import type { Session } from '../src/session.js';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** What the queue looks at of a session. */
const session = () => ({ over: false }) as unknown as Session;

function started(queue: LoginQueue, names: readonly string[]) {
  const begun: string[] = [];
  const sessions = names.map((name) => {
    const one = session();
    expect(queue.enter(one, () => begun.push(name))).toBe(true);
    return one;
  });
  return { begun, sessions };
}

it('begins so many at once, and the next when one is done', () => {
  const queue = new LoginQueue(10, 2);
  const { begun, sessions } = started(queue, ['a', 'b', 'c', 'd']);
  vi.advanceTimersByTime(0);
  expect(begun).toEqual(['a', 'b']);
  queue.left(sessions[1] as Session);
  vi.advanceTimersByTime(0);
  expect(begun).toEqual(['a', 'b', 'c']);
});

it('is not kept by those who begin and do not go on', () => {
  const queue = new LoginQueue(10, 1);
  const { begun } = started(queue, ['a', 'b', 'c']);
  vi.advanceTimersByTime(499);
  expect(begun).toEqual(['a']);
  vi.advanceTimersByTime(2);
  expect(begun).toEqual(['a', 'b']);
  queue.close();
  expect(vi.getTimerCount()).toBe(0);
});

it('passes over those who have gone, and refuses one too many', () => {
  const queue = new LoginQueue(2, 1);
  const { begun, sessions } = started(queue, ['a', 'b']);
  expect(queue.enter(session(), () => undefined)).toBe(false);
  Object.assign(sessions[0] as Session, { over: true });
  vi.advanceTimersByTime(0);
  expect(begun).toEqual(['b']);
});
