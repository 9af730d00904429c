/** An unmodified client of somebody else's, logged in as an agent. */
export interface Visitor {
  /** Resolves when the presence of `finesse` is available. */
  finesseAvailable: Promise<void>;
  /** Subscribes to a pubsub node as its library does it. Rejects when that is refused. */
  subscribe(node: string): Promise<void>;
  /** Resolves when a notification's text holds `text`. */
  hears(text: string): Promise<void>;
  close(): Promise<void>;
}

/** Where it logs in, and as whom. */
export interface Account {
  user: string;
  password: string;
  host: string;
  /** XMPP domain of the node. */
  domain: string;
  ports: { xmpp: number; webSocket: number };
  /** File of the certificate (PEM) to trust, for clients that want one. */
  caFile: string;
}

/** What has been heard, and who waits for what. */
export class Heard {
  readonly #texts: string[] = [];
  #waiting: { text: string; resolve: () => void }[] = [];

  add(text: string): void {
    this.#texts.push(text);
    this.#waiting = this.#waiting.filter((one) => {
      if (!text.includes(one.text)) return true;
      one.resolve();
      return false;
    });
  }

  wait(text: string): Promise<void> {
    if (this.#texts.some((one) => one.includes(text))) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push({ text, resolve }));
  }
}
