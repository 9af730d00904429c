import { allRows, type RowPlan, type RowResult, runDrill, scenarios } from '@finesse-ha/lab';
import type { Command } from 'commander';
import { CommandError } from './exit.js';
import { painter, StatusLine, table } from './terminal.js';

interface DrillOptions {
  agents: string;
  json?: true;
}

/** `finesse-ha drill`: plays every failure in labs of its own and reports. */
export function addDrillCommand(program: Command): void {
  program
    .command('drill')
    .summary('play the failures in labs of their own and report')
    .description(
      'For each scenario, with the alternate available and down: starts a lab, signs agents in, breaks it for real, changes\n' +
        'states meanwhile, heals, and reports. Exit code 0 only when every row passed.',
    )
    .argument('[SCENARIO...]', `${scenarios.join(', ')}, or all`, ['all'])
    .option('--agents <n>', 'agents in each lab', '2')
    .option('--json', 'print one array of objects')
    .addHelpText(
      'after',
      `
Examples:
  finesse-ha drill all                    eighteen rows: loud, silent, frozen
  finesse-ha drill tomcat web-app         only the rows of these
  finesse-ha drill all --agents 10 --json for machines`,
    )
    .action(async (names: string[], options: DrillOptions) => {
      const plans = choose(names);
      const agents = Number(options.agents);
      if (!Number.isInteger(agents) || agents < 1 || agents > 500) {
        throw new CommandError(`--agents must be a whole number from 1 to 500, not "${options.agents}"`, 2);
      }
      const results = await play(plans, agents, options.json === true);
      if (options.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
      else report(results);
      if (results.some(({ passed }) => !passed)) process.exitCode = 1;
    });
}

function choose(names: readonly string[]): RowPlan[] {
  if (names.includes('all')) return allRows();
  for (const name of names) {
    if (!(scenarios as readonly string[]).includes(name)) {
      throw new CommandError(`unknown scenario "${name}"; there are ${scenarios.join(', ')} and all`, 2);
    }
  }
  return allRows().filter(({ scenario }) => names.includes(scenario));
}

async function play(plans: readonly RowPlan[], agents: number, json: boolean): Promise<RowResult[]> {
  const line = new StatusLine(process.stderr);
  const running = new Map<RowPlan, string>();
  let done = 0;
  const show = () => {
    const now = [...running].map(
      ([plan, what]) => `${plan.scenario} ${plan.variant}/${plan.alternate}: ${what}`,
    );
    line.show(`${done}/${plans.length}  ${now.join(' | ')}`.slice(0, (process.stderr.columns ?? 120) - 1));
  };
  const results = await runDrill(plans, {
    agents,
    onProgress: (plan, what) => {
      running.set(plan, what);
      show();
    },
    onRow: (result) => {
      for (const plan of running.keys()) if (same(plan, result)) running.delete(plan);
      done += 1;
      line.clear();
      if (!json)
        process.stderr.write(
          `${result.passed ? 'passed' : 'FAILED'}  ${result.scenario} ${result.variant}, alternate ${result.alternate}\n`,
        );
      else if (process.stderr.isTTY !== true)
        process.stderr.write(
          `${done}/${plans.length} ${result.scenario} ${result.variant} ${result.alternate}\n`,
        );
      show();
    },
  });
  line.clear();
  return results;
}

function same(left: RowPlan, right: RowPlan): boolean {
  return (
    left.scenario === right.scenario && left.variant === right.variant && left.alternate === right.alternate
  );
}

function report(results: readonly RowResult[]): void {
  const paint = painter(process.stdout);
  const head = [
    'scenario',
    'variant',
    'alternate',
    'told by',
    'criterion',
    'told ms',
    'recovered ms',
    'on',
    'lost',
    'doubled',
    '',
  ];
  const text = (value: string | number | null) => (value === null ? '-' : String(value));
  const rows = results.map((row) => [
    row.scenario,
    row.variant,
    row.alternate,
    text(row.mechanism),
    text(row.criterion),
    text(row.detectedMs),
    text(row.recoveredMs),
    text(row.recoveredOn),
    text(row.lost),
    text(row.doubled),
    row.passed ? 'passed' : 'FAILED',
  ]);
  const colour = (cell: string, row: number) =>
    row === 0
      ? paint('bold', cell)
      : cell === 'passed'
        ? paint('green', cell)
        : cell === 'FAILED'
          ? paint('red', cell)
          : cell;
  process.stdout.write(`${table([head, ...rows], colour)}\n`);
  for (const row of results) {
    for (const problem of row.problems ?? []) {
      process.stdout.write(`${row.scenario} ${row.variant}, alternate ${row.alternate}: ${problem}\n`);
    }
  }
  const passed = results.filter((row) => row.passed).length;
  process.stdout.write(`\n${passed} of ${results.length} rows passed\n`);
}
