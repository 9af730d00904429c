import { viewNode } from '@finesse-ha/failover';
import { compare, matches, type Seen } from './outcome.js';
import { type Given, Player } from './player.js';
import type { Outcome, Phase, SpecCase } from './schema.js';

/** How a case went. */
export interface PlayResult {
  /** One sentence for each thing that is not as the case says; empty when it passed. */
  problems: string[];
}

/**
 * Plays a case against the core. Seeds of its clients are drawn from `seed`: a case holds for every one.
 * The first phase whose outcome does not hold ends the play.
 */
export function playCase(spec: SpecCase, seed: number): PlayResult {
  const players = Array.from({ length: spec.clients }, (_, index) => new Player(spec, seed + index * 7_919));
  for (const [index, phase] of spec.phases.entries()) {
    const plays = players.map((player) => playPhase(player, phase));
    const problems = plays.flatMap((play) => play.problems);
    if (problems.length === 0) problems.push(...compareSpread(phase.outcome, plays));
    if (problems.length > 0)
      return { problems: problems.slice(0, 10).map((one) => `phase ${index + 1}: ${one}`) };
  }
  return { problems: [] };
}

interface PhasePlay {
  /** Commands since the phase began, its waiting included. */
  given: readonly Given[];
  /** When the inputs were given. */
  inputsAt: number;
  problems: string[];
}

function playPhase(player: Player, phase: Phase): PhasePlay {
  const from = player.given.length;
  try {
    player.runTo(player.now + phase.after);
    const inputsAt = player.now;
    for (const input of phase.inputs) player.give(input);
    const problems = runUntilHolds(player, phase.outcome, from);
    return { given: player.given.slice(from), inputsAt, problems };
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return { given: player.given.slice(from), inputsAt: player.now, problems: [problem] };
  }
}

function runUntilHolds(player: Player, outcome: Outcome, from: number): string[] {
  const until = player.now + (outcome.withinMs ?? 0);
  for (;;) {
    const problems = compare(outcome, seenOf(player, from));
    const next = player.nextAt;
    if (problems.length === 0 || next === null || next > until) {
      return problems.map((problem) => `${problem} (at ${player.now} ms)`);
    }
    player.runInstant(next);
  }
}

function seenOf({ state, given }: Player, from: number): Seen {
  const commands = given.slice(from).map(({ command }) => command);
  return {
    status: state.status,
    node: state.current,
    failure: state.failure,
    ended: state.ended,
    nodes: state.nodes.map((node) => viewNode(state, node)),
    announced: commands.flatMap((one) => (one.type === 'announce' ? [one.announcement.kind] : [])),
    commands,
  };
}

/** How far apart the clients gave a command for the first time after the inputs. */
function compareSpread({ spread }: Outcome, plays: readonly PhasePlay[]): string[] {
  if (spread === undefined) return [];
  const times = plays.flatMap(({ given, inputsAt }) => {
    const first = given.find(({ at, command }) => at >= inputsAt && matches(spread.of, command));
    return first === undefined ? [] : [first.at - inputsAt];
  });
  if (times.length < plays.length) return [`spread: only ${times.length} of ${plays.length} clients gave it`];
  const width = Math.round(Math.max(...times) - Math.min(...times));
  const { atLeastMs = 0, atMostMs = Number.POSITIVE_INFINITY } = spread;
  return width >= atLeastMs && width <= atMostMs
    ? []
    : [`spread: ${width} ms, expected ${atLeastMs} to ${atMostMs}`];
}
