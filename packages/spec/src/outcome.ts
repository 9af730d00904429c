import { type Command, viewNode } from '@finesse-ha/failover';
import type { Given, Player } from './player.js';
import type { CommandMatch, Outcome } from './schema.js';

/** What the core is doing or did in a phase, as far as an outcome speaks of it. */
export interface PhaseRecord {
  player: Player;
  /** Commands since the phase began, its waiting included. */
  given: readonly Given[];
}

/** Kinds that are only compared where the outcome names them. */
const detailKinds: ReadonlySet<string> = new Set(['node', 'refined']);
const commandKeys = ['probe', 'cancel-probe', 'open-xmpp', 'close-xmpp', 'ping', 'resync'] as const;

/** How what is the case differs from what is expected, one sentence each; empty when the outcome holds. */
export function compare(outcome: Outcome, record: PhaseRecord): string[] {
  return [
    ...compareState(outcome, record.player),
    ...compareNodes(outcome, record.player),
    ...compareAnnounced(outcome, record),
    ...compareCommands(outcome, record),
  ];
}

function compareState({ status, node, failure, ended }: Outcome, { state }: Player): string[] {
  const problems = [...different('status', status, state.status), ...different('node', node, state.current)];
  problems.push(...comparePart('failure', failure, state.failure));
  problems.push(...comparePart('ended', ended, state.ended));
  return problems;
}

function compareNodes({ nodes = {} }: Outcome, { state }: Player): string[] {
  return Object.entries(nodes).flatMap(([name, expected]) => {
    const node = state.nodes.find(({ id }) => id === name);
    return comparePart(`nodes.${name}`, expected, node === undefined ? null : viewNode(state, node));
  });
}

function compareAnnounced({ announced, nothing }: Outcome, { given }: PhaseRecord): string[] {
  const kinds = given.flatMap(({ command }) =>
    command.type === 'announce' ? [command.announcement.kind] : [],
  );
  if (nothing && given.length > 0) {
    return [`nothing: expected nothing, got ${given.map(({ command }) => nameOf(command)).join(', ')}`];
  }
  if (announced === undefined) return [];
  const compared = kinds.filter((kind) => !detailKinds.has(kind) || announced.includes(kind));
  return different('announced', announced.join(', '), compared.join(', '));
}

function compareCommands(
  { commands = [], counts = [], never = [] }: Outcome,
  { given }: PhaseRecord,
): string[] {
  const all = given.map(({ command }) => command);
  const problems: string[] = [];
  let from = 0;
  for (const match of commands) {
    const place = all.findIndex((command, index) => index >= from && matches(match, command));
    if (place === -1) {
      problems.push(`commands: expected ${nameOfMatch(match)}, got ${listOf(all)}`);
      break;
    }
    from = place + 1;
  }
  for (const match of never) {
    if (all.some((command) => matches(match, command)))
      problems.push(`never: ${nameOfMatch(match)} was given`);
  }
  for (const { atLeast = 0, atMost = Number.POSITIVE_INFINITY, ...match } of counts) {
    const count = all.filter((command) => matches(match, command)).length;
    if (count < atLeast || count > atMost) {
      problems.push(
        `counts: ${nameOfMatch(match)} was given ${count} times, expected ${atLeast} to ${atMost}`,
      );
    }
  }
  return problems;
}

/** Whether a command is the one that an outcome speaks of. */
export function matches(match: CommandMatch, command: Command): boolean {
  if (command.type === 'announce') return false;
  const node = match[command.type];
  if (node === undefined || (node !== 'any' && node !== command.node)) return false;
  return (
    match.connection === undefined || (command.type === 'resync' && command.connection === match.connection)
  );
}

function nameOf(command: Command): string {
  return command.type === 'announce'
    ? `announce ${command.announcement.kind}`
    : `${command.type} ${command.node}`;
}

function nameOfMatch(match: CommandMatch): string {
  const key = commandKeys.find((name) => match[name] !== undefined);
  return key === undefined ? 'nothing' : `${key} ${match[key]}`;
}

function listOf(commands: readonly Command[]): string {
  const names = commands.filter(({ type }) => type !== 'announce').map(nameOf);
  return names.length === 0 ? 'no command' : names.join(', ');
}

/** Compares the keys that are expected, and only those. */
function comparePart(
  name: string,
  expected: Readonly<Record<string, unknown>> | null | undefined,
  actual: object | null,
): string[] {
  if (expected === undefined) return [];
  if (expected === null || actual === null) {
    return (expected === null) === (actual === null)
      ? []
      : [`${name}: expected ${say(expected)}, got ${say(actual)}`];
  }
  return Object.entries(expected).flatMap(([key, value]) =>
    different(`${name}.${key}`, value, (actual as Readonly<Record<string, unknown>>)[key]),
  );
}

function different(name: string, expected: unknown, actual: unknown): string[] {
  if (expected === undefined || say(expected) === say(actual)) return [];
  return [`${name}: expected ${say(expected)}, got ${say(actual)}`];
}

function say(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
