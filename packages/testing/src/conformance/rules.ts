import type { NodeName } from '@finesse-ha/lab';
import type { Contact, SeenSession } from './observer.js';

/** What was seen of a client from a failure to its end. */
export interface Evidence {
  /** The node that the client was on. */
  from: NodeName;
  /** What had been subscribed explicitly before, by node id. */
  subscribedBefore: readonly string[];
  /** From the failure, or from the healing where one was planned, to the return; ms. Null where there was none. */
  backAfterMs: number | null;
  backOn: NodeName | null;
  withinMs: number;
  contacts: readonly Contact[];
  /** The most sessions of the agent on one node at any time. */
  mostAtOnce: number;
  /** The sessions when everything was healed and calm. */
  sessionsAtEnd: readonly SeenSession[];
  /** What a node in service says of the agent, before and at the end; null where nobody said it. */
  stateBefore: string | null;
  stateAtEnd: string | null;
  /** How the command ended before it was told to; null where it did not. */
  ended: string | null;
}

/** What one rule says of what the nodes saw. */
export interface Judgement {
  rule: string;
  /** `none`: there was nothing to judge. */
  verdict: 'passed' | 'failed' | 'none';
  what: string;
}

/** What a client must do, and how that is seen. */
export interface Rule {
  name: string;
  /** What it asks for. */
  asks: string;
  /** Where that is written. */
  source: string;
  /** Looks at what the nodes saw. */
  judge(evidence: Evidence): Omit<Judgement, 'rule'>;
}

/** Of a sliding window. Three quick attempts, a probe and a resync stay far below. */
const windowMs = 5_000;
const mostConnections = 10;
const mostRequests = 40;

/** The most that one node got within one window, and the node. */
function hardest(
  contacts: readonly Contact[],
  kind: Contact['kind'],
): { count: number; node: NodeName | null } {
  let worst: { count: number; node: NodeName | null } = { count: 0, node: null };
  const own = contacts.filter((contact) => contact.kind === kind);
  for (const { at, node } of own) {
    const count = own.filter(
      (other) => other.node === node && other.at >= at && other.at < at + windowMs,
    ).length;
    if (count > worst.count) worst = { count, node };
  }
  return worst;
}

const passed = (what: string) => ({ verdict: 'passed', what }) as const;
const failed = (what: string) => ({ verdict: 'failed', what }) as const;
const none = (what: string) => ({ verdict: 'none', what }) as const;
const notBack = none('the client did not come back');

/** Every rule, in the order of the table. */
export const conformanceRules: readonly Rule[] = [
  {
    name: 'back',
    asks: 'an XMPP session on a node that is in service, in time',
    source: 'failure-scenarios.txt, Recovery: recover the server, and check for an alternate',
    judge: ({ backAfterMs, backOn, from, withinMs, ended }) => {
      if (ended !== null) return failed(`the command ended: ${ended}`);
      return backAfterMs === null || backOn === null
        ? failed(`on no node in service within ${withinMs / 1_000} s; it was on ${from}`)
        : passed(`on ${backOn} after ${(backAfterMs / 1_000).toFixed(1)} s`);
    },
  },
  {
    name: 'presence',
    asks: 'available presence in the new session',
    source: 'finesse.md 2.3: without presence no event of the own nodes arrives',
    judge: ({ backOn, sessionsAtEnd }) => {
      if (backOn === null) return notBack;
      return sessionsAtEnd.some(({ available }) => available) ? passed('sent') : failed('not sent');
    },
  },
  {
    name: 'subscriptions',
    asks: 'what was subscribed explicitly is subscribed again, on the node it is on now',
    source: 'DESIGN.md, what the page leaves open: explicit subscriptions differ per node',
    judge: ({ backOn, subscribedBefore, sessionsAtEnd }) => {
      if (subscribedBefore.length === 0) return none('none were made');
      if (backOn === null) return notBack;
      const now = new Set(sessionsAtEnd.flatMap(({ subscriptions }) => [...subscriptions]));
      const lost = subscribedBefore.filter((node) => !now.has(node));
      return lost.length === 0
        ? passed(`${subscribedBefore.length} restored`)
        : failed(`lost: ${lost.join(', ')}`);
    },
  },
  {
    name: 'one session',
    asks: 'never two sessions on one node, and one in all when calm',
    source: 'DESIGN.md, what the page leaves open: never an XMPP session on both nodes',
    judge: ({ mostAtOnce, sessionsAtEnd }) => {
      if (mostAtOnce > 1) return failed(`${mostAtOnce} at once on one node`);
      if (sessionsAtEnd.length > 1)
        return failed(
          `${sessionsAtEnd.length} at the end: ${sessionsAtEnd.map(({ jid }) => jid).join(', ')}`,
        );
      return passed(`${sessionsAtEnd.length} at the end`);
    },
  },
  {
    name: 'signed in',
    asks: 'an agent who was signed in is signed in at the end',
    source: 'finesse.md 1.4: a node that sees the presence go may force the logout',
    judge: ({ backOn, stateBefore, stateAtEnd }) => {
      if (stateBefore === null || stateBefore === 'LOGOUT') return none('was not signed in');
      if (backOn === null) return notBack;
      return stateAtEnd === null || stateAtEnd === 'LOGOUT'
        ? failed(`${stateBefore} before, ${stateAtEnd ?? 'unknown'} at the end`)
        : passed(stateAtEnd);
    },
  },
  {
    name: 'gentle',
    asks: `at most ${mostConnections} XMPP connections and ${mostRequests} requests to one node in ${windowMs / 1_000} s`,
    source: 'DESIGN.md, what the page leaves open: three quick attempts, then backoff; the figures are ours',
    judge: ({ contacts }) => {
      const connections = hardest(contacts, 'connection');
      const requests = hardest(contacts, 'request');
      const what = `at most ${connections.count} connections, ${requests.count} requests in ${windowMs / 1_000} s`;
      return connections.count > mostConnections || requests.count > mostRequests
        ? failed(what)
        : passed(what);
    },
  },
];

/** Applies every rule. */
export function judge(evidence: Evidence): Judgement[] {
  return conformanceRules.map((rule) => ({ rule: rule.name, ...rule.judge(evidence) }));
}
