import type { Announcement, Command, NodeView } from '@finesse-ha/failover';
import type { CommandMatch, Outcome } from './schema.js';

/** What a player sees of a client, with the nodes called as the case calls them. */
export interface Seen extends Pick<Announcement, 'status' | 'node' | 'failure' | 'ended'> {
  nodes: readonly NodeView[];
  /** Kinds of announcements since the phase began, its waiting included. */
  announced: readonly Announcement['kind'][];
  /** Commands since the phase began; null where the player cannot see commands. */
  commands: readonly Command[] | null;
}

/** Kinds that are only compared where the outcome names them. */
const detailKinds: ReadonlySet<string> = new Set(['node', 'refined']);
const commandKeys = ['probe', 'cancel-probe', 'open-xmpp', 'close-xmpp', 'ping', 'resync'] as const;

/** How what is seen differs from what is expected, one sentence each; empty when the outcome holds. */
export function compare(outcome: Outcome, seen: Seen): string[] {
  return [
    ...different('status', outcome.status, seen.status),
    ...different('node', outcome.node, seen.node),
    ...comparePart('failure', outcome.failure, seen.failure),
    ...comparePart('ended', outcome.ended, seen.ended),
    ...compareNodes(outcome, seen),
    ...compareAnnounced(outcome, seen),
    ...(seen.commands === null ? [] : compareCommands(outcome, seen.commands, seen.announced)),
  ];
}

function compareNodes({ nodes = {} }: Outcome, seen: Seen): string[] {
  return Object.entries(nodes).flatMap(([name, expected]) =>
    comparePart(`nodes.${name}`, expected, seen.nodes.find(({ node }) => node === name) ?? null),
  );
}

function compareAnnounced({ announced }: Outcome, seen: Seen): string[] {
  if (announced === undefined) return [];
  const compared = seen.announced.filter((kind) => !detailKinds.has(kind) || announced.includes(kind));
  return different('announced', announced.join(', '), compared.join(', '));
}

function compareCommands(
  { commands = [], counts = [], never = [], nothing }: Outcome,
  given: readonly Command[],
  announced: Seen['announced'],
): string[] {
  const all = given.filter(({ type }) => type !== 'announce');
  const problems: string[] = [];
  if (nothing && all.length + announced.length > 0) {
    const what = [...all.map(nameOf), ...announced.map((kind) => `announce ${kind}`)];
    problems.push(`nothing: expected nothing, got ${what.join(', ')}`);
  }
  let from = 0;
  for (const match of commands) {
    const place = all.findIndex((command, index) => index >= from && matches(match, command));
    if (place === -1) {
      problems.push(
        `commands: expected ${nameOfMatch(match)}, got ${all.map(nameOf).join(', ') || 'no command'}`,
      );
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
  return command.type === 'announce' ? 'announce' : `${command.type} ${command.node}`;
}

function nameOfMatch(match: CommandMatch): string {
  const key = commandKeys.find((name) => match[name] !== undefined);
  return key === undefined ? 'nothing' : `${key} ${match[key]}`;
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
