/**
 * Entry of a notification service process: `node service-main.js CONFIG.json`. Tells a parent `{type:'ready', ports}`
 * when it listens, answers `{type:'counts'}` with its sessions and subscriptions, logs JSON lines to standard output, stops in good order on SIGTERM and never outlives its parent.
 */
import { CertificateWatch, createLog } from '@finesse-ha/ops';
import { loadNotificationConfig, NotificationConfigError, type NotificationServiceConfig } from './config.js';
import { createManagement } from './management.js';
import { NotificationService } from './service.js';

function fail(code: number, sentence: string): never {
  process.stderr.write(`finesse-ha notification service: ${sentence}\n`);
  process.exit(code);
}

function readConfig(): NotificationServiceConfig {
  const file = process.argv[2];
  if (file === undefined) return fail(2, 'no configuration file; usage: service-main.js CONFIG.json');
  try {
    return loadNotificationConfig(file);
  } catch (error) {
    if (error instanceof NotificationConfigError) return fail(2, error.message);
    throw error;
  }
}

function createService(config: NotificationServiceConfig): NotificationService {
  try {
    return new NotificationService(config, (message, fields) => log.info(fields, message));
  } catch (error) {
    return fail(2, `tls: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** How long clients may take to hear that the service ends. */
const lastWordsMs = 1_000;

const config = readConfig();
const log = createLog({ process: 'notification', node: config.node }, config.logLevel);
const service = createService(config);
let stopping = false;
const management =
  config.management === undefined ? undefined : createManagement(config.management, service, () => stopping);
new CertificateWatch(config.tls, service.certificate, {
  onRenewed: (certificate, validTo) => {
    service.renewCertificate(certificate);
    log.info({ validTo }, 'the certificate was renewed');
  },
  onRefused: (reason) => log.error({ reason }, 'the new certificate is refused, the old one stays'),
});

function stop(cause: string): void {
  if (stopping) return;
  stopping = true;
  log.info({ cause }, 'stopping');
  // What was said last goes out; nobody who does not take it is waited for.
  setTimeout(() => process.exit(0), lastWordsMs);
  void service.stop().then(() => process.exit(0));
}
process.on('SIGTERM', () => stop('SIGTERM'));
process.on('SIGINT', () => stop('SIGINT'));
process.on('message', (message) => {
  if ((message as { type?: unknown } | null)?.type !== 'counts') return;
  process.send?.({ type: 'counts', ...service.counts });
});
process.on('disconnect', () => stop('the parent process has gone'));

try {
  const ports = await service.start();
  if (management !== undefined) log.info({ port: await management.start() }, 'management');
  log.info({ ports }, 'listening');
  process.send?.({ type: 'ready', ports });
} catch (error) {
  const { code, port } = error as { code?: string; port?: number };
  const reason = code === 'EADDRINUSE' ? 'the port is taken by another process' : String(code ?? error);
  fail(3, `cannot listen on ${config.host}:${port ?? ''}: ${reason}`);
}
