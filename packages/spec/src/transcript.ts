import type { Command } from '@finesse-ha/failover';
import { type Given, Player } from './player.js';
import type { SpecCase } from './schema.js';

/**
 * Everything that the core says and asks for while a case is played with one seed: a line for each command, with its
 * instant in milliseconds of virtual time, then the decision log. Phases are played for as long as they may take.
 */
export function transcribe(spec: SpecCase, seed: number): string {
  const player = new Player(spec, seed);
  for (const { after, inputs, outcome } of spec.phases) {
    player.runTo(player.now + after);
    for (const input of inputs) player.give(input);
    player.runTo(player.now + (outcome.withinMs ?? 0));
  }
  const { log } = player.state;
  return [
    ...player.given.map(givenLine),
    ...log.map(({ at, node, what, why }) => `${instant(at)} log ${node} ${what}: ${why}`),
  ].join('\n');
}

function givenLine({ at, command }: Given): string {
  return `${instant(at)} ${commandText(command)}`;
}

function commandText(command: Command): string {
  if (command.type !== 'announce') {
    const { type, node, ...rest } = command;
    const details = Object.entries(rest).map(([name, value]) => `${name} ${rounded(value)}`);
    return `${type} ${node}: ${details.join(', ')}`;
  }
  const { kind, status, node, failure, ended, nodes, why } = command.announcement;
  const about = (kind === 'failing' || kind === 'refined' ? failure : null) ?? ended;
  const told = nodes.map(({ toldAt, detail }) => `${instant(toldAt)} (${detail})`).join(' ');
  return `${kind} ${status} ${node}, told at ${told}: ${why}${about === null ? '' : ` ${factsText(about)}`}`;
}

function factsText(facts: object): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name}=${Array.isArray(value) ? value.join('|') : rounded(value)}`)
    .join(' ');
}

function rounded(value: unknown): string {
  return typeof value === 'number' ? instant(value) : String(value);
}

function instant(at: number | null): string {
  return at === null ? '-' : String(Math.round(at * 1_000) / 1_000);
}
