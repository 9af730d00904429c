import type { Element } from '../ltx.js';
import { TreeBuilder } from '../tree-builder.js';
import { XmlError, type XmlLimits } from '../xml-error.js';

/** What a stream says. After `onError` or `onEnd` nothing more comes. */
export interface StreamHandlers {
  /** The stream header (`<stream:stream ...>`). */
  onStart(attrs: Record<string, string>): void;
  /** A complete child of the stream: a stanza, features, a stream error. */
  onStanza(stanza: Element): void;
  /** `</stream:stream>`. */
  onEnd(): void;
  /** What came is not well-formed or beyond a limit; nothing more is read. */
  onError(error: XmlError): void;
}

/**
 * One XMPP stream over TCP (RFC 6120 4.2): text in any pieces in, stanzas out. A new stream on the same connection
 * (after STARTTLS or SASL) needs a new parser. Limits count per stanza.
 *
 * A stanza stands alone: the namespaces that the header declares are not to be seen from it, so that a stanza that names
 * none is in `jabber:client`, and the prefix `stream` is what RFC 6120 4.8.5 calls for.
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
          if (name !== 'stream:stream' && name !== 'stream')
            throw this.#tree.error('not-well-formed', `<${name}> is not a stream header`);
          if (!this.#over) handlers.onStart(attrs);
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

  /** What is wrong with the text comes through `onError`, once; nothing is thrown but what the handlers throw. */
  write(text: string): void {
    if (this.#over) return;
    try {
      this.#tree.write(text);
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      if (this.#over) return;
      this.#over = true;
      this.#handlers.onError(error);
    }
  }

  /** Hears nothing more: a new stream is about to begin on the connection. */
  stop(): void {
    this.#over = true;
  }
}
