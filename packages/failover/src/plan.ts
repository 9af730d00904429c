import { considerAlternate } from './choose.js';
import { refineFailure } from './failure.js';
import { expireLink, openXmpp } from './link.js';
import { failResync, takeAnswer } from './observe.js';
import { spreadMs } from './settings.js';
import { conditionsHold, toldSince } from './state.js';
import type { Turn } from './turn.js';
import type { LinkState } from './types.js';

/**
 * What follows from everything known, at any moment: deadlines that have passed, then the state of service, the
 * alternate, the XMPP connection and the probes. Level-triggered: it does not ask which event came, so a lost one
 * cannot leave it waiting for good. Whatever it waits for it puts into `turn.wait`.
 */
export function plan(turn: Turn): void {
  if (turn.state.phase !== 'running') return;
  expireProbes(turn);
  if (turn.state.link !== null) expireLink(turn, turn.state.link);
  if (turn.state.phase !== 'running') return;
  refineFailure(turn);
  serve(turn);
  considerAlternate(turn);
  openLink(turn);
  sendProbes(turn);
}

function expireProbes(turn: Turn): void {
  for (const node of turn.state.nodes) {
    if (node.probe !== null && turn.at >= node.probe.deadlineAt) {
      turn.commands.push({ type: 'cancel-probe', node: node.id, probe: node.probe.id });
      takeAnswer(turn, node, { kind: 'timeout' });
    }
  }
}

/** Do the three conditions hold, is the picture fetched: then in service. */
function serve(turn: Turn): void {
  const { state, at } = turn;
  const { link } = state;
  if (state.status === 'in-service') return;
  if (link === null || !conditionsHold(turn.current, link)) {
    state.connectedTold = false;
    // A fetch that was made or begun before the conditions hold (again) would be older than the recovery.
    if (link !== null) link.resync = 'needed';
    return;
  }
  if (!state.connectedTold) {
    state.connectedTold = true;
    // Everybody on this node was told of the recovery in the same instant: the fetches are spread.
    const width = link.trusted && state.failure?.scope === 'node' ? spreadMs(turn.settings) / 2 : 0;
    link.resyncAt = Math.max(link.resyncAt, at + state.place * width);
    turn.decide('connected', 'SystemInfo IN_SERVICE, XMPP up, finesse available');
    turn.announce('connected', 'all three conditions hold; fetching what may have changed');
  }
  if (link.resync === 'needed') {
    if (at < link.resyncAt) {
      turn.wait(link.resyncAt);
      return;
    }
    startResync(turn, link);
  }
  if (link.resync === 'running') {
    if (at >= link.resyncAt + turn.settings.resyncTimeoutMs) {
      failResync(turn, link, 'the fetch after the recovery took too long', 0);
      turn.wait(link.resyncAt);
    } else turn.wait(link.resyncAt + turn.settings.resyncTimeoutMs);
    return;
  }
  enterService(turn);
}

function startResync(turn: Turn, link: LinkState): void {
  link.resync = 'running';
  link.resyncId = turn.state.nextProbe++;
  link.resyncAt = turn.at;
  turn.commands.push({
    type: 'resync',
    node: link.node,
    generation: link.generation,
    resync: link.resyncId,
    connection: link.trusted ? 'same' : 'new',
    timeoutMs: turn.settings.resyncTimeoutMs,
  });
}

function enterService(turn: Turn): void {
  const { state, settings, at } = turn;
  const again = state.everInService;
  const why =
    state.failure === null
      ? 'in service'
      : `in service ${Math.round(at - state.failure.sinceAt)} ms after the failure was told`;
  state.status = 'in-service';
  state.inServiceAt = at;
  state.everInService = true;
  state.failure = null;
  state.onceMore = null;
  for (const node of state.nodes) {
    const interval = node.id === state.current ? settings.pollIntervalMs : settings.alternatePollMs;
    if (node.probe === null && node.rejected === null)
      node.nextProbeAt = at + interval * (0.8 + turn.jitter(0.4));
  }
  turn.decide('in-service', why);
  turn.announce(again ? 'recovered' : 'in-service', why);
}

/** Criterion 1: quick attempts while SystemInfo is asked, later ones only after SystemInfo said IN_SERVICE. */
function openLink(turn: Turn): void {
  const { state, settings, at } = turn;
  if (state.link !== null) return;
  const node = turn.current;
  const heard = toldSince(node, state.stageAt);
  const quick =
    state.failure?.node === node.id &&
    state.attempts < settings.quickAttempts &&
    (heard === 'unknown' || heard === 'in-service');
  if (!quick && heard !== 'in-service') return;
  const due = Math.max(state.nextAttemptAt, node.notBeforeAt);
  if (at < due) {
    turn.wait(due);
    return;
  }
  // It sent this client away until now: it is there, and what its SystemInfo says is asked when the connection is up.
  const invited = (state.lastLoss?.backAt ?? 0) > state.stageAt;
  if (!quick && !invited && at - (node.toldAt ?? at) > settings.freshMs) {
    // The word that it is in service is old: ask first. The answer brings us back here.
    if (node.probe === null) node.nextProbeAt = Math.max(at, node.notBeforeAt);
    return;
  }
  openXmpp(turn);
}

function sendProbes(turn: Turn): void {
  for (const node of turn.state.nodes) {
    if (node.probe === null && node.nextProbeAt !== null) {
      if (turn.at >= node.nextProbeAt) turn.sendProbe(node, turn.settings.probeTimeoutMs);
      else turn.wait(node.nextProbeAt);
    }
    if (node.probe !== null) turn.wait(node.probe.deadlineAt);
  }
}
