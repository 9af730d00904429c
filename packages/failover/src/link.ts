import { endFor, tellFailure } from './failure.js';
import { attemptStepMs, quickSpreadMs, spreadMs } from './settings.js';
import type { Turn } from './turn.js';
import type { LinkState, LossCause, Mechanism } from './types.js';

/** How much longer than it was told a client may wait, as a share of that time: many may have been told the same one. */
const toldJitter = 0.1;

/** Opens the XMPP connection to the current node. */
export function openXmpp(turn: Turn): void {
  const { state, settings, at } = turn;
  const generation = state.nextGeneration++;
  state.attempts += 1;
  state.link = {
    generation,
    node: state.current,
    phase: 'opening',
    sinceAt: at,
    deadlineAt: at + settings.openTimeoutMs,
    presence: 'unknown',
    verified: false,
    unavailableAt: null,
    lastReceivedAt: at,
    strikes: 0,
    pingAt: null,
    resync: 'needed',
    resyncId: 0,
    resyncAt: at,
    resyncFailures: 0,
    trusted: false,
  };
  turn.commands.push({
    type: 'open-xmpp',
    node: state.current,
    generation,
    timeoutMs: settings.openTimeoutMs,
  });
  turn.wait(at + settings.openTimeoutMs);
}

/** Sends a ping; unanswered within its time it counts as the strike after `strikes`. */
export function pingLink(turn: Turn, link: LinkState, strikes: 0 | 1): void {
  link.strikes = strikes;
  link.pingAt = turn.at;
  turn.commands.push({ type: 'ping', node: link.node, generation: link.generation });
}

/** Deadlines of the XMPP connection: its opening, the first presence, silence. */
export function expireLink(turn: Turn, link: LinkState): void {
  const { at } = turn;
  if (link.phase === 'opening') {
    if (at >= link.deadlineAt) {
      turn.closeLink();
      loseLink(turn, link, 'timeout', 'the XMPP connection did not come up in time', 'xmpp-disconnected');
    } else turn.wait(link.deadlineAt);
    return;
  }
  if (link.presence === 'unknown') {
    if (at >= link.deadlineAt) {
      link.presence = 'unavailable';
      link.unavailableAt = at;
      turn.decide('presence', 'no presence of finesse came');
    } else turn.wait(link.deadlineAt);
  }
  if (!expirePresence(turn, link)) expireSilence(turn, link);
}

/**
 * Presence is told once, and no poll can ask for it: if SystemInfo goes on saying IN_SERVICE while `finesse` stays
 * unavailable, that message got lost. A new connection is told anew. Returns whether this one was given up.
 */
function expirePresence(turn: Turn, link: LinkState): boolean {
  const { state, settings, at, current } = turn;
  if (link.unavailableAt === null || !link.verified || current.systemInfo !== 'in-service') return false;
  const from = Math.max(link.unavailableAt, current.inServiceSinceAt ?? at);
  const until = from + settings.presenceTimeoutMs + state.place * spreadMs(settings);
  if (at < until) {
    turn.wait(until);
    return false;
  }
  turn.closeLink();
  const detail = 'SystemInfo is IN_SERVICE, but no available presence of finesse came';
  loseLink(turn, link, 'timeout', detail, 'presence-unavailable');
  return true;
}

/**
 * Silence is judged by the age of the last byte, in two strikes: a ping; unanswered, SystemInfo is asked at once and a
 * second ping sent; unanswered again, the connection is lost.
 */
function expireSilence(turn: Turn, link: LinkState): void {
  const { settings, at } = turn;
  if (link.pingAt === null) {
    if (at < link.lastReceivedAt + settings.pingIntervalMs) {
      turn.wait(link.lastReceivedAt + settings.pingIntervalMs);
      return;
    }
    pingLink(turn, link, 0);
  } else if (at >= link.pingAt + settings.pingTimeoutMs) {
    if (link.strikes === 1) {
      turn.closeLink();
      const silentMs = Math.round(at - link.lastReceivedAt);
      loseLink(turn, link, 'timeout', `silent for ${silentMs} ms, two pings unanswered`, 'ping-unanswered');
      return;
    }
    pingLink(turn, link, 1);
    turn.askAnew(turn.current, 0);
    turn.decide('first-strike', 'a ping is unanswered; asking SystemInfo');
  }
  turn.wait((link.pingAt ?? at) + settings.pingTimeoutMs);
}

/**
 * @param late how many attempts there were beyond the quick ones; negative: how many of those are left
 * @param backAt when the node said to come back
 */
function nextAttemptAt(turn: Turn, late: number, backAt: number | null): number {
  const { state, settings, at } = turn;
  if (backAt !== null) {
    // The node knows its queue: who is told a time comes then, whatever its own backoff would be.
    return backAt + turn.jitter(Math.max(settings.ownLinkSpreadMs, (backAt - at) * toldJitter));
  }
  // Full jitter; the quick attempts use narrow, growing steps.
  if (late < 0) return at + turn.jitter(quickSpreadMs(settings, state.attempts));
  const width = Math.min(settings.attemptCapMs, attemptStepMs(settings) * 2 ** Math.min(late, 20));
  return at + Math.max(100, turn.jitter(width));
}

/**
 * What the end of the XMPP connection means. The connection itself is already out of the state.
 * @param backAt when the node said to come back
 */
export function loseLink(
  turn: Turn,
  link: LinkState,
  cause: Exclude<LossCause, 'certificate'>,
  detail: string,
  by: Mechanism,
  backAt: number | null = null,
): void {
  const { state, settings } = turn;
  if (cause === 'unauthorized' || cause === 'license' || cause === 'conflict') {
    endFor(turn, cause, link.node, detail);
    return;
  }
  state.lastLoss = { cause, detail, backAt };
  const late = state.attempts - settings.quickAttempts;
  state.nextAttemptAt = nextAttemptAt(turn, late, backAt);
  // The next attempt, no quick one any more, wants a fresh word on SystemInfo: have it by then.
  if (link.phase === 'opening' && late >= 0 && backAt === null) turn.askBy(turn.current, state.nextAttemptAt);
  turn.decide(link.phase === 'up' ? 'xmpp-lost' : 'xmpp-refused', `${cause}: ${detail}`, link.node);
  if (link.phase === 'up') tellFailure(turn, by, `XMPP connection lost: ${detail}`);
}
