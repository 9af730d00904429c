import { beginStage } from './failure.js';
import { openXmpp } from './link.js';
import { ownLinkTurnMs, refugeMs, spreadMs } from './settings.js';
import { conditionsHold, toldSince } from './state.js';
import type { Turn } from './turn.js';
import type { NodeState } from './types.js';

/**
 * While any failure lasts the alternate is tried too. It is joined when its own SystemInfo says so, when this client's
 * place in the crowd has come, and when the current node, asked once more, has not come back: the current node wins a
 * tie. There is no failing back: this is only ever asked while the current node fails.
 */
export function considerAlternate(turn: Turn): void {
  const { state, settings, at } = turn;
  const { alternate, current } = turn;
  if (alternate === undefined) return;
  if (state.link !== null && conditionsHold(current, state.link)) {
    // Should it fail again it is asked anew: a question of before it was available says nothing of that.
    state.onceMore = null;
    return;
  }
  if (!eligible(turn, alternate)) {
    state.onceMore = null; // an answer from before would not be "once more"
    return;
  }

  const patience = patienceWithCurrent(turn);
  const from = Math.max(patience, crowdPlaceAt(turn), alternate.notBeforeAt, flapHoldUntil(turn, alternate));
  if (at < from) {
    turn.wait(from);
    return;
  }
  if (alternate.toldAt !== null && at - alternate.toldAt > settings.freshMs) {
    if (alternate.probe === null) alternate.nextProbeAt = Math.max(at, alternate.notBeforeAt);
    return;
  }
  if (askedOnceMore(turn)) move(turn, alternate);
}

/** SystemInfo IN_SERVICE, told since the search began, and the CTI heartbeat not failing (admin guide 15.0). */
function eligible(turn: Turn, alternate: NodeState): boolean {
  return toldSince(alternate, turn.state.stageAt) === 'in-service' && alternate.heartbeat !== 'failure';
}

/** Until when the current node is given the time to come (back) up before the alternate is considered at all. */
function patienceWithCurrent(turn: Turn): number {
  const { state, settings } = turn;
  const { current } = turn;
  const { link } = state;
  if (link?.phase === 'up') {
    if (link.presence === 'unknown') return link.deadlineAt;
    // Only its SystemInfo is still to be verified, by a question that is out or about to be: nothing speaks against it.
    if (link.presence !== 'available' || current.systemInfo !== 'in-service') return state.stageAt;
    return current.probe?.deadlineAt ?? (current.nextProbeAt ?? state.stageAt) + settings.probeTimeoutMs;
  }
  const heard = toldSince(current, state.stageAt);
  if (heard === 'out-of-service' || heard === 'unreachable') return state.stageAt;
  if (waitsAtTheRefuge(turn)) return state.stageAt + refugeMs(settings);
  const exhausted = link === null && state.failure !== null && state.attempts >= settings.quickAttempts;
  return exhausted ? state.stageAt : state.patienceAt;
}

/**
 * The node in use is there and cannot take everybody at once: it said when to come back, or had no time for a login. And of
 * the other one it was the XMPP connection that broke: its SystemInfo may have been IN_SERVICE all along, and says nothing for
 * going back. Of ten thousand agents cut off from their node, three thousand went to and fro between the two for minutes
 * (`npm run bench failover -- --agents 10000 --scenarios xmpp-connection`).
 */
function waitsAtTheRefuge({ state, current }: Turn): boolean {
  const { failure, stageAt, lastLoss } = state;
  if (failure === null || failure.node === current.id) return false;
  if (failure.mechanism !== 'xmpp-disconnected' && failure.mechanism !== 'ping-unanswered') return false;
  return current.notBeforeAt > stageAt || (state.attempts > 0 && lastLoss?.cause === 'timeout');
}

/** This client's turn in the crowd that moves when a node is down; hardly any wait when only its own link is. */
function crowdPlaceAt(turn: Turn): number {
  const { failure, place } = turn.state;
  if (failure === null) return turn.state.stageAt;
  return (
    failure.sinceAt +
    place * (failure.scope === 'own-link' ? ownLinkTurnMs(turn.settings) : spreadMs(turn.settings))
  );
}

/** A node that was left again and again must first have been steadily in service. */
function flapHoldUntil(turn: Turn, node: NodeState): number {
  const { settings, at } = turn;
  const departures = node.leftAt.filter((left) => at - left < settings.flapMemoryMs).length;
  if (departures < 2) return turn.state.stageAt;
  const hold = Math.min(settings.flapHoldCapMs, settings.flapHoldMs * 2 ** Math.min(departures - 2, 20));
  return (node.inServiceSinceAt ?? at) + hold;
}

/** Asks the current node once more before it is left. True when the answer is in and leaves no reason to stay. */
function askedOnceMore(turn: Turn): boolean {
  const { state, settings, at } = turn;
  const { current } = turn;
  if (current.notBeforeAt > at && current.systemInfo !== 'in-service') return true; // it asked not to be asked
  const asked = state.onceMore;
  if (asked === null) {
    turn.cancelProbe(current);
    const probe = turn.sendProbe(current, settings.onceMoreTimeoutMs);
    state.onceMore = { probe, answered: 'no', at };
    turn.decide('once-more', 'the alternate could be joined; asking the current node once more');
    return false;
  }
  if (asked.answered === 'no') return false;
  if (asked.answered === 'down') return true;
  // It says IN_SERVICE: it wins the tie if its other conditions follow at once.
  const graceEnds = asked.at + settings.tieGraceMs;
  if (at < graceEnds) {
    turn.wait(graceEnds);
    return false;
  }
  return true;
}

function move(turn: Turn, alternate: NodeState): void {
  const { state, settings, at } = turn;
  const left = turn.current;
  const why = `${alternate.id} is IN_SERVICE and ${left.id} is not available (${whatLacks(turn)})`;
  turn.closeLink();
  left.leftAt = [...left.leftAt, at].slice(-16);
  state.current = alternate.id;
  state.attempts = 0;
  state.nextAttemptAt = at;
  beginStage(turn, settings.openTimeoutMs);
  turn.decide('move', why);
  turn.announce('moving', why);
  openXmpp(turn);
}

/** The first of the three conditions, in their order, that does not hold on the current node. */
function whatLacks({ state, current }: Turn): string {
  if (current.systemInfo !== 'in-service') return current.detail;
  if (state.link?.phase !== 'up') return 'no XMPP connection';
  return 'finesse is unavailable';
}
