import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { PeerNode } from '../src/web-app/peer.ts';

const cleanUp: (() => void)[] = [];
afterEach(() => {
  for (const step of cleanUp.splice(0)) step();
});

/** A peer that answers as told; without a listener its port is closed. */
async function peerWith(
  listener: RequestListener,
  deadlineMs?: number,
): Promise<{ peer: PeerNode; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const peer = new PeerNode({ url: `http://127.0.0.1:${port}`, secret: 's' }, deadlineMs);
  cleanUp.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { peer, server };
}

describe('question to the peer', () => {
  it('shows the secret and names the agent', async () => {
    const asked: unknown[] = [];
    const { peer } = await peerWith((request, response) => {
      asked.push([request.url, request.headers['finesse-ha-secret']]);
      response.end('{"present":true,"goneForMs":null}');
    });
    expect(await peer.ask('10 01')).toEqual({ present: true, goneForMs: null });
    expect(asked).toEqual([['/finesse/internal/presence/10%2001', 's']]);
  });

  it('tells a node that is not there from one that did not tell', async () => {
    const page = { 'content-type': 'text/html;charset=utf-8' };
    const { peer, server } = await peerWith((_request, response) => response.writeHead(404, page).end());
    await expect(peer.ask('1001')).rejects.toMatchObject({ kind: 'not-there' });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(peer.ask('1001')).rejects.toMatchObject({ kind: 'not-there' });

    const { peer: stranger } = await peerWith((_request, response) => response.writeHead(404).end());
    await expect(stranger.ask('1001')).rejects.toMatchObject({ kind: 'unclear' });
    const { peer: busy } = await peerWith((_request, response) => response.writeHead(503).end());
    await expect(busy.ask('1001')).rejects.toMatchObject({ kind: 'unclear' });
    const { peer: silent } = await peerWith(() => undefined, 20);
    await expect(silent.ask('1001')).rejects.toMatchObject({ kind: 'unclear' });
    const { peer: rude } = await peerWith((request) => request.socket.destroy());
    await expect(rude.ask('1001')).rejects.toMatchObject({ kind: 'unclear' });
  });

  it.each(['', 'no', '[]', 'null', '{"present":1,"goneForMs":null}', `"${'x'.repeat(5_000)}"`])(
    'takes %.40j for no answer',
    async (answer) => {
      const { peer } = await peerWith((_request, response) => response.end(answer));
      await expect(peer.ask('1001')).rejects.toMatchObject({ kind: 'unclear' });
    },
  );

  it('asks about a whole crowd a few at a time', async () => {
    let now = 0;
    let most = 0;
    const { peer } = await peerWith((_request, response) => {
      now += 1;
      most = Math.max(most, now);
      setImmediate(() => {
        now -= 1;
        response.end('{"present":false,"goneForMs":7}');
      });
    });
    const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => peer.ask(String(index))));
    expect(answers).toHaveLength(200);
    expect(most).toBeLessThanOrEqual(4);
  });
});
