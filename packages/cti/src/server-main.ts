/**
 * Entry of one CTI server side: `node server-main.js CONFIG.json`. Tells a parent `{type:'ready', port}` when it takes
 * clients, logs JSON lines to standard output, stops in good order on SIGTERM and never outlives its parent.
 */
import { createLog, ManagementServer } from '@finesse-ha/ops';
import { Gauge } from 'prom-client';
import { CtiConfigError, type CtiServerConfig, loadCtiServerConfig } from './server/config.js';
import { CtiServer } from './server/cti-server.js';

function fail(code: number, sentence: string): never {
  process.stderr.write(`finesse-ha CTI server: ${sentence}\n`);
  process.exit(code);
}

function readConfig(): CtiServerConfig {
  const file = process.argv[2];
  if (file === undefined) return fail(2, 'no configuration file; usage: server-main.js CONFIG.json');
  try {
    return loadCtiServerConfig(file);
  } catch (error) {
    if (error instanceof CtiConfigError) return fail(2, error.message);
    throw error;
  }
}

const config = readConfig();
const log = createLog({ process: 'cti', side: config.side }, config.logLevel);
const server = new CtiServer(config, (message, fields) => log.info(fields, message));

let stopping = false;
let listening = false;
const management =
  config.management === undefined
    ? undefined
    : new ManagementServer(config.management, {
        notReadyBecause: () => [
          ...(listening ? [] : ['it does not listen yet']),
          ...(stopping ? ['it is stopping'] : []),
        ],
      });
if (management !== undefined) {
  new Gauge({
    name: 'finesse_cti_sessions',
    help: 'Clients of this CTI side.',
    registers: [management.registry],
    collect() {
      this.set(server.sessionCount);
    },
  });
}
function stop(cause: string): void {
  if (stopping) return;
  stopping = true;
  log.info({ cause }, 'stopping');
  void server.stop().then(() => process.exit(0));
}
process.on('SIGTERM', () => stop('SIGTERM'));
process.on('SIGINT', () => stop('SIGINT'));
process.on('disconnect', () => stop('the parent process has gone'));

try {
  // First: a side that waits for the other is asked about meanwhile.
  if (management !== undefined) log.info({ port: await management.start() }, 'management');
  const port = await server.start();
  listening = true;
  log.info({ port }, 'listening');
  process.send?.({ type: 'ready', port });
} catch (error) {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
  const reason = code === 'EADDRINUSE' ? 'the port is taken by another process' : code;
  fail(3, `cannot listen on ${config.host}:${config.port} (peer port ${config.peerPort}): ${reason}`);
}
