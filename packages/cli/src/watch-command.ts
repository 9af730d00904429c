import { readFileSync } from 'node:fs';
import {
  alternateOf,
  createPlatform,
  FinesseClient,
  nodeOrigin,
  OptionError,
  type Platform,
  probeSystemInfo,
} from '@finesse-ha/client';
import type { Announcement, NodeView } from '@finesse-ha/failover';
import { type Command, Option } from 'commander';
import { conditions } from './announce-text.js';
import { CommandError } from './exit.js';
import { clock, painter } from './terminal.js';

interface WatchOptions {
  user?: string;
  transport: 'websocket' | 'tcp';
  wsPort?: string;
  ca?: string;
  interval: string;
  json?: true;
}

/** What is known of a node at one moment, and why it is told now. */
interface NodeReport {
  node: string;
  view: NodeView;
  kind: string;
  why: string;
}

const firstAnswerMs = 5_000;

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
    .addHelpText(
      'after',
      `
Examples:
  finesse-ha watch https://fin-a.example:8445
  FINESSE_PASSWORD=... finesse-ha watch https://fin-a.example:8445 https://fin-b.example:8445 --user monitor1
  FINESSE_PASSWORD=finesse finesse-ha watch http://127.0.0.1:8445 --user 1001010 --ws-port 7443 --json`,
    )
    .action(async (url: string, second: string | undefined, options: WatchOptions) => {
      await new Watch(options).run(second === undefined ? [url] : [url, second]);
    });
}

