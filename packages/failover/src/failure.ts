import { criterionInForce, nameFailure, serviceName } from './naming.js';
import { askSpreadMs, ownLinkTurnMs, quickSpreadMs, spreadMs } from './settings.js';
import type { Turn } from './turn.js';
import type { CertificateProblem, EndCause, Failure, Mechanism, NodeId, NodeState } from './types.js';

/**
 * A failure of the current node is told. From here on the client waits by the criterion in force and tries the
 * alternate. Called again while a failure lasts, it only brings the criterion up to date (see `refineFailure`).
 */
export function tellFailure(turn: Turn, mechanism: Mechanism, detail: string): void {
  const { state, settings, at } = turn;
  const wasInService =
    state.status === 'in-service' || (state.status === 'connecting' && state.everInService);
  if (!wasInService) return;

  state.place = turn.random();
  const turnMs = state.place * spreadMs(settings);
  // SystemInfo is asked at once; the width only keeps thousands of clients from asking in the same instant. The alternate
  // is asked when its answer will still be fresh when this client's turn has come.
  const alternateMs = Math.max(turnMs / 4, turnMs - settings.freshMs * 0.8);
  for (const node of state.nodes) {
    node.polls = 0;
    turn.askAnew(node, node.id === state.current ? state.place * askSpreadMs(settings) : alternateMs);
  }
  // A lasting connection resets the count of attempts, a fresh one does not: a node that accepts and drops is not hammered.
  if (state.inServiceAt !== null && at - state.inServiceAt >= settings.stableMs) {
    state.attempts = 0;
    state.nextAttemptAt = Math.max(at, turn.current.notBeforeAt) + turn.jitter(quickSpreadMs(settings, 0));
  }
  state.status = 'failing';
  state.inServiceAt = null;
  beginStage(turn, settings.quickWindowMs);

  state.failure = nameNow(turn, { mechanism, node: state.current, sinceAt: at, detail });
  turn.decide('failure', `${mechanism}: ${detail}`);
  turn.announce('failing', detail);
}

/** The search on the current node begins: what was told before does not count for leaving it or joining another. */
export function beginStage(turn: Turn, patienceMs: number): void {
  const { state, at } = turn;
  state.stageAt = at;
  state.patienceAt = at + patienceMs;
  state.onceMore = null;
}

/** A scenario that is the only candidate left stays: what is seen later tells of the recovery, not of the failure. */
function nameNow(turn: Turn, told: Pick<Failure, 'mechanism' | 'node' | 'sinceAt' | 'detail'>): Failure {
  const naming = nameFailure(turn, told.mechanism, turn.node(told.node) as NodeState, told.sinceAt);
  return {
    ...told,
    ...naming,
    criterion: criterionInForce(turn, told.mechanism),
    service: serviceName(naming.scenario, turn.state.deployment),
  };
}

/** Brings the name of the failure, its scope and the criterion in force up to what is known now; tells what changed. */
export function refineFailure(turn: Turn): void {
  const { failure } = turn.state;
  if (failure === null) return;
  const refined: Failure = failure.candidates.length === 1 ? { ...failure } : nameNow(turn, failure);
  // The criterion is about the node that failed; an alternate that is being joined has not failed.
  refined.criterion =
    failure.node === turn.state.current ? criterionInForce(turn, failure.mechanism) : failure.criterion;
  if (
    refined.scenario === failure.scenario &&
    refined.scope === failure.scope &&
    refined.criterion === failure.criterion &&
    refined.candidates.length === failure.candidates.length
  ) {
    return;
  }
  turn.state.failure = refined;
  // Hardly anybody else moves, so that this client's turn comes sooner, and so does what it asks by then.
  const { alternate, at, settings } = turn;
  if (refined.scope === 'own-link' && alternate !== undefined) {
    turn.askBy(alternate, at + turn.state.place * ownLinkTurnMs(settings));
  }
  const why = `${refined.scenario}, scope ${refined.scope}, criterion ${refined.criterion}`;
  turn.decide('refined', why);
  turn.announce('refined', why);
}

/** Ends the matter: nothing is retried until the application connects anew. */
export function endFor(
  turn: Turn,
  cause: EndCause,
  node: NodeId,
  detail: string,
  certificate?: CertificateProblem,
): void {
  const { state } = turn;
  stopEverything(turn);
  state.phase = 'ended';
  state.status = 'ended';
  state.ended = { cause, node, detail, ...(certificate === undefined ? {} : { certificate }) };
  turn.decide('ended', `${cause}: ${detail}`, node);
  turn.announce('ended', detail);
}

/** No connection, no probe, no deadline remains. */
export function stopEverything(turn: Turn): void {
  const { state } = turn;
  turn.closeLink();
  for (const node of state.nodes) {
    turn.cancelProbe(node);
    node.nextProbeAt = null;
  }
  state.onceMore = null;
  state.inServiceAt = null;
}
