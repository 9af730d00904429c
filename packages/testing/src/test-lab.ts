import { AgentClient, type ClientOptions } from '@finesse-ha/client';
import {
  type FaultName,
  type FaultVariant,
  Lab,
  type LabOptions,
  type NodeName,
  nodeNames,
} from '@finesse-ha/lab';
import { endpointsOf, type NodeEndpoints } from './endpoints.js';

/** What a lab for tests can be given: all of the lab's options but where it listens, which is always free. */
export type TestLabOptions = Omit<LabOptions, 'addresses' | 'desktopDirectory' | 'gauged'>;

/** An agent of the lab, to sign in with a client of any kind. */
export interface TestAgent {
  /** The agent's id, which is the user name of REST and XMPP. */
  readonly id: string;
  readonly password: string;
  /** The telephone to sign in with. */
  readonly extension: string;
  readonly nodes: Readonly<Record<NodeName, NodeEndpoints>>;
  /** The options for a client of `@finesse-ha/client`: both nodes, primary first. */
  readonly clientOptions: ClientOptions;
  /**
   * A client of our own, connected and signed in as this agent. The lab closes it when it stops.
   * @throws what `connect` and `signIn` of the client throw
   */
  signIn(options?: Partial<ClientOptions>): Promise<AgentClient>;
}

/** A lab for one test, or for one file of tests. */
export class TestLab {
  /** The lab itself, for what is not wrapped here: its processes, its events, its CTI sides. */
  readonly lab: Lab;
  readonly nodes: Readonly<Record<NodeName, NodeEndpoints>>;
  readonly #clients = new Set<AgentClient>();

  constructor(lab: Lab) {
    this.lab = lab;
    this.nodes = { primary: endpointsOf(lab, 'primary'), secondary: endpointsOf(lab, 'secondary') };
  }

  /** The ids of all agents. */
  get agentIds(): readonly string[] {
    return this.lab.deployment.agents.map(({ id }) => id);
  }

  /** The certificate to trust where the lab was started with `tls`, PEM. */
  get ca(): string {
    return this.lab.certificate.ca;
  }

  /** @throws {LabError} for an agent that the lab does not have */
  agent(id: string): TestAgent {
    const { user, password, extension } = this.lab.credentials(id);
    const clientOptions = this.lab.clientOptions(id);
    return {
      id: user,
      password,
      extension,
      nodes: this.nodes,
      clientOptions,
      signIn: (options = {}) => this.#signIn({ ...clientOptions, ...options }),
    };
  }

  /**
   * Breaks something for real: a process is killed or frozen, a link is cut. Resolves when it is broken.
   * @throws {LabError} where the fault has no such variant
   */
  fault(name: FaultName, options: { node?: NodeName; variant?: FaultVariant } = {}): Promise<void> {
    return this.lab.fault(name, options);
  }

  /**
   * Mends one fault, or all of them when none is named. With nothing broken any more it waits until both nodes are
   * IN_SERVICE, so that the next test begins with a whole pair.
   * @throws {LabError} when a node does not come back
   */
  async heal(name?: FaultName, { node = 'primary' }: { node?: NodeName } = {}): Promise<void> {
    const broken = this.lab.broken;
    const faults = name === undefined ? broken : [{ scenario: name, node }];
    // One after the other: two faults may concern one process.
    for (const fault of faults) await this.lab.heal(fault.scenario, { node: fault.node });
    if (this.lab.broken.length > 0) return;
    await Promise.all(nodeNames.map((one) => this.lab.waitInService(one)));
  }

  /** Closes the clients that it signed in, ends every process, removes what was written. Twice does no harm. */
  async stop(): Promise<void> {
    const clients = [...this.#clients];
    this.#clients.clear();
    await Promise.allSettled(clients.map((client) => client.close()));
    await this.lab.stop();
  }

  /** `await using`: the same as `stop`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #signIn(options: ClientOptions): Promise<AgentClient> {
    const client = new AgentClient(options);
    this.#clients.add(client);
    await client.connect();
    await client.signIn();
    return client;
  }
}

/**
 * Starts two nodes and two CTI sides as processes of their own, on addresses and ports that nothing else uses; resolves
 * when both nodes are IN_SERVICE, after some seconds. As many as wanted run side by side.
 * @throws {LabError} and leaves nothing running
 */
export async function startLab(options: TestLabOptions = {}): Promise<TestLab> {
  const lab = await Lab.prepare({ ...options, addresses: 'free' });
  await lab.start();
  return new TestLab(lab);
}
