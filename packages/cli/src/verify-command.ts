import { configurations, verify } from '@finesse-ha/proof';
import { type Command, Option } from 'commander';
import { CommandError } from './exit.js';
import { StatusLine } from './terminal.js';
import { verificationText } from './verify-view.js';

interface VerifyCommandOptions {
  only?: string[];
  disturbances?: string;
  workers: string;
  thorough?: true;
  json?: true;
}

/** `finesse-ha verify`: walks every reachable state of the failover core and holds each property against it. */
export function addVerifyCommand(program: Command): void {
  program
    .command('verify')
    .summary('walk every reachable state of the failover core')
    .description(
      'Drives the failover core that ships through everything that can happen to a client and its two nodes, and prints\n' +
        'each property with its verdict, the states and transitions, and the longest time back to service. A property\n' +
        'that does not hold is shown by a shortest run. docs/failover.md says what is explored and what is not.',
    )
    .addOption(
      new Option('--only <configuration...>', 'explore only these').choices(
        configurations.map(({ name }) => name),
      ),
    )
    .option('--disturbances <count>', 'explore runs with at most so many things that go wrong')
    .option('--thorough', 'follow the way back to service from every state: takes several times as long')
    .option('--workers <count>', 'threads', '2')
    .option('--json', 'print the whole result as JSON')
    .addHelpText(
      'after',
      `
Examples:
  finesse-ha verify
  finesse-ha verify --disturbances 1             in seconds: whatever single thing goes wrong
  finesse-ha verify --only alone learned --json`,
    )
    .action(async (options: VerifyCommandOptions) => {
      const status = new StatusLine(process.stderr);
      const disturbances = wholeNumber('--disturbances', options.disturbances, 0);
      const result = await verify({
        workers: wholeNumber('--workers', options.workers, 1) ?? 2,
        onProgress: (name, states, transitions) =>
          status.show(`${name}: ${states} states, ${transitions} transitions`),
        thorough: options.thorough === true,
        ...(options.only === undefined ? {} : { only: options.only }),
        ...(disturbances === undefined ? {} : { disturbances }),
      });
      status.clear();
      const text = options.json ? JSON.stringify(result, null, 2) : verificationText(result, process.stdout);
      process.stdout.write(`${text}\n`);
      if (!result.holds) throw new CommandError('a property of the failover core does not hold');
    });
}

/** @throws {CommandError} for anything but a whole number from `least` to 64 */
function wholeNumber(option: string, text: string | undefined, least: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < least || value > 64) {
    throw new CommandError(`${option} must be a whole number from ${least} to 64, not "${text}"`, 2);
  }
  return value;
}
