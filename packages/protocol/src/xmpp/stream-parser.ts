import type { Element } from '../ltx.js';
import { TreeBuilder, XmlError, type XmlLimits } from '../xml.js';

/** What a stream says. After `onError` or `onEnd` nothing more comes. */
export interface StreamHandlers {
  /** The stream header (`<stream:stream ...>`). */
  onStart(attrs: Record<string, string>): void;
  /** A complete child of the stream: a stanza, features, a stream error. */
  onStanza(stanza: Element): void;
  /** `</stream:stream>`. */
  onEnd(): void;
  onError(error: XmlError): void;
}

/**
 * One XMPP stream over TCP (RFC 6120 4.2): text in any pieces in, stanzas out. A new stream on the same connection
 * (after STARTTLS or SASL) needs a new parser. Limits count per stanza.
 */
export class StreamParser {
  readonly #handlers: StreamHandlers;
  readonly #tree: TreeBuilder;
  #over = false;

  constructor(handlers: StreamHandlers, limits: Partial<XmlLimits> = {}) {
    this.#handlers = handlers;
    this.#tree = new TreeBuilder(
      {
        onOpen: (name, attrs) => {
          if (name === 'stream:stream' || name === 'stream') handlers.onStart(attrs);
          else throw new XmlError('not-well-formed', `<${name}> is not a stream header`, 1, 0);
        },
        onElement: (stanza) => {
          if (!this.#over) handlers.onStanza(stanza);
        },
        onClose: () => {
          if (this.#over) return;
          this.#over = true;
          handlers.onEnd();
        },
      },
      2,
      limits,
    );
  }

  /** Never throws: what is wrong comes through `onError`, once. */
  write(text: string): void {
    if (this.#over) return;
    try {
      this.#tree.write(text);
    } catch (error) {
      if (this.#over) return;
      this.#over = true;
      if (!(error instanceof XmlError)) throw error;
      this.#handlers.onError(error);
    }
  }

  /** Hears nothing more: a new stream is about to begin on the connection. */
  stop(): void {
    this.#over = true;
  }
}
