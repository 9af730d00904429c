import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { Link } from '../src/link.js';

let link: Link;
let server: Server;
const accepted: Socket[] = [];

afterEach(() => {
  link.stop();
  server.close();
  for (const socket of accepted.splice(0)) socket.destroy();
});

async function portOf(listening: Server): Promise<number> {
  await once(listening, 'listening');
  return (listening.address() as { port: number }).port;
}

/** An echo server behind a link; gives the link's port. */
async function start(): Promise<number> {
  server = createServer({ allowHalfOpen: true }, (socket) => {
    accepted.push(socket);
    socket.on('error', () => undefined);
    socket.pipe(socket);
  }).listen(0, '127.0.0.1');
  const toPort = await portOf(server);
  const probe = createServer().listen(0, '127.0.0.1');
  const port = await portOf(probe);
  await new Promise((resolve) => probe.close(resolve));
  link = new Link([{ host: '127.0.0.1', port, toHost: '127.0.0.1', toPort }]);
  await link.start();
  return port;
}

async function open(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

async function echoes(socket: Socket, text: string): Promise<void> {
  socket.write(text);
  const [data] = (await once(socket, 'data')) as [Buffer];
  expect(data.toString()).toBe(text);
}

/** How a socket ends: `reset` by RST, `closed` by FIN. */
function ending(socket: Socket): Promise<'reset' | 'closed'> {
  return new Promise((resolve) => {
    socket.once('error', (error: NodeJS.ErrnoException) =>
      resolve(error.code === 'ECONNRESET' ? 'reset' : 'closed'),
    );
    socket.once('close', () => resolve('closed'));
    socket.resume();
  });
}

describe('a link that can be cut', () => {
  it('passes both ways, and half-closes', async () => {
    const socket = await open(await start());
    await echoes(socket, 'hello');
    const rest: string[] = [];
    socket.on('data', (data: Buffer) => rest.push(data.toString()));
    socket.end('bye');
    await once(socket, 'end');
    expect(rest.join('')).toBe('bye');
  });

  it('resets what is open and what comes, until it is healed', async () => {
    const port = await start();
    const socket = await open(port);
    await echoes(socket, 'hello');
    const ended = ending(socket);
    link.setMode('reset');
    expect(await ended).toBe('reset');
    const refused = connect(port, '127.0.0.1');
    expect(await ending(refused)).toBe('reset');
    link.setMode('pass');
    await echoes(await open(port), 'again');
  });

  it('swallows in silence, keeps sockets open, and resets the silenced when it is healed', async () => {
    const port = await start();
    const socket = await open(port);
    await echoes(socket, 'hello');
    link.setMode('silence');
    const late = await open(port);
    const heard: string[] = [];
    for (const one of [socket, late]) one.on('data', (data: Buffer) => heard.push(data.toString()));
    await new Promise((resolve) => socket.write('swallowed', resolve));
    await new Promise((resolve) => late.write('swallowed', resolve));
    // Through another way than the link, so that whatever could have come back had the time to.
    const direct = await open((server.address() as { port: number }).port);
    await echoes(direct, 'direct');
    expect(heard).toEqual([]);
    expect(socket.destroyed || late.destroyed).toBe(false);
    const endings = [ending(socket), ending(late)];
    link.setMode('pass');
    expect(await Promise.all(endings)).toEqual(['reset', 'reset']);
    await echoes(await open(port), 'again');
  });

  it('swallows goodbyes as well: the other end notices nothing until the link is healed', async () => {
    const port = await start();
    const socket = await open(port);
    await echoes(socket, 'hello');
    link.setMode('silence');
    for (const one of [socket, await open(port)]) {
      one.destroy();
      await once(one, 'close');
    }
    const direct = await open((server.address() as { port: number }).port);
    await echoes(direct, 'direct');
    const [far] = accepted;
    expect([far?.readableEnded, far?.destroyed]).toEqual([false, false]);
    const ended = ending(far as Socket);
    link.setMode('pass');
    expect(await ended).toBe('reset');
  });

  it('keeps a sender waiting while the other end does not read', async () => {
    const port = await start();
    const socket = await open(port);
    await echoes(socket, 'hello');
    const [far] = accepted;
    far?.unpipe();
    far?.pause();
    const megabyte = Buffer.alloc(1 << 20);
    let sent = 0;
    while (socket.writableLength === 0 || sent < 32) {
      socket.write(megabyte);
      sent += 1;
    }
    let read = 0;
    await new Promise<void>((resolve) => {
      far?.on('data', (data: Buffer) => {
        read += data.length;
        if (read === sent * megabyte.length) resolve();
      });
      far?.resume();
    });
  });

  it('passes a refused upstream on at once', async () => {
    const port = await start();
    await new Promise((resolve) => server.close(resolve));
    expect(await ending(connect(port, '127.0.0.1'))).toBe('reset');
  });
});

describe('a link to several hosts that serve the same', () => {
  it('shares connections out in turn, and goes to another where one refuses', async () => {
    const port = await start();
    link.stop();
    const toPort = (server.address() as { port: number }).port;
    const other = createServer((socket) => socket.resume().end('other')).listen(toPort, '127.0.0.2');
    await once(other, 'listening');
    const hosts = { toHost: '127.0.0.1', alsoTo: ['127.0.0.2'], toPort };
    link = new Link([{ host: '127.0.0.1', port, ...hosts }]);
    await link.start();
    const answer = async () => {
      const socket = await open(port);
      socket.write('echo');
      const [data] = (await once(socket, 'data')) as [Buffer];
      socket.destroy();
      return data.toString();
    };
    expect([await answer(), await answer(), await answer()]).toEqual(['echo', 'other', 'echo']);
    await new Promise((resolve) => other.close(resolve));
    expect([await answer(), await answer()]).toEqual(['echo', 'echo']);
    for (const socket of accepted) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
    expect(await ending(connect(port, '127.0.0.1'))).toBe('reset');
  });
});

describe('a link of several processes', () => {
  it('relays in all of them, and is cut in all of them', async () => {
    const port = await start();
    link.stop();
    const toPort = (server.address() as { port: number }).port;
    const directory = mkdtempSync(join(tmpdir(), 'finesse-ha-link-'));
    const config = join(directory, 'link.json');
    const listeners = [{ host: '127.0.0.1', port, toHost: '127.0.0.1', toPort }];
    writeFileSync(config, JSON.stringify({ name: 'shared', processes: 2, logLevel: 'silent', listeners }));
    const entry = fileURLToPath(import.meta.resolve('@finesse-ha/lab/link-main'));
    const child = fork(entry, [config], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    try {
      expect(await once(child, 'message')).toMatchObject([{ type: 'ready' }, undefined]);
      // Shared out in turns: four connections are two in each.
      const sockets = await Promise.all([1, 2, 3, 4].map(() => open(port)));
      await Promise.all(sockets.map((socket, index) => echoes(socket, `hello ${index}`)));
      const endings = sockets.map(ending);
      child.send({ type: 'link', mode: 'reset' });
      expect(await once(child, 'message')).toMatchObject([{ type: 'link', mode: 'reset' }, undefined]);
      expect(await Promise.all(endings)).toEqual(['reset', 'reset', 'reset', 'reset']);
    } finally {
      const gone = once(child, 'exit');
      child.kill('SIGKILL');
      await gone;
      rmSync(directory, { recursive: true });
    }
  });
});
