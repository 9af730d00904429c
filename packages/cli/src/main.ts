import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { addCallsCommand } from './calls-command.js';
import { addCheckCommand } from './check-command.js';
import { addDrillCommand } from './drill-command.js';
import { CommandError, sentenceOf } from './exit.js';
import { addFaultCommand } from './fault-command.js';
import { addIncidentsCommand } from './incidents-command.js';
import { addLabCommand } from './lab-command.js';
import { addSimulateCommand } from './simulate-command.js';
import { addSoakCommand } from './soak-command.js';
import { addVerifyCommand } from './verify-command.js';
import { addWatchCommand } from './watch-command.js';

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
  finesse-ha fault notification-service  break it from a second terminal
  finesse-ha calls --rate 6              customers who call, six a minute
  finesse-ha drill all                   every failure, with a verdict
  finesse-ha soak --hours 2              random faults for hours, and what they leave
  finesse-ha watch https://fin-a.example:8445
  finesse-ha check https://fin-a.example:8445  as a Nagios plug-in
  finesse-ha verify                      every reachable state of the failover core
  finesse-ha simulate --runs 20000       whole clients through schedules of faults

Exit codes: 0 all well, 1 something failed, 2 the command line is wrong; check has its own.`,
  );
// Commander's own exits inherit this only in subcommands that are added after it.
addLabCommand(program);
addFaultCommand(program);
addCallsCommand(program);
addDrillCommand(program);
addSoakCommand(program);
addWatchCommand(program);
addCheckCommand(program);
addIncidentsCommand(program);
addVerifyCommand(program);
addSimulateCommand(program);

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
