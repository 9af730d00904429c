import { connect, createServer, type Server, type Socket } from 'node:net';
import type { SideName } from '../session.js';
import type { Apply, Order, PeerMessage, Standing } from './peer-messages.js';
import { PeerSocket } from './peer-socket.js';

/** Where a side can be reached. */
export interface Address {
  host: string;
  port: number;
}

/** Why a link has ended: the other side is gone or says nothing, or this side itself was frozen and knows nothing. */
export type DownCause = 'lost' | 'frozen';

/** Whom the link serves. */
export interface PeerHandlers {
  /** B brings this to A; from here on nothing may change at B until `together` or `down`. */
  standing(): Standing;
  /** A compares and decides: both go on from what is returned. */
  meet(theirs: Standing): Standing;
  /** B takes over what A has decided. */
  agreed(standing: Standing): void;
  /** From here on `send` reaches the other side. */
  together(): void;
  receive(message: Order | Apply): void;
  /** The link has ended, or what was to become one; or this side finds that it was frozen. */
  down(cause: DownCause): void;
  /** Nobody listens where the other side should be. */
  absent(): void;
}

const aliveEveryMs = 300;
/** A side that says nothing for so long is frozen: the other goes on alone. */
const silentForMs = 1_500;
/**
 * A side whose own clock has jumped so far was frozen itself. Less than `silentForMs` by more than `aliveEveryMs`, so that
 * a side always knows it when the other may have gone on alone.
 */
const frozenForMs = 900;
const redialMs = 100;
/** A connection on which the sides have not greeted each other by then is given up. */
const greetWithinMs = 1_000;

/**
 * The link between the two sides. B dials, A listens; they greet each other (knock, who, standing, agreed), and from
 * then on tell each other every 300 ms that they live. Whatever else connects, or says anything out of turn, is closed
 * and changes nothing. The link trusts its network: it is for a lab on one machine.
 */
export class PeerLink {
  readonly #side: SideName;
  readonly #handlers: PeerHandlers;
  /** Connections that are no link yet, each with its deadline. */
  readonly #greeting = new Map<PeerSocket, NodeJS.Timeout>();
  /** At A from `standing` on, at B from `who` on. */
  #link: PeerSocket | null = null;
  #together = false;
  #server: Server | null = null;
  #peer: Address | undefined;
  #tick: NodeJS.Timeout | undefined;
  /** By `performance.now`, which a freeze does not stop. */
  #tickAt = 0;
  #redial: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(side: SideName, handlers: PeerHandlers) {
    this.#side = side;
    this.#handlers = handlers;
  }

  /** A listens, B dials. Resolves when A listens, or at once; rejects with the listen error. */
  async start(own: Address, peer: Address | undefined): Promise<void> {
    this.#peer = peer;
    if (peer === undefined) return;
    this.#tickAt = performance.now();
    this.#tick = setInterval(() => this.#onTick(), aliveEveryMs);
    if (this.#side === 'B') {
      this.#dial(peer);
      return;
    }
    const server = createServer((socket) => this.#greet(socket));
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(own.port, own.host, resolve);
    });
  }

  /** @param written called once the operating system has it, or never will */
  send(message: Order | Apply, written?: () => void): void {
    this.#link?.send(message, written);
  }

  /**
   * Finds out whether this very process was frozen since it last looked, and if so ends the link. Whoever is about to act
   * on what came from outside asks first: after a freeze that is older than what the other side did meanwhile.
   */
  checkFrozen(): boolean {
    if (this.#peer === undefined) return false;
    const now = performance.now();
    if (now - this.#tickAt <= frozenForMs) return false;
    this.#tickAt = now;
    for (const socket of this.#greeting.keys()) socket.destroy();
    this.#drop('frozen');
    return true;
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#tick);
    clearTimeout(this.#redial);
    this.#server?.close();
    for (const socket of this.#greeting.keys()) socket.destroy();
    this.#link?.destroy();
    this.#link = null;
  }

  #dial(peer: Address): void {
    const socket = connect(peer);
    const refused = () => this.#handlers.absent();
    socket.once('error', refused);
    socket.once('connect', () => {
      socket.off('error', refused);
      this.#greet(socket).send({ type: 'knock' });
    });
    socket.once('close', () => {
      if (!this.#stopped) this.#redial = setTimeout(() => this.#dial(peer), redialMs);
    });
  }

  #greet(socket: Socket): PeerSocket {
    const peer: PeerSocket = new PeerSocket(socket, {
      onMessage: (message) => {
        if (this.checkFrozen()) return;
        const inTurn =
          peer === this.#link ? this.#onLinkMessage(peer, message) : this.#onGreeting(peer, message);
        if (!inTurn) peer.destroy();
      },
      onClose: () => {
        this.#forget(peer);
        if (peer === this.#link) this.#drop('lost');
      },
    });
    this.#greeting.set(
      peer,
      setTimeout(() => peer.destroy(), greetWithinMs),
    );
    return peer;
  }

  /** Returns whether the message was in its turn. */
  #onGreeting(peer: PeerSocket, message: PeerMessage): boolean {
    if (this.#side === 'A' && message.type === 'knock') {
      peer.send({ type: 'who' });
      return true;
    }
    if (this.#side === 'B' && message.type === 'who') {
      this.#promote(peer);
      peer.send({ type: 'standing', standing: this.#handlers.standing() });
      return true;
    }
    if (this.#side === 'A' && message.type === 'standing') {
      // B has come anew before the old link was seen to end.
      if (this.#link !== null) this.#drop('lost');
      this.#promote(peer);
      peer.send({ type: 'agreed', standing: this.#handlers.meet(message.standing) });
      this.#together = true;
      this.#handlers.together();
      return true;
    }
    return false;
  }

  #onLinkMessage(peer: PeerSocket, message: PeerMessage): boolean {
    if (message.type === 'alive') return true;
    if (this.#side === 'B' && message.type === 'agreed' && !this.#together) {
      this.#handlers.agreed(message.standing);
      this.#together = true;
      this.#handlers.together();
      return peer === this.#link;
    }
    const mine = this.#side === 'A' ? 'order' : 'apply';
    if (!this.#together || message.type !== mine) return false;
    this.#handlers.receive(message);
    return true;
  }

  #promote(peer: PeerSocket): void {
    this.#forget(peer);
    this.#link = peer;
    this.#together = false;
  }

  #forget(peer: PeerSocket): void {
    clearTimeout(this.#greeting.get(peer));
    this.#greeting.delete(peer);
  }

  #onTick(): void {
    if (this.checkFrozen()) return;
    this.#tickAt = performance.now();
    if (this.#link === null) return;
    if (performance.now() - this.#link.heardAt > silentForMs) this.#drop('lost');
    else this.#link.send({ type: 'alive' });
  }

  #drop(cause: DownCause): void {
    const link = this.#link;
    this.#link = null;
    this.#together = false;
    link?.destroy();
    if (!this.#stopped) this.#handlers.down(cause);
  }
}
