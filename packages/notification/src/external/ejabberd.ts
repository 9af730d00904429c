import { createHash } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { finesseUser, pubSubDomain } from '@finesse-ha/protocol';
import type { ClusterMember, ExternalServerConfig, ServerRun } from './server-kind.js';

const extAuthEntry = fileURLToPath(new URL('./ejabberd-extauth.js', import.meta.url));

/** How many logins may be asked of the node at once. */
const authenticators = 2;
/** An agent's own traffic, and the answers to its server's pings, tell that it is there. */
const pingAfterSeconds = 8;
const pingTimeoutSeconds = 5;
/** `finesse` and the agents are groups of one shared roster, each shown to the other. */
const groups = { finesse: 'finesse', agents: 'agents' };

/** Where Debian puts Erlang libraries: a directory for each architecture. Empty when ejabberd is not there. */
function erlangLibraries(): string {
  if (!existsSync('/usr/lib')) return '';
  const places = readdirSync('/usr/lib').map((name) => `/usr/lib/${name}`);
  return places.find((place) => /-linux-gnu/.test(place) && readdirSync(place).some(isEjabberd)) ?? '';
}

const isEjabberd = (name: string) => name.startsWith('ejabberd-');

/**
 * ejabberd 23 as a node's notification service: its configuration (JSON is YAML), and how to run it from `directory`. It runs
 * in the Erlang machine itself, without `ejabberdctl`, which would want its own user and directories.
 * @param apiPort where its administration is offered, to this machine only
 */
export function ejabberdRun(config: ExternalServerConfig, directory: string, apiPort: number): ServerRun {
  const { domain, host, ports, tls, users, external, limits } = config;
  const c2s = {
    ip: host,
    module: 'ejabberd_c2s',
    access: 'c2s',
    max_stanza_size: limits.stanzaBytes,
    shaper: 'none',
    backlog: 1_024,
  };
  const settings = {
    loglevel: 'notice',
    hosts: [domain],
    certfiles: [tls.certFile, tls.keyFile],
    auth_method: 'external',
    extauth_program: `${process.execPath} ${extAuthEntry} ${directory}/extauth.json`,
    extauth_pool_size: authenticators,
    auth_use_cache: false,
    // Only PLAIN hands over the password that the node is asked about.
    disable_sasl_mechanisms: ['digest-md5', 'X-OAUTH2'],
    cache_size: 50_000,
    default_db: 'mnesia',
    resource_conflict: 'closeold',
    listen: [
      { ...c2s, port: ports.xmpp, starttls: true, starttls_required: config.requireTls },
      { ...c2s, port: ports.xmppTls, tls: true },
      {
        port: ports.webSocket,
        ip: host,
        module: 'ejabberd_http',
        tls: config.webSocketTls,
        // Finesse's clients look for both where its own service has them.
        request_handlers: { '/ws': 'ejabberd_http_ws', '/http-bind': 'mod_bosh' },
      },
      {
        port: apiPort,
        ip: '127.0.0.1',
        module: 'ejabberd_http',
        request_handlers: { '/api': 'mod_http_api' },
      },
    ],
    acl: {
      web_app: { user: [`${finesseUser}@${domain}`] },
      loopback: { ip: ['127.0.0.0/8'] },
    },
    access_rules: { c2s: { allow: 'all' }, web_app: { allow: 'web_app' } },
    shaper_rules: { max_user_sessions: 10, c2s_shaper: 'none' },
    api_permissions: { 'the lab': { who: { access: { allow: [{ acl: 'loopback' }] } }, what: ['*'] } },
    modules: {
      mod_admin_extra: {},
      mod_bosh: {},
      mod_disco: {},
      mod_http_api: {},
      mod_ping: {
        send_pings: true,
        ping_interval: pingAfterSeconds,
        ping_ack_timeout: pingTimeoutSeconds,
        timeout_action: 'kill',
      },
      mod_roster: {},
      mod_shared_roster: {},
      mod_pubsub: {
        access_createnode: 'web_app',
        host: pubSubDomain(domain),
        ignore_pep_from_offline: true,
        last_item_cache: false,
        max_items_node: 1,
        plugins: ['flat'],
      },
    },
  };
  const { cluster } = external;
  const authentication = {
    restUrl: external.restUrl,
    restCaFile: external.restCaFile,
    finessePassword: config.finessePassword,
    users: users.map(({ id }) => id),
  };
  return {
    program: 'erl',
    args: [
      '-noinput',
      '-noshell',
      '+K',
      'true',
      '+P',
      '250000',
      // It shares the machine with the node: schedulers that have nothing to do are not to spin.
      '+sbwt',
      'none',
      '+sbwtdcpu',
      'none',
      '+sbwtdio',
      'none',
      '-mnesia',
      'dir',
      `"${directory}/spool"`,
      ...(cluster === undefined ? ['-s', 'ejabberd'] : clusterArgs(cluster, host, directory)),
    ],
    env: {
      ERL_LIBS: erlangLibraries(),
      EJABBERD_CONFIG_PATH: `${directory}/ejabberd.yml`,
      EJABBERD_LOG_PATH: `${directory}/ejabberd.log`,
      ERL_CRASH_DUMP: `${directory}/erl_crash.dump`,
      ERL_MAX_PORTS: '65536',
      HOME: directory,
    },
    files: {
      'ejabberd.yml': JSON.stringify(settings, null, 2),
      'extauth.json': JSON.stringify(authentication),
      ...(cluster === undefined ? {} : { '.erlang.cookie': cookieOf(config) }),
    },
    debianPackage: 'ejabberd',
    // What one member of a cluster is told, all have.
    ...(cluster === undefined || cluster.members[0] === host
      ? { afterStart: () => shareRosters(`http://127.0.0.1:${apiPort}/api/`, domain, users) }
      : {}),
  };
}

