import { FinesseClient } from '@finesse-ha/client';
import { Control, type Fault, Lab, LabError, nodeNames } from '@finesse-ha/lab';
import type { User } from '@finesse-ha/protocol';
import { type Command, Option } from 'commander';
import { announcementText, conditions } from './announce-text.js';
import { CommandError, sentenceOf } from './exit.js';
import { clock, painter, StatusLine } from './terminal.js';

interface LabOptions {
  agents: string;
  deployment: 'ucce' | 'uccx';
  tls?: true;
  json?: true;
  logs?: true;
}

/** Something that happened in the lab: a line of `--json`. */
interface LabEvent {
  source: string;
  kind: string;
  text: string;
  detail?: object;
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
    .addOption(
      new Option('--deployment <type>', 'whose rules apply').choices(['ucce', 'uccx']).default('ucce'),
    )
    .option('--tls', 'HTTPS and WSS with a certificate of the lab')
    .option('--logs', "also show the processes' own logs")
    .option('--json', 'stream what happens as JSON lines')
    .addHelpText(
      'after',
      `
Examples:
  finesse-ha lab
  finesse-ha lab --deployment uccx --agents 50
  finesse-ha fault tomcat            (from a second terminal)`,
    )
    .action(async (options: LabOptions) => {
      const agents = Number(options.agents);
      if (!Number.isInteger(agents) || agents < 2 || agents > 20_000) {
        throw new CommandError(`--agents must be a whole number from 2 to 20000, not "${options.agents}"`, 2);
      }
      await new LabSession(options).run(agents);
    });
}

class LabSession {
  readonly #options: LabOptions;
  readonly #paint = painter(process.stdout);
  readonly #status = new StatusLine(process.stderr);
  readonly #clients: FinesseClient[] = [];
  #lab: Lab | null = null;
  #control: Control | null = null;
  #stopping = false;

  constructor(options: LabOptions) {
    this.#options = options;
  }

