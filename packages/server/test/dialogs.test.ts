/** Agents' calls through REST, the notification service and both CTI sides, all real processes. */
import { type Dialog, type EventItem, parseDialog, parseDialogs } from '@finesse-ha/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Customer } from './support/customer.ts';
import { Deployment } from './support/deployment.ts';
import type { TestProcess } from './support/processes.ts';
import type { RestClient } from './support/rest.ts';
import { AgentSession } from './support/xmpp.ts';

const ADA = '1001001';
const BRIAN = '1001002';
const CAROL = '1001003';
const DAN = '1001004';
const SALES = '5022';

let deployment: Deployment;
let sides: Record<'A' | 'B', TestProcess>;
let host: TestProcess;
let rest: RestClient;
let ada: AgentSession;
let brian: AgentSession;
let carol: AgentSession;
let customer: Customer;
let requests = 0;

beforeAll(async () => {
  deployment = await Deployment.plan();
  const [a, b, webHost] = await Promise.all([
    deployment.cti('A'),
    deployment.cti('B'),
    deployment.webHost(),
    deployment.notification(),
  ]);
  sides = { A: a, B: b };
  host = webHost;
  rest = deployment.rest();
  await rest.inService();
  customer = await Customer.at([deployment.ctiSide('B'), deployment.ctiSide('A')]);
});

beforeEach(async () => {
  await rest.inService();
  [ada, brian, carol] = (await Promise.all(
    [ADA, BRIAN, CAROL].map((id) => AgentSession.open(deployment.xmpp(), id)),
  )) as [AgentSession, AgentSession, AgentSession];
  for (const [id, session] of [
    [ADA, ada],
    [BRIAN, brian],
    [CAROL, carol],
  ] as const) {
    await session.finesse('available');
    await setState(id, session, `<state>LOGIN</state><extension>${id}</extension>`);
    await setState(id, session, '<state>NOT_READY</state>');
  }
});

/** Whoever is still in a call hangs up. */
afterEach(async () => {
  await rest.inService();
  for (const [id, session] of [
    [ADA, ada],
    [BRIAN, brian],
    [CAROL, carol],
  ] as const) {
    for (const dialog of await list(id)) {
      const own = dialog.participants.find(({ mediaAddress }) => mediaAddress === id);
      if (own?.actions.includes('DROP') === true) await act(id, session, dialog.id, 'DROP');
    }
    await setState(id, session, '<state>NOT_READY</state>');
    session.drop();
  }
});

afterAll(async () => {
  await customer.leave();
  await deployment.end();
});

async function setState(id: string, session: AgentSession, body: string): Promise<void> {
  const requestId = `state-${requests++}`;
  await rest.putUser(id, `<User>${body}</User>`, { requestId });
  await session.update((item) => item.update.requestId === requestId);
}

async function list(id: string): Promise<readonly Dialog[]> {
  return parseDialogs((await rest.get(`/finesse/api/User/${id}/Dialogs`, id)).body).dialogs;
}

async function get(dialogId: string, as: string): Promise<Dialog> {
  return parseDialog((await rest.get(`/finesse/api/Dialog/${dialogId}`, as)).body);
}

/** Asks for it over REST, and resolves with the notification that carries its requestId. */
async function outcome(
  session: AgentSession,
  method: 'PUT' | 'POST',
  path: string,
  as: string,
  body: string,
): Promise<EventItem> {
  const requestId = `call-${requests++}`;
  const answer = await rest.send(method, path, as, `<Dialog>${body}</Dialog>`, requestId);
  expect([answer.status, answer.body]).toEqual([202, '']);
  return session.update((item) => item.update.requestId === requestId);
}

/** Acts on a dialog at the own extension. */
function act(
  id: string,
  session: AgentSession,
  dialogId: string,
  action: string,
  more = '',
): Promise<EventItem> {
  const body = `<requestedAction>${action}</requestedAction><targetMediaAddress>${id}</targetMediaAddress>${more}`;
  return outcome(session, 'PUT', `/finesse/api/Dialog/${dialogId}`, id, body);
}

