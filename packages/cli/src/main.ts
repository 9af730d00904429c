import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { CommandError, sentenceOf } from './exit.js';

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

const program = new Command('finesse-ha')
  .description(
    'High availability for Cisco Finesse clients: a lab to break, a drill that does, a watch on any pair.',
  )
  .version(version)
  .showHelpAfterError('(finesse-ha --help tells what there is)')
  .exitOverride()
  .addHelpText(
    'after',
    `
Examples:
  finesse-ha lab                         a whole deployment on this machine, live
  finesse-ha serve --deployment FILE     the servers of this machine, for good
  finesse-ha fault notification-service  break it from a second terminal
  finesse-ha calls --rate 6              customers who call, six a minute
  finesse-ha drill all                   every failure, with a verdict
  finesse-ha conformance -- node my-client.js  does somebody's client fail over?
  finesse-ha soak --hours 2              random faults for hours, and what they leave
  finesse-ha watch https://fin-a.example:8445
  finesse-ha check https://fin-a.example:8445  as a Nagios plug-in
  finesse-ha verify                      every reachable state of the failover core
  finesse-ha simulate --runs 20000       whole clients through schedules of faults

Exit codes: 0 all well, 1 something failed, 2 the command line is wrong; check has its own.`,
  );
/** Loaded when they are wanted: a plug-in that runs every minute should not load a whole lab first. */
const commands = {
  lab: async () => (await import('./lab-command.js')).addLabCommand,
  serve: async () => (await import('./serve-command.js')).addServeCommand,
  fault: async () => (await import('./fault-command.js')).addFaultCommand,
  calls: async () => (await import('./calls-command.js')).addCallsCommand,
  drill: async () => (await import('./drill-command.js')).addDrillCommand,
  conformance: async () => (await import('./conformance-command.js')).addConformanceCommand,
  soak: async () => (await import('./soak-command.js')).addSoakCommand,
  watch: async () => (await import('./watch-command.js')).addWatchCommand,
  check: async () => (await import('./check-command.js')).addCheckCommand,
  incidents: async () => (await import('./incidents-command.js')).addIncidentsCommand,
  verify: async () => (await import('./verify-command.js')).addVerifyCommand,
  simulate: async () => (await import('./simulate-command.js')).addSimulateCommand,
};
const [first] = process.argv.slice(2);
// Commander's own exits inherit exitOverride only in subcommands that are added after it.
for (const [name, load] of Object.entries(commands)) {
  if (first === undefined || first === name || !Object.hasOwn(commands, first)) (await load())(program);
}

// Somebody who closed the pipe (| head) has seen enough.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // `check` has a code of its own for a wrong command line; Commander's own is 1.
    process.exitCode = error.exitCode === 1 ? 2 : error.exitCode;
  } else {
    process.stderr.write(`finesse-ha: ${sentenceOf(error)}\n`);
    process.exitCode = error instanceof CommandError ? error.exitCode : 1;
  }
}
