import { type Command, Option } from 'commander';
import { readCa } from './ca.js';
import { durationOf } from './duration.js';
import { CommandError } from './exit.js';
import { PairWatch, type WatchTarget } from './pair-watch.js';
import { type RecordOptions, WatchRecords } from './watch-records.js';
import { WatchJson, WatchText } from './watch-view.js';

interface WatchOptions {
  user?: string;
  transport: 'websocket' | 'tcp';
  wsPort?: string;
  ca?: string;
  interval: string;
  json?: true;
  incidents?: string;
  keep: string;
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
        'FINESSE_PASSWORD. The user is logged in to XMPP on both nodes: take one that no agent works with. Without --user only\n' +
        'SystemInfo is watched.',
    )
    .argument('<URL>', 'REST URL of a node, such as https://fin-a.example:8445')
    .argument('[URL2]', 'the other node')
    .option('--user <id>', 'user id; needs FINESSE_PASSWORD')
    .addOption(
      new Option('--transport <kind>', 'how to reach the notification service')
        .choices(['websocket', 'tcp'])
        .default('websocket'),
    )
    .option(
      '--ws-port <port>',
      'port of the WebSocket, where it is not the REST port (7443 before 12.6 and in the lab)',
    )
    .option('--ca <file>', 'PEM file with the certificate authority to trust')
    .option('--interval <seconds>', 'between two looks at SystemInfo', '5')
    .option('--json', 'stream JSON lines')
    .option('--incidents <file>', 'keep incidents in this file, for `finesse-ha incidents`')
    .option('--keep <duration>', 'how long ended incidents are kept', '365d')
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
    .action(async (url: string, second: string | undefined, options: WatchOptions) => {
      const target = targetOf(second === undefined ? [url] : [url, second], options);
      const ended = new Promise<void>((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
      });
      const shown = options.json ? new WatchJson() : new WatchText();
      const records = await WatchRecords.open(shown, recordsOf(options));
      try {
        await new PairWatch(target, records).run(ended);
      } finally {
        records.close();
      }
    });
}

/** @throws {CommandError} for what cannot be used */
function targetOf(urls: readonly string[], options: WatchOptions): WatchTarget {
  const { user, transport, wsPort, ca, interval } = options;
  const password = process.env.FINESSE_PASSWORD ?? '';
  if (user !== undefined && password === '') {
    throw new CommandError('--user needs the password in the environment variable FINESSE_PASSWORD', 2);
  }
  const seconds = Number(interval);
  if (!(seconds >= 0.1 && seconds <= 3_600)) {
    throw new CommandError(`--interval must be 0.1 to 3600 seconds, not "${interval}"`, 2);
  }
  const port = wsPort === undefined ? undefined : Number(wsPort);
  if (port !== undefined && !(Number.isInteger(port) && port > 0 && port < 65_536)) {
    throw new CommandError(`--ws-port must be a port, not "${wsPort}"`, 2);
  }
  return {
    urls,
    credentials: user === undefined ? null : { user, password },
    transport,
    webSocketPort: port,
    ca: ca === undefined ? undefined : readCa(ca),
    pollMs: seconds * 1_000,
  };
}

/** @throws {CommandError} for what cannot be used */
function recordsOf({ incidents, keep, metrics }: WatchOptions): RecordOptions {
  const retentionMs = durationOf('--keep', keep);
  if (metrics === undefined) return { incidents, retentionMs, metrics };
  const [, host, digits] = /^(.*):(\d{1,5})$/.exec(metrics) ?? [];
  const port = Number(digits);
  if (host === undefined || !(port < 65_536)) {
    throw new CommandError(`--metrics must be :PORT or HOST:PORT, not "${metrics}"`, 2);
  }
  return { incidents, retentionMs, metrics: { host: host === '' ? undefined : host, port } };
}