function create(
  id: string,
  session: AgentSession,
  action: string,
  to: string,
  more = '',
): Promise<EventItem> {
  const body = `<requestedAction>${action}</requestedAction><fromAddress>${id}</fromAddress><toAddress>${to}</toAddress>${more}`;
  return outcome(session, 'POST', `/finesse/api/User/${id}/Dialogs`, id, body);
}

function dialogIn({ update }: EventItem): Dialog | undefined {
  if (update.data.kind === 'dialog') return update.data.dialog;
  return update.data.kind === 'dialogs' ? update.data.dialogs[0] : undefined;
}

/** `extension=STATE` of everyone in it. */
function states(dialog: Dialog | undefined): string[] {
  return (dialog?.participants ?? []).map(({ mediaAddress, state }) => `${mediaAddress}=${state}`).toSorted();
}

/** The next notification of this kind in which the participants do that. */
function told(session: AgentSession, event: string, parties: string[], from = 0): Promise<EventItem> {
  return session.update((item) => {
    const seen = states(dialogIn(item));
    return item.update.event === event && parties.every((party) => seen.includes(party));
  }, from);
}

/** All that was told of a dialog: `EVENT own state`. */
function history(session: AgentSession, id: string, dialogId: string): string[] {
  return session.updates.flatMap((item) => {
    const dialog = dialogIn(item);
    if (dialog?.id !== dialogId) return [];
    const own = dialog.participants.find(({ mediaAddress }) => mediaAddress === id);
    return [`${item.update.event} ${own?.state}`];
  });
}

/** A customer in a call with Ada. */
async function adaTalks(): Promise<string> {
  await setState(ADA, ada, '<state>READY</state>');
  const callId = String(await customer.call(SALES));
  await told(ada, 'POST', [`${ADA}=ALERTING`]);
  await act(ADA, ada, callId, 'ANSWER');
  return callId;
}

