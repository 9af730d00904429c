import type { TrackedCall, TrackedParty } from '@finesse-ha/cti';
import { describe, expect, it } from 'vitest';
import { allowedActions } from '../../src/web-app/dialogs/allowed-actions.ts';
import { call, party } from '../support/calls.ts';

const ADA = '1001001';
const UCCE = { otherCalls: [], supervisor: false, deploymentType: 'UCCE' } as const;

function actionsIn(state: TrackedParty['state'], otherCalls: TrackedCall[] = []): string[] {
  const own = party(ADA, state);
  const other = party('0815', 'ACTIVE');
  return allowedActions(call(7, [other, own]), own, { ...UCCE, otherCalls });
}

const active = call(8, [party(ADA, 'ACTIVE'), party('1001002', 'ACTIVE')], { callType: 'CONSULT' });
const ringing = call(8, [party(ADA, 'INITIATED'), party('1001002', 'ALERTING')], { callType: 'CONSULT' });
const held = call(8, [party(ADA, 'HELD'), party('1001002', 'ACTIVE')]);
const monitored = call(9, [party('1001003', 'ACTIVE'), party(ADA, 'ACTIVE')], {
  callType: 'SUPERVISOR_MONITOR',
  fromAddress: '1001003',
});

describe('allowed actions (dev guide 12.5 p.125-127)', () => {
  it.each<[TrackedParty['state'], string[]]>([
    ['INITIATING', ['DROP', 'UPDATE_CALL_DATA']],
    ['INITIATED', ['DROP', 'UPDATE_CALL_DATA']],
    ['ALERTING', ['ANSWER']],
    ['ACTIVE', ['HOLD', 'DROP', 'UPDATE_CALL_DATA', 'SEND_DTMF', 'CONSULT_CALL', 'TRANSFER_SST']],
    ['HELD', ['RETRIEVE', 'DROP', 'UPDATE_CALL_DATA']],
    ['WRAP_UP', ['UPDATE_CALL_DATA']],
    ['FAILED', ['DROP']],
    ['DROPPED', []],
  ])('%s', (state, expected) => {
    expect(actionsIn(state)).toEqual(expected);
  });

  it.each([
    ['an active call beside it', [active], ['TRANSFER', 'CONFERENCE']],
    ['a call beside it that still rings', [ringing], []],
    ['a call beside it that is held too', [held], []],
    ['someone listening', [monitored], []],
  ])('a held call with %s', (_what, others, joining) => {
    expect(actionsIn('HELD', others)).toEqual(['RETRIEVE', 'DROP', 'UPDATE_CALL_DATA', ...joining]);
  });

  it('an active call beside a held one starts no further consult', () => {
    expect(actionsIn('ACTIVE', [held])).toEqual(['HOLD', 'DROP', 'UPDATE_CALL_DATA', 'SEND_DTMF']);
  });

  it('Unified CCX has no single-step transfer', () => {
    const own = party(ADA, 'ACTIVE');
    const actions = allowedActions(call(7, [own]), own, { ...UCCE, deploymentType: 'UCCX' });
    expect(actions).toContain('CONSULT_CALL');
    expect(actions).not.toContain('TRANSFER_SST');
  });

  it('the supervisor in a conference may drop others, an agent may not, and in a call of two nobody may', () => {
    const own = party('1001003', 'ACTIVE');
    const others = [party(ADA, 'ACTIVE'), party('0815', 'HELD')];
    const supervisor = { ...UCCE, supervisor: true };
    expect(allowedActions(call(7, [...others, own]), own, supervisor)).toContain('PARTICIPANT_DROP');
    expect(allowedActions(call(7, [...others, own]), own, UCCE)).not.toContain('PARTICIPANT_DROP');
    const gone = [party(ADA, 'ACTIVE'), party('0815', 'DROPPED')];
    expect(allowedActions(call(7, [...gone, own]), own, supervisor)).not.toContain('PARTICIPANT_DROP');
  });

  it('in a silent monitor call the supervisor ends it or barges in, the agent does nothing', () => {
    const [supervisor, agent] = monitored.parties;
    expect(allowedActions(monitored, supervisor!, { ...UCCE, supervisor: true })).toEqual([
      'DROP',
      'BARGE_CALL',
    ]);
    expect(allowedActions(monitored, agent!, UCCE)).toEqual([]);
  });
});
