import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import { CommandError } from './exit.js';
import { LabSession } from './lab-session.js';
import { LabJson, LabText } from './lab-view.js';
import { type NotificationChoice, notificationOption } from './notification-option.js';

interface LabCommandOptions {
  agents: string;
  data?: string;
  deployment: 'ucce' | 'uccx';
  load: '0' | '1';
  addresses: 'default' | 'free' | 'shared';
  notification: NotificationChoice;
  tls?: true;
  json?: true;
  logs?: true;
}

/** `finesse-ha lab`: the whole deployment, with two agents signed in, live. */
export function addLabCommand(program: Command): void {
  program
    .command('lab')
    .summary('start a whole Finesse deployment on this machine')
    .description(
      'Starts two Finesse nodes (web host, web app, notification service), both CTI sides and the network between them as real\n' +
        'processes on loopback, signs two agents in, and then shows live what each does. Ctrl-C stops everything.',
    )
    .option('--agents <n>', 'how many agents exist (two of them sign in)', '10')
    .option('--data <file>', 'the contact center as a YAML file; the one that ships with the lab says how')
    .addOption(
      new Option('--load <n>', 'logout on agent disconnect, under UCCE: 0 Not Ready, 1 logout')
        .choices(['0', '1'])
        .default('1'),
    )
    .addOption(
      new Option('--deployment <type>', 'whose rules apply').choices(['ucce', 'uccx']).default('ucce'),
    )
    .addOption(
      new Option(
        '--addresses <which>',
        "default: Finesse's ports on 127.0.0.1 and 127.0.0.2; free: the same ports on two loopback addresses that nothing else uses; shared: both nodes on 127.0.0.1, on free ports",
      )
        .choices(['default', 'free', 'shared'])
        .default('default'),
    )
    .addOption(notificationOption())
    .option('--tls', 'HTTPS and WSS with a certificate of the lab')
    .option('--logs', "also show the processes' own logs")
    .option('--json', 'stream what happens as JSON lines')
    .addHelpText(
      'after',
      `
Examples:
  finesse-ha lab
  finesse-ha lab --deployment uccx --agents 50
  finesse-ha lab --data contact-center.yaml
  finesse-ha lab --notification ejabberd
  finesse-ha lab --load 0                an agent whose desktop is gone becomes Not Ready
  finesse-ha fault tomcat            (from a second terminal)`,
    )
    .action(async (options: LabCommandOptions) => {
      const agents = Number(options.agents);
      if (!Number.isInteger(agents) || agents < 2 || agents > 20_000) {
        throw new CommandError(`--agents must be a whole number from 2 to 20000, not "${options.agents}"`, 2);
      }
      const ended = new Promise<void>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => resolve());
      });
      const shown = { logs: options.logs === true };
      const session = new LabSession(
        {
          agents,
          contactCenter: options.data,
          addresses: options.addresses,
          logoutOnAgentDisconnect: options.load === '0' ? 0 : 1,
          deploymentType: options.deployment === 'uccx' ? 'UCCX' : 'UCCE',
          notification: options.notification,
          tls: options.tls === true,
          desktopDirectory: desktopBundle(),
        },
        options.json ? new LabJson(shown) : new LabText(shown),
      );
      await session.run(ended);
    });
}

/** The bundle of the agent's desktop; undefined where it was not built. */
function desktopBundle(): string | undefined {
  const directory = fileURLToPath(new URL('dist', import.meta.resolve('@finesse-ha/desktop/package.json')));
  return existsSync(join(directory, 'index.html')) ? directory : undefined;
}
