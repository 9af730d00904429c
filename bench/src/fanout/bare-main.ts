/**
 * The bare limit: a Node process that takes commands of a publish's size from its first connection and writes the bytes of
 * a message to the others, in the order in which they came. It knows no XMPP; tells its parent `{type:'ready', ports}`.
 */
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { WebSocketServer } from 'ws';
import { commandBytes, messageText } from './payload.js';

const message = Buffer.from(messageText);
/** What writes the message to each. */
const subscribers: (() => void)[] = [];
let publisher: Socket | null = null;

function accept(socket: Socket): void {
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  if (publisher !== null) {
    subscribers.push(() => socket.write(message));
    return;
  }
  publisher = socket;
  let buffered: Buffer = Buffer.alloc(0);
  socket.on('data', (data: Buffer) => {
    buffered = buffered.length === 0 ? data : Buffer.concat([buffered, data]);
    for (; buffered.length >= commandBytes; buffered = buffered.subarray(commandBytes)) {
      const command = buffered.toString('latin1', 0, 16).trim();
      if (command === 'a') for (const write of subscribers) write();
      else subscribers[Number(command.slice(1))]?.();
    }
  });
}

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', 4_096, () => resolve((server.address() as AddressInfo).port));
  });
}

const [certFile = '', keyFile = '', webSocketTls] = process.argv.slice(2);
const certificate = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
process.on('disconnect', () => process.exit(0));
const http = webSocketTls === 'tls' ? createHttpsServer(certificate) : createHttpServer();
new WebSocketServer({ server: http, path: '/ws' }).on('connection', (socket, request) => {
  request.socket.setNoDelay(true);
  socket.on('error', () => socket.terminate());
  subscribers.push(() => socket.send(message, { binary: false }));
});
const xmpp = await listen(createServer(accept));
const xmppTls = await listen(createTlsServer(certificate, accept));
const webSocket = await listen(http);
process.send?.({ type: 'ready', ports: { xmpp, xmppTls, webSocket } });
