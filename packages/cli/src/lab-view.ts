import type { Lab } from '@finesse-ha/lab';
import type { LabEvent, LabObserver } from './lab-session.js';
import { clock, painter, StatusLine } from './terminal.js';

const styles = {
  failing: 'red',
  fault: 'red',
  exit: 'red',
  ended: 'red',
  'logged-out-late': 'red',
  recovered: 'green',
  'in-service': 'green',
  moving: 'yellow',
  heal: 'yellow',
  status: 'bold',
  log: 'dim',
} as const;

/** Shows a lab to people: one line for each thing that happens. */
export class LabText implements LabObserver {
  readonly #paint = painter(process.stdout);
  readonly #status = new StatusLine(process.stderr);
  readonly #logs: boolean;

  constructor({ logs }: { logs: boolean }) {
    this.#logs = logs;
  }

  onEvent({ source, kind, text }: LabEvent): void {
    // What a client knows of each node is told by the nodes themselves here.
    if (kind === 'node' || (kind === 'log' && !this.#logs)) return;
    this.#status.clear();
    const style = styles[kind as keyof typeof styles];
    const line = style === undefined ? text : this.#paint(style, text);
    process.stdout.write(
      `${this.#paint('dim', clock())}  ${this.#paint('cyan', source.padEnd(22))}  ${line}\n`,
    );
  }

  onProgress(what: string | null): void {
    if (what === null) this.#status.clear();
    else this.#status.show(`lab: ${what} ...`);
  }

  onUp(lab: Lab): void {
    const { agents, places } = lab.deployment;
    const [first] = agents;
    const scheme = lab.tls ? 'wss' : 'ws';
    const bold = (text: string) => this.#paint('bold', text);
    const nodes = lab.nodes.map(({ name, url }) => {
      const { host, ports } = places.nodes[name];
      return `  ${name.padEnd(9)}  ${url}/finesse/api/SystemInfo
             XMPP ${scheme}://${host}:${ports.webSocket}/ws, TCP ${ports.xmpp} (STARTTLS), ${ports.xmppTls} (TLS)`;
    });
    const desktop =
      lab.deployment.desktop === undefined ? '' : `  desktop    ${lab.url('primary')}/desktop/\n`;
    process.stdout.write(`
${bold('The lab is up: two nodes IN_SERVICE, two agents signed in.')}

${desktop}${nodes.join('\n')}
  CTI        ${places.cti.host}:${places.cti.ports.a} (side A), ${places.cti.ports.b} (side B)
  agents     ${first?.id} to ${agents.at(-1)?.id}, password ${first?.password}, extension = id

${bold('Try from a second terminal:')}
  npx finesse-ha fault notification-service           kill the primary's notification service
  npx finesse-ha fault notification-service --heal    start it again: nobody moves back by itself
  npx finesse-ha fault xmpp-connection --silent       swallow packets, keep the sockets open
  npx finesse-ha fault cti-connection --node secondary
  npx finesse-ha fault                                what runs, with process ids for a kill -9 of your own
  FINESSE_PASSWORD=${first?.password} npx finesse-ha watch ${lab.url('primary')} --user ${agents.at(-1)?.id} --ws-port ${places.nodes.primary.ports.webSocket}

Ctrl-C stops everything. From here on, what happens:

`);
  }
}

/** Shows a lab to programs: JSON lines. */
export class LabJson implements LabObserver {
  readonly #logs: boolean;

  constructor({ logs }: { logs: boolean }) {
    this.#logs = logs;
  }

  onEvent({ source, kind, text, detail }: LabEvent): void {
    if (kind === 'log' && !this.#logs) return;
    process.stdout.write(
      `${JSON.stringify({ at: new Date().toISOString(), source, kind, text, ...detail })}\n`,
    );
  }

  onProgress(what: string | null): void {
    if (what !== null) this.onEvent({ source: 'lab', kind: 'progress', text: what });
  }

  onUp(lab: Lab): void {
    const agents = lab.deployment.agents.map(({ id }) => lab.credentials(id));
    this.onEvent({
      source: 'lab',
      kind: 'up',
      text: 'two nodes IN_SERVICE, two agents signed in',
      detail: { places: lab.deployment.places, nodes: lab.nodes, agents },
    });
  }
}
