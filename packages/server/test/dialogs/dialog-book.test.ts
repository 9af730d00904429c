/** Calls change, and every agent's Dialogs node gets exactly what changed for the agent. */

import type { TrackedCall } from '@finesse-ha/cti';
import { type Element, parseUpdate } from '@finesse-ha/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { allowedActions } from '../../src/web-app/dialogs/allowed-actions.ts';
import { DialogBook } from '../../src/web-app/dialogs/dialog-book.ts';
import { dialogOf } from '../../src/web-app/dialogs/dialog-view.ts';
import { call, party } from '../support/calls.ts';

const CALLER = '0815';
const ADA = 'ada';
const BRIAN = 'brian';

/** A book over a set of calls that the test changes; what is published is noted as `agent event dialog states [requestId]`. */
function world() {
  const calls = new Map<number, TrackedCall>();
  const extensions = new Map([
    [ADA, '1001'],
    [BRIAN, '1002'],
  ]);
  const published: string[] = [];
  let telling = true;
  let expected: { agentId: string; event: string; requestId: string } | undefined;
  const agentAt = (extension: string) => [...extensions].find(([, at]) => at === extension)?.[0];
  const book: DialogBook = new DialogBook({
    calls,
    canTell: () => telling,
    extensionOf: (agentId) => extensions.get(agentId) ?? '',
    agentAt,
    dialogOf: (one) =>
      dialogOf(one, {
        isAgentDevice: (extension) => agentAt(extension) !== undefined,
        queueName: () => '',
        actionsOf: (of, who) =>
          allowedActions(of, who, {
            otherCalls: book.callsAt(who.extension).filter(({ callId }) => callId !== of.callId),
            supervisor: false,
            deploymentType: 'UCCE',
          }),
      }),
    requestIdOf: (agentId, told) => {
      if (expected?.agentId !== agentId || expected.event !== told.event) return '';
      const { requestId } = expected;
      expected = undefined;
      return requestId;
    },
    publish: (node, payload) => published.push(note(node, payload())),
  });
  return {
    book,
    extensions,
    mute: () => {
      telling = false;
    },
    unmute: () => {
      telling = true;
      book.tellAll(extensions.keys());
    },
    expect: (agentId: string, event: string, requestId: string) => {
      expected = { agentId, event, requestId };
    },
    now(one: TrackedCall) {
      const previous = calls.get(one.callId);
      calls.set(one.callId, one);
      book.callsChanged([{ type: previous === undefined ? 'begun' : 'changed', call: one, previous }]);
    },
    ended(one: TrackedCall) {
      const previous = calls.get(one.callId);
      calls.delete(one.callId);
      book.callsChanged([{ type: 'ended', call: one, previous }]);
    },
    /** What was published since the last question. */
    told: () => published.splice(0),
  };
}

function note(node: string, payload: Element): string {
  const { event, data, requestId, source } = parseUpdate(payload.text());
  const agent = node.split('/')[4];
  const dialog = data.kind === 'dialog' ? data.dialog : data.kind === 'dialogs' ? data.dialogs[0] : undefined;
  if (dialog === undefined) return `${agent} ${event} ${data.kind}`;
  expect(source).toBe(data.kind === 'dialog' ? dialog.uri : node);
  const states = dialog.participants.map(({ mediaAddress, state }) => `${mediaAddress}=${state}`);
  const asked = requestId === '' ? '' : ` [${requestId}]`;
  return `${agent} ${event} ${dialog.id} ${dialog.state} ${states.join(' ')}${asked}`;
}

const ringing = call(7, [party(CALLER, 'INITIATED'), party('1001', 'ALERTING')]);
const talking = call(7, [party(CALLER, 'ACTIVE'), party('1001', 'ACTIVE')]);
const hungUp = call(7, [party(CALLER, 'ACTIVE'), party('1001', 'DROPPED')]);
const over = call(7, [party(CALLER, 'DROPPED'), party('1001', 'DROPPED')]);

