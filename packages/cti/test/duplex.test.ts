import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { agentStateValue, CtiRequestError } from '../src/index.js';
import { next, Pair } from './pair.js';

let pair: Pair;
afterEach(async () => pair.stop());

const login = { agentId: '1001', extension: '1001', password: 'pw', state: 'LOGIN' as const };
const stateOf = (agentState: number) => (message: { type: string; agentState?: number }) =>
  message.type === 'AGENT_STATE_EVENT' && message.agentState === agentState;

describe('the duplex CTI server as two processes', () => {
  it('keeps agents as they were when either side is killed and restarted', async () => {
    pair = await Pair.start();
    const session = pair.session('one');
    expect((await next(session, 'open')).side).toBe('A');
    await session.setAgentState(login);
    await session.setAgentState({ agentId: '1001', state: 'AVAILABLE' });
    const before = await session.queryAgentState('1001');

    const lost = next(session, 'lost');
    const reopened = next(session, 'open');
    await pair.kill('A');
    expect((await lost).side).toBe('A');
    expect((await reopened).side).toBe('B');
    expect({ ...(await session.queryAgentState('1001')), invokeId: 0 }).toEqual({ ...before, invokeId: 0 });

    await session.setAgentState({ agentId: '1001', state: 'NOT_READY', reasonCode: 7 });
    await pair.up('A');
    const again = next(session, 'open');
    await pair.kill('B');
    expect((await again).side).toBe('A');
    expect(await session.queryAgentState('1001')).toMatchObject({
      agentState: agentStateValue('NOT_READY'),
      stateReasonCode: 7,
      agentExtension: '1001',
    });
  });

  it('tells a change asked of one side to the clients of both, with one time', async () => {
    pair = await Pair.start();
    const atA = pair.session('a', ['A']);
    const atB = pair.session('b', ['B']);
    await Promise.all([next(atA, 'open'), next(atB, 'open')]);
    const seen = [next(atA, 'message', stateOf(2)), next(atB, 'message', stateOf(2))];
    await atB.setAgentState(login);
    const [first, second] = (await Promise.all(seen)) as { stateChangedAt: number }[];
    expect(first!.stateChangedAt).toBe(second!.stateChangedAt);
  });

  it('agrees after simultaneous requests on both sides', async () => {
    pair = await Pair.start();
    const atA = pair.session('a', ['A']);
    const atB = pair.session('b', ['B']);
    await Promise.all([next(atA, 'open'), next(atB, 'open')]);
    await atA.setAgentState(login);
    const changes = Array.from({ length: 40 }, (_, turn) =>
      (turn % 2 === 0 ? atA : atB).setAgentState({
        agentId: '1001',
        state: 'NOT_READY',
        reasonCode: turn + 1,
      }),
    );
    await Promise.all(changes);
    const [a, b] = await Promise.all([atA.queryAgentState('1001'), atB.queryAgentState('1001')]);
    expect({ ...a, invokeId: 0 }).toEqual({ ...b, invokeId: 0 });
  });

  it('leaves a frozen side by missed heartbeats, and the frozen side takes over what happened meanwhile', async () => {
    pair = await Pair.start();
    const session = pair.session('one', ['A', 'B'], 100);
    await next(session, 'open');
    await session.setAgentState(login);
    const lost = next(session, 'lost');
    const reopened = next(session, 'open');
    pair.signal('A', 'SIGSTOP');
    expect((await lost).cause).toContain('heartbeats');
    expect((await reopened).side).toBe('B');
    await session.setAgentState({ agentId: '1001', state: 'AVAILABLE' });
    const atA = pair.session('two', ['A']);
    pair.signal('A', 'SIGCONT');
    await next(atA, 'open');
    if ((await atA.queryAgentState('1001')).agentState !== agentStateValue('AVAILABLE')) {
      await next(atA, 'message', stateOf(agentStateValue('AVAILABLE')));
    }
    expect((await atA.queryAgentState('1001')).agentState).toBe(agentStateValue('AVAILABLE'));
  });

  it('refuses by the documented codes and keeps the state', async () => {
    pair = await Pair.start();
    const session = pair.session('one');
    await next(session, 'open');
    const refused = async (promise: Promise<unknown>) => {
      const error = await promise.then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).toBeInstanceOf(CtiRequestError);
      return (error as CtiRequestError).failureCode;
    };
    expect(await refused(session.setAgentState({ ...login, password: 'wrong' }))).toBe(258);
    expect(await refused(session.setAgentState({ agentId: '9', state: 'AVAILABLE' }))).toBe(256);
    expect(await refused(session.setAgentState({ agentId: '1001', state: 'NOT_READY' }))).toBe(257);
    await session.setAgentState(login);
    expect(await refused(session.setAgentState({ ...login, agentId: '1002' }))).toBe(283);
    await session.setAgentState({ agentId: '1001', state: 'AVAILABLE' });
    expect(await refused(session.setAgentState({ agentId: '1001', state: 'LOGOUT' }))).toBe(21);
    await session.setAgentState(login);
    expect((await session.queryAgentState('1001')).agentState).toBe(agentStateValue('AVAILABLE'));
    await session.setAgentState({ agentId: '1001', state: 'LOGOUT', forced: true, reasonCode: 255 });
    expect((await session.queryAgentState('1001')).agentState).toBe(agentStateValue('LOGOUT'));
  });

  it('lets a UCCX agent sign out from Ready', async () => {
    pair = await Pair.start('UCCX');
    const session = pair.session('one');
    await next(session, 'open');
    await session.setAgentState(login);
    await session.setAgentState({ agentId: '1001', state: 'AVAILABLE' });
    await session.setAgentState({ agentId: '1001', state: 'LOGOUT' });
    expect((await session.queryAgentState('1001')).agentState).toBe(agentStateValue('LOGOUT'));
  });

  it('drops who sends rubbish, and nobody else', async () => {
    pair = await Pair.start();
    const session = pair.session('one');
    await next(session, 'open');
    const endings = ['ffffffff00000003', '0000000400000003deadbeef', '00000004000000050000000100'].map(
      async (hex) => {
        const socket = connect(pair.ports.A, '127.0.0.1');
        socket.on('error', () => undefined).on('data', () => undefined);
        socket.write(Buffer.from(hex, 'hex'));
        await new Promise((resolve) => socket.once('close', resolve));
      },
    );
    await Promise.all(endings);
    expect((await session.queryAgentState('1001')).agentState).toBe(agentStateValue('LOGOUT'));
  });
});
