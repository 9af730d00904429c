import { endFor, stopEverything, tellFailure } from './failure.js';
import { loseLink, pingLink } from './link.js';
import { pollCapMs, pollStepMs } from './settings.js';
import { unknownNode } from './state.js';
import type { Turn } from './turn.js';
import type { FailoverEvent, FailoverState, LinkState, NodeState, SystemInfoAnswer } from './types.js';

type Of<T extends FailoverEvent['type']> = Extract<FailoverEvent, { type: T }>;

/** The application wants to be in service. Everything known before is forgotten, refused certificates too. */
export function onConnect(turn: Turn): void {
  const { state, at } = turn;
  if (state.phase === 'running') return;
  state.nodes = state.nodes.map((node) => ({ ...unknownNode(node.id), nextProbeAt: at }));
  state.phase = 'running';
  state.status = 'connecting';
  state.failure = null;
  state.ended = null;
  state.everInService = false;
  state.online = true;
  state.attempts = 0;
  state.nextAttemptAt = at;
  state.stageAt = at;
  // The node named first is preferred for as long as a healthy one needs to answer.
  state.patienceAt = at + state.settings.tieGraceMs;
  state.place = turn.random();
  state.onceMore = null;
  turn.decide('connect', 'the application connects');
  turn.announce('connecting', 'the application connects');
}

export function onDisconnect(turn: Turn): void {
  const { state } = turn;
  if (state.phase === 'idle') return;
  stopEverything(turn);
  state.phase = 'idle';
  state.status = 'idle';
  state.failure = null;
  state.ended = null;
  turn.decide('closed', 'the application disconnects');
  turn.announce('closed', 'the application disconnects');
}

/** When to ask a node again, after an answer or the lack of one. */
function scheduleNextProbe(turn: Turn, node: NodeState, askedAt: number): void {
  const { state, settings, at } = turn;
  let delay: number;
  if (state.status === 'in-service') {
    const interval = node.id === state.current ? settings.pollIntervalMs : settings.alternatePollMs;
    // An unanswered poll is repeated soon, but no sooner than a ping: several that fail within one hiccup of the
    // network are one.
    const soon = Math.max(1_000, askedAt + settings.pingTimeoutMs - at);
    delay = node.id === state.current && node.unanswered > 0 ? soon : interval * (0.8 + turn.jitter(0.4));
  } else {
    const answers = node.id === state.current && node.unanswered === 0;
    const ceiling = Math.min(
      pollCapMs(settings),
      pollStepMs(settings, answers) * 2 ** Math.min(node.polls, 20),
    );
    node.polls += 1;
    delay = ceiling * (0.5 + turn.jitter(0.5));
  }
  node.nextProbeAt = Math.max(at + delay, node.notBeforeAt);
}

/** A node said whether it is in service, by an answer or by a notification. */
function told(turn: Turn, node: NodeState, status: 'in-service' | 'out-of-service', detail: string): void {
  if (status === 'out-of-service') node.inServiceSinceAt = null;
  else node.inServiceSinceAt ??= turn.at;
  node.systemInfo = status;
  node.toldAt = turn.at;
  node.unanswered = 0;
  // Whoever says so, by an answer or by publishing it: the web host lives.
  node.hostAnswers = true;
  node.detail = detail;
  const { link, onceMore, current } = turn.state;
  if (link?.node === node.id) link.verified = true;
  // Asked once more it was down, and it has come back since: the tie is its after all.
  if (status === 'in-service' && node.id === current && onceMore?.answered === 'down')
    turn.state.onceMore = { ...onceMore, answered: 'up', at: turn.at };
}

/** A node gave no usable answer. The one in use is believed for a few polls, as long as its XMPP says nothing else. */
function unanswered(turn: Turn, node: NodeState, detail: string, hostAnswers: boolean): void {
  const { state, settings } = turn;
  node.unanswered += 1;
  node.hostAnswers = hostAnswers;
  node.detail = detail;
  const believed = state.status === 'in-service' && node.id === state.current;
  if (believed && node.unanswered < settings.unansweredLimit) {
    // Is it this node, or the way to it? The XMPP connection knows.
    if (state.link !== null && state.link.pingAt === null) pingLink(turn, state.link, 0);
    return;
  }
  node.systemInfo = 'unreachable';
  node.toldAt = turn.at;
  node.inServiceSinceAt = null;
}