const erlangNode = (host: string) => `ejabberd@${host}`;

/** The members of one cluster know each other by it; it is as secret as what it is made of. */
function cookieOf({ domain, finessePassword }: ExternalServerConfig): string {
  return createHash('sha256').update(`cluster ${domain} ${finessePassword}`).digest('hex');
}

/**
 * Erlang distribution without a daemon for names (erl, `-erl_epmd_port`): every member listens on the same port of its own
 * address, and on no other. A member that has been one before comes back by itself (its Mnesia schema knows the others); a
 * new one joins before ejabberd starts, as `ejabberdctl join_cluster` does, when the first one serves.
 */
function clusterArgs({ members, port }: ClusterMember, host: string, directory: string): string[] {
  const [first = host] = members;
  const isMember = first === host || existsSync(`${directory}/spool/schema.DAT`);
  const join = `
    First = '${erlangNode(first)}',
    Serves = fun() -> case rpc:call(First, application, which_applications, []) of
      {badrpc, _} -> false;
      Applications -> lists:keymember(ejabberd, 1, Applications)
    end end,
    Wait = fun(Again) -> case Serves() of true -> ok; false -> timer:sleep(100), Again(Again) end end,
    Wait(Wait),
    ejabberd_cluster_mnesia:join(First),
    ejabberd:start().`;
  return [
    '-name',
    erlangNode(host),
    '-start_epmd',
    'false',
    '-erl_epmd_port',
    String(port),
    '-kernel',
    'inet_dist_use_interface',
    `{${host.replaceAll('.', ',')}}`,
    ...(isMember ? ['-s', 'ejabberd'] : ['-eval', join.replaceAll(/\s+/g, ' ')]),
  ];
}

async function shareRosters(api: string, domain: string, users: readonly { id: string }[]): Promise<void> {
  const call = async (command: string, parameters: object) => {
    const response = await fetch(api + command, { method: 'POST', body: JSON.stringify(parameters) });
    if (!response.ok)
      throw new Error(`ejabberd refuses ${command}: ${response.status} ${await response.text()}`);
    await response.body?.cancel();
  };
  const group = (name: string, shown: string) =>
    call('srg_create', { group: name, host: domain, label: name, description: name, display: shown });
  const member = (user: string, name: string) =>
    call('srg_user_add', { user, host: domain, group: name, grouphost: domain });
  await group(groups.finesse, groups.agents);
  await group(groups.agents, groups.finesse);
  await member(finesseUser, groups.finesse);
  for (const { id } of users) await member(id.toLowerCase(), groups.agents);
}
