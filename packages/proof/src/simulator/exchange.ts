import type { Path, Pipe } from './network.js';
import type { SimNode } from './node.js';
import type { Fact } from './session.js';

export interface SimRequest {
  readonly method: string;
  readonly path: string;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** How a request ended, as the client's machine learns it. */
export type Ending =
  | { kind: 'answer'; answer: HttpAnswer; fact: Fact | undefined }
  | { kind: 'refused' | 'reset' };

/** One HTTP request and its answer, over a connection of its own. */
export class Exchange {
  readonly request: SimRequest;
  readonly #node: SimNode;
  readonly #up: Pipe<null>;
  readonly #down: Pipe<Ending>;

  constructor(
    path: Path,
    node: SimNode,
    request: SimRequest,
    onEnd: (ending: Ending) => void,
    asleep: () => boolean,
  ) {
    this.request = request;
    this.#node = node;
    this.#down = path.open(
      'down',
      (ending) => {
        this.abandon();
        onEnd(ending);
      },
      asleep,
    );
    this.#up = path.open('up', () => node.request(this), never);
    this.#up.send(null, 400 + request.body.length);
  }

  answer(answer: HttpAnswer, fact?: Fact): void {
    this.#node.exchanges.delete(this);
    this.#down.send({ kind: 'answer', answer, fact }, 200 + answer.body.length);
  }

  fail(kind: 'refused' | 'reset'): void {
    this.#node.exchanges.delete(this);
    this.#down.send({ kind }, 60);
  }

  /** The client does not wait any more. */
  abandon(): void {
    this.#up.close();
    this.#down.close();
  }
}

function never(): boolean {
  return false;
}
