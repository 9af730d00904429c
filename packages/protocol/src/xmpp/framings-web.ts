import type { XmlLimits } from '../xml.js';
import type { Framing, FramingHandlers } from './framing.js';
import { WebSocketFraming } from './websocket-framing.js';

/**
 * The framing of a connection in a browser, which has no TCP sockets: the parser of TCP's streams is no part of a bundle.
 * @throws {TypeError} for `tcp`
 */
export function createFraming(
  kind: 'tcp' | 'websocket',
  handlers: FramingHandlers,
  limits: Partial<XmlLimits>,
): Framing {
  if (kind === 'tcp') throw new TypeError('a browser has no TCP sockets: use websocket or bosh');
  return new WebSocketFraming(handlers, limits);
}