describe('a call of an agent', () => {
  it('from the ring through hold and call data to wrap-up', async () => {
    await setState(ADA, ada, '<state>READY</state>');
    const id = String(await customer.call(SALES));
    const rung = await told(ada, 'POST', [`${ADA}=ALERTING`]);
    expect(rung).toMatchObject({
      node: `/finesse/api/User/${ADA}/Dialogs`,
      update: { source: `/finesse/api/User/${ADA}/Dialogs`, requestId: '' },
    });
    expect(dialogIn(rung)).toMatchObject({
      id,
      uri: `/finesse/api/Dialog/${id}`,
      mediaType: 'Voice',
      state: 'ALERTING',
      fromAddress: customer.number,
      toAddress: SALES,
      mediaProperties: {
        fields: { callType: 'ACD_IN', queueNumber: SALES, queueName: 'Sales', mediaId: '1' },
      },
    });
    await ada.update(({ update: { data } }) => data.kind === 'user' && data.user.state === 'RESERVED');

    const answered = await act(ADA, ada, id, 'ANSWER');
    expect(answered.update).toMatchObject({ event: 'PUT', source: `/finesse/api/Dialog/${id}` });
    const own = dialogIn(answered)?.participants.find(({ mediaAddress }) => mediaAddress === ADA);
    expect(own).toMatchObject({
      state: 'ACTIVE',
      mediaAddressType: 'AGENT_DEVICE',
      actions: ['HOLD', 'DROP', 'UPDATE_CALL_DATA', 'SEND_DTMF', 'CONSULT_CALL', 'TRANSFER_SST'],
    });
    expect(await get(id, ADA)).toEqual(dialogIn(answered));
    expect(await list(ADA)).toEqual([dialogIn(answered)]);

    expect(states(dialogIn(await act(ADA, ada, id, 'HOLD')))).toContain(`${ADA}=HELD`);
    await ada.update(({ update: { data } }) => data.kind === 'user' && data.user.state === 'HOLD');
    expect(states(dialogIn(await act(ADA, ada, id, 'RETRIEVE')))).toContain(`${ADA}=ACTIVE`);

    const digits =
      '<actionParams><ActionParam><name>dtmfString</name><value>12#</value></ActionParam></actionParams>';
    expect(dialogIn(await act(ADA, ada, id, 'SEND_DTMF', digits))?.id).toBe(id);
    const data =
      '<mediaProperties><wrapUpReason>Sale</wrapUpReason><callvariables><CallVariable><name>callVariable2</name>' +
      '<value>A &amp; B</value></CallVariable><CallVariable><name>user.kind</name><value>x</value></CallVariable>' +
      '</callvariables></mediaProperties>';
    const updated = dialogIn(await act(ADA, ada, id, 'UPDATE_CALL_DATA', data));
    expect(updated?.mediaProperties).toMatchObject({
      fields: { wrapUpReason: 'Sale' },
      callVariables: [
        { name: 'callVariable2', value: 'A & B' },
        { name: 'user.kind', value: 'x' },
      ],
    });

    await customer.hangUp(Number(id));
    const working = dialogIn(await told(ada, 'PUT', [`${ADA}=WRAP_UP`]));
    expect(working?.participants.find(({ mediaAddress }) => mediaAddress === ADA)?.actions).toEqual([
      'UPDATE_CALL_DATA',
    ]);
    expect(await list(ADA)).toHaveLength(1);
    await setState(ADA, ada, '<state>READY</state>');
    await told(ada, 'DELETE', [`${ADA}=DROPPED`]);
    expect(await list(ADA)).toEqual([]);
    expect((await rest.get(`/finesse/api/Dialog/${id}`, ADA)).status).toBe(404);
  });

  it('to another agent: both are told, and either ends it', async () => {
    const made = await create(ADA, ada, 'MAKE_CALL', BRIAN);
    expect(made.update).toMatchObject({ event: 'POST', source: `/finesse/api/User/${ADA}/Dialogs` });
    const { id } = dialogIn(made)!;
    await told(brian, 'POST', [`${BRIAN}=ALERTING`]);
    await act(BRIAN, brian, id, 'ANSWER');
    await told(ada, 'PUT', [`${ADA}=ACTIVE`, `${BRIAN}=ACTIVE`]);
    await act(BRIAN, brian, id, 'DROP');
    await told(ada, 'DELETE', [`${ADA}=DROPPED`]);
    await told(brian, 'DELETE', [`${BRIAN}=DROPPED`]);
    expect(history(ada, ADA, id).at(-1)).toBe('DELETE DROPPED');
    expect(history(ada, ADA, id).filter((one) => one.startsWith('POST'))).toHaveLength(1);
  });

  it('consults about it and transfers: the first agent loses both calls, the second has the caller', async () => {
    const id = await adaTalks();
    const consult = dialogIn(await act(ADA, ada, id, 'CONSULT_CALL', `<toAddress>${BRIAN}</toAddress>`))!;
    expect(consult).toMatchObject({
      associatedDialogUri: `/finesse/api/Dialog/${id}`,
      mediaProperties: { fields: { callType: 'CONSULT' } },
    });
    await act(BRIAN, brian, consult.id, 'ANSWER');
    const joinable = await ada.update((item) =>
      (dialogIn(item)?.participants ?? []).some(({ actions }) => actions.includes('TRANSFER')),
    );
    expect(dialogIn(joinable)?.id).toBe(id);
    await act(ADA, ada, id, 'TRANSFER');
    await brian.update((item) => item.update.event === 'POST' && dialogIn(item)?.id === id);
    await brian.update((item) => item.update.event === 'DELETE' && dialogIn(item)?.id === consult.id);
    await ada.update((item) => item.update.event === 'DELETE' && dialogIn(item)?.id === consult.id);
    await ada.update((item) => item.update.event === 'DELETE' && dialogIn(item)?.id === id);
    expect(await list(ADA)).toEqual([]);
    const [left] = await list(BRIAN);
    expect(left).toMatchObject({ id, secondaryId: consult.id });
    expect(states(left)).toEqual(
      [`${customer.number}=ACTIVE`, `${ADA}=DROPPED`, `${BRIAN}=ACTIVE`].toSorted(),
    );
  });

  it('becomes a conference, from which an agent and then a participant is dropped', async () => {
    const id = await adaTalks();
    const consult = dialogIn(await act(ADA, ada, id, 'CONSULT_CALL', `<toAddress>${CAROL}</toAddress>`))!;
    await act(CAROL, carol, consult.id, 'ANSWER');
    const mark = ada.mark;
    await act(ADA, ada, id, 'CONFERENCE');
    await told(ada, 'PUT', [`${ADA}=ACTIVE`, `${CAROL}=ACTIVE`, `${customer.number}=ACTIVE`], mark);
    const all = await get(id, CAROL);
    expect(all.mediaProperties?.fields.callType).toBe('CONFERENCE');
    const supervisor = all.participants.find(({ mediaAddress }) => mediaAddress === CAROL);
    expect(supervisor?.actions).toContain('PARTICIPANT_DROP');

    const drop = (target: string) =>
      `<Dialog><requestedAction>PARTICIPANT_DROP</requestedAction><targetMediaAddress>${target}</targetMediaAddress></Dialog>`;
    const refused = await rest.send('PUT', `/finesse/api/Dialog/${id}`, ADA, drop(CAROL));
    expect([refused.status, refused.body]).toEqual([401, expect.stringContaining('Invalid Supervisor')]);
    const dropped = await rest.send('PUT', `/finesse/api/Dialog/${id}`, CAROL, drop(ADA), 'r-drop');
    expect(dropped.status).toBe(202);
    await carol.update((item) => item.update.requestId === 'r-drop');
    await told(ada, 'PUT', [`${ADA}=WRAP_UP`, `${CAROL}=ACTIVE`]);
    expect(states(await get(id, CAROL))).toContain(`${CAROL}=ACTIVE`);
  });

  it('is given away at once, and rings there', async () => {
    const id = await adaTalks();
    await act(ADA, ada, id, 'TRANSFER_SST', `<toAddress>${BRIAN}</toAddress>`);
    await told(brian, 'POST', [`${BRIAN}=ALERTING`, `${customer.number}=ACTIVE`]);
    await act(BRIAN, brian, id, 'ANSWER');
    await ada.update((item) => item.update.event === 'DELETE' && dialogIn(item)?.id === id);
  });

  it('is listened to by the supervisor, who barges in', async () => {
    const id = await adaTalks();
    const listening = dialogIn(await create(CAROL, carol, 'SILENT_MONITOR', ADA))!;
    expect(listening.mediaProperties?.fields.callType).toBe('SUPERVISOR_MONITOR');
    const active = await carol.update((item) =>
      (dialogIn(item)?.participants ?? []).some(({ actions }) => actions.includes('BARGE_CALL')),
    );
    const agent = dialogIn(active)?.participants.find(({ mediaAddress }) => mediaAddress === ADA);
    expect(agent).toMatchObject({ state: 'ACTIVE', actions: [] });
    const uri = `<associatedDialogUri>${listening.uri}</associatedDialogUri>`;
    const barged = dialogIn(await create(CAROL, carol, 'BARGE_CALL', ADA, uri))!;
    expect(barged.id).toBe(id);
    await told(ada, 'PUT', [`${ADA}=ACTIVE`, `${CAROL}=ACTIVE`, `${customer.number}=ACTIVE`]);
    await carol.update((item) => item.update.event === 'DELETE' && dialogIn(item)?.id === listening.id);
  });
});

