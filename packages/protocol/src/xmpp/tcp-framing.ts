import type { Element } from '../ltx.js';
import { type XmlLimits, xml } from '../xml.js';
import type { Framing, FramingHandlers } from './framing.js';
import { NS } from './namespaces.js';
import { StreamParser } from './stream-parser.js';

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
