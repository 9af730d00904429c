/** `npm run bench NAME -- [options]`: each benchmark runs both sides in one go and prints medians and ratios. */

import { StatusLine } from '@finesse-ha/cli/terminal';
import { scenarios } from '@finesse-ha/lab';
import { Command, InvalidArgumentError } from 'commander';
import { clientBench } from './client/client-bench.js';
import { clusterBench } from './cluster/cluster-bench.js';
import { coreBench } from './core/core-bench.js';
import { ctiBench } from './cti/cti-bench.js';
import { detectBench } from './detect/detect-bench.js';
import { PacketLossError } from './detect/packet-loss.js';
import { failoverBench } from './failover/failover-bench.js';
import { contestants } from './fanout/contestant.js';
import { fanoutBench } from './fanout/fanout-bench.js';
import { transports } from './fanout/wire.js';
import { tell } from './report/report.js';
import { soakFigures } from './soak/soak-figures.js';
import { subjectNames } from './subjects/subject.js';

const status = new StatusLine(process.stderr);
const onProgress = (what: string) => status.show(what);

function count(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  throw new InvalidArgumentError('must be a whole number above zero');
}

function countOrNone(text: string): number {
  return text.trim() === '0' ? 0 : count(text);
}

/** Comma-separated, each checked. */
function list<T>(check: (text: string) => T): (text: string) => T[] {
  return (text) => text.split(',').map((one) => check(one.trim()));
}

function oneOf<T extends string>(allowed: readonly T[]): (text: string) => T {
  return (text) => {
    const found = allowed.find((one) => one === text);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`${text} is none of ${allowed.join(', ')}`);
  };
}

const program = new Command('bench')
  .description('What the product does, measured beside what people would use instead.')
  .showHelpAfterError();

program
  .command('client')
  .description('CPU per notification and per idle hour, memory, bundle size; beside stock XMPP clients')
  .option('--clients <n>', 'clients in one process', count, 50)
  .option('--changes <n>', 'state changes of each agent in a round', count, 200)
  .option('--rounds <n>', 'rounds that count', count, 5)
  .option('--idle-seconds <n>', 'how long the clients idle', count, 30)
  .option('--json', 'print JSON')
  .action(async ({ json, ...options }: Parameters<typeof clientBench>[0] & { json?: boolean }) => {
    const found = await clientBench({ ...options, onProgress });
    status.clear();
    tell('client', options, found, json === true);
  });

program
  .command('failover')
  .description(
    'N agents on the primary, a fault, and the time until they work on the alternate; beside stock XMPP clients',
  )
  .option('--agents <n,...>', 'sizes, up to 10000 or so', list(count), [100, 500, 2_000])
  .option('--others-agents <n,...>', 'sizes for the other libraries', list(count), [500])
  .option('--scenarios <name,...>', `of ${scenarios.join(', ')}`, list(oneOf(scenarios)), [...scenarios])
  .option('--libraries <name,...>', `of ${subjectNames.join(', ')}`, list(oneOf(subjectNames)), [
    'finesse-ha',
    '@xmpp/client',
    'strophe.js',
  ])
  .option('--clients-per-process <n>', 'clients in one load process', count, 1_000)
  .option('--logins-per-second <n>', 'what a node bears, told to finesse-ha', count, 250)
  .option('--timeout-seconds <n>', 'how long the last agent is waited for', count, 60)
  .option('--json', 'print JSON')
  .action(async ({ json, ...options }: Parameters<typeof failoverBench>[0] & { json?: boolean }) => {
    const found = await failoverBench({ ...options, onProgress });
    status.clear();
    tell('failover', options, found, json === true);
  });

