import { createServer, type Server } from 'node:net';
import { statusCodes } from '../values.js';
import { ClientSession, type SessionHost } from './client-session.js';
import type { CtiServerConfig } from './config.js';
import { Duplex } from './duplex.js';
import { LabModel, type ModelEvent, type ModelRequest, type ModelResult } from './lab-model.js';
import type { Peripheral } from './messages.js';
import { Teams } from './teams.js';

/** Receives what an operator may want to know. */
export type ServerLog = (message: string, fields: object) => void;

/** Clients that are told of the end get so long to take it. */
const stopWithinMs = 500;

/** One side of the lab's duplex CTI server. */
export class CtiServer implements SessionHost {
  readonly model: LabModel;
  readonly teams: Teams;
  readonly peripheral: Peripheral;
  readonly clientPassword: string;
  readonly log: ServerLog;
  readonly #config: CtiServerConfig;
  readonly #duplex: Duplex;
  readonly #server: Server;
  readonly #sessions = new Set<ClientSession>();

  constructor(config: CtiServerConfig, log: ServerLog) {
    this.#config = config;
    this.log = log;
    this.peripheral = { peripheralId: config.peripheralId, deploymentType: config.deploymentType };
    this.clientPassword = config.clientPassword;
    this.model = new LabModel(config.agents, config.queues, config.deploymentType, Date.now());
    this.teams = new Teams(config.agents, config.teams);
    const observer = {
      happened: (event: ModelEvent) => {
        for (const session of this.#sessions) session.happened(event);
      },
      // A session that opens anew asks for everything.
      callsReplaced: () => {
        for (const session of this.#sessions) session.end(statusCodes.ctiServerOffline);
      },
    };
    this.#duplex = new Duplex(config.side, this.model, observer, log);
    this.#server = createServer((socket) => this.#sessions.add(new ClientSession(socket, this)));
  }

  /** Agrees with the other side if there is one, then takes clients. Resolves with the port. Rejects with the listen error. */
  async start(): Promise<number> {
    const { host, port, peer, peerPort } = this.#config;
    try {
      await this.#duplex.start({ host, port: peerPort }, peer);
      await new Promise<void>((resolve, reject) => {
        this.#server.once('error', reject);
        this.#server.listen(port, host, resolve);
      });
    } catch (error) {
      this.#duplex.stop();
      throw error;
    }
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : port;
  }

  /** Tells every client to go to the other side, then stops. Leaves no timer or socket. */
  async stop(): Promise<void> {
    for (const session of this.#sessions) session.end(statusCodes.ctiServerOffline);
    this.#duplex.stop();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        for (const session of this.#sessions) session.drop();
      }, stopWithinMs);
      this.#server.close(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  /** Clients that are connected, whatever they have said so far. */
  get sessionCount(): number {
    return this.#sessions.size;
  }

  /** @internal A session's request, in the order that both sides agree on. */
  carryOut(request: ModelRequest, answer: (result: ModelResult) => void): void {
    this.#duplex.carryOut(request, answer);
  }

  /** @internal Told by its sessions. */
  opened(session: ClientSession): void {
    // A client id may stand here many times: both nodes of a pair are `finesse`. Only a CLIENT_EVENTS session, which has
    // a device of its own, would replace an older one (status 11), and the lab has none.
    this.log('session opened', { clientId: session.clientId });
  }

  /** @internal Told by its sessions. */
  closed(session: ClientSession, cause: string): void {
    this.#sessions.delete(session);
    if (session.clientId !== '') this.log('session closed', { clientId: session.clientId, cause });
  }
}
