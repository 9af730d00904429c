import type { Announcement, Failure, NodeView } from '@finesse-ha/client';
import { type Dialog, parseDialog } from '@finesse-ha/protocol';
import type { NameNode } from '../../src/node-names.ts';

export const primary = 'https://fin-a.example:8445';
export const secondary = 'https://fin-b.example:8445';

export const nameNode: NameNode = (url) =>
  url === primary
    ? { inText: 'the primary node', short: 'Primary' }
    : { inText: 'the secondary node', short: 'Secondary' };

const view = (node: string, available: boolean): NodeView => ({
  node,
  systemInfo: 'in-service',
  xmpp: available ? 'up' : 'none',
  presence: available ? 'available' : 'unknown',
  available,
  toldAt: 0,
  detail: '',
});

export const failure: Failure = {
  scenario: 'notification-service',
  candidates: ['notification-service'],
  service: 'Cisco AgentClient Notification Service',
  mechanism: 'xmpp-disconnected',
  criterion: 1,
  node: primary,
  sinceAt: 1_000,
  scope: 'node',
  detail: 'closed',
};

/** An announcement as the core makes it; in service on the primary node where nothing else is said. */
export function announcement(facts: Partial<Announcement> = {}): Announcement {
  return {
    at: 2_000,
    kind: 'in-service',
    status: 'in-service',
    node: primary,
    failure: null,
    ended: null,
    nodes: [view(primary, true), view(secondary, false)],
    why: '',
    ...facts,
  };
}

/** A failure of the primary node that is being dealt with. */
export function failing(facts: Partial<Failure> = {}, more: Partial<Announcement> = {}): Announcement {
  return announcement({ kind: 'failing', status: 'failing', failure: { ...failure, ...facts }, ...more });
}

interface CallFacts {
  id?: string;
  from?: string;
  to?: string;
  own?: { state: string; actions?: readonly string[] };
  others?: readonly { address: string; state: string }[];
  callType?: string;
  variable?: string;
}

/** A call as Finesse tells it (reference/samples/Dialog.voice.xml), seen from extension 2000. */
export function dialog({
  id = '41',
  from = '5551234',
  to = '2000',
  own = { state: 'ACTIVE', actions: ['HOLD', 'DROP'] },
  others = [{ address: from === '2000' ? to : from, state: 'ACTIVE' }],
  callType = 'ACD_IN',
  variable = 'Chuck Smith',
}: CallFacts = {}): Dialog {
  const participant = (address: string, state: string, actions: readonly string[]) => `
    <Participant>
      <actions>${actions.map((action) => `<action>${action}</action>`).join('')}</actions>
      <mediaAddress>${address}</mediaAddress>
      <startTime>2026-11-23T08:10:23.121Z</startTime>
      <state>${state}</state>
      <stateChangeTime>2026-11-23T08:10:36.543Z</stateChangeTime>
    </Participant>`;
  return parseDialog(`
    <Dialog>
      <uri>/finesse/api/Dialog/${id}</uri><id>${id}</id><mediaType>Voice</mediaType>
      <fromAddress>${from}</fromAddress><toAddress>${to}</toAddress><state>ACTIVE</state>
      <mediaProperties>
        <callType>${callType}</callType><queueName>Sales</queueName>
        <callvariables><CallVariable><name>callVariable1</name><value>${variable}</value></CallVariable></callvariables>
      </mediaProperties>
      <participants>
        ${participant('2000', own.state, own.actions ?? [])}
        ${others.map(({ address, state }) => participant(address, state, [])).join('')}
      </participants>
    </Dialog>`);
}