program
  .command('detect')
  .description(
    'time to tell a fault and to recover, and the mistakes made under stalls; beside stock XMPP clients',
  )
  .option('--agents <n>', 'agents of each library', count, 5)
  .option('--libraries <name,...>', `of ${subjectNames.join(', ')}`, list(oneOf(subjectNames)), [
    ...subjectNames,
  ])
  .option('--timeout-seconds <n>', 'how long a fault lasts before it counts as never told', count, 45)
  .option('--stall-seconds <n,...>', 'lengths of the pauses', list(count), [1, 2, 3, 5])
  .option('--loss-seconds <n>', 'how long 1 % of packets is lost (nft, root); 0 for not', countOrNone, 120)
  .option(
    '--sleep-seconds <n,...>',
    'how long the clients are stopped; 0 for not',
    list(countOrNone),
    [10, 60],
  )
  .option('--json', 'print JSON')
  .action(async ({ json, ...options }: Parameters<typeof detectBench>[0] & { json?: boolean }) => {
    const found = await detectBench({ ...options, onProgress }).catch((error: unknown) => {
      if (!(error instanceof PacketLossError)) throw error;
      status.clear();
      process.stderr.write(`${error.message}\n`);
      process.exit(1);
    });
    status.clear();
    tell('detect', options, found, json === true);
  });

program
  .command('fanout')
  .description(
    'deliveries, connections and logins of the notification service; beside ejabberd, Prosody and a bare Node process',
  )
  .option('--subscribers <n,...>', 'sizes', list(count), [2_000])
  .option('--servers <name,...>', `of ${contestants.join(', ')}`, list(oneOf(contestants)), [
    'embedded',
    'ejabberd',
    'prosody',
    'bare',
  ])
  .option('--transport <name>', `one of ${transports.join(', ')}`, oneOf(transports), 'tcp')
  .option('--tls', 'TLS from the start of each connection', false)
  .option('--deliveries <n>', 'deliveries of each measurement', count, 40_000)
  .option('--seconds <n>', 'how long each measurement lasts at most', count, 6)
  .option('--rounds <n>', 'rounds that the medians are of', count, 3)
  .option('--json', 'print JSON')
  .action(async ({ json, ...options }: Parameters<typeof fanoutBench>[0] & { json?: boolean }) => {
    const found = await fanoutBench({ ...options, onProgress });
    status.clear();
    tell('fanout', options, found, json === true);
  });

program
  .command('cluster')
  .description('ejabberd as a node’s notification service: alone, and two members of a cluster')
  .option('--agents <n>', 'agents, in equal parts on each member', count, 2_000)
  .option('--deliveries <n>', 'deliveries of each measurement', count, 20_000)
  .option('--json', 'print JSON')
  .action(async ({ json, ...options }: Parameters<typeof clusterBench>[0] & { json?: boolean }) => {
    const found = await clusterBench({ ...options, onProgress });
    status.clear();
    tell('cluster', options, found, json === true);
  });

program
  .command('core')
  .description(
    'steps per second of the failover core, states of the model checker, virtual hours of the simulator',
  )
  .option('--steps <n>', 'steps of the core in a round', count, 500_000)
  .option('--rounds <n>', 'rounds that count', count, 3)
  .option('--runs <n>', 'simulated schedules in a round', count, 1_000)
  .option('--json', 'print JSON')
  .action(async ({ json, ...options }: Parameters<typeof coreBench>[0] & { json?: boolean }) => {
    const found = await coreBench({ ...options, onProgress });
    status.clear();
    tell('core', options, found, json === true);
  });

program
  .command('cti')
  .description('GED-188 read beside JSON; a CTI side killed under many agents and calls')
  .option('--agents <n>', 'agents signed in', count, 2_000)
  .option('--calls <n>', 'calls in progress', count, 500)
  .option('--changes <n>', 'changes of state while the web app has no CTI side', count, 200)
  .option('--rounds <n>', 'kills', count, 3)
  .option('--json', 'print JSON')
  .action(async ({ json, ...options }: Parameters<typeof ctiBench>[0] & { json?: boolean }) => {
    const found = await ctiBench({ ...options, onProgress });
    status.clear();
    tell('cti', options, found, json === true);
  });

program
  .command('soak')
  .description('tables and plots of a soak that has run: of the file that finesse-ha soak --report wrote')
  .argument('<file>', 'the report')
  .option('--json', 'print JSON')
  .action((file: string, { json }: { json?: boolean }) => {
    tell('soak', { file }, soakFigures(file), json === true);
  });

await program.parseAsync();
