import type { MonitorConfig } from '@finesse-ha/monitor';
import { type Command, Option } from 'commander';
import { readCa } from './ca.js';
import { durationOf } from './duration.js';
import { CommandError } from './exit.js';
import { configOf, monitorTarget } from './monitor-config.js';
import { PairWatch, type WatchTarget } from './pair-watch.js';
import { type RecordOptions, WatchRecords } from './watch-records.js';
import { WatchScreen } from './watch-screen.js';
import { WatchJson, WatchText } from './watch-view.js';

interface WatchOptions {
  config?: string;
  user?: string;
  transport?: 'websocket' | 'tcp';
  wsPort?: string;
  ca?: string;
  interval?: string;
  json?: true;
  incidents?: string;
  keep?: string;
  metrics?: string;
}

/** `finesse-ha watch`: the availability of each node of a real or laboratory pair, as it changes, with causes. */
export function addWatchCommand(program: Command): void {
  program
    .command('watch')
    .summary('show the availability of each node of a Finesse pair')
    .description(
      'Connects to any Finesse pair, real or lab, and tells each change of a node: SystemInfo, XMPP, presence of `finesse`.\n' +
        'With one URL the other node is learned from SystemInfo. The password comes from the environment variable\n' +
        'FINESSE_PASSWORD. The user is logged in to XMPP on both nodes: take one that no agent works with; a supervisor, to time\n' +
        'the notifications of a team. Without --user only SystemInfo is watched.',
    )
    .argument('[URL]', 'REST URL of a node, such as https://fin-a.example:8445')
    .argument('[URL2]', 'the other node')
    .option(
      '--config <file>',
      'YAML file with all of these (docs/operations.md); the command line stands before it',
    )
    .option('--user <id>', 'user id; needs FINESSE_PASSWORD')
    .addOption(
      new Option('--transport <kind>', 'how to reach the notification service (default: websocket)').choices([
        'websocket',
        'tcp',
      ]),
    )
    .option(
      '--ws-port <port>',
      'port of the WebSocket, where it is not the REST port (7443 before 12.6 and in the lab)',
    )
    .option('--ca <file>', 'PEM file with the certificate authority to trust')
    .option('--interval <seconds>', 'between two looks at SystemInfo (default: 5)')
    .option('--json', 'stream JSON lines')
    .option('--incidents <file>', 'keep incidents in this file, for `finesse-ha incidents`')
    .option('--keep <duration>', 'how long ended incidents are kept (default: 365d)')
    .option('--metrics <address>', 'serve Prometheus metrics: :PORT or HOST:PORT')
    .addHelpText(
      'after',
      `
Examples:
  finesse-ha watch https://fin-a.example:8445
  FINESSE_PASSWORD=... finesse-ha watch https://fin-a.example:8445 https://fin-b.example:8445 --user monitor1
  finesse-ha watch https://fin-a.example:8445 --incidents incidents.db --metrics :9464
  FINESSE_PASSWORD=finesse finesse-ha watch http://127.0.0.1:8445 --user 1001010 --ws-port 7443 --json`,
    )
    .action(async (url: string | undefined, second: string | undefined, options: WatchOptions) => {
      const config = configOf(options.config);
      const urls = [url, second].filter((one) => one !== undefined);
      const target = targetOf(urls, options, config);
      const ended = new Promise<void>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
      });
      const recordOptions = recordsOf(options, config);
      const shown = options.json
        ? new WatchJson()
        : process.stdout.isTTY
          ? new WatchScreen()
          : new WatchText();
      const records = await WatchRecords.open(shown, recordOptions).catch((error: unknown) => {
        shown.close();
        throw error;
      });
      try {
        await new PairWatch(target, records).run(ended);
      } finally {
        records.close();
      }
    });
}

/** @throws {CommandError} for what cannot be used */
function targetOf(
  urls: readonly string[],
  options: WatchOptions,
  config: Partial<MonitorConfig>,
): WatchTarget {
  const { transport, wsPort, interval } = options;
  const { ca, ...target } = monitorTarget(urls, options, config);
  const pollMs = interval === undefined ? (config.interval ?? 5_000) : Number(interval) * 1_000;
  if (!(pollMs >= 100 && pollMs <= 3_600_000)) {
    const what = interval === undefined ? 'the interval of the file' : '--interval';
    throw new CommandError(`${what} must be 0.1 to 3600 seconds`, 2);
  }
  const port = wsPort === undefined ? config.webSocketPort : Number(wsPort);
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
    throw new CommandError(`--ws-port must be a port, not "${wsPort}"`, 2);
  }
  return {
    ...target,
    transport: transport ?? config.transport ?? 'websocket',
    webSocketPort: port,
    ca: ca === undefined ? undefined : readCa(ca),
    pollMs,
  };
}

const defaultKeepMs = 365 * 86_400_000;

/** @throws {CommandError} for what cannot be used */
function recordsOf(options: WatchOptions, config: Partial<MonitorConfig>): RecordOptions {
  return {
    incidents: options.incidents ?? config.incidents?.file,
    retentionMs:
      options.keep === undefined
        ? (config.incidents?.keep ?? defaultKeepMs)
        : durationOf('--keep', options.keep),
    metrics: options.metrics === undefined ? config.metrics : addressOf(options.metrics),
  };
}

function addressOf(text: string): { host: string | undefined; port: number } {
  const [, host, digits] = /^(.*):(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (host === undefined || !(port < 65_536)) {
    throw new CommandError(`--metrics must be :PORT or HOST:PORT, not "${text}"`, 2);
  }
  return { host: host === '' ? undefined : host, port };
}
