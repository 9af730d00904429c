/** What differs between Unified CCE and Unified CCX: states around a call, and who is logged out when its desktop is gone. */
import { type EventItem, parseDialogs, parseUser, type User } from '@finesse-ha/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Customer } from './support/customer.ts';
import { Deployment } from './support/deployment.ts';
import type { RestClient } from './support/rest.ts';
import { AgentSession } from './support/xmpp.ts';

/** Takes the calls of Sales, as Brian does. */
const ADA = '1001001';
const BRIAN = '1001002';
const CAROL = '1001003';
const SALES = '5022';
const GRACE_MS = 150;
const LUNCH = '<state>NOT_READY</state><reasonCodeId>17</reasonCodeId>';
const MEETING = '<state>NOT_READY</state><reasonCodeId>16</reasonCodeId>';
const READY = '<state>READY</state>';
const LOGOUT = '<state>LOGOUT</state>';

/** An agent at a node, and what it does there. */
class Desk {
  readonly #rest: RestClient;
  readonly #id: string;
  readonly session: AgentSession;
  #requests = 0;

  private constructor(rest: RestClient, id: string, session: AgentSession) {
    this.#rest = rest;
    this.#id = id;
    this.session = session;
  }

  static async signIn(deployment: Deployment, id: string, node: 'primary' | 'secondary' = 'primary') {
    const session = await AgentSession.open(deployment.xmpp(node), id);
    await session.finesse('available');
    const desk = new Desk(deployment.rest(node), id, session);
    await desk.ask(`<state>LOGIN</state><extension>${id}</extension>`);
    return desk;
  }

