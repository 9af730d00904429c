import {
  type Element,
  escapeAttribute,
  type NodeIdKind,
  NS,
  parseJid,
  parseNodeId,
  systemInfoNode,
  userDialogsNode,
  userMediaNode,
  userNode,
  xml,
} from '@finesse-ha/protocol';
import type { Directory } from './directory.js';
import { iqError, iqResult } from './replies.js';
import { requestIdIn } from './request-id.js';
import type { Session } from './session.js';

/** What is asked of other pubsub services, and the feature that it is of (XEP-0060 10). */
const unsupported: Readonly<Record<string, string>> = {
  affiliations: 'retrieve-affiliations',
  configure: 'config-node',
  create: 'create-nodes',
  default: 'retrieve-default-sub',
  items: 'retrieve-items',
  options: 'subscription-options',
  retract: 'delete-items',
  'owner affiliations': 'modify-affiliations',
  'owner configure': 'config-node',
  'owner default': 'retrieve-default',
  'owner delete': 'delete-nodes',
  'owner purge': 'purge-nodes',
  'owner subscriptions': 'manage-subscriptions',
};

/**
 * Pubsub as Finesse uses it (XEP-0060; dev guide 12.5 p.345): an available agent is subscribed to its own nodes and to
 * SystemInfo without asking; teams and queues it subscribes to itself, with its full JID; only the web app publishes. Any
 * agent may subscribe to any team and queue: who supervises whom is not known here.
 */
export class PubSub {
  readonly #directory: Directory;
  readonly #domain: string;
  readonly #publisher: string;
  readonly #maxSubscriptions: number;
  readonly #onSubscription: (session: Session, node: string, subscribed: boolean) => void;
  /** Explicit subscriptions by node. They outlive the session, as Finesse's do, but not this process. */
  readonly #subscribers = new Map<string, Set<string>>();
  readonly #byUser = new Map<string, number>();
  readonly #published: (node: string, requestId: string, recipients: number) => void;
  #nextItem = 1;

  constructor(options: {
    directory: Directory;
    domain: string;
    publisher: string;
    maxSubscriptions: number;
    /** An item was published, and to how many sessions it went. */
    published(node: string, requestId: string, recipients: number): void;
    /** Told of every explicit subscription that was granted or ended. */
    onSubscription: (session: Session, node: string, subscribed: boolean) => void;
  }) {
    this.#directory = options.directory;
    this.#domain = options.domain;
    this.#publisher = options.publisher;
    this.#maxSubscriptions = options.maxSubscriptions;
    this.#published = options.published;
    this.#onSubscription = options.onSubscription;
  }

