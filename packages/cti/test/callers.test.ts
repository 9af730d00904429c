/** Callers against real CTI sides: answered, abandoned, and still there after a failover. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CallerEvent, Callers, type CallersOptions, type CtiSession } from '../src/index.js';
import { next, Pair } from './pair.js';

let pair: Pair;
let agent: CtiSession;

beforeAll(async () => {
  pair = await Pair.start('UCCE', [{ id: '5000', name: 'Sales', skillTargetIds: [1001] }]);
  agent = pair.session('agent', ['B']);
  await next(agent, 'open');
  await agent.setAgentState({ agentId: '1001', extension: '1001', password: 'pw', state: 'LOGIN' });
});

afterAll(async () => {
  await pair.stop();
});

/** Callers at a high rate, and the next thing of a kind that happens to them. */
function callers(change: Partial<CallersOptions>) {
  const sides = (['A', 'B'] as const).map((name) => ({ name, host: '127.0.0.1', port: pair.ports[name] }));
  const started = new Callers({
    sides,
    dialedNumbers: ['5000'],
    perMinute: 1_200,
    talkMs: 60_000,
    patienceMs: 60_000,
    ...change,
  });
  started.start();
  const happens = <K extends CallerEvent['kind']>(kind: K, callId?: number) =>
    new Promise<Extract<CallerEvent, { kind: K }>>((resolve) => {
      const listener = (event: CallerEvent) => {
        if (event.kind !== kind || (callId !== undefined && 'callId' in event && event.callId !== callId))
          return;
        started.off('call', listener);
        resolve(event as Extract<CallerEvent, { kind: K }>);
      };
      started.on('call', listener);
    });
  return { started, happens };
}

it('who is not answered loses patience', async () => {
  const { started, happens } = callers({ patienceMs: 20 });
  const { callId } = await happens('abandoned');
  await happens('ended', callId);
  await started.stop();
});

it('who is answered talks across the death of a side, and everyone hangs up at the end', async () => {
  await agent.setAgentState({ agentId: '1001', state: 'AVAILABLE' });
  const delivered = next(agent, 'message', ({ type }) => type === 'CALL_DELIVERED_EVENT');
  const { started, happens } = callers({ patienceMs: 60_000 });
  const answered = happens('answered');
  const rung = await delivered;
  if (rung.type !== 'CALL_DELIVERED_EVENT') throw new Error('unreachable');
  await agent.answerCall({ callId: rung.connectionCallId, extension: '1001' });
  const { callId, by } = await answered;
  expect(by).toBe('1001');
  await pair.kill('A');
  await happens('arrived');
  const over = happens('ended', callId);
  await agent.clearConnection({ callId, extension: '1001' });
  await over;
  await started.stop();
  expect((await agent.queueStatistics('5000')).callsQNow).toBe(0);
});

it('refuses to be nobody, nowhere or never', () => {
  const options = { sides: [], dialedNumbers: [], perMinute: 1, talkMs: 1, patienceMs: 1 };
  expect(() => new Callers(options)).toThrow(RangeError);
  expect(() => new Callers({ ...options, dialedNumbers: ['1'], perMinute: 0 })).toThrow('perMinute');
});
