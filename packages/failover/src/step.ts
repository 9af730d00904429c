import { beginStage } from './failure.js';
import { pingLink } from './link.js';
import {
  linkHeard,
  onConnect,
  onDenied,
  onDisconnect,
  onNetwork,
  onNotification,
  onPresence,
  onReceived,
  onResynced,
  onResyncFailed,
  onSystemInfo,
  onXmppLost,
  onXmppUp,
} from './observe.js';
import { plan } from './plan.js';
import { viewNode } from './state.js';
import { Turn } from './turn.js';
import type { Command, FailoverEvent, FailoverState, NodeView } from './types.js';

/**
 * The whole core: what was observed in, the next state and what is to be done out. Pure: the state given is not
 * changed, time and randomness come from the event and the state. An event about an abandoned connection or an old
 * probe changes nothing. An `at` earlier than the last one counts as the last one: the clock never runs backwards.
 */
export function step(before: FailoverState, event: FailoverEvent): [FailoverState, Command[]] {
  const at = Math.max(before.lastAt, event.at);
  if (event.type === 'received' && before.deadlineAt !== null && at < before.deadlineAt) {
    // The commonest event by far moves no deadline nearer: the armed one may fire early and find nothing due.
    return [{ ...before, lastAt: at, link: linkHeard(before, event.generation, at) }, []];
  }
  const turn = new Turn(before, at);
  if (sleptThrough(before, at)) wake(turn, before, event);
  take(turn, event);
  turn.state.deadlineAt = null;
  plan(turn);
  tellNodes(turn, before.phase === 'running' ? before.nodes.map((node) => viewNode(before, node)) : []);
  return [turn.state, turn.commands];
}

function take(turn: Turn, event: FailoverEvent): void {
  switch (event.type) {
    case 'connect':
      onConnect(turn);
      break;
    case 'disconnect':
      onDisconnect(turn);
      break;
    case 'timer':
      break;
    case 'system-info':
      onSystemInfo(turn, event);
      break;
    case 'xmpp-up':
      onXmppUp(turn, event);
      break;
    case 'xmpp-lost':
      onXmppLost(turn, event);
      break;
    case 'presence':
      onPresence(turn, event);
      break;
    case 'notification':
      onNotification(turn, event);
      break;
    case 'received':
      onReceived(turn, event);
      break;
    case 'resynced':
      onResynced(turn, event);
      break;
    case 'resync-failed':
      onResyncFailed(turn, event);
      break;
    case 'denied':
      onDenied(turn, event);
      break;
    case 'network':
      onNetwork(turn, event);
      break;
    default:
      event satisfies never;
  }
}

/** The core always waits for some deadline while it runs: one passed by far means that the machine slept. */
function sleptThrough(before: FailoverState, at: number): boolean {
  return (
    before.phase === 'running' &&
    before.deadlineAt !== null &&
    at - before.deadlineAt > before.settings.sleepMs
  );
}

/** After a sleep or a jump of the clock, what was asked, told or queued before is stale: everything is asked anew. */
function wake(turn: Turn, before: FailoverState, event: FailoverEvent): void {
  const { state, settings, at } = turn;
  const sleptMs = Math.round(at - before.lastAt);
  turn.decide('woke', `nothing ran for ${sleptMs} ms; asking anew`);
  for (const node of state.nodes) {
    node.toldAt = null;
    node.inServiceSinceAt = null;
    node.unanswered = 0;
    node.polls = 0;
    turn.askAnew(node, turn.jitter(settings.ownLinkSpreadMs));
  }
  beginStage(turn, settings.quickWindowMs);
  state.attempts = 0;
  state.nextAttemptAt = at;
  const { link } = state;
  // What wakes the client may be the very end of its connection: then there is nothing to close or to ping.
  const lost = event.type === 'xmpp-lost' && event.generation === link?.generation;
  if (link?.phase === 'opening' && !lost) turn.closeLink();
  if (link?.phase === 'up' && !lost) {
    link.verified = false;
    link.resync = 'needed';
    link.resyncAt = at;
    link.deadlineAt = at + settings.presenceTimeoutMs;
    // One strike is enough after a sleep: the connection is under suspicion already.
    link.lastReceivedAt = at;
    pingLink(turn, link, 1);
  }
  if (state.status === 'in-service') {
    state.status = 'connecting';
    state.inServiceAt = null;
    turn.announce('connecting', `asking anew after ${sleptMs} ms of sleep`);
  }
}

/** Tells each change of a node's conditions, whatever caused it. */
function tellNodes(turn: Turn, before: readonly NodeView[]): void {
  if (turn.state.phase !== 'running') return;
  for (const node of turn.state.nodes) {
    const now = viewNode(turn.state, node);
    const then = before.find((view) => view.node === node.id);
    const same =
      then !== undefined &&
      then.systemInfo === now.systemInfo &&
      then.xmpp === now.xmpp &&
      then.presence === now.presence &&
      then.available === now.available;
    if (!same) {
      turn.announce(
        'node',
        `${node.id}: SystemInfo ${now.systemInfo}, XMPP ${now.xmpp}, finesse ${now.presence}`,
      );
    }
  }
}
