import {
  allFaultNames,
  type ControlStatus,
  callControl,
  type FaultName,
  type FaultVariant,
  variantsOf,
} from '@finesse-ha/lab';
import { type Command, Option } from 'commander';
import { CommandError } from './exit.js';
import { reach } from './reach.js';
import { table } from './terminal.js';

interface FaultOptions {
  node: 'primary' | 'secondary';
  silent?: true;
  frozen?: true;
  heal?: true;
  json?: true;
}

/** `finesse-ha fault`: breaks and heals the running lab. */
export function addFaultCommand(program: Command): void {
  program
    .command('fault')
    .summary('break or heal the running lab')
    .description(
      'Breaks one thing of the lab that runs in another terminal, or heals it. Without SCENARIO: what runs.',
    )
    .argument('[SCENARIO]', `one of ${allFaultNames.join(', ')}`)
    .addOption(new Option('--node <node>', 'whose').choices(['primary', 'secondary']).default('primary'))
    .addOption(
      new Option('--silent', 'swallow packets and keep sockets open, instead of a reset').conflicts('frozen'),
    )
    .option('--frozen', 'stop the process (SIGSTOP) instead of killing it')
    .option('--heal', 'mend it: start what is down, wake what is frozen, heal what is cut')
    .option('--json', 'answer in JSON')
    .addHelpText(
      'after',
      `
Examples:
  finesse-ha fault notification-service              SIGKILL of the primary's notification service
  finesse-ha fault notification-service --heal       start it again
  finesse-ha fault xmpp-connection --silent          swallow every packet between clients and service
  finesse-ha fault tomcat --node secondary --frozen  SIGSTOP of the secondary's web host`,
    )
    .action(async (scenario: string | undefined, options: FaultOptions) => {
      if (scenario === undefined) return showStatus(options.json === true);
      if (!(allFaultNames as readonly string[]).includes(scenario)) {
        throw new CommandError(`unknown scenario "${scenario}"; there are ${allFaultNames.join(', ')}`, 2);
      }
      const name = scenario as FaultName;
      const variant: FaultVariant = options.silent ? 'silent' : options.frozen ? 'frozen' : 'default';
      if (!variantsOf[name].includes(variant)) {
        throw new CommandError(`${name} has no ${variant} variant, only ${variantsOf[name].join(', ')}`, 2);
      }
      await reach(() =>
        callControl({ scenario: name, node: options.node, variant, heal: options.heal === true }),
      );
      // The CTI sides belong to both nodes.
      const whose = name.startsWith('cti-side') ? '' : ` of ${options.node}`;
      const what = `${options.heal ? 'healed' : 'broken'}: ${name}${whose}`;
      process.stdout.write(
        options.json
          ? `${JSON.stringify({ scenario, node: options.node, variant, heal: options.heal === true })}\n`
          : `${what}\n`,
      );
    });
}

async function showStatus(json: boolean): Promise<void> {
  const status = (await reach(() => callControl(null))) as ControlStatus;
  if (json) {
    process.stdout.write(`${JSON.stringify(status)}\n`);
    return;
  }
  const nodes = status.nodes.map(({ node, url, status: state }) => [node, url, state]);
  const processes = status.processes.map(({ name, state, pid }) => [
    name,
    state,
    pid === undefined ? '' : `pid ${pid}`,
  ]);
  process.stdout.write(`${table(nodes)}\n\n${table(processes)}\n`);
}