class Watch {
  readonly #options: WatchOptions;
  readonly #platform: Platform = createPlatform();
  readonly #paint = painter(process.stdout);
  readonly #ca: string | undefined;
  readonly #pollMs: number;
  #fail: (error: CommandError) => void = () => undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#ca = options.ca === undefined ? undefined : readCa(options.ca);
    const seconds = Number(options.interval);
    if (!(seconds >= 0.1 && seconds <= 3_600))
      throw new CommandError(`--interval must be 0.1 to 3600 seconds, not "${options.interval}"`, 2);
    this.#pollMs = seconds * 1_000;
  }

  async run(urls: readonly string[]): Promise<void> {
    const { user } = this.#options;
    const password = process.env.FINESSE_PASSWORD ?? '';
    if (user !== undefined && password === '') {
      throw new CommandError('--user needs the password in the environment variable FINESSE_PASSWORD', 2);
    }
    const nodes = await this.#pair(urls.map((url, index) => origin(url, index)));
    const ended = new Promise<void>((resolve, reject) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
      this.#fail = reject;
    });
    if (user === undefined && !this.#options.json) {
      process.stderr.write(
        'Without --user only SystemInfo is watched, not XMPP and the presence of finesse.\n',
      );
    }
    const stops = nodes.map((node) =>
      user === undefined ? this.#poll(node) : this.#connect(node, user, password),
    );
    try {
      await ended;
    } finally {
      await Promise.all(stops.map((stop) => stop()));
      await this.#platform.close();
    }
  }

  /** The nodes to watch: those named, or the one named and its alternate. At least one must answer. */
  async #pair(named: readonly string[]): Promise<string[]> {
    const answers = await Promise.all(
      named.map((node) => probeSystemInfo(this.#platform, node, { timeoutMs: firstAnswerMs, ca: this.#ca })),
    );
    const problems = answers.flatMap(({ answer }, index) => {
      if (answer.kind === 'certificate')
        return [`the certificate of ${named[index]} is refused: ${answer.detail}`];
      if (answer.kind === 'unreachable') return [`cannot reach ${named[index]}: ${answer.detail}`];
      return answer.kind === 'timeout'
        ? [`${named[index]} did not answer within ${firstAnswerMs / 1_000} s`]
        : [];
    });
    if (problems.length === named.length) {
      await this.#platform.close();
      throw new CommandError(problems.join('; '));
    }
    const [first] = named;
    const [answer] = answers;
    if (named.length > 1 || first === undefined || !answer?.systemInfo) return [...named];
    const alternate = alternateOf(first, answer.systemInfo);
    return alternate === undefined ? [first] : [first, alternate];
  }

  /** All three conditions, by the failover core itself with this one node. */
  #connect(node: string, user: string, password: string): () => Promise<void> {
    const { transport, wsPort } = this.#options;
    const client = new FinesseClient({
      nodes: [node],
      learnAlternate: false,
      resync: 'presence-only',
      user,
      password,
      transport,
      ca: this.#ca,
      platform: this.#platform,
      failover: { pollIntervalMs: this.#pollMs },
      notification: wsPort === undefined ? undefined : { webSocket: { port: Number(wsPort) } },
    });
    client.on('availability', ({ announcement }) => this.#onAnnouncement(node, user, announcement));
    client.connect().catch(() => undefined); // told by its announcements
    return () => client.close();
  }

  #onAnnouncement(node: string, user: string, announcement: Announcement): void {
    const { kind, ended, failure, why } = announcement;
    const [view] = announcement.nodes;
    if (kind === 'ended' && ended !== null) {
      const what = {
        unauthorized: `wrong password for user ${user}`,
        license: `user ${user} is disabled or has no licence`,
        certificate: 'the certificate is refused',
        conflict: `user ${user} was logged in elsewhere with the same resource`,
      };
      this.#fail(new CommandError(`${node}: ${what[ended.cause]} (${ended.detail})`));
      return;
    }
    if (view === undefined || kind === 'closed') return;
    // A line's conditions stand in it already: only a failure needs words of its own.
    const cause =
      failure === null
        ? ''
        : `${failure.scenario} (${failure.service}), told by ${failure.mechanism}, criterion ${failure.criterion}`;
    if (['node', 'failing', 'refined', 'recovered', 'in-service'].includes(kind)) {
      this.#tell({ node, view, kind, why: kind === 'recovered' ? why : cause });
    }
  }

  /** SystemInfo only. */
  #poll(node: string): () => Promise<void> {
    let last = '';
    let timer: NodeJS.Timeout | undefined;
    let stopped = false;
    const look = async () => {
      const { answer } = await probeSystemInfo(this.#platform, node, {
        timeoutMs: firstAnswerMs,
        ca: this.#ca,
      });
      if (stopped) return;
      const systemInfo =
        answer.kind === 'status'
          ? answer.status
          : answer.kind === 'http-error' && answer.httpStatus === 503
            ? 'out-of-service'
            : 'unreachable';
      const why =
        answer.kind === 'status'
          ? `CTI heartbeat ${answer.heartbeat}`
          : answer.kind === 'http-error'
            ? `HTTP ${answer.httpStatus}`
            : answer.kind === 'timeout'
              ? 'no answer'
              : answer.detail;
      if (`${systemInfo} ${why}` !== last) {
        last = `${systemInfo} ${why}`;
        const view: NodeView = {
          node,
          systemInfo,
          xmpp: 'none',
          presence: 'unknown',
          available: false,
          toldAt: Date.now(),
          detail: why,
        };
        this.#tell({ node, view, kind: 'node', why });
      }
      timer = setTimeout(look, this.#pollMs);
    };
    void look();
    return async () => {
      stopped = true;
      clearTimeout(timer);
    };
  }

  #tell({ node, view, kind, why }: NodeReport): void {
    const { user, json } = this.#options;
    if (json) {
      const { systemInfo, xmpp, presence, available } = view;
      const known = user === undefined ? { systemInfo } : { systemInfo, xmpp, presence, available };
      process.stdout.write(
        `${JSON.stringify({ at: new Date().toISOString(), node, kind, ...known, why })}\n`,
      );
      return;
    }
    const up = user === undefined ? view.systemInfo === 'in-service' : view.available;
    const word = up
      ? this.#paint('green', user === undefined ? 'IN SERVICE' : 'AVAILABLE')
      : this.#paint('red', user === undefined ? 'NOT IN SERVICE' : 'NOT AVAILABLE');
    const what = user === undefined ? '' : `  ${conditions(view)}`;
    process.stdout.write(
      `${this.#paint('dim', clock())}  ${this.#paint('cyan', node)}  ${word}${what}${why === '' ? '' : `  (${why})`}\n`,
    );
  }
}

function readCa(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(`cannot read --ca ${file}: ${(error as NodeJS.ErrnoException).code ?? error}`, 2);
  }
}

function origin(url: string, index: number): string {
  try {
    return nodeOrigin(`URL ${index + 1}`, url);
  } catch (error) {
    if (error instanceof OptionError) throw new CommandError(error.message, 2);
    throw error;
  }
}