describe('what is refused', () => {
  const makeCall = (from: string, to: string) =>
    `<Dialog><requestedAction>MAKE_CALL</requestedAction><fromAddress>${from}</fromAddress><toAddress>${to}</toAddress></Dialog>`;
  const post = (as: string, of: string, body: string) =>
    rest.send('POST', `/finesse/api/User/${of}/Dialogs`, as, body);

  it('by REST: for others, from elsewhere, on what is not there', async () => {
    const of = async (answer: Promise<{ status: number; body: string }>) => {
      const { status, body } = await answer;
      return [status, /<ErrorType>(.*?)<\/ErrorType>/.exec(body)?.[1]];
    };
    const wrongUser = [401, 'Invalid Authorization User Specified'];
    expect(await of(post(ADA, BRIAN, makeCall(BRIAN, '1')))).toEqual(wrongUser);
    expect(await of(post(CAROL, ADA, makeCall(ADA, '1')))).toEqual(wrongUser);
    expect(await of(post(ADA, ADA, makeCall(BRIAN, '1')))).toEqual([400, 'Invalid Input']);
    expect(await of(post(ADA, ADA, makeCall(ADA, ADA)))).toEqual([400, 'Invalid Destination']);
    const listen = makeCall(ADA, BRIAN).replace('MAKE_CALL', 'SILENT_MONITOR');
    expect(await of(post(ADA, ADA, listen))).toEqual([401, 'Invalid Supervisor']);
    const hold = `<Dialog><requestedAction>HOLD</requestedAction><targetMediaAddress>${ADA}</targetMediaAddress></Dialog>`;
    const put = (id: string, as: string, body = hold) =>
      rest.send('PUT', `/finesse/api/Dialog/${id}`, as, body);
    expect(await of(put('4711', ADA))).toEqual([404, 'Dialog Not Found']);
    expect(await of(rest.get('/finesse/api/Dialog/x', ADA))).toEqual([404, 'Dialog Not Found']);

    const id = await adaTalks();
    expect(await of(put(id, BRIAN))).toEqual(wrongUser);
    expect(await of(rest.get(`/finesse/api/Dialog/${id}`, BRIAN))).toEqual(wrongUser);
    expect((await rest.get(`/finesse/api/Dialog/${id}`, CAROL)).status).toBe(200);
    expect(await of(rest.get(`/finesse/api/Dialog/${id}`, DAN))).toEqual(wrongUser);
    expect(await of(put(id, ADA, hold.replace(ADA, BRIAN)))).toEqual([400, 'Invalid Input']);
    expect(await of(put(id, ADA, hold.replace(ADA, customer.number)))).toEqual(wrongUser);
  });

  it('by CTI: in a notification on the Dialogs node with the requestId', async () => {
    const id = await adaTalks();
    const failed = await act(ADA, ada, id, 'RETRIEVE');
    expect(failed).toMatchObject({
      node: `/finesse/api/User/${ADA}/Dialogs`,
      update: {
        event: 'PUT',
        source: `/finesse/api/Dialog/${id}`,
        data: {
          kind: 'apiErrors',
          errors: {
            errors: [
              { errorType: 'Call Operation Failure', errorData: '25', errorMessage: 'CF_NO_HELD_CALL' },
            ],
          },
        },
      },
    });
    const alone = await act(ADA, ada, id, 'TRANSFER');
    expect(alone.update.data).toMatchObject({ errors: { errors: [{ errorType: 'Generic Error' }] } });
    const busy = await create(BRIAN, brian, 'MAKE_CALL', ADA);
    const tried = dialogIn(busy)!.id;
    const failedCall = dialogIn(await told(brian, 'PUT', [`${BRIAN}=FAILED`]))!;
    expect(failedCall).toMatchObject({ id: tried, state: 'FAILED' });
    expect(failedCall.participants[0]).toMatchObject({ stateCause: 'BUSY', actions: ['DROP'] });
  });
});

