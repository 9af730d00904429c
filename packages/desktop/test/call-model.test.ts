import { describe, expect, test } from 'vitest';
import { byUrgency, callOf, isLive } from '../src/calls/call-model.ts';
import { dialog } from './support/samples.ts';

describe('a call as the agent looks at it', () => {
  test('has the agent’s own state, times and data', () => {
    expect(callOf(dialog(), '2000')).toMatchObject({
      id: '41',
      direction: 'incoming',
      other: '5551234',
      state: 'ACTIVE',
      startedAt: Date.UTC(2026, 10, 23, 8, 10, 23, 121),
      stateSinceAt: Date.UTC(2026, 10, 23, 8, 10, 36, 543),
      queue: 'Sales',
      variables: [{ name: 'callVariable1', value: 'Chuck Smith' }],
    });
  });

  test('offers what the participant may do, in one order, and nothing that it does not know', () => {
    const actions = ['DROP', 'UPDATE_CALL_DATA', 'START_RECORDING', 'HOLD', 'CONSULT_CALL'];
    const call = callOf(dialog({ own: { state: 'ACTIVE', actions } }), '2000');
    expect(call.actions).toEqual(['HOLD', 'CONSULT_CALL', 'DROP']);
    expect(call.mayEditData).toBe(true);
  });

  test('offers nothing to somebody who takes no part in it', () => {
    expect(callOf(dialog(), '2999').actions).toEqual([]);
  });

  test.each([
    ['outgoing', { from: '2000', to: '5551234', callType: 'OUT' }],
    ['internal', { from: '2001', callType: 'AGENT_INSIDE' }],
    ['consult', { from: '2000', to: '2001', callType: 'CONSULT' }],
    ['monitor', { from: '2000', to: '2001', callType: 'SUPERVISOR_MONITOR' }],
  ] as const)('is recognised as %s', (direction, facts) => {
    expect(callOf(dialog(facts), '2000').direction).toBe(direction);
  });

  test('names everybody in a conference, without those who left', () => {
    const others = [
      { address: '5551234', state: 'ACTIVE' },
      { address: '2001', state: 'HELD' },
      { address: '2002', state: 'DROPPED' },
    ];
    const call = callOf(dialog({ others }), '2000');
    expect(call).toMatchObject({ direction: 'conference', other: '5551234, 2001' });
  });

  test('rings before it is spoken in, and is spoken in before it is held', () => {
    const [held, active, ringing] = ['HELD', 'ACTIVE', 'ALERTING'].map((state, index) =>
      callOf(dialog({ id: String(index), own: { state } }), '2000'),
    );
    const sorted = [held!, active!, ringing!].sort(byUrgency);
    expect(sorted.map(({ state }) => state)).toEqual(['ALERTING', 'ACTIVE', 'HELD']);
  });

  test('is over in wrap-up', () => {
    expect(isLive(callOf(dialog({ own: { state: 'WRAP_UP' } }), '2000'))).toBe(false);
    expect(isLive(callOf(dialog({ own: { state: 'HELD' } }), '2000'))).toBe(true);
  });
});