export function onSystemInfo(turn: Turn, event: Of<'system-info'>): void {
  const node = turn.node(event.node);
  if (node?.probe?.id !== event.probe) return;
  takeAnswer(turn, node, event.answer);
}

/** Takes in the answer to the probe in flight; also used when the core's own deadline for it passes. */
export function takeAnswer(turn: Turn, node: NodeState, answer: SystemInfoAnswer): void {
  const { state } = turn;
  const { probe } = node;
  node.probe = null;
  switch (answer.kind) {
    case 'status':
      node.heartbeat = answer.heartbeat;
      if (answer.deployment !== undefined) state.deployment = answer.deployment;
      learnAlternate(turn, answer.alternate);
      told(turn, node, answer.status, answer.status === 'in-service' ? 'IN_SERVICE' : 'OUT_OF_SERVICE');
      break;
    case 'http-error':
      if (answer.retryAfterMs !== undefined) node.notBeforeAt = turn.at + answer.retryAfterMs;
      // 503 is how a node out of service may answer anything (dev guide 12.5 p.7): as good as OUT_OF_SERVICE.
      if (answer.httpStatus === 503) told(turn, node, 'out-of-service', 'HTTP 503');
      else unanswered(turn, node, `HTTP ${answer.httpStatus} for SystemInfo`, true);
      break;
    case 'unreachable':
      unanswered(turn, node, answer.detail, false);
      break;
    case 'timeout':
      unanswered(turn, node, 'no answer to SystemInfo', false);
      break;
    case 'certificate':
      refuseCertificate(turn, node, answer);
      return;
  }
  if (state.onceMore !== null && state.onceMore.probe === probe?.id) {
    state.onceMore = {
      ...state.onceMore,
      answered: node.systemInfo === 'in-service' ? 'up' : 'down',
      at: turn.at,
    };
  }
  scheduleNextProbe(turn, node, probe?.sentAt ?? turn.at);
  judgeInfo(turn, node);
}

/** A bad certificate is not an outage: going round in circles would not mend it. */
function refuseCertificate(
  turn: Turn,
  node: NodeState,
  { detail, problem }: Extract<SystemInfoAnswer, { kind: 'certificate' }>,
): void {
  node.rejected = { detail, problem: problem ?? 'other' };
  node.systemInfo = 'unreachable';
  node.toldAt = turn.at;
  node.nextProbeAt = null;
  if (node.id === turn.state.current) endFor(turn, 'certificate', node.id, detail, problem);
  else turn.decide('certificate', detail, node.id);
}

function learnAlternate(turn: Turn, alternate: string | undefined): void {
  const { state } = turn;
  if (alternate === undefined || state.nodes.length > 1 || state.nodes[0]?.id === alternate) return;
  state.nodes = [...state.nodes, { ...unknownNode(alternate), nextProbeAt: turn.at }];
  turn.decide('alternate', 'learned from SystemInfo', alternate);
}

/** Criterion 2, and criterion 3 for a web host that went silent: what SystemInfo says of the node in use. */
function judgeInfo(turn: Turn, node: NodeState): void {
  const { state } = turn;
  if (node.id !== state.current || state.link?.phase !== 'up') return;
  if (node.systemInfo === 'out-of-service') {
    tellFailure(turn, 'systeminfo-out-of-service', `SystemInfo of ${node.id} is OUT_OF_SERVICE`);
  } else if (node.systemInfo === 'unreachable') {
    tellFailure(
      turn,
      'systeminfo-unreachable',
      `${node.unanswered} SystemInfo polls without an answer: ${node.detail}`,
    );
  }
}

export function onNotification(turn: Turn, event: Of<'notification'>): void {
  const link = turn.linkOf(event.generation);
  const node = link === null ? undefined : turn.node(link.node);
  if (node === undefined) return;
  told(turn, node, event.status, event.status === 'in-service' ? 'IN_SERVICE' : 'OUT_OF_SERVICE');
  judgeInfo(turn, node);
}

export function onXmppUp(turn: Turn, event: Of<'xmpp-up'>): void {
  const link = turn.linkOf(event.generation);
  if (link === null || link.phase === 'up') return;
  link.phase = 'up';
  link.sinceAt = turn.at;
  link.lastReceivedAt = turn.at;
  link.deadlineAt = turn.at + turn.settings.presenceTimeoutMs;
  // Subscribed first, asked then: a change between an earlier answer and this connection would never be told.
  link.verified = false;
  turn.askAnew(turn.current, 0);
  turn.decide('xmpp-up', 'XMPP connection is up', link.node);
}

