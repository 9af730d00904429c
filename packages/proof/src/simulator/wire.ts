import type { Path, Pipe } from './network.js';
import type { SimNode } from './node.js';
import type { Fact, SessionWire, SimSession } from './session.js';

type Up = { kind: 'syn' | 'fin' | 'rst' } | { kind: 'text'; text: string };
type Down =
  | { kind: 'open' | 'refused' | 'fin' | 'rst' }
  | { kind: 'text'; text: string; fact: Fact | undefined };

/** What the client's end of a connection learns. */
export interface WireHandlers {
  onOpen(): void;
  onText(text: string, fact: Fact | undefined): void;
  onClosed(how: 'refused' | 'fin' | 'rst'): void;
  asleep(): boolean;
}

/** A TCP connection for notifications between a client's machine and a node, both ends of it. */
export class ServerWire implements SessionWire {
  readonly framing: 'tcp' | 'websocket';
  session: SimSession | null = null;
  readonly #node: SimNode;
  readonly #up: Pipe<Up>;
  readonly #down: Pipe<Down>;
  #ended = false;

  constructor(path: Path, node: SimNode, framing: 'tcp' | 'websocket', handlers: WireHandlers) {
    this.#node = node;
    this.framing = framing;
    this.#down = path.open('down', (item) => this.#arrive(item, handlers), handlers.asleep);
    this.#up = path.open(
      'up',
      (item) => this.#receive(item),
      () => false,
    );
    this.#up.send({ kind: 'syn' }, 60);
  }

  /** The client's end. */
  clientSend(text: string): void {
    this.#up.send({ kind: 'text', text }, text.length);
  }

  clientEnd(): void {
    this.#up.send({ kind: 'fin' }, 60);
  }

  /** The client hears nothing more. */
  clientDestroy(): void {
    this.#down.close();
    this.#up.send({ kind: 'rst' }, 60);
  }

  /** The node's end. */
  accept(): void {
    this.#down.send({ kind: 'open' }, 60);
  }

  refuse(): void {
    this.#down.send({ kind: 'refused' }, 60);
  }

  send(text: string, fact?: Fact): void {
    if (!this.#ended) this.#down.send({ kind: 'text', text, fact }, text.length);
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#node.wires.delete(this);
    this.#down.send({ kind: 'fin' }, 60);
  }

  /** The process died, or the relay in between. */
  reset(): void {
    this.#ended = true;
    this.#node.wires.delete(this);
    this.#down.send({ kind: 'rst' }, 60);
    const { session } = this;
    this.#node.process.run(() => session?.lost());
    if (this.#node.process.state === 'down') session?.lost();
  }

  #receive(item: Up): void {
    if (item.kind === 'syn') {
      this.#node.accept(this);
      return;
    }
    if (this.#ended && item.kind !== 'rst') return;
    this.#node.process.run(() => {
      if (item.kind === 'text') this.session?.receive(item.text);
      else {
        this.session?.lost();
        if (item.kind === 'fin') this.end();
        else {
          this.#ended = true;
          this.#node.wires.delete(this);
          this.#up.close();
        }
      }
    });
  }

  #arrive(item: Down, handlers: WireHandlers): void {
    if (item.kind === 'open') handlers.onOpen();
    else if (item.kind === 'text') handlers.onText(item.text, item.fact);
    else {
      this.#up.close();
      this.#down.close();
      handlers.onClosed(item.kind);
    }
  }
}
