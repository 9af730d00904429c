import type { Command } from '@finesse-ha/failover';
import type { Message, Move } from './moves.js';
import { differs, type Parts } from './parts.js';
import type { Outcome } from './step.js';
import { nodeIds, type World } from './world.js';

/** One step of a run: what happened in which world, and what came of it. */
export interface ToldStep {
  readonly world: World;
  readonly move: Move;
  readonly outcome: Outcome;
}

/** A run as lines for people: when, what happened, what the client did, and in which status that left it. */
export function tellStory(steps: readonly ToldStep[]): string[] {
  const [first] = steps;
  if (first === undefined) return [];
  const from = first.world.now;
  const lines: string[] = [];
  for (const { world, move, outcome } of steps) {
    // Time passes between the lines: their clocks tell.
    if (move.kind === 'wait' && outcome.violation === null) continue;
    const seconds = ((world.now - from) / 1_000).toFixed(1).padStart(6);
    const did = outcome.commands.map(commandText).filter((text) => text !== '');
    const status = `${outcome.world.core.status} on ${outcome.world.core.current}`;
    lines.push(
      `${seconds} s  ${moveText(world, move)}${did.length === 0 ? '' : ` -> ${did.join('; ')}`}  [${status}]`,
    );
    if (outcome.violation !== null) lines.push(`          VIOLATION: ${outcome.violation.message}`);
  }
  return lines;
}

function moveText(world: World, move: Move): string {
  switch (move.kind) {
    case 'connect':
      return 'the application connects';
    case 'disconnect':
      return 'the application disconnects';
    case 'timer':
      return 'the timer fires';
    case 'wait':
      return 'time passes';
    case 'sleep':
      return 'the machine sleeps and wakes';
    case 'network':
      return move.online ? 'the network is said to be back' : 'the network is said to be away';
    case 'drop':
      return move.cause === 'conflict' ? 'the agent connects elsewhere' : 'the XMPP connection is reset';
    case 'change':
      return changeText(world, move.place, move.parts);
    case 'deliver':
      return move.message === 'end'
        ? 'the end of the XMPP connection is noticed'
        : `${messageText(world, move.message)} arrives`;
    case 'late':
      return `${messageText(world, move.message)} is delayed`;
    case 'lose':
      return `${messageText(world, move.message)} is lost`;
    case 'say':
      return `${messageText(world, move.message)} says ${move.what}`;
  }
}

function changeText(world: World, place: 0 | 1, parts: Parts): string {
  const before = world.parts[place];
  const names = {
    service: 'notification service',
    link: 'network',
    host: 'web host',
    app: 'web app',
    cti: 'CTI',
  };
  const changed = (Object.keys(names) as (keyof Parts)[]).filter((part) => before[part] !== parts[part]);
  if (!differs(before, parts)) return `nothing changes on ${nodeIds[place]}`;
  return changed.map((part) => `${names[part]} of ${nodeIds[place]} is ${parts[part]}`).join(', ');
}

function messageText(world: World, message: Message): string {
  const here = nodeIds[world.wire?.place ?? 0];
  switch (message) {
    case 'answer-0':
      return `SystemInfo of ${nodeIds[0]}`;
    case 'answer-1':
      return `SystemInfo of ${nodeIds[1]}`;
    case 'opening':
      return `the XMPP connection to ${here}`;
    case 'presence':
      return `presence of finesse on ${here} (${world.wire?.presence[0] === true ? 'available' : 'unavailable'})`;
    case 'info':
      return `notification of SystemInfo of ${here} (${world.wire?.info[0] ?? ''})`;
    case 'pong':
      return `the answer to the ping`;
    case 'fetch':
      return 'the fetch';
  }
}

function commandText(command: Command): string {
  if (command.type !== 'announce') return `${command.type} ${command.node}`;
  const { kind, why } = command.announcement;
  return kind === 'node' || kind === 'refined' ? '' : `announce ${kind} (${why})`;
}
