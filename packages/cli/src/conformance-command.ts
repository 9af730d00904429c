import {
  ClientStartError,
  type ConformancePlan,
  conformanceFaults,
  conformanceRules,
  defaultFaults,
  environmentHelp,
  parseFault,
  runConformance,
} from '@finesse-ha/testing/conformance';
import type { Command } from 'commander';
import { ConformanceProgress, conformanceText } from './conformance-view.js';
import { CommandError, sentenceOf } from './exit.js';
import { table } from './terminal.js';

interface ConformanceCommandOptions {
  fault?: string[];
  within: string;
  json?: true;
  output?: true;
}

/** `finesse-ha conformance`: examines somebody's client from the server's side. */
export function addConformanceCommand(program: Command): void {
  program
    .command('conformance')
    .summary('examine a client in any language: does it fail over?')
    .description(
      'Starts a lab, and for each fault COMMAND with an agent of its own. COMMAND connects as that agent, signs in where it\n' +
        'cares to, and goes on until SIGTERM. The fault is played on the node that it is on, and what it does then is judged\n' +
        'by what the nodes see of it. Exit code 0 only when every rule is kept.',
    )
    .usage('[options] -- COMMAND [ARGUMENT...]')
    .argument('<COMMAND...>', 'the client under examination')
    .option('--fault <name...>', `one or more of ${conformanceFaults.join(', ')}`)
    .option('--within <seconds>', 'how long the client may take to be back', '60')
    .option('--output', 'show what COMMAND prints, on standard error')
    .option('--json', 'print one object')
    .addHelpText(
      'after',
      `
Without --fault: ${defaultFaults.join(', ')}.
"both" kills the notification services of both nodes for three seconds, "restart" for a moment.

COMMAND finds in its environment:
${indented(environmentHelp)}

Rules:
${indented(conformanceRules.flatMap(({ name, asks, source }) => [[name, asks] as const, ['', `(${source})`] as const]))}

Examples:
  finesse-ha conformance -- node my-client.js
  finesse-ha conformance --fault tomcat restart --within 30 -- python3 client.py
  finesse-ha conformance --json -- java Client.java`,
    )
    .action(async (command: string[], options: ConformanceCommandOptions) => {
      const withinSeconds = Number(options.within);
      if (!(withinSeconds >= 1 && withinSeconds <= 3_600)) {
        throw new CommandError(`--within must be a number from 1 to 3600, not "${options.within}"`, 2);
      }
      const plans = (options.fault ?? defaultFaults).map(planOf);
      const interrupted = new AbortController();
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
        process.once(signal, () => interrupted.abort(new CommandError(`ended by ${signal}`)));
      }
      const progress = new ConformanceProgress(plans.length);
      try {
        const rows = await runConformance({
          command,
          plans,
          withinMs: withinSeconds * 1_000,
          signal: interrupted.signal,
          onProgress: (fault, what) => progress.onProgress(fault, what),
          onRow: (row) => progress.onRow(row),
          onOutput: (text) => {
            if (options.output) process.stderr.write(text);
          },
        });
        const passed = rows.every((row) => row.passed);
        process.stdout.write(
          options.json ? `${JSON.stringify({ passed, rows }, null, 2)}\n` : conformanceText(rows),
        );
        if (!passed) process.exitCode = 1;
      } catch (error) {
        throw error instanceof ClientStartError ? new CommandError(error.message, 2) : error;
      } finally {
        progress.end();
      }
    });
}

function planOf(name: string): ConformancePlan {
  try {
    return parseFault(name);
  } catch (error) {
    throw new CommandError(`--fault: ${sentenceOf(error)}`, 2);
  }
}

function indented(rows: readonly (readonly string[])[]): string {
  return table(rows)
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
