/**
 * Entry of the web host process: `node web-host-main.js CONFIG.json`.
 * To a parent it says `{type:'ready', restPort}` once it listens and `{type:'web-app', state}` on every change; a parent
 * may send `{type:'web-app', action:'kill'|'start'}`. SIGTERM stops it in good order; it never outlives its parent.
 */
import { CertificateWatch, createLog } from '@finesse-ha/ops';
import { ConfigError, loadConfig, type NodeConfig } from './web-app/config.js';
import { createHostManagement } from './web-host/management.js';
import { WebAppSlot } from './web-host/web-app-slot.js';
import { WebHost } from './web-host/web-host.js';

/** Exit codes: a configuration that cannot be used, and an address that cannot be listened on. */
const BAD_CONFIG = 2;
const CANNOT_LISTEN = 3;

function fail(code: number, sentence: string): never {
  process.stderr.write(`finesse-ha web host: ${sentence}\n`);
  process.exit(code);
}

function readConfig(): NodeConfig {
  const file = process.argv[2];
  if (file === undefined)
    return fail(BAD_CONFIG, 'no configuration file; usage: web-host-main.js CONFIG.json');
  try {
    return loadConfig(file);
  } catch (error) {
    if (error instanceof ConfigError) return fail(BAD_CONFIG, error.message);
    throw error;
  }
}

function createHost(config: NodeConfig, slot: WebAppSlot): WebHost {
  try {
    return new WebHost(
      config,
      slot,
      (method, status) => management?.count(method, status),
      config.logRequests ? (request) => log.info(request, 'request') : undefined,
    );
  } catch (error) {
    return fail(BAD_CONFIG, error instanceof Error ? error.message : String(error));
  }
}

function isWebAppAction(message: unknown): message is { type: 'web-app'; action: 'kill' | 'start' } {
  if (typeof message !== 'object' || message === null) return false;
  const { type, action } = message as { type?: unknown; action?: unknown };
  return type === 'web-app' && (action === 'kill' || action === 'start');
}

const config = readConfig();
const log = createLog({ process: 'web-host', node: config.node }, config.logLevel);

let stopping = false;
let service = { status: 'OUT_OF_SERVICE', reason: 'it starts' };
const slot = new WebAppSlot(config, {
  onState: (state) => {
    // A new web app starts out of service and says when it is not.
    if (state !== 'up') service = { status: 'OUT_OF_SERVICE', reason: 'it starts' };
    log.info({ state }, 'web app');
    if (process.connected === true) process.send?.({ type: 'web-app', state });
  },
  onService: (status, reason) => {
    service = { status, reason };
  },
  onCrash: (error) => log.error({ err: error }, 'the web app died'),
});
const management =
  config.management === undefined
    ? undefined
    : createHostManagement(config.management, () => ({
        webApp: slot.state,
        service: service.status,
        reason: service.reason,
        stopping,
      }));
const host = createHost(config, slot);
if (config.tls !== undefined && host.certificate !== undefined) {
  new CertificateWatch(config.tls, host.certificate, {
    onRenewed: (certificate, validTo) => {
      host.renewCertificate(certificate);
      log.info({ validTo }, 'the certificate was renewed');
    },
    onRefused: (reason) => log.error({ reason }, 'the new certificate is refused, the old one stays'),
  });
}

async function stop(cause: string): Promise<void> {
  if (stopping) return;
  stopping = true;
  log.info({ cause }, 'stopping');
  await host.close();
  await slot.stop();
  process.exit(0);
}

process.on('SIGTERM', () => void stop('SIGTERM'));
process.on('SIGINT', () => void stop('SIGINT'));
process.on('disconnect', () => void stop('the parent process has gone'));
process.on('message', (message) => {
  if (!isWebAppAction(message)) return;
  if (message.action === 'kill') void slot.kill();
  else void slot.start();
});

try {
  const restPort = await host.listen();
  if (management !== undefined) log.info({ port: await management.server.start() }, 'management');
  log.info({ restPort }, 'listening');
  process.send?.({ type: 'ready', restPort });
} catch (error) {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const what = reason === 'EADDRINUSE' ? 'the port is taken by another process' : reason;
  fail(CANNOT_LISTEN, `cannot listen on ${config.host}:${config.restPort}: ${what}`);
}
await slot.start();
