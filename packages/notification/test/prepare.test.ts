import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { Credentials } from '../src/credentials.js';
import { LoginQueue } from '../src/login-queue.js';
import { prepareLogins } from '../src/prepare.js';
import type { Session } from '../src/session.js';

const users = ['1001', '1002', '1003'].map((id) => ({ id, password: 'secret' }));
const limits = { waitingLogins: 10, loginWaitMs: 4_000, loginsAtOnce: 1, retryAfterSeconds: 3 };

/** A key that is there already needs no other turn. The contrary cannot be asked so: in a slow turn it may come. */
const isPrepared = (credentials: Credentials, user: string) =>
  Promise.race([credentials.scram(user, 'SHA-256').then(() => true), nextTurn(false)]);

it('works out the keys of all users before anybody logs in', async () => {
  const credentials = new Credentials(users, { lockoutAttempts: 5, lockoutMs: 1_000 });
  await prepareLogins(
    credentials,
    ['SCRAM-SHA-256', 'PLAIN'],
    new LoginQueue(limits),
    new AbortController().signal,
  );
  for (const { id } of users) expect(await isPrepared(credentials, id)).toBe(true);
});

it('leaves the processor to those who log in, and goes on afterwards', async () => {
  const credentials = new Credentials(users, { lockoutAttempts: 5, lockoutMs: 1_000 });
  const asked = vi.spyOn(credentials, 'scram');
  const queue = new LoginQueue(limits);
  const session = { over: false } as unknown as Session;
  for (let entered = 0; entered < 2; entered += 1) queue.enter(session, () => undefined);
  const preparing = prepareLogins(credentials, ['SCRAM-SHA-256'], queue, new AbortController().signal);
  await nextTurn();
  expect(queue.length).toBeGreaterThan(0);
  expect(asked).not.toHaveBeenCalled();
  queue.close();
  await preparing;
  expect(asked.mock.calls).toEqual(users.map(({ id }) => [id, 'SHA-256']));
  for (const { id } of users) expect(await isPrepared(credentials, id)).toBe(true);
});

it('has nothing to do without SCRAM, and ends with the service', async () => {
  const credentials = new Credentials(users, { lockoutAttempts: 5, lockoutMs: 1_000 });
  const asked = vi.spyOn(credentials, 'scram');
  await prepareLogins(credentials, ['PLAIN'], new LoginQueue(limits), new AbortController().signal);
  await prepareLogins(credentials, ['SCRAM-SHA-256'], new LoginQueue(limits), AbortSignal.abort());
  expect(asked).not.toHaveBeenCalled();
});
