/** The operator's certificate is renewed under a running node: REST and XMPP, by file change and by SIGHUP. */
import { copyFileSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificateFor } from './support/certificates.ts';
import { AGENTS, lonelyConfig } from './support/config.ts';
import { ENTRIES, TestProcess } from './support/processes.ts';

const folder = mkdtempSync(join(tmpdir(), 'fha-renewal-'));
const tls = { certFile: join(folder, 'server.pem'), keyFile: join(folder, 'server.key') };
let host: TestProcess;
let notification: TestProcess;
let restPort = 0;
let xmppPort = 0;

/** Puts files in the place of the old ones, as a renewal does. */
function install(files: { certFile: string; keyFile: string }): void {
  for (const name of ['keyFile', 'certFile'] as const) {
    copyFileSync(files[name], `${tls[name]}.new`);
    renameSync(`${tls[name]}.new`, tls[name]);
  }
}

beforeAll(async () => {
  install(await certificateFor('127.0.0.1'));
  host = new TestProcess(ENTRIES.webHost, lonelyConfig({ tls, logLevel: 'info' }));
  notification = new TestProcess(ENTRIES.notification, {
    node: 'primary',
    domain: 'node-a.test',
    host: '127.0.0.1',
    ports: { xmpp: 0, xmppTls: 0, webSocket: 0 },
    tls,
    users: AGENTS.map(({ id, password }) => ({ id, password })),
    finessePassword: 'finesse-pw',
  });
  restPort = Number((await host.ready()).restPort);
  xmppPort = ((await notification.ready()).ports as { xmppTls: number }).xmppTls;
});

afterAll(() => Promise.all([host, notification].map((one) => one.end('SIGKILL'))));

/** A TLS connection, and which certificate it was given. */
function secured(port: number): Promise<{ socket: TLSSocket; fingerprint: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () =>
      resolve({ socket, fingerprint: socket.getPeerCertificate().fingerprint256 }),
    );
    socket.once('error', reject);
  });
}

async function fingerprint(port: number): Promise<string> {
  const { socket, fingerprint: found } = await secured(port);
  socket.destroy();
  return found;
}

/** How often a process has logged it. */
function said(process: TestProcess, text: string): number {
  return process.output.split(text).length - 1;
}

describe('a certificate', () => {
  it('is renewed when its files change: new connections get the new one, standing ones go on', async () => {
    const before = await fingerprint(restPort);
    expect(await fingerprint(xmppPort)).toBe(before);
    const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
    const ask = () =>
      new Promise<{ status: number | undefined; reused: boolean }>((resolve, reject) => {
        const request = get(`https://127.0.0.1:${restPort}/finesse/api/SystemInfo`, { agent }, (response) => {
          response
            .resume()
            .on('end', () => resolve({ status: response.statusCode, reused: request.reusedSocket }));
        }).on('error', reject);
      });
    await ask();
    const { socket: xmpp } = await secured(xmppPort);

    install(await certificateFor('127.0.0.1'));
    const renewed = /the certificate was renewed/;
    await Promise.all([host.logged(renewed), notification.logged(renewed)]);

    const after = await fingerprint(restPort);
    expect(after).not.toBe(before);
    expect(await fingerprint(xmppPort)).toBe(after);
    expect((await ask()).reused).toBe(true);
    agent.destroy();
    // The stream that began with the old certificate is still answered.
    const answer = new Promise<string>((resolve) => xmpp.once('data', (data) => resolve(String(data))));
    xmpp.write(
      "<stream:stream xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams' to='node-a.test' version='1.0'>",
    );
    expect(await answer).toContain('<stream:stream');
    xmpp.destroy();
  });

  it('that cannot be used is refused with a log line, and the old one stays', async () => {
    const before = await fingerprint(restPort);
    const good = { cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) };
    writeFileSync(tls.certFile, 'no certificate');
    const refused = /the new certificate is refused, the old one stays/;
    await Promise.all([host.logged(refused), notification.logged(refused)]);
    expect(await fingerprint(restPort)).toBe(before);
    expect(await fingerprint(xmppPort)).toBe(before);
    writeFileSync(tls.certFile, good.cert);
  });

  it('is read again on SIGHUP', async () => {
    for (const process of [host, notification]) {
      const times = said(process, 'the certificate was renewed');
      process.child.kill('SIGHUP');
      await process.logged(new RegExp(`(?:the certificate was renewed[^]*){${times + 1}}`));
    }
  });
});
