import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lonelyConfig } from './support/config.ts';
import { ENTRIES, TestProcess } from './support/processes.ts';

const node = {
  name: 'primary' as const,
  restUrl: 'http://127.0.0.1:8445',
  webSocketUrl: 'ws://127.0.0.1:7071/ws',
  domain: '127.0.0.1',
};

describe('the desktop of a web host', () => {
  const directory = mkdtempSync(join(tmpdir(), 'fha-desktop-'));
  let host: TestProcess;
  let origin = '';

  beforeAll(async () => {
    mkdirSync(join(directory, 'assets'));
    writeFileSync(join(directory, 'index.html'), '<!doctype html><title>Desk</title>');
    writeFileSync(join(directory, 'assets', 'app-1a2b.js'), 'export {};');
    host = new TestProcess(
      ENTRIES.webHost,
      lonelyConfig({
        desktop: { directory, nodes: [node], lab: { controlUrl: 'http://127.0.0.1:9000/' } },
      }),
    );
    origin = `http://127.0.0.1:${(await host.ready()).restPort}`;
  });
  afterAll(async () => {
    await host.end('SIGKILL');
    rmSync(directory, { recursive: true });
  });

  const get = (path: string, init: RequestInit = {}) => fetch(origin + path, { redirect: 'manual', ...init });

  it('is where the start page of the host leads', async () => {
    for (const path of ['/', '/desktop']) {
      const response = await get(path);
      expect([response.status, response.headers.get('location')]).toEqual([302, '/desktop/']);
    }
  });

  it('is served with a policy that lets the page talk to the nodes and the lab only', async () => {
    const response = await get('/desktop/');
    expect(await response.text()).toContain('<title>Desk</title>');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('content-security-policy')).toContain(
      "connect-src 'self' http://127.0.0.1:8445 ws://127.0.0.1:7071 http://127.0.0.1:9000;",
    );
  });

  it('says where the nodes are, from its configuration', async () => {
    expect(await (await get('/desktop/deployment.json?again')).json()).toEqual({
      nodes: [node],
      lab: { controlUrl: 'http://127.0.0.1:9000/' },
    });
  });

  it('lets browsers keep what has a hash in its name, and answers 304 for what has not changed', async () => {
    const asset = await get('/desktop/assets/app-1a2b.js');
    expect(asset.headers.get('content-type')).toBe('text/javascript; charset=utf-8');
    expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    const page = await get('/desktop/', { method: 'HEAD' });
    const again = await get('/desktop/', { headers: { 'if-none-match': page.headers.get('etag') ?? '' } });
    expect(again.status).toBe(304);
  });

  it('has nothing but its files, and is only read', async () => {
    for (const path of ['/desktop/nothing.js', '/desktop/..%2f..%2fetc%2fpasswd', '/elsewhere']) {
      expect((await get(path)).status).toBe(404);
    }
    const posted = await get('/desktop/', { method: 'POST', body: 'x' });
    expect([posted.status, posted.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('is refused when its files cannot be read', async () => {
    const nowhere = new TestProcess(
      ENTRIES.webHost,
      lonelyConfig({ desktop: { directory: '/nowhere/desktop', nodes: [node] } }),
    );
    expect(await nowhere.exited).toBe(2);
    expect(nowhere.output).toMatch(/desktop: ENOENT.*\/nowhere\/desktop/);
  });
});
