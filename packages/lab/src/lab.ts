import { randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ClientOptions, createPlatform, probeSystemInfo } from '@finesse-ha/client';
import type { CtiSide } from '@finesse-ha/cti';
import type { ExternalServerName } from '@finesse-ha/notification';
import { type LabCertificate, makeCertificate } from './certificates.js';
import { type ProcessPlan, planProcesses } from './configs.js';
import { agentsOf, readContactCenter } from './contact-center.js';
import { checkDeployment, type Deployment, LabError, type NodeName, nodeNames } from './deployment.js';
import { breakLab, type Fault, type FaultName, type FaultVariant, healLab } from './faults.js';
import { Guard } from './guard.js';
import { PageControl } from './page-control.js';
import { type AddressChoice, choosePlaces } from './places.js';
import { LabProcess } from './process.js';

/** What a lab is like. */
export interface LabOptions {
  /** How many agents exist. Default 2. */
  agents?: number | undefined;
  /** File of the contact center. Default: the one that the lab ships with. */
  contactCenter?: string | undefined;
  /** Default `free`: beside whatever else runs. */
  addresses?: AddressChoice | undefined;
  deploymentType?: 'UCCE' | 'UCCX' | undefined;
  /** HTTPS and WSS with the lab's own certificate. Default false: browsers need not be told to trust it. */
  tls?: boolean | undefined;
  /** The notification service of both nodes: the embedded one (default), or a real XMPP server, which must be installed. */
  notification?: 'embedded' | ExternalServerName | undefined;
  /** From the loss of an agent's presence to its forced logout. Default 60 s, as Finesse has it. */
  forcedLogoutMs?: number | undefined;
  /** Default 5 s, as Finesse has it. */
  ctiHeartbeatIntervalMs?: number | undefined;
  /** Unified CCE's LOAD: 0 makes an agent whose desktop is gone Not Ready, 1 (the default) logs it out. UCCX always does. */
  logoutOnAgentDisconnect?: 0 | 1 | undefined;
  /** From the announcement of maintenance mode to the move of the agents. Default 15 s, as Finesse has it. */
  maintenanceWarningMs?: number | undefined;
  /** The desktop's bundle, for both nodes to serve under `/desktop/`. Default: none is served. */
  desktopDirectory?: string | undefined;
  /** Whether the logs have every request, connection, presence and subscription of clients. Default false. */
  logTraffic?: boolean | undefined;
  /** Processes of each node's link for clients, each of which can hold so many sockets only. Default 1. */
  clientRelays?: number | undefined;
  /** Whether processes tell a soak of their heap and their handles. Default false. */
  gauged?: boolean | undefined;
}

/** What a lab tells while it runs. */
export interface LabEvents {
  /** A line of a process's log. */
  log: [{ process: string; line: string }];
  /** A process is ready, at first or again. */
  ready: [{ process: string }];
  /** A process ended; `expected` when the lab ended it. */
  exit: [{ process: string; how: string; expected: boolean }];
  /** What is being waited for. */
  progress: [string];
  /** Something is about to be broken, or mended. */
  fault: [{ fault: Fault; heal: boolean }];
}

const inServiceWithinMs = 30_000;

/** A whole deployment as real processes: two nodes, two CTI sides, and the links between them that can be cut. */
export class Lab extends EventEmitter<LabEvents> {
  readonly deployment: Deployment;
  readonly certificate: LabCertificate;
  readonly tls: boolean;
  /** Its processes with their configurations. */
  readonly plans: readonly ProcessPlan[];
  readonly #dir: string;
  readonly #processes: ReadonlyMap<string, LabProcess>;
  readonly #platform = createPlatform();
  readonly #guard = new Guard();
  readonly #guarded: string[];
  readonly #pageControl: PageControl | null;
  readonly #broken = new Map<string, Fault>();
  #stopped = false;

