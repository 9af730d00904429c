/** One node with both CTI sides and its notification service, all real processes. */
import { type EventItem, parseSystemInfo, parseUser, type SystemInfo, type User } from '@finesse-ha/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Deployment } from './support/deployment.ts';
import type { TestProcess } from './support/processes.ts';
import type { RestClient } from './support/rest.ts';
import { AgentSession } from './support/xmpp.ts';

const ADA = '1001001';
const CAROL = '1001003';
const DAN = '1001004';
const LOGIN = `<User><state>LOGIN</state><extension>${ADA}</extension></User>`;
const READY = '<User><state>READY</state></User>';

let deployment: Deployment;
let sides: Record<'A' | 'B', TestProcess>;
let notification: TestProcess;
let host: TestProcess;
let rest: RestClient;
let ada: AgentSession;

beforeAll(async () => {
  deployment = await Deployment.plan();
  const [a, b, service, webHost] = await Promise.all([
    deployment.cti('A'),
    deployment.cti('B'),
    deployment.notification(),
    deployment.webHost(),
  ]);
  sides = { A: a, B: b };
  notification = service;
  host = webHost;
  rest = deployment.rest();
});

/** Every test heals what it broke; each has a session of its own. */
beforeEach(async () => {
  await rest.inService();
  ada = await AgentSession.open(deployment.xmpp(), ADA);
  await ada.finesse('available');
});

afterEach(() => ada.drop());

afterAll(async () => {
  await deployment.end();
});

function userIn({ update }: EventItem): User | undefined {
  return update.data.kind === 'user' ? update.data.user : undefined;
}

function systemInfoIn({ update }: EventItem): SystemInfo | undefined {
  return update.data.kind === 'systemInfo' ? update.data.systemInfo : undefined;
}

function statusUpdate(status: string, from: number): Promise<EventItem> {
  return ada.update((item) => systemInfoIn(item)?.status === status, from);
}

/** Does it over REST and waits for the notification that carries its requestId. */
async function act(body: string, requestId: string): Promise<EventItem> {
  const answer = await rest.putUser(ADA, body, { requestId });
  expect([answer.status, answer.body]).toEqual([202, '']);
  return ada.update((item) => item.update.requestId === requestId);
}

async function getUser(): Promise<User> {
  return parseUser((await rest.get(`/finesse/api/User/${ADA}`, ADA)).body);
}

describe('a node in service', () => {
  it('tells of itself, signs an agent in and follows its states', async () => {
    const info = parseSystemInfo((await rest.systemInfo()).body);
    expect(info).toMatchObject({ status: 'IN_SERVICE', statusReason: '', lastCTIHeartbeatStatus: 'success' });
    expect(info.ctiServers.filter((server) => server.active === true)).toHaveLength(1);

    const signedIn = await act(LOGIN, 'r-1');
    expect(signedIn.node).toBe(`/finesse/api/User/${ADA}`);
    expect(signedIn.update).toMatchObject({ event: 'PUT', source: `/finesse/api/User/${ADA}` });
    expect(userIn(signedIn)).toMatchObject({ state: 'NOT_READY', extension: ADA, reasonCodeId: '-1' });
    expect(userIn(signedIn)).toEqual(await getUser());

    const lunch = await act(
      '<User><state>NOT_READY</state><reasonCodeId>17</reasonCodeId></User>',
      'r-lunch',
    );
    expect(userIn(lunch)).toMatchObject({
      state: 'NOT_READY',
      reasonCodeId: '17',
      reasonCode: { label: 'Lunch' },
    });
    expect(userIn(await act(READY, 'r-2'))).toMatchObject({ state: 'READY', reasonCodeId: '-1' });
    // Signing in again keeps the state.
    expect(userIn(await act(LOGIN, 'r-3'))).toMatchObject({ state: 'READY', extension: ADA });
  });

  it('tells what CTI refuses in a notification with the requestId, and goes on', async () => {
    const dan = await AgentSession.open(deployment.xmpp(), DAN);
    const outcome = (requestId: string) => dan.update((item) => item.update.requestId === requestId);
    await rest.putUser(DAN, READY, { requestId: 'd-early' });
    expect((await outcome('d-early')).update).toMatchObject({
      source: `/finesse/api/User/${DAN}`,
      data: {
        kind: 'apiErrors',
        errors: {
          errors: [
            { errorType: 'Invalid State', errorData: '257', errorMessage: 'CF_INVALID_PASSWORD_SPECIFIED' },
          ],
        },
      },
    });
    await act(LOGIN, 'r-4');
    await rest.putUser(DAN, LOGIN, { requestId: 'd-taken' });
    expect((await outcome('d-taken')).update.data).toMatchObject({
      errors: { errors: [{ errorType: 'Device Busy', errorMessage: 'CF_EXTENSION_IN_USE' }] },
    });
    await rest.putUser(DAN, LOGIN.replace(ADA, DAN), { requestId: 'd-own' });
    expect(userIn(await outcome('d-own'))).toMatchObject({ state: 'NOT_READY', extension: DAN });
    dan.drop();
  });

  it("carries out a user's requests in their order", async () => {
    const notReady = (reason: string) =>
      `<User><state>NOT_READY</state><reasonCodeId>${reason}</reasonCodeId></User>`;
    const bodies = [notReady('17'), READY, notReady('16'), READY];
    for (const [index, body] of bodies.entries()) await rest.putUser(ADA, body, { requestId: `q-${index}` });
    await ada.update((item) => item.update.requestId === 'q-3');
    const states = ada.updates.filter((item) => item.update.requestId.startsWith('q-'));
    expect(states.map((item) => [item.update.requestId, userIn(item)?.reasonCodeId])).toEqual([
      ['q-0', '17'],
      ['q-1', '-1'],
      ['q-2', '16'],
      ['q-3', '-1'],
    ]);
  });

  it('locks an account after five wrong passwords, and no other', async () => {
    const path = `/finesse/api/User/${CAROL}`;
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const wrong = await rest.get(path, CAROL, 'guess');
      expect([wrong.status, wrong.body.includes('UNAUTHORIZED')]).toEqual([401, true]);
    }
    const right = await rest.get(path, CAROL);
    expect([right.status, right.body.includes('locked')]).toEqual([401, true]);
    expect(Number(right.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await rest.get(`/finesse/api/User/${ADA}`, ADA)).status).toBe(200);
  });
});