  async run(agents: number): Promise<void> {
    const ended = new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, resolve);
    });
    try {
      await this.#start(agents);
      await ended;
    } catch (error) {
      if (error instanceof LabError) throw new CommandError(error.message);
      throw error;
    } finally {
      await this.#stop();
    }
  }

  async #start(agents: number): Promise<void> {
    const { deployment, tls } = this.#options;
    const lab = await Lab.prepare({
      addresses: 'default',
      agents,
      deploymentType: deployment === 'uccx' ? 'UCCX' : 'UCCE',
      tls: tls === true,
    });
    this.#lab = lab;
    lab.on('progress', (text) => this.#status.show(`lab: ${text} ...`));
    lab.on('exit', ({ process: name, how, expected }) => {
      if (!this.#stopping)
        this.#tell({
          source: name,
          kind: 'exit',
          text: `ended by ${how}${expected ? '' : ', not by the lab'}`,
        });
    });
    lab.on('log', ({ process: name, line }) => {
      if (this.#options.logs) this.#tell({ source: name, kind: 'log', text: line });
    });
    await lab.start();
    this.#status.clear();
    for (const node of nodeNames)
      this.#tell({ source: node, kind: 'in-service', text: `IN_SERVICE at ${lab.url(node)}` });
    for (const { id } of lab.deployment.agents.slice(0, 2)) await this.#signIn(lab, id);
    this.#control = new Control(lab, (fault, heal) => this.#onFault(fault, heal));
    await this.#control.start();
    this.#introduce(lab);
  }

  async #signIn(lab: Lab, id: string): Promise<void> {
    const client = new FinesseClient(lab.clientOptions(id));
    this.#clients.push(client);
    const source = `agent ${id}`;
    client.on('availability', ({ announcement }) => {
      const { kind, nodes, failure } = announcement;
      const changed = nodes.find((view) => announcement.why.startsWith(`${view.node}:`));
      const text =
        kind === 'node' && changed !== undefined
          ? `${changed.node}: ${conditions(changed)}`
          : announcementText(announcement);
      this.#tell({ source, kind, text, detail: { failure, nodes } });
    });
    client.on('update', (update) => {
      if (update.kind !== 'user') return;
      this.#tell({
        source,
        kind: 'update',
        text: `${describe(update.current)} (${update.origin})`,
        detail: { current: update.current.state },
      });
    });
    client.on('unknown-interval', ({ why }) => this.#tell({ source, kind: 'unknown-interval', text: why }));
    client.on('logged-out-late', ({ outcome }) =>
      this.#tell({
        source,
        kind: 'logged-out-late',
        text: `logged out late by the node that was left: ${outcome}`,
      }),
    );
    await client.connect({ signal: AbortSignal.timeout(20_000) });
    await client.signIn();
    await client.setState('READY');
  }

  #onFault({ scenario, node, variant }: Fault, heal: boolean): void {
    const text = heal
      ? `healing ${scenario} of ${node}`
      : `breaking ${scenario} of ${node}${variant === 'default' ? '' : `, ${variant}`}`;
    this.#tell({ source: 'lab', kind: heal ? 'heal' : 'fault', text });
  }

  #introduce(lab: Lab): void {
    const { agents, ports } = lab.deployment;
    const [first] = agents;
    if (this.#options.json) {
      this.#tell({
        source: 'lab',
        kind: 'ready',
        text: 'two nodes IN_SERVICE, two agents signed in',
        detail: { nodes: nodeNames.map((node) => lab.url(node)) },
      });
      return;
    }
    const bold = (text: string) => this.#paint('bold', text);
    const scheme = this.#options.tls ? 'wss' : 'ws';
    process.stdout.write(`
${bold('The lab is up: two nodes IN_SERVICE, two agents signed in.')}

  primary    ${lab.url('primary')}/finesse/api/SystemInfo
  secondary  ${lab.url('secondary')}/finesse/api/SystemInfo
  XMPP       ${scheme}://<node>:${ports.webSocket}/ws, TCP ${ports.xmpp} (STARTTLS), ${ports.xmppTls} (TLS)
  agents     ${first?.id} to ${agents.at(-1)?.id}, password ${first?.password}, extension = id

${bold('Try from a second terminal:')}
  npx finesse-ha fault notification-service           kill the primary's notification service
  npx finesse-ha fault notification-service --heal    start it again: nobody moves back by itself
  npx finesse-ha fault xmpp-connection --silent       swallow packets, keep the sockets open
  npx finesse-ha fault cti-connection --node secondary
  npx finesse-ha fault                                what runs, with process ids for a kill -9 of your own
  FINESSE_PASSWORD=${first?.password} npx finesse-ha watch ${lab.url('primary')} --user ${agents.at(-1)?.id} --ws-port ${ports.webSocket}

Ctrl-C stops everything. From here on, what happens:

`);
  }

  #tell({ source, kind, text, detail }: LabEvent): void {
    this.#status.clear();
    if (this.#options.json) {
      process.stdout.write(
        `${JSON.stringify({ at: new Date().toISOString(), source, kind, text, ...detail })}\n`,
      );
      return;
    }
    const colour = {
      failing: 'red',
      fault: 'red',
      exit: 'red',
      ended: 'red',
      recovered: 'green',
      'in-service': 'green',
      moving: 'yellow',
      heal: 'yellow',
    } as const;
    const style = colour[kind as keyof typeof colour];
    const line = style === undefined ? text : this.#paint(style, text);
    process.stdout.write(
      `${this.#paint('dim', clock())}  ${this.#paint('cyan', source.padEnd(22))}  ${line}\n`,
    );
  }

  async #stop(): Promise<void> {
    this.#stopping = true;
    this.#status.show('stopping ...');
    this.#control?.stop();
    await Promise.all(
      this.#clients.map((client) =>
        client.close().catch((error: unknown) => process.stderr.write(`${sentenceOf(error)}\n`)),
      ),
    );
    await this.#lab?.stop();
    this.#status.clear();
  }
}

function describe({ state, reasonCode }: User): string {
  return reasonCode === undefined ? state : `${state} (${reasonCode.label})`;
}