  /** Explicit subscriptions: all, and those of the user who has most. */
  get counts(): { subscriptions: number; mostOfOneUser: number } {
    const counts = [...this.#byUser.values()];
    return {
      subscriptions: counts.reduce((sum, count) => sum + count, 0),
      mostOfOneUser: Math.max(0, ...counts),
    };
  }

  /** Answers an IQ to the pubsub service whose child is `pubsub`, a user's or an owner's. */
  handle(session: Session, iq: Element, pubsub: Element): void {
    const [action] = pubsub.getChildElements();
    if (action === undefined) return session.send(iqError(iq, 'modify', 'bad-request'));
    const namespace = pubsub.getNS();
    switch (namespace === NS.pubsub ? `${iq.attrs.type} ${action.name}` : '') {
      case 'set publish':
        return this.#publish(session, iq, action);
      case 'set subscribe':
        return this.#subscribe(session, iq, action);
      case 'set unsubscribe':
        return this.#unsubscribe(session, iq, action);
      case 'get subscriptions':
        return this.#list(session, iq, action.attrs.node);
      default: {
        const feature = unsupported[`${namespace === NS.pubsub ? '' : 'owner '}${action.name}`];
        return session.send(
          iqError(iq, 'cancel', 'feature-not-implemented', feature && 'unsupported', { feature }),
        );
      }
    }
  }

  #publish(session: Session, iq: Element, publish: Element): void {
    const node = publish.attrs.node ?? '';
    const item = publish.getChild('item');
    const [payload, ...more] = item?.getChildElements() ?? [];
    if (session.user !== this.#publisher) return session.send(iqError(iq, 'auth', 'forbidden'));
    const kind = parseNodeId(node);
    if (kind === null) return session.send(iqError(iq, 'cancel', 'item-not-found'));
    if (payload === undefined) return session.send(iqError(iq, 'modify', 'bad-request', 'payload-required'));
    if (more.length > 0) return session.send(iqError(iq, 'modify', 'bad-request', 'invalid-payload'));
    const id = item?.attrs.id ?? `${Date.now().toString(36)}-${this.#nextItem++}`;
    const recipients = this.#deliver(node, kind, id, payload);
    this.#published(node, requestIdIn(payload), recipients);
    const published = `<publish node="${escapeAttribute(node)}"><item id="${escapeAttribute(id)}"/></publish>`;
    session.sendResult(iq, `<pubsub xmlns="${NS.pubsub}">${published}</pubsub>`);
  }

  /** The message is written once; per recipient only its JID differs. */
  #deliver(node: string, kind: NodeIdKind, itemId: string, payload: Element): number {
    const id = escapeAttribute(itemId);
    const head = ` from="${this.#domain}" id="${id}"`;
    const items = `<items node="${escapeAttribute(node)}"><item id="${id}">${payload.toString()}</item></items>`;
    const rest = `><event xmlns="${NS.pubsubEvent}">${items}</event></message>`;
    const told = new Set<Session>();
    const tell = (session: Session) => {
      if (told.has(session)) return;
      told.add(session);
      session.sendEvent(head, rest);
    };
    if (kind.kind === 'systemInfo') {
      for (const session of [...this.#directory.all()]) if (session.presence !== null) tell(session);
    } else if (isAutomatic(kind)) {
      for (const session of this.#directory.available(kind.id.toLowerCase())) tell(session);
    }
    for (const jid of this.#subscribers.get(node) ?? []) {
      const session = this.#directory.get(jid);
      if (session !== undefined) tell(session);
      else for (const one of this.#bare(jid)) tell(one);
    }
    return told.size;
  }

  *#bare(jid: string): Iterable<Session> {
    const parsed = parseJid(jid);
    if (parsed !== null && parsed.resource === undefined) yield* this.#directory.available(parsed.local);
  }

  #subscribe(session: Session, iq: Element, subscribe: Element): void {
    const node = subscribe.attrs.node ?? '';
    const problem = this.#refusal(session, iq, node, subscribe.attrs.jid);
    if (problem !== null) return session.send(problem);
    const jid = subscribe.attrs.jid ?? session.jid;
    const subscribers = this.#subscribers.get(node) ?? new Set<string>();
    if (!subscribers.has(jid)) {
      const count = this.#byUser.get(session.user) ?? 0;
      if (count >= this.#maxSubscriptions) {
        return session.send(iqError(iq, 'wait', 'policy-violation', 'too-many-subscriptions'));
      }
      this.#byUser.set(session.user, count + 1);
      subscribers.add(jid);
      this.#subscribers.set(node, subscribers);
    }
    this.#onSubscription(session, node, true);
    const subscription = xml('subscription', { node, jid, subscription: 'subscribed' });
    session.send(iqResult(iq, xml('pubsub', { xmlns: NS.pubsub }, subscription)));
  }

  #unsubscribe(session: Session, iq: Element, unsubscribe: Element): void {
    const node = unsubscribe.attrs.node ?? '';
    const problem = this.#refusal(session, iq, node, unsubscribe.attrs.jid);
    if (problem !== null) return session.send(problem);
    const subscribers = this.#subscribers.get(node);
    if (subscribers?.delete(unsubscribe.attrs.jid ?? session.jid) !== true) {
      return session.send(iqError(iq, 'cancel', 'unexpected-request', 'not-subscribed'));
    }
    this.#byUser.set(session.user, (this.#byUser.get(session.user) ?? 1) - 1);
    if (subscribers.size === 0) this.#subscribers.delete(node);
    this.#onSubscription(session, node, false);
    session.send(iqResult(iq));
  }

  /** Why a subscription may not be made or ended; null if it may. */
  #refusal(session: Session, iq: Element, node: string, jid: string | undefined): Element | null {
    const kind = parseNodeId(node);
    if (kind === null) return iqError(iq, 'cancel', 'item-not-found');
    if (jid !== undefined && jid !== session.jid && jid !== session.bareJid) {
      return iqError(iq, 'modify', 'bad-request', 'invalid-jid');
    }
    const own =
      !('id' in kind) ||
      kind.kind === 'teamUsers' ||
      kind.kind === 'teamMessages' ||
      kind.kind === 'queue' ||
      kind.id.toLowerCase() === session.user;
    return own ? null : iqError(iq, 'auth', 'forbidden');
  }

  /** Explicit subscriptions, and the automatic ones, which a client may want to see confirmed. */
  #list(session: Session, iq: Element, only: string | undefined): void {
    const { user, jid, bareJid } = session;
    const entries = new Map<string, string>();
    const automatic =
      session.presence === null || user === this.#publisher
        ? []
        : [systemInfoNode, userNode(user), userDialogsNode(user), userMediaNode(user)];
    for (const node of automatic) entries.set(node, jid);
    for (const [node, subscribers] of this.#subscribers) {
      for (const one of [bareJid, jid]) if (subscribers.has(one)) entries.set(node, one);
    }
    const list = [...entries].filter(([node]) => only === undefined || node === only);
    const subscriptions = list.map(([node, one]) =>
      xml('subscription', { node, jid: one, subscription: 'subscribed' }),
    );
    session.send(
      iqResult(iq, xml('pubsub', { xmlns: NS.pubsub }, xml('subscriptions', {}, ...subscriptions))),
    );
  }
}

/** Whether it goes to the agent without a subscription. */
function isAutomatic(node: NodeIdKind): node is NodeIdKind & { id: string } {
  const { kind } = node;
  return kind === 'user' || kind === 'userDialogs' || kind === 'userMedia' || kind === 'userMediaDialogs';
}
