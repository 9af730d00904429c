import { allRows, type RowPlan, runDrill, scenarios } from '@finesse-ha/lab';
import type { Command } from 'commander';
import { DrillProgress, resultsText } from './drill-view.js';
import { CommandError } from './exit.js';
import { type NotificationChoice, notificationOption } from './notification-option.js';

interface DrillOptions {
  agents: string;
  notification: NotificationChoice;
  json?: true;
}

/** `finesse-ha drill`: plays every failure in labs of its own and reports. */
export function addDrillCommand(program: Command): void {
  program
    .command('drill')
    .summary('play the failures in labs of their own and report')
    .description(
      'For each scenario, with the alternate available and down: starts a lab, signs agents in, puts each in a call,\n' +
        'breaks it for real, changes states meanwhile, heals, and reports. Exit code 0 only when every row passed.',
    )
    .argument('[SCENARIO...]', `${scenarios.join(', ')}, or all`, ['all'])
    .option('--agents <n>', 'agents in each lab', '2')
    .addOption(notificationOption())
    .option('--json', 'print one array of objects')
    .addHelpText(
      'after',
      `
Examples:
  finesse-ha drill all                    eighteen rows: loud, silent, frozen
  finesse-ha drill tomcat web-app         only the rows of these
  finesse-ha drill all --notification prosody
  finesse-ha drill all --agents 10 --json for machines`,
    )
    .action(async (names: string[], options: DrillOptions) => {
      const plans = choose(names);
      const agents = Number(options.agents);
      if (!Number.isInteger(agents) || agents < 1 || agents > 500) {
        throw new CommandError(`--agents must be a whole number from 1 to 500, not "${options.agents}"`, 2);
      }
      const progress = new DrillProgress(plans.length);
      const results = await runDrill(plans, {
        agents,
        notification: options.notification,
        onProgress: (plan, what) => progress.onProgress(plan, what),
        onRow: (result) => progress.onRow(result),
      });
      progress.end();
      process.stdout.write(options.json ? `${JSON.stringify(results, null, 2)}\n` : resultsText(results));
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
