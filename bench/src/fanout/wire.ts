import { once } from 'node:events';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { WebSocket } from 'ws';

export const transports = ['tcp', 'websocket'] as const;
export type TransportName = (typeof transports)[number];

/** A connection to a server, whatever carries it. */
export interface Wire {
  readonly webSocket: boolean;
  /** Told what comes. Over WebSocket: whole frames. */
  onData: (data: Buffer) => void;
  onClose: () => void;
  write(text: string): void;
  /** Reads no more. */
  pause(): void;
  destroy(): void;
}

/** @param ca PEM: TLS from the start. Rejects when there is no connection. */
export function openWire(transport: TransportName, port: number, ca: string | undefined): Promise<Wire> {
  return transport === 'tcp' ? openTcp(port, ca) : openWebSocket(port, ca);
}

async function openTcp(port: number, ca: string | undefined): Promise<Wire> {
  const host = '127.0.0.1';
  const socket = ca === undefined ? connect({ port, host }) : connectTls({ port, host, ca });
  socket.setNoDelay(true);
  await once(socket, ca === undefined ? 'connect' : 'secureConnect');
  const wire: Wire = {
    webSocket: false,
    onData: () => undefined,
    onClose: () => undefined,
    write: (text) => void socket.write(text),
    pause: () => void socket.pause(),
    destroy: () => void socket.destroy(),
  };
  socket.on('data', (data: Buffer) => wire.onData(data));
  // Whoever waits for something that does not come is told by the deadline of the measurement.
  socket.on('error', () => undefined);
  socket.on('close', () => wire.onClose());
  return wire;
}

async function openWebSocket(port: number, ca: string | undefined): Promise<Wire> {
  const url = `${ca === undefined ? 'ws' : 'wss'}://127.0.0.1:${port}/ws`;
  const socket = new WebSocket(url, 'xmpp', {
    perMessageDeflate: false,
    ...(ca === undefined ? {} : { ca }),
  });
  await once(socket, 'open');
  const wire: Wire = {
    webSocket: true,
    onData: () => undefined,
    onClose: () => undefined,
    write: (text) => socket.send(text),
    pause: () => socket.pause(),
    destroy: () => socket.terminate(),
  };
  socket.on('message', (data: Buffer) => wire.onData(data));
  socket.on('error', () => undefined);
  socket.on('close', () => wire.onClose());
  return wire;
}