describe('the list of dialogs', () => {
  let w: ReturnType<typeof world>;
  beforeEach(() => {
    w = world();
  });

  it('a call rings, is answered, and ends', () => {
    w.now(ringing);
    expect(w.told()).toEqual([`ada POST 7 ALERTING ${CALLER}=INITIATED 1001=ALERTING`]);
    w.expect(ADA, 'PUT', 'r-answer');
    w.now(talking);
    w.now(talking);
    expect(w.told()).toEqual([`ada PUT 7 ACTIVE ${CALLER}=ACTIVE 1001=ACTIVE [r-answer]`]);
    w.now(hungUp);
    w.now(over);
    w.ended(over);
    expect(w.told()).toEqual([
      `ada PUT 7 ACTIVE ${CALLER}=ACTIVE 1001=DROPPED`,
      `ada DELETE 7 ACTIVE ${CALLER}=ACTIVE 1001=DROPPED`,
    ]);
    expect(w.book.callsOf(ADA)).toEqual([]);
  });

  it('both agents of an internal call are told, each in its own list', () => {
    w.now(call(8, [party('1001', 'INITIATED'), party('1002', 'ALERTING')]));
    expect(w.told()).toEqual([
      'ada POST 8 ALERTING 1001=INITIATED 1002=ALERTING',
      'brian POST 8 ALERTING 1001=INITIATED 1002=ALERTING',
    ]);
  });

  it('a transfer: the first agent loses both calls, the second goes over to the caller', () => {
    w.now(call(7, [party(CALLER, 'ACTIVE'), party('1001', 'HELD')]));
    w.now(call(8, [party('1001', 'ACTIVE'), party('1002', 'ACTIVE')]));
    w.told();
    w.ended(call(8, [party('1001', 'DROPPED'), party('1002', 'DROPPED')]));
    w.now(call(7, [party(CALLER, 'ACTIVE'), party('1001', 'DROPPED'), party('1002', 'ACTIVE')]));
    const told = w.told();
    const ofAda = told.filter((one) => one.startsWith('ada'));
    expect(ofAda.filter((one) => one.includes('DELETE')).map((one) => one.split(' ')[2])).toEqual(['8', '7']);
    const ofBrian = told.filter((one) => one.startsWith('brian') && !one.includes('PUT'));
    expect(ofBrian.map((one) => one.split(' ').slice(1, 3).join(' '))).toEqual(['DELETE 8', 'POST 7']);
  });

  it('what may be done in one call changes with another, and everyone in it is told', () => {
    w.now(call(7, [party('1002', 'ACTIVE'), party('1001', 'HELD')]));
    w.told();
    w.now(call(8, [party('1001', 'ACTIVE'), party('0816', 'ACTIVE')]));
    expect(w.told()).toEqual([
      'ada PUT 7 ACTIVE 1002=ACTIVE 1001=HELD',
      'ada POST 8 ACTIVE 1001=ACTIVE 0816=ACTIVE',
      'brian PUT 7 ACTIVE 1002=ACTIVE 1001=HELD',
    ]);
  });

  it('out of service nothing is told; afterwards the difference is, once', () => {
    w.now(talking);
    w.now(call(8, [party('1002', 'ACTIVE'), party('0816', 'ACTIVE')]));
    w.told();
    w.mute();
    w.ended(over);
    w.now(call(8, [party('1002', 'HELD'), party('0816', 'ACTIVE')]));
    w.now(call(9, [party('1001', 'ALERTING'), party('0817', 'INITIATED')]));
    expect(w.told()).toEqual([]);
    w.unmute();
    expect(w.told()).toEqual([
      `ada PUT 7 DROPPED ${CALLER}=DROPPED 1001=DROPPED`,
      `ada DELETE 7 DROPPED ${CALLER}=DROPPED 1001=DROPPED`,
      'ada POST 9 ALERTING 1001=ALERTING 0817=INITIATED',
      'brian PUT 8 ACTIVE 1002=HELD 0816=ACTIVE',
    ]);
    w.book.tellAll([ADA, BRIAN]);
    expect(w.told()).toEqual([]);
  });

  it('what a process finds at its start is no news', () => {
    w.mute();
    w.now(talking);
    w.book.adopt([ADA, BRIAN]);
    w.unmute();
    expect(w.told()).toEqual([]);
    w.ended(over);
    expect(w.told().map((one) => one.split(' ')[1])).toEqual(['PUT', 'DELETE']);
  });

  it('signing in at an extension in a call shows the call, signing out takes it away', () => {
    w.extensions.set(ADA, '');
    w.now(talking);
    expect(w.told()).toEqual([]);
    w.extensions.set(ADA, '1001');
    w.book.agentChanged(ADA);
    expect(w.told()).toHaveLength(1);
    w.extensions.set(ADA, '');
    w.book.agentChanged(ADA);
    expect(w.told().at(-1)).toContain('ada DELETE 7');
  });

  it('tells the present state again as the outcome of a request', () => {
    w.now(talking);
    w.told();
    w.book.tellAgain(ADA, 7, 'r-dtmf');
    w.book.tellAgain(ADA, 8, 'r-gone');
    expect(w.told()).toEqual([`ada PUT 7 ACTIVE ${CALLER}=ACTIVE 1001=ACTIVE [r-dtmf]`]);
  });
});
