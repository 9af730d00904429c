import type { Element } from '../ltx.js';
import { parseXml, XmlError, type XmlLimits, xml } from '../xml.js';
import type { Framing, FramingHandlers } from './framing.js';
import { NS } from './namespaces.js';

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
