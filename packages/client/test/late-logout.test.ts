import { expect, test } from 'vitest';
import type { ClientOptions } from '../src/index.ts';
import { nextTime, type ScriptedNode } from './support/scripted-node.ts';
import { Subject, startPair } from './support/stage.ts';

const forced = () => ({ state: 'LOGOUT', reasonCodeId: '255', stateChangeTime: nextTime() });

/** An agent whose client has just moved to the secondary, READY by choice or not. */
async function moved(
  chosen: 'READY' | 'NOT_READY',
  options: Partial<ClientOptions> = {},
): Promise<{ subject: Subject; primary: ScriptedNode; secondary: ScriptedNode }> {
  const [primary, secondary] = await startPair();
  const subject = new Subject([primary], { extension: '7001', ...options });
  await subject.client.connect();
  await subject.client.signIn();
  await subject.client.setState(chosen);
  secondary.user = { ...primary.user };
  const recovered = subject.announced('recovered');
  primary.setStatus('OUT_OF_SERVICE', false);
  primary.dropSessions('end');
  await recovered;
  return { subject, primary, secondary };
}

const late = (outcome: string) => (event: { type: string }) =>
  event.type === 'logged-out-late' && 'outcome' in event && event.outcome === outcome;

test('reported: who did it, and what the agent is now', async () => {
  const { subject, primary, secondary } = await moved('READY');
  const told = subject.next(late('reported'));
  secondary.setUser(forced());
  expect(await told).toMatchObject({ leftNode: primary.url, user: { state: 'LOGOUT' }, error: null });
  expect(secondary.puts).toEqual([]);
});

test('repaired: signed in again with the same extension, and READY because READY was chosen here', async () => {
  const { subject, secondary } = await moved('READY', { onLoggedOut: 'repair' });
  const repaired = subject.next(late('repaired'));
  secondary.setUser(forced());
  await repaired;
  expect(secondary.puts.map(({ state, extension }) => [state, extension])).toEqual([
    ['LOGIN', '7001'],
    ['READY', undefined],
  ]);
  expect(subject.client.user?.state).toBe('READY');
});

test('repaired, but not READY: that was not what the agent chose last', async () => {
  const { subject, secondary } = await moved('NOT_READY', { onLoggedOut: 'repair' });
  const repaired = subject.next(late('repaired'));
  secondary.setUser(forced());
  await repaired;
  expect(secondary.puts.map(({ state }) => state)).toEqual(['LOGIN']);
});

test('forced to NOT_READY instead of out: READY again', async () => {
  const { subject, secondary } = await moved('READY', { onLoggedOut: 'repair' });
  const repaired = subject.next(late('repaired'));
  secondary.setUser({ ...forced(), state: 'NOT_READY' });
  await repaired;
  expect(secondary.puts.map(({ state }) => state)).toEqual(['READY']);
});

test('a repair that is refused is told', async () => {
  const { subject, secondary } = await moved('READY', { onLoggedOut: 'repair' });
  secondary.onPut = () => ({ status: 400 });
  const failed = subject.next(late('repair-failed'));
  secondary.setUser(forced());
  expect(await failed).toMatchObject({ error: { kind: 'refused' } });
});

test('logged out during the outage already: seen by the fetch, acted on once in service', async () => {
  const [primary, secondary] = await startPair();
  const subject = new Subject([primary], { extension: '7001', onLoggedOut: 'repair' });
  await subject.client.connect();
  await subject.client.signIn();
  secondary.user = { ...primary.user, ...forced() };
  const repaired = subject.next(late('repaired'));
  primary.setStatus('OUT_OF_SERVICE', false);
  primary.dropSessions('end');
  await repaired;
  expect(subject.client.user?.state).toBe('NOT_READY');
});

test('a supervisor who moves the agent is not undone', async () => {
  const { subject, secondary } = await moved('READY', { onLoggedOut: 'repair' });
  secondary.setUser({ state: 'NOT_READY', reasonCodeId: '999', stateChangeTime: nextTime() });
  const repaired = subject.next(late('repaired'));
  secondary.setUser(forced());
  await repaired;
  expect(secondary.puts.map(({ state }) => state)).toEqual(['LOGIN']);
  expect(subject.told().filter((one) => one === 'logged-out-late')).toHaveLength(2);
});

test('a tug of war is not entered: the third time it is only told', async () => {
  const { subject, secondary } = await moved('NOT_READY', { onLoggedOut: 'repair' });
  for (let repair = 1; repair <= 2; repair++) {
    const repaired = subject.next(late('repaired'));
    secondary.setUser(forced());
    await repaired;
  }
  const told = subject.next(late('reported'));
  secondary.setUser(forced());
  await told;
  expect(secondary.puts).toHaveLength(2);
});

test('without a move a forced logout is just an update', async () => {
  const [primary] = await startPair();
  const subject = new Subject([primary], { onLoggedOut: 'repair' });
  await subject.client.connect();
  const seen = subject.next((event) => event.type === 'update');
  primary.setUser(forced());
  await seen;
  await subject.client.close();
  expect(subject.told()).not.toContain('logged-out-late');
});

test('a sign-out by the agent with a reason of the same number is the agent’s own', async () => {
  const { subject, secondary } = await moved('READY', { onLoggedOut: 'repair' });
  await subject.client.signOut({ reasonCodeId: '255' });
  expect(secondary.puts.map(({ state }) => state)).toEqual(['LOGOUT']);
  await subject.client.close();
  expect(subject.told()).not.toContain('logged-out-late');
});
