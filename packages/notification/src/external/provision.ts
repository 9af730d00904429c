import { createHash } from 'node:crypto';
import {
  type Element,
  NS,
  queueNode,
  systemInfoNode,
  teamMessagesNode,
  teamUsersNode,
  userDialogsNode,
  userMediaNode,
  userNode,
  userQueuesNode,
  xml,
} from '@finesse-ha/protocol';

/** Whom and what a notification service must know of; the embedded one knows by itself. */
export interface Topology {
  /** Ids of the agents. */
  agents: readonly string[];
  teams: readonly string[];
  queues: readonly string[];
}

/** The refusal of an IQ, with the defined condition (RFC 6120 8.3.3). */
export class IqRefusal extends Error {
  readonly condition: string;
  constructor(what: string, condition: string) {
    super(`the notification service refuses ${what}: ${condition}`);
    this.condition = condition;
  }
}

/** Sends an IQ to the pubsub service; rejects with {IqRefusal} for an error, with another error when it cannot be known. */
export type SendIq = (type: 'get' | 'set', payload: Element, what: string) => Promise<void>;

/** Requests that may be unanswered at once. */
const requestsAtOnce = 64;
/** Subscribers of one node that are told in one request. */
const batch = 200;

/**
 * Makes of a general pubsub service (XEP-0060) what Finesse's is (dev guide 12.5 p.345): the nodes of every agent, team and
 * queue, owned by `finesse`; each agent subscribed to SystemInfo and to its own nodes, and kept from others'. What is there
 * already is left as it is, so it may be done as often as one connects. A node that is made last tells a later login that
 * nothing is missing.
 * @param clustered several machines have the service: two requests at once that write to the same tables of an ejabberd
 * cluster were seen to stay unanswered, so there is one at a time
 * @throws {IqRefusal} when the service does not offer what is needed
 */
export async function provision(
  sendIq: SendIq,
  domain: string,
  topology: Topology,
  clustered = false,
): Promise<void> {
  const mark = markOf(topology);
  if (await exists(sendIq, mark)) return;
  await make(sendIq, domain, topology, clustered ? 1 : requestsAtOnce);
  await create(sendIq, mark, 'whitelist');
}

/** A node that only a service has that was told of this very topology. */
function markOf(topology: Topology): string {
  const { agents, teams, queues } = topology;
  const text = JSON.stringify([agents, teams, queues]);
  return `/finesse-ha/provisioned/${createHash('sha256').update(text).digest('hex').slice(0, 32)}`;
}

/** Whether the service has a node (XEP-0060 5.4). */
async function exists(sendIq: SendIq, node: string): Promise<boolean> {
  try {
    await sendIq('get', xml('query', { xmlns: NS.discoInfo, node }), `to say whether it has ${node}`);
    return true;
  } catch (error) {
    if (error instanceof IqRefusal && error.condition === 'item-not-found') return false;
    throw error;
  }
}

async function make(sendIq: SendIq, domain: string, topology: Topology, window: number): Promise<void> {
  const { agents, teams, queues } = topology;
  const bareJid = (agent: string) => `${agent.toLowerCase()}@${domain}`;
  const automatic = agents.flatMap((agent) =>
    [userNode, userDialogsNode, userMediaNode].map((node) => ({ node: node(agent), jid: bareJid(agent) })),
  );
  const jobs = [
    ...automatic.map(({ node, jid }) => async () => {
      await create(sendIq, node, 'whitelist');
      await admit(sendIq, node, jid);
      await subscribe(sendIq, node, [jid]);
    }),
    ...agents.map((agent) => async () => {
      await create(sendIq, userQueuesNode(agent), 'whitelist');
      await admit(sendIq, userQueuesNode(agent), bareJid(agent));
    }),
    ...[...teams.flatMap((id) => [teamUsersNode(id), teamMessagesNode(id)]), ...queues.map(queueNode)].map(
      (node) => () => create(sendIq, node, 'open'),
    ),
    async () => {
      await create(sendIq, systemInfoNode, 'open');
      for (let start = 0; start < agents.length; start += batch) {
        await subscribe(sendIq, systemInfoNode, agents.slice(start, start + batch).map(bareJid));
      }
    },
  ];
  let next = 0;
  const work = async () => {
    for (let job = jobs[next++]; job !== undefined; job = jobs[next++]) await job();
  };
  await Promise.all(Array.from({ length: window }, work));
}

/** A form field (XEP-0004). */
function field(name: string, value: string, hidden = false): Element {
  return xml('field', { var: name, ...(hidden ? { type: 'hidden' } : {}) }, xml('value', {}, value));
}

/** XEP-0060 8.1.3. Nothing is kept: who comes later asks REST for the state. */
async function create(sendIq: SendIq, node: string, accessModel: 'open' | 'whitelist'): Promise<void> {
  const form = xml(
    'x',
    { xmlns: 'jabber:x:data', type: 'submit' },
    field('FORM_TYPE', `${NS.pubsub}#node_config`, true),
    field('pubsub#access_model', accessModel),
    field('pubsub#publish_model', 'publishers'),
    field('pubsub#persist_items', '0'),
    // Else ejabberd keeps the last item after all, on disk: most of what a publish costs then.
    field('pubsub#send_last_published_item', 'never'),
    // An item that makes room for the next is no news.
    field('pubsub#notify_retract', '0'),
    field('pubsub#notification_type', 'headline'),
  );
  const payload = xml('pubsub', { xmlns: NS.pubsub }, xml('create', { node }), xml('configure', {}, form));
  try {
    await sendIq('set', payload, `to create ${node}`);
  } catch (error) {
    if (!(error instanceof IqRefusal) || error.condition !== 'conflict') throw error;
  }
}

/** XEP-0060 8.9.2: who may subscribe to a node with a white list. */
function admit(sendIq: SendIq, node: string, jid: string): Promise<void> {
  const affiliation = xml('affiliation', { jid, affiliation: 'member' });
  const payload = xml('pubsub', { xmlns: NS.pubsubOwner }, xml('affiliations', { node }, affiliation));
  return sendIq('set', payload, `to admit ${jid} to ${node}`);
}

/** XEP-0060 8.8.2. By bare JIDs: whichever session is available receives. */
function subscribe(sendIq: SendIq, node: string, jids: readonly string[]): Promise<void> {
  const subscriptions = jids.map((jid) => xml('subscription', { jid, subscription: 'subscribed' }));
  const payload = xml('pubsub', { xmlns: NS.pubsubOwner }, xml('subscriptions', { node }, ...subscriptions));
  return sendIq(
    'set',
    payload,
    `to subscribe ${jids.length === 1 ? jids[0] : `${jids.length} agents`} to ${node}`,
  );
}
