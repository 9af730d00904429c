import { writeFileSync } from 'node:fs';
import { type Incident, IncidentFileError, IncidentLog, incidentsPage, lengthOf } from '@finesse-ha/monitor';
import type { Command } from 'commander';
import { durationOf } from './duration.js';
import { CommandError, sentenceOf } from './exit.js';
import { painter, table } from './terminal.js';

interface IncidentsOptions {
  since: string;
  json?: true;
  html?: string;
}

/** `finesse-ha incidents`: what a watch has recorded. */
export function addIncidentsCommand(program: Command): void {
  program
    .command('incidents')
    .summary('what a watch has recorded: which node, when, how long, why')
    .description(
      'Reports the incidents in the file that `finesse-ha watch --incidents FILE` keeps; the watch may be running.',
    )
    .argument('<FILE>', 'the file of the incidents')
    .option('--since <duration>', 'how far back: a number and s, m, h or d', '7d')
    .option('--json', 'a JSON array')
    .option('--html <file>', 'write a page with a timeline, which needs nothing else')
    .addHelpText(
      'after',
      `
Examples:
  finesse-ha incidents /var/lib/finesse-ha/incidents.db
  finesse-ha incidents incidents.db --since 30d --json
  finesse-ha incidents incidents.db --since 24h --html incidents.html`,
    )
    .action((file: string, { since, json, html }: IncidentsOptions) => {
      const now = Date.now();
      const from = now - durationOf('--since', since);
      const incidents = listed(file, from);
      if (html !== undefined) write(html, incidentsPage(incidents, from, now));
      if (json) process.stdout.write(`${JSON.stringify(incidents, null, 2)}\n`);
      else if (html === undefined) process.stdout.write(`${text(incidents, now)}\n`);
    });
}

function listed(file: string, from: number): Incident[] {
  try {
    const log = IncidentLog.read(file);
    try {
      return log.list(from);
    } finally {
      log.close();
    }
  } catch (error) {
    if (error instanceof IncidentFileError) throw new CommandError(error.message);
    throw error;
  }
}

function write(file: string, page: string): void {
  try {
    writeFileSync(file, page);
  } catch (error) {
    throw new CommandError(`cannot write --html ${file}: ${sentenceOf(error)}`);
  }
}

function text(incidents: readonly Incident[], now: number): string {
  if (incidents.length === 0) return 'no incidents';
  const paint = painter(process.stdout);
  const rows = incidents.map(({ node, startedAt, endedAt, cause, endNoticedLate }) => [
    new Date(startedAt).toISOString(),
    `${endNoticedLate ? 'up to ' : ''}${lengthOf((endedAt ?? now) - startedAt)}${endedAt === null ? ', lasts' : ''}`,
    node,
    cause,
  ]);
  return table([['began', 'length', 'node', 'cause'], ...rows], (cell, row) =>
    row === 0 ? paint('bold', cell) : incidents[row - 1]?.endedAt === null ? paint('red', cell) : cell,
  );
}
