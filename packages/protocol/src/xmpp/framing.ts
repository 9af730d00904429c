import type { Element } from '../ltx.js';
import { parseXml, XmlError, type XmlLimits, xml } from '../xml.js';
import { NS } from './namespaces.js';
import { StreamParser } from './stream-parser.js';

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

/** One document per stream (RFC 6120 4.2): text comes in any pieces. */
export class TcpFraming implements Framing {
  readonly #handlers: FramingHandlers;
  readonly #limits: Partial<XmlLimits>;
  #parser: StreamParser | null = null;

  constructor(handlers: FramingHandlers, limits: Partial<XmlLimits>) {
    this.#handlers = handlers;
    this.#limits = limits;
  }

  open(domain: string): string {
    const { onHeader, onElement, onEnd, onError } = this.#handlers;
    this.stop();
    this.#parser = new StreamParser({ onStart: onHeader, onStanza: onElement, onEnd, onError }, this.#limits);
    const attrs = { xmlns: NS.client, 'xmlns:stream': NS.stream, to: domain, version: '1.0' };
    return `<?xml version="1.0"?>${xml('stream:stream', attrs).toString().replace(/\/>$/, '>')}`;
  }

  stanza(stanza: Element): string {
    return stanza.toString();
  }

  close(): string {
    return '</stream:stream>';
  }

  receive(text: string): void {
    this.#parser?.write(text);
  }

  stop(): void {
    this.#parser?.stop();
    this.#parser = null;
  }
}

/** One document per element (RFC 7395 3.3): a frame is whole, or wrong. */
export class WebSocketFraming implements Framing {
  readonly #handlers: FramingHandlers;
  readonly #limits: Partial<XmlLimits>;
  #listening = false;

  constructor(handlers: FramingHandlers, limits: Partial<XmlLimits>) {
    this.#handlers = handlers;
    this.#limits = limits;
  }

  open(domain: string): string {
    this.#listening = true;
    return xml('open', { xmlns: NS.framing, to: domain, version: '1.0' }).toString();
  }

  stanza(stanza: Element): string {
    if (stanza.attrs.xmlns !== undefined) return stanza.toString();
    // A frame stands alone and names its namespace itself (RFC 7395 3.3.3).
    const framed = xml(stanza.name, { xmlns: NS.client, ...stanza.attrs });
    framed.children = stanza.children;
    return framed.toString();
  }

  close(): string {
    return xml('close', { xmlns: NS.framing }).toString();
  }

  receive(text: string): void {
    // An empty frame is a keepalive of old servers.
    if (!this.#listening || text.trim() === '') return;
    let frame: Element;
    try {
      frame = parseXml(text, this.#limits);
    } catch (error) {
      if (!(error instanceof XmlError)) throw error;
      this.stop();
      this.#handlers.onError(error);
      return;
    }
    if (frame.is('open', NS.framing)) this.#handlers.onHeader(frame.attrs);
    else if (frame.is('close', NS.framing)) this.#handlers.onEnd();
    else this.#handlers.onElement(frame);
  }

  stop(): void {
    this.#listening = false;
  }
}
