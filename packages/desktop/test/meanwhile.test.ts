import type { ClientEvent } from '@finesse-ha/client';
import { parseUser, type User } from '@finesse-ha/protocol';
import { describe, expect, test } from 'vitest';
import { followMeanwhile, type MeanwhileEvent, noMeanwhile } from '../src/banner/meanwhile.ts';
import { meanwhileWording } from '../src/banner/meanwhile-wording.ts';
import { timeOfDay } from '../src/strings/format.ts';
import { announcement, dialog, failing, nameNode, primary, secondary } from './support/samples.ts';

const failed: ClientEvent = { type: 'availability', announcement: failing({ sinceAt: 1_000 }) };
const recovered: ClientEvent = {
  type: 'availability',
  announcement: announcement({ kind: 'recovered', node: secondary, at: 3_400 }),
};

function user(state: string): User {
  return parseUser(`<User><uri>/finesse/api/User/1</uri><loginId>1</loginId><state>${state}</state></User>`);
}

function stateChange(from: string, to: string, origin: 'resync' | 'notification' = 'resync'): ClientEvent {
  return { type: 'update', kind: 'user', previous: user(from), current: user(to), origin };
}

const follow = (...events: readonly MeanwhileEvent[]) => events.reduce(followMeanwhile, noMeanwhile);

function told(...events: readonly MeanwhileEvent[]): string | null {
  const { summary } = follow(...events);
  return summary === null ? null : meanwhileWording(summary, nameNode, '2000');
}

describe('what changed meanwhile', () => {
  test('is nothing while the failure lasts', () => {
    expect(told(failed, stateChange('READY', 'NOT_READY'))).toBeNull();
  });

  test('says where the desktop is again, after how long, and that nothing changed', () => {
    expect(told(failed, recovered)).toBe(
      'In service again on the secondary node after 2.4 seconds. Nothing changed.',
    );
  });

  test('tells the agent’s state once, from where it began to where it ended', () => {
    const line = told(failed, stateChange('TALKING', 'WORK'), stateChange('WORK', 'NOT_READY'), recovered);
    expect(line).toContain('Your state: On a call → Not ready.');
    expect(line).not.toContain('Wrap-up');
  });

  test('does not tell of a state that is what it was', () => {
    const line = told(
      failed,
      stateChange('READY', 'NOT_READY'),
      stateChange('NOT_READY', 'READY'),
      recovered,
    );
    expect(line).toContain('Nothing changed.');
  });

  test('tells calls that are new and calls that ended', () => {
    const before = dialog({ id: '1', from: '111' });
    const after = dialog({ id: '2', from: '222' });
    const change = {
      type: 'update',
      kind: 'dialogs',
      previous: [before],
      current: [after],
      origin: 'resync',
    } as const;
    const line = told(failed, change, recovered);
    expect(line).toContain('New call: 222.');
    expect(line).toContain('Call ended: 111.');
  });

  test('tells how a call stands now, or that its data changed', () => {
    const held = dialog({ own: { state: 'HELD' } });
    const hold = {
      type: 'update',
      kind: 'dialog',
      previous: dialog(),
      current: held,
      origin: 'resync',
    } as const;
    expect(told(failed, hold, recovered)).toContain('Call with 5551234: on hold.');
    const renamed = dialog({ variable: 'Somebody Else' });
    const data = {
      type: 'update',
      kind: 'dialog',
      previous: dialog(),
      current: renamed,
      origin: 'resync',
    } as const;
    expect(told(failed, data, recovered)).toContain('Call with 5551234: its data changed.');
  });

  test('leaves out what was notified as it happened', () => {
    expect(told(failed, stateChange('READY', 'NOT_READY', 'notification'), recovered)).toContain(
      'Nothing changed',
    );
    expect(told(stateChange('READY', 'NOT_READY'))).toBeNull();
  });

  test('owns up to the time of which nothing can be known', () => {
    const [fromAt, toAt] = [Date.UTC(2026, 10, 23, 8, 0, 0), Date.UTC(2026, 10, 23, 8, 0, 9)];
    const line = told(
      failed,
      { type: 'unknown-interval', fromAt, toAt, node: secondary, why: '' },
      recovered,
    );
    expect(line).toContain(`Not shown: calls that came and went ${timeOfDay(fromAt)} to ${timeOfDay(toAt)}.`);
  });

  test('tells the late logout by the node that was left', () => {
    const late = (outcome: 'repairing' | 'repaired') =>
      ({ type: 'logged-out-late', outcome, leftNode: primary, user: user('LOGOUT'), error: null }) as const;
    expect(told(failed, recovered, late('repairing'), late('repaired'))).toMatch(
      /You had been signed out by the primary node; you are signed in again\.$/,
    );
  });

  test('goes when it is dismissed, and when a new failure puts it out of date', () => {
    expect(told(failed, recovered, { type: 'dismissed' })).toBeNull();
    expect(follow(failed, recovered, failed).summary).toBeNull();
  });

  test('counts one outage from its first failure, however often more is told of it', () => {
    const later = {
      type: 'availability',
      announcement: failing({ sinceAt: 2_900 }, { kind: 'refined' }),
    } as const;
    expect(told(failed, later, recovered)).toContain('after 2.4 seconds');
  });

  test('tells no duration for a sleep, whose beginning nobody saw', () => {
    const asleep = {
      type: 'availability',
      announcement: announcement({ status: 'connecting', kind: 'connecting' }),
    } as const;
    expect(told(asleep, recovered)).toMatch(/^In service again on the secondary node\. /);
  });

  test('forgets everything at an end', () => {
    const ended = {
      type: 'availability',
      announcement: announcement({ status: 'ended', kind: 'ended' }),
    } as const;
    expect(follow(failed, ended)).toEqual(noMeanwhile);
  });
});
