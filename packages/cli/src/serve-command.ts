import { prepareDeployment } from '@finesse-ha/lab';
import type { Command } from 'commander';

interface ServeOptions {
  deployment: string;
  check?: true;
}

/** `finesse-ha serve`: what belongs to this machine of a deployment, until SIGTERM. */
export function addServeCommand(program: Command): void {
  program
    .command('serve')
    .summary('run what belongs to this machine of a deployment')
    .description(
      'Runs the processes that the file names under `run`, starts again what dies, and writes their logs as JSON lines to\n' +
        'standard output. SIGTERM ends them in good order, SIGHUP makes them read their certificates again.',
    )
    .requiredOption('--deployment <file>', 'YAML file; docs/operations.md describes it')
    .option('--check', 'only check the file')
    .addHelpText('after', '\nExamples:\n  finesse-ha serve --deployment /etc/finesse-ha/deployment.yaml')
    .action(async ({ deployment, check }: ServeOptions) => {
      const say = (level: number, fields: object, msg: string) =>
        process.stdout.write(
          `${JSON.stringify({ level, time: Date.now(), process: 'serve', ...fields, msg })}\n`,
        );
      const supervisor = prepareDeployment(deployment, {
        onLog: (name, line) =>
          line.startsWith('{') ? process.stdout.write(`${line}\n`) : say(50, { component: name }, line),
        onReady: (name) => say(30, { component: name }, 'ready'),
        onDied: (name, how, againInMs) =>
          say(50, { component: name, how, againInMs }, 'died, is started again'),
      });
      if (check === true) {
        await supervisor.stop();
        return;
      }
      const ended = new Promise<void>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
      });
      process.on('SIGHUP', () => supervisor.hangUp());
      await Promise.race([supervisor.start().then(() => say(30, {}, 'all ready')), ended]);
      await ended;
      await supervisor.stop();
    });
}