describe('a node that loses a part', () => {
  it('web app killed: presence of finesse goes, 404; started again: presence and service are back', async () => {
    await act(LOGIN, 'r-5');
    const before = await getUser();
    let mark = ada.mark;
    await host.webApp('kill');
    await ada.finesse('unavailable', mark);
    expect((await rest.systemInfo()).status).toBe(404);
    mark = ada.mark;
    await host.webApp('start');
    await ada.finesse('available', mark);
    await rest.inService();
    expect(await getUser()).toEqual(before);
  });

  it('web host killed: presence of finesse goes and nobody answers; a new one serves the same agents', async () => {
    await act(LOGIN, 'r-6');
    const before = await getUser();
    let mark = ada.mark;
    await host.end('SIGKILL');
    await ada.finesse('unavailable', mark);
    await expect(rest.systemInfo()).rejects.toThrow();
    mark = ada.mark;
    host = await deployment.webHost();
    await ada.finesse('available', mark);
    await rest.inService();
    expect(await getUser()).toEqual(before);
  });

  it('web host frozen: presence of finesse goes though its sockets live; thawed, it is back', async () => {
    const mark = ada.mark;
    host.child.kill('SIGSTOP');
    await ada.finesse('unavailable', mark);
    const back = ada.mark;
    host.child.kill('SIGCONT');
    await ada.finesse('available', back);
    await rest.inService();
  });

  it('CTI side killed: out of service, over to the other side, and the last states are published', async () => {
    const ready = await act(LOGIN, 'r-7').then(() => act(READY, 'r-8'));
    const active = parseSystemInfo((await rest.systemInfo()).body).ctiServers.findIndex((one) => one.active);
    const mark = ada.mark;
    const killed = active === 0 ? 'A' : 'B';
    await sides[killed].end('SIGKILL');
    const out = await statusUpdate('OUT_OF_SERVICE', mark);
    expect(systemInfoIn(out)).toMatchObject({
      statusReason: 'The connection to the CTI server is down',
      lastCTIHeartbeatStatus: 'failure',
    });
    await statusUpdate('IN_SERVICE', mark);
    const again = await ada.update((item) => userIn(item) !== undefined, mark);
    expect(userIn(again)).toEqual(userIn(ready));
    const info = parseSystemInfo((await rest.inService()).body);
    expect(info.ctiServers.findIndex((one) => one.active)).toBe(1 - active);
    sides[killed] = await deployment.cti(killed);
  });

  it('both CTI sides killed: out of service with 503 while finesse stays present; back when one is back', async () => {
    await act(LOGIN, 'r-9');
    const mark = ada.mark;
    await Promise.all([sides.A.end('SIGKILL'), sides.B.end('SIGKILL')]);
    await statusUpdate('OUT_OF_SERVICE', mark);
    await rest.outOfService();
    const refused = await rest.putUser(ADA, READY);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const down = ada.mark;
    sides.B = await deployment.cti('B');
    await statusUpdate('IN_SERVICE', down);
    // A CTI server that was wholly gone has lost its agents' states, and the agents are told.
    const published = await ada.update((item) => userIn(item) !== undefined, down);
    expect(userIn(published)?.state).toBe('LOGOUT');
    expect(ada.finesseHeard(mark)).toEqual([]);
    sides.A = await deployment.cti('A');
  });

  it('notification service killed: out of service, without touching CTI; back when it is back', async () => {
    await notification.end('SIGKILL');
    const out = parseSystemInfo((await rest.outOfService()).body);
    expect(out).toMatchObject({
      statusReason: 'The connection to the notification service is down',
      lastCTIHeartbeatStatus: 'success',
    });
    expect((await rest.get(`/finesse/api/User/${ADA}`, ADA)).status).toBe(503);
    notification = await deployment.notification();
    await rest.inService();
    const back = await AgentSession.open(deployment.xmpp(), ADA);
    await back.finesse('available');
    back.drop();
  });

  it('a request that CTI is lost over fails with its requestId', async () => {
    await act(LOGIN, 'r-10');
    // Frozen sides accept the request and answer nothing.
    for (const side of [sides.A, sides.B]) side.child.kill('SIGSTOP');
    const outcome = await act(READY, 'r-11');
    expect(outcome.update.data).toMatchObject({
      kind: 'apiErrors',
      errors: { errors: [{ errorType: 'Service Unavailable', errorMessage: 'SERVER_OUT_OF_SERVICE' }] },
    });
    await rest.outOfService();
    for (const side of [sides.A, sides.B]) side.child.kill('SIGCONT');
  });
});
