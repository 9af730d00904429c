import type { Announcement, Command, FailoverEvent } from '../../src/index.js';
import type { Step } from './drive.js';

interface WitnessedLink {
  generation: number;
  node: string;
  up: boolean;
  presence: 'unknown' | 'available' | 'unavailable';
  /** The last usable word on SystemInfo that was asked for or told since the connection came up and `finesse` came back. */
  systemInfo: 'unknown' | 'in-service' | 'out-of-service';
  resync: { id: number; done: boolean } | null;
}

/**
 * What an onlooker knows who sees only events and commands. It keeps its own account of connections and questions, by
 * other means than the core, and complains when the core breaks a promise.
 */
export class Witness {
  #link: WitnessedLink | null = null;
  /** The question in flight to each node; `counts` is false when it was asked before the connection it would vouch for. */
  readonly #probes = new Map<string, { id: number; counts: boolean }>();
  #told: Announcement['kind'] | 'nothing' = 'nothing';

  see({ event, commands, after }: Step): void {
    this.#observe(event);
    for (const command of commands) this.#hear(command, event);
    if (after.phase === 'running' && after.deadlineAt === null)
      throw new Error('running, and waiting for nothing');
    if (after.phase !== 'running' && after.deadlineAt !== null)
      throw new Error('not running, and yet waiting');
  }

  #linkOf(generation: number): WitnessedLink | null {
    return this.#link?.generation === generation ? this.#link : null;
  }

  #observe(event: FailoverEvent): void {
    switch (event.type) {
      case 'system-info': {
        const probe = this.#probes.get(event.node);
        if (probe?.id !== event.probe) return;
        this.#probes.delete(event.node);
        const { answer } = event;
        if (this.#link?.node !== event.node || !probe.counts) return;
        if (answer.kind === 'status') this.#link.systemInfo = answer.status;
        if (answer.kind === 'http-error' && answer.httpStatus === 503)
          this.#link.systemInfo = 'out-of-service';
        return;
      }
      case 'xmpp-up': {
        const link = this.#linkOf(event.generation);
        if (link === null || link.up) return;
        link.up = true;
        this.#askedBefore(link);
        return;
      }
      case 'xmpp-lost':
        if (this.#linkOf(event.generation) !== null) this.#link = null;
        return;
      case 'presence': {
        const link = this.#linkOf(event.generation);
        if (!link?.up) return;
        if (event.available && link.presence === 'unavailable') this.#askedBefore(link);
        link.presence = event.available ? 'available' : 'unavailable';
        return;
      }
      case 'notification': {
        const link = this.#linkOf(event.generation);
        if (link !== null) link.systemInfo = event.status;
        return;
      }
      case 'resynced': {
        const link = this.#linkOf(event.generation);
        if (link?.resync?.id === event.resync) link.resync.done = true;
        return;
      }
      default:
        return;
    }
  }

  /** Whatever was asked or told of SystemInfo until now says nothing any more. */
  #askedBefore(link: WitnessedLink): void {
    link.systemInfo = 'unknown';
    const probe = this.#probes.get(link.node);
    if (probe !== undefined) probe.counts = false;
  }

  #hear(command: Command, event: FailoverEvent): void {
    switch (command.type) {
      case 'open-xmpp':
        if (this.#link !== null) throw new Error('a second XMPP connection is opened');
        this.#link = {
          generation: command.generation,
          node: command.node,
          up: false,
          presence: 'unknown',
          systemInfo: 'unknown',
          resync: null,
        };
        return;
      case 'close-xmpp':
        if (this.#linkOf(command.generation) === null)
          throw new Error('a connection is closed that is not open');
        this.#link = null;
        return;
      case 'probe':
        if (this.#probes.has(command.node))
          throw new Error(`a second question to ${command.node} is in flight`);
        this.#probes.set(command.node, { id: command.probe, counts: true });
        return;
      case 'cancel-probe':
        if (this.#probes.get(command.node)?.id !== command.probe)
          throw new Error('a question is dropped that is not open');
        this.#probes.delete(command.node);
        return;
      case 'ping':
        if (!this.#linkOf(command.generation)?.up) throw new Error('a connection is pinged that is not up');
        return;
      case 'resync': {
        const link = this.#linkOf(command.generation);
        if (link === null) throw new Error('a fetch without a connection');
        this.#conditionsHold('a fetch');
        link.resync = { id: command.resync, done: false };
        return;
      }
      case 'announce':
        this.#announced(command.announcement, event);
    }
  }

  #conditionsHold(what: string): void {
    const link = this.#link;
    if (link === null || !link.up) throw new Error(`${what} without an XMPP connection`);
    if (link.systemInfo !== 'in-service') throw new Error(`${what} while SystemInfo is ${link.systemInfo}`);
    if (link.presence !== 'available') throw new Error(`${what} while finesse is ${link.presence}`);
  }

  #announced({ kind, status, failure, ended, node }: Announcement, event: FailoverEvent): void {
    if (kind === 'in-service' || kind === 'recovered') {
      this.#conditionsHold(kind);
      if (!this.#link?.resync?.done) throw new Error(`${kind} before the fetch is done`);
      if (this.#link.node !== node) throw new Error(`${kind} on ${node}, connected to ${this.#link.node}`);
    }
    if (kind === 'connected') this.#conditionsHold(kind);
    if (status === 'in-service' && failure !== null) throw new Error('in service with a failure');
    if (status === 'failing' && failure === null) throw new Error('failing without a failure');
    if ((status === 'ended') !== (ended !== null)) throw new Error(`${status}, and ended by ${ended?.cause}`);
    if (kind === 'moving' && status === 'in-service') throw new Error('moves while in service');
    if (kind === 'closed' && event.type !== 'disconnect') throw new Error('closed without being told to');
    if (kind === 'node' || kind === 'refined') return;
    if (!mayFollow[this.#told].includes(kind)) throw new Error(`${kind} is told after ${this.#told}`);
    this.#told = kind;
  }
}

type Told = Exclude<Announcement['kind'], 'node' | 'refined'>;

/** Which announcement may follow on which, details left out. */
const mayFollow: Readonly<Record<Announcement['kind'] | 'nothing', readonly Told[]>> = {
  nothing: ['connecting'],
  connecting: ['connected', 'moving', 'failing', 'ended', 'closed'],
  connected: ['connected', 'in-service', 'recovered', 'moving', 'failing', 'ended', 'closed'],
  'in-service': ['failing', 'connecting', 'ended', 'closed'],
  recovered: ['failing', 'connecting', 'ended', 'closed'],
  failing: ['connected', 'moving', 'ended', 'closed'],
  moving: ['connected', 'moving', 'failing', 'ended', 'closed'],
  ended: ['connecting', 'closed'],
  closed: ['connecting'],
  node: [],
  refined: [],
};
