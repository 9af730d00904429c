/** Calls over real sockets and both sides: what a client's tracker makes of the server's events, and of its snapshots. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CallChange, CallTracker, type CtiSession, type TrackedCall } from '../src/index.js';
import { next, Pair } from './pair.js';

const CUSTOMER = '0815';

/** A session, what its tracker knows, and what is waited for. */
class Watcher {
  readonly tracker = new CallTracker();
  readonly session: CtiSession;
  readonly changes: CallChange[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(session: CtiSession) {
    this.session = session;
    session.on('message', (message) => {
      this.changes.push(...this.tracker.apply(message));
      for (const look of [...this.#waiting]) look();
    });
  }

  /** The call once it looks so: `extension=STATE`, in any order. */
  call(...parties: string[]): Promise<TrackedCall> {
    return new Promise((resolve) => {
      const look = () => {
        const found = [...this.tracker.calls.values()].find((call) =>
          parties.every((one) =>
            call.parties.some(({ extension, state }) => `${extension}=${state}` === one),
          ),
        );
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** Resolves when the call is over. */
  end(callId: number): Promise<CallChange> {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.changes.find(({ type, call }) => type === 'ended' && call.callId === callId);
        if (found === undefined) return;
        this.#waiting.delete(look);
        resolve(found);
      };
      this.#waiting.add(look);
      look();
    });
  }

  /** What another client that comes now makes of the call. */
  async snapshot(callId: number): Promise<TrackedCall> {
    const [change] = new CallTracker().restore(callId, await this.session.snapshotCall(callId));
    return change!.call;
  }
}

async function watch(side: 'A' | 'B'): Promise<Watcher> {
  const session = pair.session(`watch-${side}`, [side]);
  await next(session, 'open');
  return new Watcher(session);
}

let pair: Pair;
let a: Watcher;
let b: Watcher;

beforeAll(async () => {
  pair = await Pair.start('UCCE', [{ id: '5000', name: 'Sales', skillTargetIds: [1001, 1002] }]);
  a = await watch('A');
  b = await watch('B');
});

afterAll(async () => {
  await pair.stop();
});

beforeEach(async () => {
  for (const extension of ['1001', '1002']) {
    for (const callId of await a.session.snapshotDevice(extension)) {
      await a.session.clearCall({ callId, extension }).catch(() => undefined);
    }
    await a.session.setAgentState({ agentId: extension, extension, password: 'pw', state: 'LOGIN' });
    await a.session.setAgentState({ agentId: extension, state: 'NOT_READY' });
  }
});

describe('calls', () => {
  it('between agents: rung, answered, held, retrieved, ended, the same on both sides and in snapshots', async () => {
    const { callId } = await a.session.makeCall({ extension: '1001', dialedNumber: '1002' });
    await b.call('1001=INITIATED', '1002=ALERTING');
    await b.session.answerCall({ callId, extension: '1002' });
    await a.call('1001=ACTIVE', '1002=ACTIVE');
    const talking = { agentsTalkingIn: 0, agentsTalkingOut: 1, agentsTalkingOther: 1 };
    expect(await b.session.queueStatistics('5000')).toMatchObject(talking);
    await a.session.holdCall({ callId, extension: '1001' });
    const held = await b.call('1001=HELD', '1002=ACTIVE');
    expect(held).toMatchObject({
      callType: 'AGENT_INSIDE',
      fromAddress: '1001',
      toAddress: '1002',
      callId,
    });
    expect(await a.call('1001=HELD')).toEqual(held);
    expect(await b.snapshot(callId)).toEqual(held);
    await a.session.retrieveCall({ callId, extension: '1001' });
    await a.session.clearConnection({ callId, extension: '1002' });
    expect((await b.end(callId)).call.parties.map(({ state }) => state)).toEqual(['DROPPED', 'DROPPED']);
  });

  it('through a queue: the longest ready agent is rung, and has after-call work', async () => {
    await a.session.setAgentState({ agentId: '1002', state: 'AVAILABLE' });
    await a.session.setAgentState({ agentId: '1001', state: 'AVAILABLE' });
    const { callId } = await a.session.makeCall({ extension: CUSTOMER, dialedNumber: '5000' });
    const ringing = await b.call(`${CUSTOMER}=INITIATED`, '1002=ALERTING');
    expect(ringing).toMatchObject({ callType: 'ACD_IN', queueId: '5000', toAddress: '5000' });
    await b.session.answerCall({ callId, extension: '1002' });
    await b.call(`${CUSTOMER}=ACTIVE`, '1002=ACTIVE');
    await b.session.setCallData({
      callId,
      extension: '1002',
      callVariables: { callVariable3: 'Müller' },
      ecc: { 'user.order[2]': '7', 'user.kind': 'x' },
      wrapUpReason: 'Sale',
    });
    await a.session.clearConnection({ callId, extension: CUSTOMER });
    const working = await b.call('1002=WRAP_UP');
    expect(working).toMatchObject({
      callVariables: { callVariable3: 'Müller' },
      ecc: { 'user.order[2]': '7', 'user.kind': 'x' },
      wrapUpReason: 'Sale',
    });
    expect((await a.snapshot(callId)).parties).toEqual([
      expect.objectContaining({ extension: '1002', state: 'WRAP_UP' }),
    ]);
    await a.session.setAgentState({ agentId: '1002', state: 'AVAILABLE' });
    await b.end(callId);
  });

  it('waits in the queue, is counted there, and may be abandoned', async () => {
    const { callId } = await a.session.makeCall({ extension: CUSTOMER, dialedNumber: '5000' });
    await b.call(`${CUSTOMER}=INITIATED`);
    expect(await b.session.queueStatistics('5000')).toMatchObject({
      callsQNow: 1,
      agentsLoggedOn: 2,
      agentsNotReady: 2,
      agentsAvail: 0,
    });
    await a.session.clearConnection({ callId, extension: CUSTOMER });
    await b.end(callId);
    expect((await b.session.queueStatistics('5000')).callsQNow).toBe(0);
  });

  it('consults and transfers: the caller goes over, the consult call is gone', async () => {
    const { callId } = await a.session.makeCall({ extension: '1001', dialedNumber: CUSTOMER });
    await b.call('1001=ACTIVE', `${CUSTOMER}=ACTIVE`);
    const consult = await a.session.consultCall({ callId, extension: '1001', dialedNumber: '1002' });
    const ringing = await b.call('1001=INITIATED', '1002=ALERTING');
    expect(ringing).toMatchObject({ callType: 'CONSULT', associatedCallId: callId });
    // In two calls at once, and counted once.
    expect(await b.session.queueStatistics('5000')).toMatchObject({ agentsHold: 1, agentsTalkingOther: 0 });
    await b.session.answerCall({ callId: consult.callId, extension: '1002' });
    await b.call('1001=ACTIVE', '1002=ACTIVE');
    await a.session.transferCall({
      activeCallId: consult.callId,
      heldCallId: callId,
      extension: '1001',
    });
    await b.end(consult.callId);
    const after = await b.call('1001=DROPPED', `${CUSTOMER}=ACTIVE`, '1002=ACTIVE');
    expect(after).toMatchObject({ callId, secondaryCallId: consult.callId });
  });

  it('consults and conferences, and gives a call away at once', async () => {
    const { callId } = await a.session.makeCall({ extension: '1001', dialedNumber: CUSTOMER });
    const consult = await a.session.consultCall({ callId, extension: '1001', dialedNumber: '1002' });
    await b.session.answerCall({ callId: consult.callId, extension: '1002' });
    await a.session.conferenceCall({
      activeCallId: consult.callId,
      heldCallId: callId,
      extension: '1001',
    });
    const all = await b.call('1001=ACTIVE', `${CUSTOMER}=ACTIVE`, '1002=ACTIVE');
    expect(all.callType).toBe('CONFERENCE');
    await b.session.clearConnection({ callId, extension: '1002' });
    await b.call('1001=ACTIVE', `${CUSTOMER}=ACTIVE`, '1002=DROPPED');
    await a.session.singleStepTransfer({ callId, extension: '1001', dialedNumber: '1002' });
    await b.call('1001=DROPPED', `${CUSTOMER}=ACTIVE`, '1002=ALERTING');
  });

  it('a supervisor listens and barges in', async () => {
    const { callId } = await a.session.makeCall({ extension: '1001', dialedNumber: CUSTOMER });
    const listening = { agentId: '1001', supervisorId: '1002', extension: '1002' };
    const monitor = await a.session.superviseCall({ ...listening, action: 'silent-monitor' });
    const call = await b.call('1002=ACTIVE', '1001=ACTIVE');
    expect(call).toMatchObject({ callType: 'SUPERVISOR_MONITOR', callId: monitor.callId });
    expect(await a.session.superviseCall({ ...listening, action: 'barge' })).toEqual({ callId });
    await b.end(monitor.callId);
    await b.call('1001=ACTIVE', `${CUSTOMER}=ACTIVE`, '1002=ACTIVE');
  });

  it('what cannot be is refused with its code', async () => {
    const refused = async (promise: Promise<unknown>) =>
      promise.then(
        () => 'accepted',
        (error: { failureCode?: number }) => error.failureCode,
      );
    const { session } = a;
    expect(await refused(session.answerCall({ callId: 4711, extension: '1001' }))).toBe(11);
    expect(await refused(session.makeCall({ extension: '1001', dialedNumber: '1001' }))).toBe(14);
    expect(await refused(session.makeCall({ extension: '1001', dialedNumber: '0'.repeat(5_000) }))).toBe(14);
    const { callId } = await session.makeCall({ extension: '1001', dialedNumber: CUSTOMER });
    const ecc = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`user.v${n}`, 'x'.repeat(200)]));
    expect(await refused(session.setCallData({ callId, extension: '1001', ecc }))).toBe(1010);
    expect(await refused(session.makeCall({ extension: '1001', dialedNumber: '1002' }))).toBe(33);
    expect(await refused(session.retrieveCall({ callId, extension: '1001' }))).toBe(25);
    const twice = { activeCallId: callId, heldCallId: callId, extension: '1001' };
    expect(await refused(session.transferCall(twice))).toBe(25);
    expect(await refused(session.queueStatistics('1'))).toBe(262);
    await a.session.makeCall({ extension: CUSTOMER, dialedNumber: '1001' });
    const busy = await b.call(`${CUSTOMER}=FAILED`);
    expect(busy.parties[0]?.stateCause).toBe('BUSY');
    await a.session.clearConnection({ callId: busy.callId, extension: CUSTOMER });
    await b.end(busy.callId);
  });
});

it('a call outlives either side, with its times', async () => {
  const { callId } = await a.session.makeCall({ extension: '1001', dialedNumber: '1002' });
  await a.session.answerCall({ callId, extension: '1002' });
  const before = await b.call('1001=ACTIVE', '1002=ACTIVE');
  await pair.kill('A');
  expect(await b.snapshot(callId)).toEqual(before);
  await b.session.holdCall({ callId, extension: '1002' });
  const held = await b.call('1002=HELD');
  await pair.up('A');
  const late = await watch('A');
  expect(await late.snapshot(callId)).toEqual(held);
  await late.session.clearCall({ callId, extension: '1001' });
  await b.end(callId);
});
