import { type CallerEvent, Callers } from '@finesse-ha/cti';
import { type ControlStatus, callControl } from '@finesse-ha/lab';
import { type Command, InvalidArgumentError } from 'commander';
import { CommandError } from './exit.js';
import { reach } from './reach.js';

interface CallsOptions {
  rate: number;
  talk: number;
  patience: number;
  queue?: string;
  json?: true;
}

/** `finesse-ha calls`: customers who call the running lab until it is stopped. */
export function addCallsCommand(program: Command): void {
  program
    .command('calls')
    .summary('customers who call the running lab')
    .description(
      'Lets customers call the queues of the lab that runs in another terminal, until Ctrl-C. Ready agents are rung; ' +
        'who is answered talks for a while and hangs up, who is not hangs up too.',
    )
    .option('--rate <n>', 'calls a minute, on average', upTo(6_000), 6)
    .option('--talk <seconds>', 'how long a customer talks, give or take half of it', upTo(86_400), 60)
    .option('--patience <seconds>', 'how long a customer waits for an answer', upTo(86_400), 60)
    .option('--queue <id>', 'call this queue only, or this extension')
    .option('--json', 'one line of JSON for each thing that happens')
    .addHelpText(
      'after',
      `
Examples:
  finesse-ha calls                        six calls a minute to all queues
  finesse-ha calls --rate 60 --talk 20
  finesse-ha calls --queue 1001001        ring one agent`,
    )
    .action(async (options: CallsOptions) => {
      const { cti, queues } = (await reach(() => callControl(null))) as ControlStatus;
      const dialedNumbers = options.queue === undefined ? queues.map(({ id }) => id) : [options.queue];
      if (dialedNumbers.length === 0) throw new CommandError('the lab has no queue; name one with --queue');
      const callers = new Callers({
        sides: cti,
        dialedNumbers,
        perMinute: options.rate,
        talkMs: options.talk * 1_000,
        patienceMs: options.patience * 1_000,
      });
      callers.on('call', (event) => {
        process.stdout.write(`${options.json ? JSON.stringify(event) : sentence(event)}\n`);
      });
      callers.start();
      await new Promise<void>((resolve) => {
        process.once('SIGINT', resolve);
        process.once('SIGTERM', resolve);
      });
      await callers.stop();
    });
}

function sentence(event: CallerEvent): string {
  switch (event.kind) {
    case 'arrived':
      return `call ${event.callId}: ${event.caller} calls ${event.dialedNumber}`;
    case 'answered':
      return `call ${event.callId}: answered at ${event.by}`;
    case 'abandoned':
      return `call ${event.callId}: nobody answered, the caller hangs up`;
    case 'ended':
      return `call ${event.callId}: over`;
    case 'refused':
      return `${event.caller} does not get through to ${event.dialedNumber}: ${event.problem}`;
  }
}

function upTo(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (value > 0 && value <= most) return value;
    throw new InvalidArgumentError(`a number above 0 and at most ${most} is expected.`);
  };
}