export function onXmppLost(turn: Turn, event: Of<'xmpp-lost'>): void {
  const link = turn.linkOf(event.generation);
  if (link === null) return;
  turn.state.link = null;
  const backAt = event.retryAfterMs === undefined ? null : turn.at + event.retryAfterMs;
  if (backAt !== null) turn.current.notBeforeAt = backAt;
  const detail = event.detail ?? event.cause;
  if (event.cause === 'certificate') endFor(turn, event.cause, link.node, detail, event.problem);
  else loseLink(turn, link, event.cause, detail, 'xmpp-disconnected', backAt);
}

export function onPresence(turn: Turn, event: Of<'presence'>): void {
  const link = turn.linkOf(event.generation);
  if (link === null || link.phase !== 'up') return;
  const before = link.presence;
  link.presence = event.available ? 'available' : 'unavailable';
  if (link.presence === before) return;
  link.unavailableAt = event.available ? null : turn.at;
  if (event.available) {
    // Criterion 3: after AVAILABLE presence, SystemInfo IN_SERVICE is waited for; what was said before does not count.
    if (before === 'unavailable') {
      link.verified = false;
      turn.askAnew(turn.current, turn.jitter(turn.settings.ownLinkSpreadMs));
    }
    turn.decide('presence', 'finesse is available');
  } else {
    link.verified = false;
    turn.decide('presence', 'finesse is unavailable');
    tellFailure(turn, 'presence-unavailable', 'presence of finesse became unavailable');
  }
}

export function onReceived(turn: Turn, event: Of<'received'>): void {
  turn.state.link = linkHeard(turn.state, event.generation, turn.at);
}

/** The XMPP connection after bytes arrived on one of this generation: what was asked of it is answered by them. */
export function linkHeard({ link }: FailoverState, generation: number, at: number): LinkState | null {
  if (link?.generation !== generation) return link;
  return { ...link, lastReceivedAt: at, strikes: 0, pingAt: null };
}

export function onResynced(turn: Turn, event: Of<'resynced'>): void {
  const link = turn.linkOf(event.generation);
  if (link?.resync !== 'running' || link.resyncId !== event.resync) return;
  link.resync = 'done';
  link.resyncFailures = 0;
  link.trusted = true;
}

export function onResyncFailed(turn: Turn, event: Of<'resync-failed'>): void {
  const link = turn.linkOf(event.generation);
  if (link?.resync !== 'running' || link.resyncId !== event.resync) return;
  failResync(turn, link, event.detail, event.retryAfterMs ?? 0);
}

/** The fetch failed: it is tried again on the same connection after a backoff. */
export function failResync(turn: Turn, link: LinkState, detail: string, retryAfterMs: number): void {
  link.resync = 'needed';
  link.resyncFailures += 1;
  const width = Math.min(10_000, 250 * 2 ** Math.min(link.resyncFailures, 10));
  link.resyncAt = turn.at + Math.max(retryAfterMs, 100, turn.jitter(width));
  // A node that cannot be fetched from may have left service without a word. A question that is out is left to be
  // answered or to expire: asked anew with each failing fetch it would never do either.
  if (turn.current.probe === null) turn.askAnew(turn.current, 0);
  turn.decide('resync-failed', detail);
}

export function onDenied(turn: Turn, event: Of<'denied'>): void {
  if (turn.state.phase === 'running') endFor(turn, event.cause, turn.state.current, event.detail);
}

/** The network went away or came back: a reason to ask, never a reason to believe. */
export function onNetwork(turn: Turn, event: Of<'network'>): void {
  const { state, at } = turn;
  if (state.online === event.online) return;
  state.online = event.online;
  turn.decide('network', event.online ? 'online' : 'offline');
  if (state.phase !== 'running') return;
  if (state.link?.phase === 'up' && state.link.pingAt === null) pingLink(turn, state.link, 0);
  if (event.online) {
    for (const node of state.nodes) {
      node.polls = 0;
      turn.askAnew(node, turn.jitter(state.settings.ownLinkSpreadMs));
    }
    state.nextAttemptAt = Math.min(state.nextAttemptAt, at + turn.jitter(state.settings.ownLinkSpreadMs));
  }
}
