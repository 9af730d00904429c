import { fileURLToPath } from 'node:url';
import { finesseUser, pubSubDomain } from '@finesse-ha/protocol';
import type { ExternalServerConfig, ServerRun } from './server-kind.js';

/** Our modules for Prosody, beside `dist/`. */
const modulesDirectory = fileURLToPath(new URL('../../prosody/', import.meta.url));

/** A string of Lua: what could end or change it is written by its number (Lua reference 3.1). */
function lua(text: string): string {
  const escaped = Buffer.from(text, 'utf8')
    .toString('latin1')
    .replaceAll(/[^ !#-[\]-~]/g, (char) => `\\${String(char.charCodeAt(0)).padStart(3, '0')}`);
  return `"${escaped}"`;
}

/** Prosody 0.12 as a node's notification service: its configuration, and how to run it from `directory`. */
export function prosodyRun(config: ExternalServerConfig, directory: string): ServerRun {
  const { domain, host, ports, tls, users, external, limits } = config;
  const path = (name: string) => lua(`${directory}/${name}`);
  const http = config.webSocketTls
    ? { plain: [], tls: [ports.webSocket] }
    : { plain: [ports.webSocket], tls: [] };
  const agents = users.map(({ id }) => `[${lua(id.toLowerCase())}] = true`);
  const lines = [
    `run_as_root = ${process.getuid?.() === 0}`,
    `pidfile = ${path('prosody.pid')}`,
    `data_path = ${lua(directory)}`,
    'log = { { levels = { min = "info" }, to = "console" } }',
    `plugin_paths = { ${lua(modulesDirectory)} }`,
    `interfaces = { ${lua(host)} }`,
    `c2s_ports = { ${ports.xmpp} }`,
    `c2s_direct_tls_ports = { ${ports.xmppTls} }`,
    `http_ports = { ${http.plain.join(', ')} }`,
    `https_ports = { ${http.tls.join(', ')} }`,
    `http_interfaces = { ${lua(host)} }`,
    `https_interfaces = { ${lua(host)} }`,
    // Finesse's clients look for both where its own service has them.
    'http_paths = { websocket = "/ws", bosh = "/http-bind" }',
    `http_default_host = ${lua(domain)}`,
    `ssl = { certificate = ${lua(tls.certFile)}, key = ${lua(tls.keyFile)} }`,
    `https_ssl = { certificate = ${lua(tls.certFile)}, key = ${lua(tls.keyFile)} }`,
    `c2s_direct_tls_ssl = { certificate = ${lua(tls.certFile)}, key = ${lua(tls.keyFile)} }`,
    'modules_enabled = { "roster", "saslauth", "tls", "disco", "ping", "presence", "bosh", "websocket", "finesse" }',
    'modules_disabled = { "s2s", "offline" }',
    `c2s_require_encryption = ${config.requireTls}`,
    `allow_unencrypted_plain_auth = ${!config.requireTls}`,
    `consider_websocket_secure = ${!config.requireTls}`,
    `consider_bosh_secure = ${!config.requireTls}`,
    `c2s_stanza_size_limit = ${limits.stanzaBytes}`,
    // A client that lost its connection comes back under the same resource.
    'conflict_resolve = "kick_old"',
    'storage = "memory"',
    'authentication = "finesse"',
    `finesse_password = ${lua(config.finessePassword)}`,
    `finesse_rest_url = ${lua(external.restUrl)}`,
    ...(external.restCaFile === undefined ? [] : [`finesse_rest_ca = ${lua(external.restCaFile)}`]),
    `finesse_silence_seconds = ${(config.finesseSilence.pingAfterMs + config.finesseSilence.timeoutMs) / 1_000}`,
    `finesse_agents = {\n  ${agents.join(',\n  ')}\n}`,
    '',
    `VirtualHost ${lua(domain)}`,
    '',
    `Component ${lua(pubSubDomain(domain))} "pubsub"`,
    // Only the web app may make nodes, and it owns them.
    `  admins = { ${lua(`${finesseUser}@${domain}`)} }`,
    '  autocreate_on_publish = false',
    '  autocreate_on_subscribe = false',
    '',
  ];
  return {
    program: 'prosody',
    args: ['-F', '--config', `${directory}/prosody.cfg.lua`],
    env: {},
    files: { 'prosody.cfg.lua': lines.join('\n') },
    debianPackage: 'prosody',
  };
}