describe('a call outlives', () => {
  it('the CTI side: nothing is told twice, and what ended in the gap is told as ended', async () => {
    const id = await adaTalks();
    const before = await get(id, ADA);
    const made = await create(BRIAN, brian, 'MAKE_CALL', '0816');
    const brief = dialogIn(made)!.id;
    await told(brian, 'PUT', [`${BRIAN}=ACTIVE`]);
    const marks = { ada: ada.updates.length, brian: brian.mark };
    const used = await activeSide();
    const other = used === 'A' ? 'B' : 'A';
    await rest.inService();
    await sides[used].end('SIGKILL');
    // While the node is on its way to the other side, somebody hangs up.
    const outside = await Customer.at([deployment.ctiSide(other)], '0816');
    await outside.hangUp(Number(brief));
    await outside.leave();
    await brian.update((item) => item.update.event === 'DELETE' && dialogIn(item)?.id === brief, marks.brian);
    await rest.inService();
    expect(await get(id, ADA)).toEqual(before);
    const ofCalls = ada.updates.slice(marks.ada).filter((item) => dialogIn(item) !== undefined);
    expect(ofCalls).toEqual([]);
    sides[used] = await deployment.cti(used);
    expect(states(dialogIn(await act(ADA, ada, id, 'HOLD')))).toContain(`${ADA}=HELD`);
  });

  it('the web app: started again, it shows the call with its times, and what is done to it', async () => {
    const id = await adaTalks();
    await act(ADA, ada, id, 'HOLD');
    const before = await get(id, ADA);
    await host.webApp('kill');
    await host.webApp('start');
    await rest.inService();
    expect(await get(id, ADA)).toEqual(before);
    expect(await list(ADA)).toEqual([before]);
    expect(states(dialogIn(await act(ADA, ada, id, 'RETRIEVE')))).toContain(`${ADA}=ACTIVE`);
  });
});

