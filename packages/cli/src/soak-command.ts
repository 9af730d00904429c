import { writeFileSync } from 'node:fs';
import { LabError, runSoak, type SoakReport } from '@finesse-ha/lab';
import { type Command, InvalidArgumentError } from 'commander';
import { CommandError } from './exit.js';
import { soakSummary, soakText } from './soak-view.js';
import { StatusLine } from './terminal.js';

interface SoakCommandOptions {
  hours: number;
  agents: number;
  faultsPerHour: number;
  seed: number;
  report?: string;
  json?: true;
}

/** `finesse-ha soak`: agents, calls and random faults for hours, and what they leave. */
export function addSoakCommand(program: Command): void {
  program
    .command('soak')
    .summary('let agents work through random faults for hours, and look for what they leave')
    .description(
      'Starts a lab, signs agents in, lets calls and changes of state go on at a steady rate, and plays random faults, each\n' +
        'mended after a while. Watches for leaks (memory, sockets, handles, timers, subscriptions), updates lost or told\n' +
        'twice, agents left out of service or logged out, and processes that end by themselves. Ctrl-C ends it early, with\n' +
        'the report so far. Exit code 0 only when nothing was found.',
    )
    .requiredOption('--hours <h>', 'how long, such as 2 or 0.1', above(0, 1_000))
    .option('--agents <n>', 'agents at work', whole(1, 500), 20)
    .option('--faults-per-hour <f>', 'faults, on average', above(0, 100_000), 60)
    .option('--seed <s>', 'draws the faults: the same seed, the same faults', whole(0, 0x7fff_ffff), 1)
    .option('--report <file>', 'also write the whole report, every measurement included, to a JSON file')
    .option('--json', 'print the report as JSON, without the measurements')
    .addHelpText(
      'after',
      `
Examples:
  finesse-ha soak --hours 2
  finesse-ha soak --hours 0.1 --faults-per-hour 300 --seed 7
  finesse-ha soak --hours 8 --agents 100 --report soak.json --json`,
    )
    .action(async (options: SoakCommandOptions) => {
      const status = new StatusLine(process.stderr);
      const note = (line: string) => {
        status.clear();
        process.stderr.write(`${line}\n`);
      };
      const stopping = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
      const save = (report: SoakReport) => {
        if (options.report !== undefined) writeFileSync(options.report, `${JSON.stringify(report)}\n`);
      };
      let report: SoakReport;
      try {
        report = await runSoak({
          durationMs: options.hours * 3_600_000,
          agents: options.agents,
          faultsPerHour: options.faultsPerHour,
          seed: options.seed,
          signal: stopping.signal,
          onProgress: (what) => status.show(what.slice(0, (process.stderr.columns ?? 120) - 1)),
          onProblem: ({ atMs, kind, what }) => note(`${Math.round(atMs / 1_000)} s  ${kind}: ${what}`),
          onSummary: (sofar) => {
            note(soakSummary(sofar));
            // Should the machine go down, most of it is kept.
            save(sofar);
          },
        });
      } catch (error) {
        if (error instanceof LabError) throw new CommandError(error.message);
        throw error;
      } finally {
        status.clear();
      }
      save(report);
      const { samples: _, ...figures } = report;
      process.stdout.write(options.json ? `${JSON.stringify(figures, null, 2)}\n` : soakText(report));
      if (!report.passed) process.exitCode = 1;
    });
}

function above(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (value > least && value <= most) return value;
    throw new InvalidArgumentError(`a number above ${least} and at most ${most} is expected.`);
  };
}

function whole(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`a whole number from ${least} to ${most} is expected.`);
  };
}
