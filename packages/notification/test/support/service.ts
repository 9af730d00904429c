import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { generate } from 'selfsigned';
import { NotificationService, parseNotificationConfig, type ServicePorts } from '../../src/index.js';

const made = await generate([{ name: 'commonName', value: 'notification test' }], {
  keyType: 'ec',
  extensions: [
    { name: 'basicConstraints', cA: true },
    { name: 'subjectAltName', altNames: [{ type: 7 as const, ip: '127.0.0.1' }] },
  ],
});
const folder = mkdtempSync(join(tmpdir(), 'fha-notification-'));
const certFile = join(folder, 'cert.pem');
const keyFile = join(folder, 'key.pem');
writeFileSync(certFile, made.cert);
writeFileSync(keyFile, made.private);

export const ca = made.cert;

/** A configuration on free ports; `change` overrides parts of it. */
export function configuration(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    node: 'primary',
    domain: 'fin-a',
    host: '127.0.0.1',
    ports: { xmpp: 0, xmppTls: 0, webSocket: 0 },
    tls: { certFile, keyFile },
    users: ['1001', '1002', '1003'].map((id) => ({ id, password: `pw-${id}` })),
    finessePassword: 'finesse-pw',
    logLevel: 'silent',
    ...change,
  };
}

/** Writes a configuration where a process can read it. */
export function configurationFile(config: object): string {
  const file = join(folder, `config-${Math.random().toString(36).slice(2)}.json`);
  writeFileSync(file, JSON.stringify(config));
  return file;
}

export interface RunningService {
  service: NotificationService;
  ports: ServicePorts;
}

export async function startService(change: Record<string, unknown> = {}): Promise<RunningService> {
  const service = new NotificationService(parseNotificationConfig(configuration(change)), () => undefined);
  return { service, ports: await service.start() };
}