  private constructor(
    deployment: Deployment,
    certificate: LabCertificate,
    tls: boolean,
    dir: string,
    pageControl: PageControl | null,
    preload: readonly string[],
  ) {
    super();
    this.#pageControl = pageControl;
    this.deployment = deployment;
    this.certificate = certificate;
    this.tls = tls;
    this.#dir = dir;
    this.#guarded = [dir];
    const observer = {
      onPid: () => this.#tellGuard(),
      onReady: (process: string) => this.emit('ready', { process }),
      onLog: (process: string, line: string) => this.emit('log', { process, line }),
      onExit: (process: string, how: string, expected: boolean) =>
        this.emit('exit', { process, how, expected }),
    };
    this.plans = planProcesses(deployment, certificate, tls);
    this.#processes = new Map(
      this.plans.map(({ name, entry, config }) => {
        const file = join(dir, `${name}.json`);
        writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
        return [
          name,
          new LabProcess(name, fileURLToPath(import.meta.resolve(entry)), file, observer, preload),
        ];
      }),
    );
  }

  /** Works out addresses, certificate and configurations; starts nothing yet. @throws {LabError} */
  static async prepare(options: LabOptions = {}): Promise<Lab> {
    const { desktopDirectory } = options;
    const deploymentType = options.deploymentType ?? 'UCCE';
    const { agents, ...center } = readContactCenter(options.contactCenter, deploymentType);
    const count = options.agents ?? (options.contactCenter === undefined ? 2 : undefined);
    const pageControl = desktopDirectory === undefined ? null : new PageControl();
    try {
      const places = await choosePlaces(options.addresses ?? 'free');
      const secret = () => randomBytes(18).toString('base64url');
      const deployment = checkDeployment({
        places,
        agents: agentsOf({ agents, ...center }, count),
        center,
        deploymentType,
        notification: options.notification ?? 'embedded',
        secrets: { peer: secret(), finesse: secret() },
        logTraffic: options.logTraffic ?? false,
        clientRelays: options.clientRelays ?? 1,
        forcedLogoutMs: options.forcedLogoutMs ?? 60_000,
        ctiHeartbeatIntervalMs: options.ctiHeartbeatIntervalMs ?? 5_000,
        logoutOnAgentDisconnect: options.logoutOnAgentDisconnect ?? 1,
        maintenanceWarningMs: options.maintenanceWarningMs ?? 15_000,
        desktop:
          desktopDirectory === undefined || pageControl === null
            ? undefined
            : { directory: desktopDirectory, controlUrl: await pageControl.start() },
      });
      const dir = mkdtempSync(join(tmpdir(), 'finesse-ha-lab-'));
      const hosts = new Set(nodeNames.map((node) => places.nodes[node].host));
      const certificate = await makeCertificate(dir, [...hosts]);
      const lab = new Lab(
        deployment,
        certificate,
        options.tls ?? false,
        dir,
        pageControl,
        options.gauged === true ? [import.meta.resolve('@finesse-ha/lab/gauge-preload')] : [],
      );
      pageControl?.serve(lab);
      return lab;
    } catch (error) {
      pageControl?.stop();
      throw error;
    }
  }

  /** Starts everything and waits until both nodes are IN_SERVICE. On failure nothing is left running. @throws {LabError} */
  async start(): Promise<void> {
    try {
      this.emit('progress', `starting ${this.#processes.size} processes`);
      await Promise.all([...this.#processes.values()].map((process) => process.start()));
      this.emit('progress', 'waiting for both nodes to be IN_SERVICE');
      await Promise.all(nodeNames.map((node) => this.waitInService(node)));
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  /** The node's REST URL. */
  url(node: NodeName): string {
    const { host, ports } = this.deployment.places.nodes[node];
    return `${this.tls ? 'https' : 'http'}://${host}:${ports.rest}`;
  }

  /** The nodes with their REST URLs, primary first. */
  get nodes(): { name: NodeName; url: string }[] {
    return nodeNames.map((name) => ({ name, url: this.url(name) }));
  }

  /** Which node a URL is. */
  nodeOf(url: string): NodeName | undefined {
    return nodeNames.find((node) => this.url(node) === url);
  }

  /** The CTI sides themselves, past the links that faults cut. */
  get ctiSides(): CtiSide[] {
    const { host, ports } = this.deployment.places.cti;
    return [
      { name: 'A', host, port: ports.a },
      { name: 'B', host, port: ports.b },
    ];
  }

  /** What an agent signs in with. @throws {LabError} for an agent that the lab does not have */
  credentials(agentId: string): { user: string; password: string; extension: string } {
    const agent = this.deployment.agents.find(({ id }) => id === agentId);
    if (agent === undefined) throw new LabError(`the lab has no agent ${agentId}`);
    return { user: agent.id, password: agent.password, extension: agent.extension };
  }

  /** How an agent connects: primary first. @throws {LabError} for an agent that the lab does not have */
  clientOptions(agentId: string): ClientOptions {
    const webSockets = nodeNames.map((node) => [
      this.url(node),
      {
        webSocket: { port: this.deployment.places.nodes[node].ports.webSocket },
        bosh: { port: this.deployment.places.nodes[node].ports.webSocket },
      },
    ]);
    return {
      nodes: nodeNames.map((node) => this.url(node)),
      ...this.credentials(agentId),
      notification: { nodes: Object.fromEntries(webSockets) },
      ...(this.tls ? { ca: this.certificate.ca } : {}),
    };
  }

  /** Breaks something for real; resolves when it is broken. @throws {LabError} where the scenario has no such variant */
  async fault(
    scenario: FaultName,
    { node = 'primary', variant = 'default' }: { node?: NodeName; variant?: FaultVariant } = {},
  ): Promise<void> {
    const fault = { scenario, node, variant };
    this.emit('fault', { fault, heal: false });
    await breakLab(this, fault);
    this.#broken.set(`${scenario} ${node}`, fault);
  }

  /** Mends it, whatever its variant was. Moves nobody back. @throws {LabError} */
  async heal(scenario: FaultName, { node = 'primary' }: { node?: NodeName } = {}): Promise<void> {
    this.emit('fault', { fault: { scenario, node, variant: 'default' }, heal: true });
    await healLab(this, { scenario, node });
    this.#broken.delete(`${scenario} ${node}`);
  }

  /** What was broken by `fault()` and not mended by `heal()` yet. */
  get broken(): Fault[] {
    return [...this.#broken.values()];
  }

  /** @throws {LabError} for a name that does not exist */
  process(name: string): LabProcess {
    const process = this.#processes.get(name);
    if (process === undefined)
      throw new LabError(`no process ${name}; there are ${[...this.#processes.keys()].join(', ')}`);
    return process;
  }

  get processes(): readonly LabProcess[] {
    return [...this.#processes.values()];
  }

  /** `IN_SERVICE`, `OUT_OF_SERVICE`, or why there is no answer. */
  async nodeStatus(node: NodeName): Promise<string> {
    const { answer, systemInfo } = await probeSystemInfo(this.#platform, this.url(node), {
      timeoutMs: 2_000,
      ...(this.tls ? { ca: this.certificate.ca } : {}),
    });
    if (systemInfo !== null) return systemInfo.status;
    return answer.kind === 'http-error' ? `HTTP ${answer.httpStatus}` : 'unreachable';
  }

  /** Both nodes with what they say of themselves, primary first. */
  nodeStatuses(): Promise<{ node: NodeName; url: string; status: string }[]> {
    return Promise.all(
      this.nodes.map(async ({ name, url }) => ({ node: name, url, status: await this.nodeStatus(name) })),
    );
  }

  /** @throws {LabError} when it does not get there in time */
  async waitInService(node: NodeName, withinMs = inServiceWithinMs): Promise<void> {
    const until = performance.now() + withinMs;
    for (;;) {
      const status = await this.nodeStatus(node);
      if (status === 'IN_SERVICE') return;
      if (performance.now() > until)
        throw new LabError(`${node} is ${status}, not IN_SERVICE after ${withinMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** A file that is to go with the lab, should the lab be killed. */
  guard(path: string): void {
    this.#guarded.push(path);
    this.#tellGuard();
  }

  /** Ends every process, frozen ones too, and removes what was written. */
  async stop(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#pageControl?.stop();
    await Promise.all([...this.#processes.values()].map((process) => process.stop()));
    await this.#platform.close();
    rmSync(this.#dir, { recursive: true, force: true });
    this.#guard.stop();
  }

  #tellGuard(): void {
    this.#guard.tell(
      this.processes.flatMap(({ pid }) => pid ?? []),
      this.#guarded,
    );
  }
}

/** Starts a lab and waits until both nodes are IN_SERVICE. @throws {LabError} */
export async function startLab(options: LabOptions = {}): Promise<Lab> {
  const lab = await Lab.prepare(options);
  await lab.start();
  return lab;
}