  /** The notification that tells the outcome. */
  async ask(body: string, of = this.#id): Promise<EventItem['update']['data']> {
    const requestId = `${this.#id}-${this.#requests++}`;
    const answer = await this.#rest.putUser(of, `<User>${body}</User>`, { as: this.#id, requestId });
    expect([answer.status, answer.body]).toEqual([202, '']);
    if (of !== this.#id) return { kind: 'none' } as EventItem['update']['data'];
    return (await this.session.update(({ update }) => update.requestId === requestId)).update.data;
  }

  async user(): Promise<User> {
    return parseUser((await this.#rest.get(`/finesse/api/User/${this.#id}`, this.#id)).body);
  }

  /** The next time that the agent is told to be in a state. */
  async told(state: string, from: number): Promise<User> {
    const fits = ({ update: { data } }: EventItem) => data.kind === 'user' && data.user.state === state;
    const { data } = (await this.session.update(fits, from)).update;
    if (data.kind !== 'user') throw new Error('unreachable');
    return data.user;
  }

  /** Does something with the agent's call, and resolves with the state that follows. */
  async act(action: string, state: string): Promise<User> {
    const mark = this.session.mark;
    const { dialogs } = parseDialogs(
      (await this.#rest.get(`/finesse/api/User/${this.#id}/Dialogs`, this.#id)).body,
    );
    const body = `<Dialog><requestedAction>${action}</requestedAction><targetMediaAddress>${this.#id}</targetMediaAddress></Dialog>`;
    const answer = await this.#rest.send('PUT', `/finesse/api/Dialog/${dialogs[0]?.id}`, this.#id, body);
    expect([answer.status, answer.body]).toEqual([202, '']);
    return this.told(state, mark);
  }

  /** Takes the next call of Sales. */
  async talk(customer: Customer): Promise<number> {
    if ((await this.user()).state !== 'READY') await this.ask(READY);
    const mark = this.session.mark;
    const callId = await customer.call(SALES);
    await this.told('RESERVED', mark);
    await this.act('ANSWER', 'TALKING');
    return callId;
  }
}

function userIn(data: EventItem['update']['data']): User {
  if (data.kind !== 'user') throw new Error(`a ${data.kind} instead of a user`);
  return data.user;
}

function errorIn(data: EventItem['update']['data']): string {
  if (data.kind !== 'apiErrors') throw new Error(`a ${data.kind} instead of errors`);
  const [error] = data.errors.errors;
  return `${error?.errorType} ${error?.errorData}`;
}

async function start(type: 'UCCE' | 'UCCX') {
  const deployment = await Deployment.plan(type);
  const node = (name: 'primary' | 'secondary', logoutOnAgentDisconnect: 0 | 1) =>
    deployment.webHost(name, { forcedLogoutMs: GRACE_MS, logoutOnAgentDisconnect });
  await Promise.all([
    deployment.cti('A'),
    deployment.notification('primary'),
    deployment.notification('secondary'),
    node('primary', 1),
    node('secondary', 0),
  ]);
  await Promise.all([deployment.rest('primary').inService(), deployment.rest('secondary').inService()]);
  return { deployment, customer: await Customer.at([deployment.ctiSide('A')]) };
}

describe('Unified CCE', () => {
  let deployment: Deployment;
  let customer: Customer;
  beforeAll(async () => {
    ({ deployment, customer } = await start('UCCE'));
  });
  afterAll(async () => {
    await customer.leave();
    await deployment.end();
  });

  it('keeps what an agent asks for in a call, as often as it changes its mind, and shows it', async () => {
    const ada = await Desk.signIn(deployment, ADA);
    await ada.talk(customer);
    expect((await ada.act('HOLD', 'HOLD')).pendingState).toBe('');
    await ada.act('RETRIEVE', 'TALKING');
    expect(userIn(await ada.ask(LUNCH))).toMatchObject({ state: 'TALKING', pendingState: 'NOT_READY' });
    expect(userIn(await ada.ask(MEETING))).toMatchObject({ state: 'TALKING', pendingState: 'NOT_READY' });
    expect(await ada.user()).toMatchObject({ state: 'TALKING', pendingState: 'NOT_READY' });
    await ada.act('DROP', 'WORK');
    expect(userIn(await ada.ask(READY))).toMatchObject({ state: 'READY', pendingState: '' });
    await ada.talk(customer);
    await ada.ask(LUNCH);
    expect(userIn(await ada.ask(READY))).toMatchObject({ pendingState: 'READY' });
    // Who is to be Ready is so after the after-call work too.
    await ada.act('DROP', 'WORK_READY');
    expect(errorIn(await ada.ask(LOGOUT))).toBe('Invalid State 21');
    await ada.ask(MEETING);
    expect(userIn(await ada.ask(LOGOUT))).toMatchObject({ state: 'LOGOUT' });
    expect(errorIn(await ada.ask(READY))).toBe('Invalid State 257');
    ada.session.drop();
  });

  it('logs out at once whoever is gone, in a call too, where LOAD is 1; back again, the agent is in the call', async () => {
    const ada = await Desk.signIn(deployment, ADA);
    await ada.talk(customer);
    const carol = await Desk.signIn(deployment, CAROL, 'secondary');
    await carol.session.subscribe('/finesse/api/Team/1/Users');
    const mark = carol.session.mark;
    ada.session.drop();
    await carol.session.update(({ update: { data } }) => {
      return data.kind === 'user' && data.user.loginId === ADA && data.user.state === 'LOGOUT';
    }, mark);
    const again = await Desk.signIn(deployment, ADA);
    expect(await again.user()).toMatchObject({ state: 'TALKING' });
    await again.act('DROP', 'WORK');
    await again.ask(LUNCH);
    await carol.ask(READY);
    // A supervisor signs out whoever is signed in, whatever the state.
    const asked = again.session.mark;
    await carol.ask(LOGOUT, ADA);
    expect((await again.told('LOGOUT', asked)).reasonCode?.code).toBe('999');
    again.session.drop();
    carol.session.drop();
  });

  it('makes Not Ready whoever is gone, in a call when that is over, where LOAD is 0', async () => {
    const brian = await Desk.signIn(deployment, BRIAN, 'secondary');
    const callId = await brian.talk(customer);
    const other = await AgentSession.open(deployment.xmpp('primary'), CAROL);
    await other.subscribe('/finesse/api/Team/1/Users');
    const told = (state: string, pending: string) =>
      other.update(({ update: { data } }) => {
        if (data.kind !== 'user' || data.user.loginId !== BRIAN) return false;
        return data.user.state === state && data.user.pendingState === pending;
      });
    brian.session.drop();
    await told('TALKING', 'NOT_READY');
    await customer.hangUp(callId);
    await told('WORK', 'NOT_READY');
    other.drop();
  });
});

describe('Unified CCX', () => {
  let deployment: Deployment;
  let customer: Customer;
  beforeAll(async () => {
    ({ deployment, customer } = await start('UCCX'));
  });
  afterAll(async () => {
    await customer.leave();
    await deployment.end();
  });

  it('takes Not Ready once in a call, Ready never, and knows neither Hold nor Work Ready', async () => {
    const ada = await Desk.signIn(deployment, ADA);
    await ada.talk(customer);
    expect(errorIn(await ada.ask(READY))).toBe('Invalid State 265');
    expect(userIn(await ada.ask(LUNCH))).toMatchObject({ state: 'TALKING', pendingState: 'NOT_READY' });
    expect(errorIn(await ada.ask(MEETING))).toBe('Invalid State 265');
    const { dialogs } = parseDialogs(
      (await deployment.rest().get(`/finesse/api/User/${ADA}/Dialogs`, ADA)).body,
    );
    const hold = `<Dialog><requestedAction>HOLD</requestedAction><targetMediaAddress>${ADA}</targetMediaAddress></Dialog>`;
    await deployment.rest().send('PUT', `/finesse/api/Dialog/${dialogs[0]?.id}`, ADA, hold, 'hold');
    await ada.session.update(({ update }) => update.requestId === 'hold');
    expect((await ada.user()).state).toBe('TALKING');
    await ada.act('DROP', 'WORK');
    await ada.ask(READY);
    await ada.talk(customer);
    await ada.act('DROP', 'WORK');
    await ada.ask(READY);
    expect(userIn(await ada.ask(LOGOUT))).toMatchObject({ state: 'LOGOUT' });
    expect(errorIn(await ada.ask(MEETING))).toBe('Invalid State 1010');
    ada.session.drop();
  });

  it('logs out whoever is gone, in a call when that is over, whatever LOAD says', async () => {
    const brian = await Desk.signIn(deployment, BRIAN, 'secondary');
    const callId = await brian.talk(customer);
    const other = await AgentSession.open(deployment.xmpp('secondary'), CAROL);
    await other.subscribe('/finesse/api/Team/1/Users');
    const told = (state: string, pending: string) =>
      other.update(({ update: { data } }) => {
        if (data.kind !== 'user' || data.user.loginId !== BRIAN) return false;
        return data.user.state === state && data.user.pendingState === pending;
      });
    brian.session.drop();
    await told('TALKING', 'LOGOUT');
    await customer.hangUp(callId);
    await told('LOGOUT', '');
    other.drop();
  });

  it('has no queues to show, takes no call data with a new call, and gives a supervisor another code', async () => {
    const rest = deployment.rest();
    expect((await rest.get('/finesse/api/Queue/5022', ADA)).status).toBe(501);
    const call = `<Dialog><requestedAction>MAKE_CALL</requestedAction><fromAddress>${CAROL}</fromAddress><toAddress>2000</toAddress><mediaProperties/></Dialog>`;
    const carol = await Desk.signIn(deployment, CAROL);
    expect((await rest.send('POST', `/finesse/api/User/${CAROL}/Dialogs`, CAROL, call)).status).toBe(400);
    const ada = await Desk.signIn(deployment, ADA);
    await ada.ask(READY);
    const mark = ada.session.mark;
    await carol.ask('<state>NOT_READY</state>', ADA);
    expect((await ada.told('NOT_READY', mark)).reasonCode?.code).toBe('33');
    carol.session.drop();
    ada.session.drop();
  });
});
