import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { LabCertificate } from '@finesse-ha/lab';
import type { Ports } from './contestant.js';

/** An XMPP server with a configuration of its own: accounts with passwords, open nodes, nothing that a node of Finesse needs. */
export interface PlainServer {
  pid: number;
  stop(): Promise<void>;
}

export interface PlainServerOptions {
  domain: string;
  ports: Ports;
  /** Where ejabberd is told of the accounts. */
  adminPort: number;
  webSocketTls: boolean;
  accounts: readonly { user: string; password: string }[];
  folder: string;
  certificate: LabCertificate;
}

/** ejabberd with its accounts in Mnesia and the `flat` pubsub plugin (reference/baselines.md, appendix). */
export async function plainEjabberd(options: PlainServerOptions): Promise<PlainServer> {
  const { domain, ports, adminPort, accounts, folder, certificate, webSocketTls } = options;
  const c2s = { ip: '127.0.0.1', module: 'ejabberd_c2s', access: 'c2s', shaper: 'none', backlog: 4_096 };
  const http = { ip: '127.0.0.1', module: 'ejabberd_http' };
  const settings = {
    loglevel: 3,
    hosts: [domain],
    auth_password_format: 'plain',
    disable_sasl_mechanisms: ['digest-md5', 'X-OAUTH2'],
    default_db: 'mnesia',
    cache_size: 50_000,
    certfiles: [certificate.certFile, certificate.keyFile],
    listen: [
      { ...c2s, port: ports.xmpp, max_stanza_size: 262_144 },
      { ...c2s, port: ports.xmppTls, max_stanza_size: 262_144, tls: true },
      {
        ...http,
        port: ports.webSocket,
        tls: webSocketTls,
        request_handlers: { '/ws': 'ejabberd_http_ws' },
      },
      { ...http, port: adminPort, request_handlers: { '/api': 'mod_http_api' } },
    ],
    acl: { loopback: { ip: ['127.0.0.0/8'] } },
    access_rules: { c2s: { allow: 'all' }, pubsub_createnode: { allow: 'all' } },
    shaper_rules: { max_user_sessions: 10, c2s_shaper: 'none' },
    api_permissions: { bench: { who: { access: { allow: [{ acl: 'loopback' }] } }, what: ['*'] } },
    modules: {
      mod_admin_extra: {},
      mod_disco: {},
      mod_http_api: {},
      mod_ping: {},
      mod_roster: {},
      mod_pubsub: {
        access_createnode: 'pubsub_createnode',
        host: `pubsub.${domain}`,
        ignore_pep_from_offline: true,
        last_item_cache: false,
        max_items_node: 10,
        plugins: ['flat'],
      },
    },
  };
  writeFileSync(join(folder, 'ejabberd.yml'), JSON.stringify(settings));
  const libraries = readdirSync('/usr/lib').filter((name) => name.endsWith('-linux-gnu'));
  // Without busy waiting, which would count as its work.
  const waits = ['+sbwt', 'none', '+sbwtdcpu', 'none', '+sbwtdio', 'none'];
  const args = ['-noinput', '-noshell', '+K', 'true', '+P', '250000', ...waits];
  const server = run('erl', [...args, '-mnesia', 'dir', `"${folder}/spool"`, '-s', 'ejabberd'], folder, {
    ERL_LIBS: libraries.map((name) => `/usr/lib/${name}`).join(':'),
    EJABBERD_CONFIG_PATH: `${folder}/ejabberd.yml`,
    EJABBERD_LOG_PATH: `${folder}/ejabberd.log`,
    ERL_CRASH_DUMP: `${folder}/erl_crash.dump`,
    ERL_MAX_PORTS: '65536',
    HOME: folder,
  });
  await listening([...Object.values(ports), adminPort]);
  for (const { user, password } of accounts) {
    const body = JSON.stringify({ user, host: domain, password });
    const response = await fetch(`http://127.0.0.1:${adminPort}/api/register`, { method: 'POST', body });
    if (!response.ok) throw new Error(`ejabberd registers nobody: ${await response.text()}`);
    await response.body?.cancel();
  }
  return server;
}

/** Prosody with its accounts in files and its pubsub component's nodes in memory (reference/baselines.md, appendix). */
export async function plainProsody(options: PlainServerOptions): Promise<PlainServer> {
  const { domain, ports, accounts, folder, certificate, webSocketTls } = options;
  const lines = [
    `run_as_root = ${process.getuid?.() === 0}`,
    `pidfile = "${folder}/prosody.pid"`,
    `data_path = "${folder}/data"`,
    `log = { warn = "${folder}/prosody.log" }`,
    'interfaces = { "127.0.0.1" }',
    `c2s_ports = { ${ports.xmpp} }`,
    `c2s_direct_tls_ports = { ${ports.xmppTls} }`,
    `http_ports = { ${webSocketTls ? '' : ports.webSocket} }`,
    `https_ports = { ${webSocketTls ? ports.webSocket : ''} }`,
    'http_interfaces = { "127.0.0.1" }',
    'https_interfaces = { "127.0.0.1" }',
    'http_paths = { websocket = "/ws" }',
    `http_default_host = "${domain}"`,
    ...['ssl', 'https_ssl', 'c2s_direct_tls_ssl'].map(
      (name) => `${name} = { certificate = "${certificate.certFile}", key = "${certificate.keyFile}" }`,
    ),
    'modules_enabled = { "roster", "saslauth", "disco", "ping", "presence", "websocket" }',
    'modules_disabled = { "s2s", "tls", "offline", "c2s_limits" }',
    'c2s_require_encryption = false',
    'allow_unencrypted_plain_auth = true',
    'consider_websocket_secure = true',
    'authentication = "internal_plain"',
    'storage = "internal"',
    `VirtualHost "${domain}"`,
    `Component "pubsub.${domain}" "pubsub"`,
    `  admins = { "finesse@${domain}" }`,
    '  storage = "memory"',
    '  autocreate_on_publish = true',
    '  autocreate_on_subscribe = true',
    '  pubsub_max_items = 256',
    '',
  ];
  // Prosody's name for a host's folder: what is no letter or digit is written by its number.
  const host = domain.replaceAll(/[^a-z0-9]/gi, (char) => `%${char.charCodeAt(0).toString(16)}`);
  const passwords = join(folder, 'data', host, 'accounts');
  mkdirSync(passwords, { recursive: true });
  for (const { user, password } of accounts)
    writeFileSync(join(passwords, `${user}.dat`), `return { ["password"] = "${password}" };\n`);
  writeFileSync(join(folder, 'prosody.cfg.lua'), lines.join('\n'));
  const server = run('prosody', ['-F', '--config', `${folder}/prosody.cfg.lua`], folder, {});
  await listening([ports.xmpp, ports.xmppTls, ports.webSocket]);
  return server;
}

function run(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): PlainServer {
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: 'ignore' });
  const exited = once(child, 'exit');
  exited.catch(() => undefined);
  return {
    pid: child.pid as number,
    stop: async () => {
      // Nothing of it is worth keeping.
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function listening(ports: readonly number[]): Promise<void> {
  const until = performance.now() + 30_000;
  for (const port of ports) {
    while (!(await accepts(port))) {
      if (performance.now() > until) throw new Error(`nothing listens on port ${port}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => resolve(true));
    socket.once('connect', () => socket.destroy());
    socket.on('error', () => resolve(false));
  });
}
