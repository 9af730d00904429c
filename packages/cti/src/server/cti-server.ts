import { createServer, type Server } from 'node:net';
import { statusCodes } from '../values.js';
import { AgentModel, type ChangeRequest, type ChangeResult } from './agent-model.js';
import { ClientSession, type SessionHost } from './client-session.js';
import type { CtiServerConfig } from './config.js';
import { Duplex } from './duplex.js';

/** Receives what an operator may want to know. */
export type ServerLog = (message: string, fields: object) => void;

/** How long a side that starts waits for the other one's state before it concludes that it is alone. */
const meetWithinMs = 400;

/** One side of the lab's duplex CTI server. */
export class CtiServer implements SessionHost {
  readonly model: AgentModel;
  readonly deploymentType: CtiServerConfig['deploymentType'];
  readonly peripheralId: number;
  readonly clientPassword: string;
  readonly log: ServerLog;
  readonly #config: CtiServerConfig;
  readonly #duplex: Duplex;
  readonly #server: Server;
  readonly #sessions = new Set<ClientSession>();

  constructor(config: CtiServerConfig, log: ServerLog) {
    this.#config = config;
    this.log = log;
    this.deploymentType = config.deploymentType;
    this.peripheralId = config.peripheralId;
    this.clientPassword = config.clientPassword;
    this.model = new AgentModel(config.agents, config.deploymentType, Date.now());
    this.#duplex = new Duplex(config.side, this.model, (agentId) => {
      for (const session of this.#sessions) session.agentChanged(agentId);
    });
    this.#duplex.link.on('up', () => log('the other side is here', { sequence: this.model.sequence }));
    this.#duplex.link.on('down', () => log('the other side is gone', {}));
    this.#server = createServer((socket) => new ClientSession(socket, this));
  }

  /** Agrees with the other side if there is one, then takes clients. Resolves with the port. Rejects with the listen error. */
  async start(): Promise<number> {
    const { host, port, peer, peerPort } = this.#config;
    await this.#duplex.link.start({ host, port: peerPort }, peer);
    if (peer !== undefined) await this.#duplex.link.settled(meetWithinMs);
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, resolve);
    });
    this.#duplex.serve();
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Tells every client to go to the other side, then stops. */
  stop(): void {
    for (const session of this.#sessions) session.end(statusCodes.ctiServerOffline);
    this.#server.close();
    this.#duplex.link.stop();
  }

  change(request: ChangeRequest, answer: (result: ChangeResult) => void): void {
    this.#duplex.change(request, answer);
  }

  opened(session: ClientSession): void {
    // A client id may stand here many times: both nodes of a pair are `finesse`. Only a CLIENT_EVENTS session, which has
    // a device of its own, would replace an older one (status 11), and the lab has none.
    this.#sessions.add(session);
    this.log('session opened', { clientId: session.clientId });
  }

  closed(session: ClientSession, cause: string): void {
    if (this.#sessions.delete(session)) this.log('session closed', { clientId: session.clientId, cause });
  }
}
