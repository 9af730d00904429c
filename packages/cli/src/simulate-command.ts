import { type Simulation, simulate } from '@finesse-ha/proof';
import { type Command, InvalidArgumentError } from 'commander';
import { CommandError } from './exit.js';
import { painter, StatusLine, table } from './terminal.js';

interface SimulateCommandOptions {
  runs: number;
  seed: number;
  clients: number;
  minutes: number;
  workers: number;
  json?: true;
}

/** `finesse-ha simulate`: whole clients against simulated nodes that fail, a million times if need be. */
export function addSimulateCommand(program: Command): void {
  program
    .command('simulate')
    .summary('simulate deployments that fail, under virtual time')
    .description(
      'Runs the client that ships, unchanged, against simulated nodes, CTI sides and networks under virtual time. Each\n' +
        'seed draws a schedule of faults; every invariant is checked all along, and at the end the application must know\n' +
        'what the server knows. A failure is told by its seed and by the fewest faults that still cause it; the same seed\n' +
        'gives the same run. docs/failover.md says what is simulated and what is not.',
    )
    .option('--runs <count>', 'schedules to run', whole, 1_000)
    .option('--seed <number>', 'the first seed; every run has the next one', whole, 1)
    .option('--clients <count>', 'clients of each run', whole, 1)
    .option('--minutes <number>', 'virtual minutes of each run, at least 2', number, 2)
    .option('--workers <count>', 'threads', whole, 2)
    .option('--json', 'print the whole result as JSON')
    .addHelpText(
      'after',
      `
Examples:
  finesse-ha simulate
  finesse-ha simulate --runs 20000 --json
  finesse-ha simulate --seed 4711 --runs 1          one seed again, as it was
  finesse-ha simulate --clients 20 --minutes 10 --runs 100`,
    )
    .action(async ({ json, ...options }: SimulateCommandOptions) => {
      const status = new StatusLine(process.stderr);
      let result: Simulation;
      try {
        result = await simulate({
          ...options,
          onProgress: (runs, failed) => status.show(`${runs} of ${options.runs} runs, ${failed} failed`),
        });
      } catch (error) {
        if (error instanceof RangeError) throw new CommandError(error.message, 2);
        throw error;
      } finally {
        status.clear();
      }
      process.stdout.write(`${json ? JSON.stringify(result, null, 2) : simulationText(result)}\n`);
      if (!result.holds) throw new CommandError(`${result.failed} of ${result.runs} runs failed`);
    });
}

function simulationText(result: Simulation): string {
  const paint = painter(process.stdout);
  const { seeds, recoveries, failures } = result;
  const seconds = (ms: number) => `${(ms / 1_000).toFixed(2)} s`;
  const count = (value: number) => value.toLocaleString('en-US');
  const rows = [
    [
      'seeds',
      `${seeds.from} to ${seeds.to}, ${result.clients} clients each, ${result.minutes} virtual minutes`,
    ],
    [
      'virtual time',
      `${result.virtualHours.toFixed(1)} h in ${seconds(result.elapsedMs)}: ${result.virtualHoursPerSecond.toFixed(1)} h per second`,
    ],
    ['updates told', count(result.updates)],
    [
      'recoveries',
      `${count(recoveries.count)}: half within ${seconds(recoveries.p50Ms)}, 95 % within ${seconds(recoveries.p95Ms)}, the longest ${seconds(recoveries.maxMs)}`,
    ],
    ...Object.entries(result.faults).map(([kind, times]) => [`  ${kind}`, count(times)]),
  ];
  const verdict = result.holds
    ? paint('green', `${count(result.runs)} runs, no failure`)
    : paint('red', `${count(result.runs)} runs, ${count(result.failed)} failed`);
  return [verdict, table(rows), ...failures.flatMap((failure) => failureText(failure, result))].join('\n');
}

function failureText(failure: Simulation['failures'][number], { clients, minutes }: Simulation): string[] {
  const again = `finesse-ha simulate --runs 1 --seed ${failure.seed} --clients ${clients} --minutes ${minutes}`;
  return [
    '',
    `seed ${failure.seed} (${again})`,
    ...failure.minimized.map(({ atMs, lastsMs, ...what }) => {
      const details = Object.entries(what).map(([name, value]) => `${name} ${value}`);
      return `  at ${(atMs / 1_000).toFixed(3)} s for ${(lastsMs / 1_000).toFixed(3)} s: ${details.join(', ')}`;
    }),
    ...failure.minimizedBreaches.map(
      ({ invariant, atMs, agent, what }) =>
        `  ${(atMs / 1_000).toFixed(3)} s, agent ${agent}: ${invariant}: ${what}`,
    ),
  ];
}

function whole(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isSafeInteger(value) && value >= 0) return value;
  throw new InvalidArgumentError('a whole number is expected.');
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && Number.isFinite(value) && value > 0) return value;
  throw new InvalidArgumentError('a number above 0 is expected.');
}
