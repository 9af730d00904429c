import { type Element, NS, parseNodeId, xml } from '@finesse-ha/protocol';
import { IqError } from './pending-iqs.js';
import type { XmppConnection } from './xmpp-connection.js';

/** One entry of the subscriptions listing (XEP-0060 5.6). */
interface Subscription {
  node: string;
  jid: string;
  state: string;
  subid: string | undefined;
}

/** Thrown when the listing does not show what was subscribed to. */
export class SubscriptionError extends Error {
  readonly kind = 'subscription';
  constructor(message: string) {
    super(message);
    this.name = 'SubscriptionError';
  }
}

/** All subscriptions of this user at the node's pubsub service, the automatic ones included. */
async function listSubscriptions(xmpp: XmppConnection, timeoutMs: number): Promise<Subscription[]> {
  const query = xml('pubsub', { xmlns: NS.pubsub }, xml('subscriptions'));
  const result = await xmpp.iq('get', xmpp.pubSubDomain, query, timeoutMs);
  const entries =
    result.getChild('pubsub', NS.pubsub)?.getChild('subscriptions')?.getChildren('subscription') ?? [];
  return entries.map((entry: Element) => ({
    node: entry.attrs.node ?? '',
    jid: entry.attrs.jid ?? '',
    state: entry.attrs.subscription ?? '',
    subid: entry.attrs.subid,
  }));
}

/** Subscribes with the full JID: with the bare one the user's other sessions would get the traffic too (dev guide 12.5 p.346). */
export async function subscribeNode(xmpp: XmppConnection, node: string, timeoutMs: number): Promise<void> {
  const request = xml('pubsub', { xmlns: NS.pubsub }, xml('subscribe', { node, jid: xmpp.jid }));
  await xmpp.iq('set', xmpp.pubSubDomain, request, timeoutMs);
}

export async function unsubscribeNode(
  xmpp: XmppConnection,
  node: string,
  timeoutMs: number,
  subid?: string,
): Promise<void> {
  const request = xml('pubsub', { xmlns: NS.pubsub }, xml('unsubscribe', { node, jid: xmpp.jid, subid }));
  await xmpp.iq('set', xmpp.pubSubDomain, request, timeoutMs);
}

/** A node that the service would not subscribe this user to. */
export interface RefusedSubscription {
  node: string;
  condition: string;
}

/**
 * Makes the explicit subscriptions of this connection's full JID exactly `wanted`, each once, and verifies it by a
 * second listing if anything had to be changed. Subscriptions outlive connections on the same node (dev guide,
 * subscription persistence), so what is there already is not subscribed to again. Automatic ones are left alone. Nodes
 * that the service refuses are returned: one of them must not keep the agent out of service.
 * @throws {IqError} or {SubscriptionError}
 */
export async function restoreSubscriptions(
  xmpp: XmppConnection,
  wanted: ReadonlySet<string>,
  timeoutMs: number,
): Promise<readonly RefusedSubscription[]> {
  const { missing, surplus } = compare(xmpp, wanted, await listSubscriptions(xmpp, timeoutMs));
  if (missing.length === 0 && surplus.length === 0) return [];
  const refused: RefusedSubscription[] = [];
  await Promise.all([
    ...missing.map(async (node) => {
      try {
        await subscribeNode(xmpp, node, timeoutMs);
      } catch (error) {
        if (!(error instanceof IqError) || error.kind !== 'error') throw error;
        refused.push({ node, condition: error.condition ?? 'undefined-condition' });
      }
    }),
    ...surplus.map(({ node, subid }) => unsubscribeNode(xmpp, node, timeoutMs, subid)),
  ]);
  const granted = new Set(wanted);
  for (const { node } of refused) granted.delete(node);
  const left = compare(xmpp, granted, await listSubscriptions(xmpp, timeoutMs));
  const [unmet] = left.missing;
  if (unmet !== undefined) throw new SubscriptionError(`subscribed to ${unmet}, but the listing lacks it`);
  const [unwanted] = left.surplus;
  if (unwanted !== undefined) {
    throw new SubscriptionError(`unsubscribed from ${unwanted.node}, but the listing still has it`);
  }
  return refused;
}

function compare(
  xmpp: XmppConnection,
  wanted: ReadonlySet<string>,
  listed: readonly Subscription[],
): { missing: string[]; surplus: Subscription[] } {
  const seen = new Set<string>();
  const surplus: Subscription[] = [];
  for (const entry of listed) {
    if (entry.jid !== xmpp.jid || entry.state !== 'subscribed') continue;
    if (wanted.has(entry.node) && !seen.has(entry.node)) seen.add(entry.node);
    else if (wanted.has(entry.node) || isExplicit(entry.node)) surplus.push(entry);
  }
  return { missing: [...wanted].filter((node) => !seen.has(node)), surplus };
}

/** Nodes that Finesse never subscribes anybody to by itself (dev guide 12.5 p.345). */
function isExplicit(node: string): boolean {
  const kind = parseNodeId(node)?.kind;
  return kind === 'teamUsers' || kind === 'queue' || kind === 'userQueues';
}