/** The side that the node is with: of both, the one whose client list it is on. */
async function activeSide(): Promise<'A' | 'B'> {
  const { body } = await rest.systemInfo();
  const servers = [...body.matchAll(/<ctiServer>(.*?)<\/ctiServer>/gs)].map((match) => match[1] ?? '');
  return servers[0]?.includes('<active>true</active>') === true ? 'A' : 'B';
}

describe('queues', () => {
  it('are counted, and told when the counts change', async () => {
    await carol.subscribe(`/finesse/api/Queue/${SALES}`);
    const callId = await customer.call(SALES);
    const { update } = await carol.update(
      (item) =>
        item.node === `/finesse/api/Queue/${SALES}` &&
        item.update.data.kind === 'unknown' &&
        item.update.data.element.toString().includes('<callsInQueue>1</callsInQueue>'),
    );
    expect(update).toMatchObject({ event: 'PUT', source: `/finesse/api/Queue/${SALES}` });
    const { body } = await rest.get(`/finesse/api/Queue/${SALES}`, DAN);
    expect(body).toContain('<name>Sales</name>');
    expect(body).toContain('<agentsNotReady>2</agentsNotReady>');
    expect(body).toMatch(/<startTimeOfLongestCallInQueue>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ</);
    await customer.hangUp(callId);
    const nobody = await rest.get('/finesse/api/Queue/5023', ADA);
    expect(nobody.body).toContain('<callsInQueue>-1</callsInQueue>');
    expect((await rest.get('/finesse/api/Queue/1', ADA)).status).toBe(404);
    const names = async (id: string) =>
      [...(await rest.get(`/finesse/api/User/${id}/Queues`, DAN)).body.matchAll(/<name>(.*?)</g)].map(
        (m) => m[1],
      );
    expect(await names(ADA)).toEqual(['Sales']);
    expect(await names(CAROL)).toEqual(['Sales']);
    expect(await names(DAN)).toEqual([]);
  });
});
