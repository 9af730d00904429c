/** A whole deployment of real processes on a loopback address of its own: CTI sides, notification services, web hosts. */
import { randomInt } from 'node:crypto';
import type { NodeConfigInput } from '../../src/web-app/config.ts';
import { certificateFor } from './certificates.ts';
import { ADMINISTRATORS, AGENTS, QUEUES, REASON_CODES, TEAMS } from './config.ts';
import { ENTRIES, TestProcess } from './processes.ts';
import { RestClient } from './rest.ts';

/** One node's addresses. */
interface NodeAddress {
  readonly name: 'primary' | 'secondary';
  readonly domain: string;
  readonly restPort: number;
  readonly xmppPort: number;
}

/** Tests do not wait for real-world intervals: CTI loss is noticed and retried quickly. */
const CTI_HEARTBEAT_MS = 200;
const CTI_RETRY_MS = 100;
const QUEUE_STATISTICS_MS = 50;
/** A frozen web host is found out within two seconds; shorter would find out a busy test machine. */
const FINESSE_SILENCE = { pingAfterMs: 1_000, timeoutMs: 1_000 };
const FINESSE_PASSWORD = 'finesse-pw';

/** The processes of a deployment; each can be ended and started again under its own address. */
export class Deployment {
  readonly host: string;
  readonly #deploymentType: 'UCCE' | 'UCCX';
  readonly #running = new Set<TestProcess>();
  #ctiPorts!: Record<'A' | 'B', { port: number; peerPort: number }>;
  #nodes!: Record<'primary' | 'secondary', NodeAddress>;
  #certificate!: { certFile: string; keyFile: string };

  private constructor(host: string, deploymentType: 'UCCE' | 'UCCX') {
    this.host = host;
    this.#deploymentType = deploymentType;
  }

  /** Chooses addresses; starts nothing. */
  static async plan(deploymentType: 'UCCE' | 'UCCX' = 'UCCE'): Promise<Deployment> {
    // Test files run beside each other; the whole of 127/8 is there to keep them apart.
    const deployment = new Deployment(
      `127.${randomInt(1, 255)}.${randomInt(1, 255)}.${randomInt(1, 255)}`,
      deploymentType,
    );
    // Below those that systems hand out for port 0: nobody else comes to have one between now and the start.
    let nextPort = randomInt(10_000, 30_000);
    const port = () => nextPort++;
    deployment.#certificate = await certificateFor(deployment.host);
    deployment.#ctiPorts = {
      A: { port: port(), peerPort: port() },
      B: { port: port(), peerPort: port() },
    };
    const node = (name: 'primary' | 'secondary', domain: string) => ({
      name,
      domain,
      restPort: port(),
      xmppPort: port(),
    });
    deployment.#nodes = {
      primary: node('primary', 'node-a.test'),
      secondary: node('secondary', 'node-b.test'),
    };
    return deployment;
  }

  /** A CTI side, ready. */
  async cti(side: 'A' | 'B'): Promise<TestProcess> {
    const own = this.#ctiPorts[side];
    const other = this.#ctiPorts[side === 'A' ? 'B' : 'A'];
    return this.#start(ENTRIES.cti, {
      side,
      host: this.host,
      port: own.port,
      peer: { host: this.host, port: other.peerPort },
      peerPort: own.peerPort,
      peripheralId: 5000,
      deploymentType: this.#deploymentType,
      agents: AGENTS,
      queues: QUEUES,
    });
  }

  /** Where clients of a CTI side connect. */
  ctiSide(name: 'A' | 'B'): { name: 'A' | 'B'; host: string; port: number } {
    return { name, host: this.host, port: this.#ctiPorts[name].port };
  }

  /** The notification service of a node, ready. */
  async notification(node: 'primary' | 'secondary' = 'primary', change: object = {}): Promise<TestProcess> {
    const { domain, xmppPort } = this.#nodes[node];
    return this.#start(ENTRIES.notification, {
      node,
      domain,
      host: this.host,
      ports: { xmpp: xmppPort, xmppTls: 0, webSocket: 0 },
      webSocketTls: false,
      tls: this.#certificate,
      users: AGENTS.map(({ id, password }) => ({ id, password })),
      finessePassword: FINESSE_PASSWORD,
      finesseSilence: FINESSE_SILENCE,
      ...change,
    });
  }

  /** The web host of a node, listening; its web app comes up by itself. */
  async webHost(
    node: 'primary' | 'secondary' = 'primary',
    change: Partial<NodeConfigInput> = {},
  ): Promise<TestProcess> {
    return this.#start(ENTRIES.webHost, this.webHostConfig(node, change));
  }

  webHostConfig(node: 'primary' | 'secondary', change: Partial<NodeConfigInput> = {}): NodeConfigInput {
    const own = this.#nodes[node];
    const other = this.#nodes[node === 'primary' ? 'secondary' : 'primary'];
    const address = ({ domain, restPort, xmppPort }: NodeAddress) => ({
      host: domain,
      httpsPort: restPort,
      xmppPort,
      xmppSecurePort: 5223,
    });
    return {
      node,
      host: this.host,
      restPort: own.restPort,
      deploymentType: this.#deploymentType,
      domain: own.domain,
      nodes: { primary: address(this.#nodes.primary), secondary: address(this.#nodes.secondary) },
      notification: { host: this.host, port: own.xmppPort, password: FINESSE_PASSWORD },
      cti: {
        sides: [this.ctiSide('A'), this.ctiSide('B')],
        peripheralId: 5000,
        heartbeatIntervalMs: CTI_HEARTBEAT_MS,
        retryDelayMs: CTI_RETRY_MS,
      },
      peer: { url: `http://${this.host}:${other.restPort}`, secret: 'shared-secret' },
      secret: 'shared-secret',
      agents: AGENTS,
      teams: TEAMS,
      queues: QUEUES,
      queueStatisticsIntervalMs: QUEUE_STATISTICS_MS,
      reasonCodes: REASON_CODES,
      administrators: ADMINISTRATORS,
      ...change,
    };
  }

  /** A REST client of a node. */
  rest(node: 'primary' | 'secondary' = 'primary'): RestClient {
    return new RestClient(`http://${this.host}:${this.#nodes[node].restPort}`);
  }

  /** Where agents log in to a node's notification service. */
  xmpp(node: 'primary' | 'secondary' = 'primary'): { host: string; port: number; domain: string } {
    const { domain, xmppPort } = this.#nodes[node];
    return { host: this.host, port: xmppPort, domain };
  }

  /** Kills whatever still runs. */
  async end(): Promise<void> {
    await Promise.all([...this.#running].map((one) => one.end('SIGKILL')));
  }

  async #start(entry: string, config: unknown): Promise<TestProcess> {
    const started = new TestProcess(entry, config);
    this.#running.add(started);
    void started.exited.then(() => this.#running.delete(started));
    await started.ready();
    return started;
  }
}
