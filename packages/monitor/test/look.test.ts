import { once } from 'node:events';
import { createServer as createPlainServer } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createPlatform } from '@finesse-ha/client';
import { generate } from 'selfsigned';
import { expect, it } from 'vitest';
import { lookAtNode } from '../src/look.js';

it('reads clock, heartbeat and maintenance', async () => {
  const server = createPlainServer((_request, response) => {
    const now = Date.now() + 3_600_000;
    response.end(
      `<SystemInfo><currentTimestamp>${new Date(now).toISOString()}</currentTimestamp><status>IN_SERVICE</status>` +
        `<lastSuccessCTIHeartbeatTime>${now - 9_000}</lastSuccessCTIHeartbeatTime>` +
        '<finesseMMode>IN_PROGRESS</finesseMMode></SystemInfo>',
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const platform = createPlatform();
  const node = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const look = await lookAtNode(platform, node, { timeoutMs: 5_000 });
  await platform.close();
  server.close();
  expect(look).toMatchObject({
    heartbeatAgeMs: 9_000,
    maintenance: true,
    certificateExpiresAt: null,
    problem: '',
  });
  expect(Math.round((look.clockSkewMs ?? 0) / 60_000)).toBe(60);
});

it('reads the clock from the header Date of a node that has no SystemInfo', async () => {
  const server = createPlainServer((_request, response) => {
    response.writeHead(503, { date: new Date(Date.now() - 3_600_000).toUTCString() }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const platform = createPlatform();
  const node = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const look = await lookAtNode(platform, node, { timeoutMs: 5_000 });
  await platform.close();
  server.close();
  expect(look).toMatchObject({
    conditions: { systemInfo: 'out-of-service' },
    roundTripMs: null,
    heartbeatAgeMs: null,
  });
  expect(Math.round((look.clockSkewMs ?? 0) / 60_000)).toBe(-60);
});

it('reads when a certificate expires even where it is refused', async () => {
  const notAfterDate = new Date(Date.UTC(2099, 0, 1));
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'fin-a' }], { notAfterDate });
  const server = createServer({ key, cert }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const platform = createPlatform();
  try {
    const refused = await lookAtNode(platform, `https://127.0.0.1:${port}`, { timeoutMs: 5_000 });
    expect(refused.certificateExpiresAt).toBe(notAfterDate.getTime());
    expect(refused.conditions.systemInfo).toBe('unreachable');
    expect(refused.problem).toContain('the certificate is refused');
  } finally {
    await platform.close();
    server.close();
  }
});
