import type { Element } from '../ltx.js';
import type { XmlError } from '../xml.js';

/** What the other side says, whatever the framing. */
export interface FramingHandlers {
  /** Its stream header, or its `<open/>`. */
  onHeader(attrs: Readonly<Record<string, string | undefined>>): void;
  onElement(element: Element): void;
  /** `</stream:stream>`, or `<close/>`. */
  onEnd(): void;
  onError(error: XmlError): void;
}

/** How streams and stanzas are put on a connection. One framing serves all streams of one connection, one after another. */
export interface Framing {
  /** What begins a stream; what is still to come of the last one is not heard any more. */
  open(domain: string): string;
  stanza(stanza: Element): string;
  /** What ends a stream. */
  close(): string;
  receive(text: string): void;
  /** Hears nothing until the next `open`. */
  stop(): void;
}
