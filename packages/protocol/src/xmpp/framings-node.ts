import type { XmlLimits } from '../xml.js';
import type { Framing, FramingHandlers } from './framing.js';
import { TcpFraming } from './tcp-framing.js';
import { WebSocketFraming } from './websocket-framing.js';

/** The framing of a connection of that kind. */
export function createFraming(
  kind: 'tcp' | 'websocket',
  handlers: FramingHandlers,
  limits: Partial<XmlLimits>,
): Framing {
  return kind === 'tcp' ? new TcpFraming(handlers, limits) : new WebSocketFraming(handlers, limits);
}
