/** The configuration of one Finesse node: its shape, its defaults, and how a file of it is read. */
import { readFileSync } from 'node:fs';
import { managementSchema } from '@finesse-ha/ops';
import { z } from 'zod';
import {
  contradictions,
  phoneBookSchema,
  type RecordRules,
  reasonCodeSchema,
  wrapUpReasonSchema,
} from './admin/records.js';

const port = z.int().min(0).max(65_535);
const hostName = z.string().min(1);
const durationMs = z.int().positive();

const agentSchema = z.object({
  id: z.string().regex(/^[^\s/?#@"'&<>]+$/, 'must be a plain id: it becomes part of URIs and of a JID'),
  loginName: z.string(),
  firstName: z.string(),
  lastName: z.string(),
  password: z.string().min(1),
  /** The extension that the agent usually takes; a sign-in names the one it really takes. */
  extension: z.string(),
  teamId: z.string(),
  roles: z.array(z.enum(['Agent', 'Supervisor'])).min(1),
  skillTargetId: z.int(),
});

const administratorSchema = z.object({
  id: z.string().regex(/^[^\s:/]+$/, 'must be a plain id'),
  password: z.string().min(1),
});

const queueSchema = z.object({
  /** Skill group of CTI, as REST and notifications name it. */
  id: z.string().regex(/^[0-9]{1,10}$/, 'must be a number: it is a skill group of CTI'),
  name: z.string(),
  /** The agents who take its calls, by their skill target ids. */
  skillTargetIds: z.array(z.int()),
});

const nodeAddressSchema = z.object({
  host: hostName,
  httpsPort: port,
  xmppPort: port,
  xmppSecurePort: port,
});

const limitsSchema = z.strictObject({
  /** Largest request body in bytes; a larger one is answered with 413. */
  bodyBytes: z.int().positive().default(65_536),
  /**
   * Connections to the web host; one more is closed at once. A browser has several. From three quarters of them on each
   * is closed with its answer. The default leaves room under the 20,000 files that a process often may have open.
   */
  connections: z.int().positive().default(18_000),
  /** How long a client may take over a request's headers, and over the whole of it: one that is slower is cut off. */
  headersMs: durationMs.default(10_000),
  requestMs: durationMs.default(20_000),
  /** How many requests the web app works on at once. */
  inFlight: z.int().positive().default(64),
  /** How many more may wait for it; one too many is answered with 503. */
  queued: z.int().min(0).default(1_024),
  /** How long a request may wait before it is answered with 503. */
  queueWaitMs: durationMs.default(5_000),
  /** How long the web app may take over one request. */
  answerMs: durationMs.default(10_000),
  /** Accepted requests of one user that may wait for CTI. */
  perUser: z.int().positive().default(16),
});

const lockoutSchema = z.strictObject({
  /** Wrong passwords in a row that lock an account (dev guide 12.5 p.29: five). */
  attempts: z.int().positive().default(5),
  /** How long it stays locked (dev guide 12.5 p.29: five minutes). */
  durationMs: durationMs.default(300_000),
});

const schema = z
  .strictObject({
    node: z.enum(['primary', 'secondary']),
    /** Address to listen on. */
    host: hostName,
    restPort: port,
    /** HTTPS when given, HTTP otherwise. */
    tls: z.strictObject({ certFile: z.string().min(1), keyFile: z.string().min(1) }).optional(),
    deploymentType: z.enum(['UCCE', 'UCCX']),
    /** XMPP domain of this node. */
    domain: hostName,
    nodes: z.strictObject({ primary: nodeAddressSchema, secondary: nodeAddressSchema.nullable() }),
    notification: z.strictObject({
      host: hostName,
      /** Other members of a cluster, at the same port: whichever serves is logged in to. */
      otherHosts: z.array(hostName).default([]),
      port,
      password: z.string().min(1),
      /** `external`: a general XMPP server, which is told of the nodes and subscriptions that Finesse's own knows. */
      service: z.enum(['embedded', 'external']).default('embedded'),
      /** Certificate (PEM) that the service's is verified against after STARTTLS; without it the link goes in the clear. */
      caFile: z.string().min(1).optional(),
    }),
    cti: z.strictObject({
      sides: z
        .array(z.object({ name: z.enum(['A', 'B']), host: hostName, port }))
        .min(1)
        .max(2),
      peripheralId: z.int().min(0).max(0xffff_fffe),
      heartbeatIntervalMs: durationMs.default(5_000),
      version: z.int().min(1).max(255).default(23),
      clientId: z.string().min(1).max(64).default('finesse'),
      password: z.string().max(64).default(''),
      /** How long to wait before the next attempt after both sides were tried; the session's own default when absent. */
      retryDelayMs: durationMs.optional(),
    }),
    /** The other node's web host, asked before a forced logout; null in a single-node deployment. */
    peer: z
      .strictObject({
        url: z.url({ protocol: /^https?$/ }),
        secret: z.string().min(1),
        /** Certificate (PEM) that the peer's is verified against, where the system's authorities do not know it. */
        caFile: z.string().min(1).optional(),
      })
      .nullable(),
    /** What the peer must present to be answered. */
    secret: z.string().min(1),
    agents: z.array(agentSchema),
    teams: z.array(z.object({ id: z.string().min(1), name: z.string() })),
    queues: z.array(queueSchema).default([]),
    /** How often the statistics of queues are asked for and told (queue-notifications: every 10 s). */
    queueStatisticsIntervalMs: durationMs.default(10_000),
    /** Who may configure and look after the deployment; they are no agents. */
    administrators: z.array(administratorSchema).default([]),
    /**
     * File of the database that keeps what administrators change of the three lists below, which fill it when it is new. Each
     * node has its own. Without it changes are forgotten with the process.
     */
    database: z.string().min(1).optional(),
    reasonCodes: z.array(reasonCodeSchema),
    wrapUpReasons: z.array(wrapUpReasonSchema).default([]),
    phoneBooks: z.array(phoneBookSchema).default([]),
    /** From the loss of an agent's presence to its forced logout (desktop-presence-and-forced-logout: 60 s). */
    forcedLogoutMs: durationMs.default(60_000),
    /**
     * Unified CCE's Logout On Agent Disconnect: 1 logs the agent out, 0 makes it Not Ready. Cisco ships 0; the
     * default here is 1 since that is what the page's price of a false failover is about. Always 1 in UCCX.
     */
    logoutOnAgentDisconnect: z.union([z.literal(0), z.literal(1)]).default(1),
    /** Maintenance mode: the warning before the agents are moved, and how long it may take (admin guide 15.0: 1 h). */
    maintenance: z
      .strictObject({ warningMs: durationMs.default(15_000), longestMs: durationMs.default(3_600_000) })
      .prefault({}),
    lockout: lockoutSchema.prefault({}),
    limits: limitsSchema.prefault({}),
    /** Origins that a browser may call from (CORS); '*' allows every one. Off by default, as in Finesse. */
    allowedOrigins: z.array(z.string().min(1)).default([]),
    /** The desktop that the web host serves under `/desktop/`; none when absent. */
    desktop: z
      .strictObject({
        /** Its bundle. */
        directory: z.string().min(1),
        /** What its `deployment.json` says, in the order in which a client tries them. */
        nodes: z
          .array(
            z.strictObject({
              name: z.enum(['primary', 'secondary']),
              restUrl: z.url({ protocol: /^https?$/ }),
              webSocketUrl: z.url({ protocol: /^wss?$/ }),
              domain: hostName,
            }),
          )
          .min(1)
          .max(2),
        /** Where a lab's faults are switched. */
        lab: z.strictObject({ controlUrl: z.url({ protocol: /^https?$/ }) }).optional(),
      })
      .optional(),
    /** HTTP status of SystemInfo while OUT_OF_SERVICE. Cisco's text allows either reading. */
    systemInfoStatusWhenOutOfService: z.union([z.literal(200), z.literal(503)]).default(200),
    /** What `Retry-After` says in a 503 ("several seconds", dev guide 12.5 p.7). */
    retryAfterSeconds: z.int().positive().default(3),
    /** Where health and metrics are asked for; nowhere when absent. */
    management: managementSchema.optional(),
    logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    /** Every request gets a line in the web host's log. */
    logRequests: z.boolean().default(false),
  })
  .superRefine((config, context) => {
    const teams = new Set(config.teams.map((team) => team.id));
    const seen = new Set<string>();
    config.agents.forEach((agent, index) => {
      if (seen.has(agent.id)) {
        context.addIssue({
          code: 'custom',
          path: ['agents', index, 'id'],
          message: `${agent.id} occurs twice`,
        });
      }
      seen.add(agent.id);
      if (!teams.has(agent.teamId)) {
        context.addIssue({
          code: 'custom',
          path: ['agents', index, 'teamId'],
          message: `there is no team ${agent.teamId}`,
        });
      }
    });
    config.administrators.forEach(({ id }, index) => {
      if (!seen.has(id)) return;
      const path = ['administrators', index, 'id'];
      context.addIssue({ code: 'custom', path, message: `${id} is an agent` });
    });
    for (const { path, message } of contradictions(config, { ...config, teamIds: teams })) {
      context.addIssue({ code: 'custom', path, message });
    }
  });

/** A valid configuration with its defaults filled in. Durations in ms, instants never. */
export type NodeConfig = z.output<typeof schema>;
/** What the deployment allows its records to be. */
export function recordRulesOf({ teams, deploymentType }: NodeConfig): RecordRules {
  return { teamIds: new Set(teams.map(({ id }) => id)), deploymentType };
}
/** What a configuration file holds: defaults may be left out. */
export type NodeConfigInput = z.input<typeof schema>;
/** An agent or supervisor as the configuration names it. */
export type ConfiguredAgent = NodeConfig['agents'][number];
/** Somebody who may configure the deployment. */
export type ConfiguredAdministrator = NodeConfig['administrators'][number];

/** A configuration that cannot be used; the message is one line that names the place and the problem. */
export class ConfigError extends Error {
  readonly kind = 'config';
}

/**
 * Checks a parsed configuration and fills in its defaults.
 * @throws ConfigError naming every wrong place
 */
export function parseConfig(value: unknown): NodeConfig {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map(
    (issue) => `${issue.path.join('.') || 'config'}: ${issue.message}`,
  );
  throw new ConfigError(problems.join('; '));
}

/**
 * Reads and checks a configuration file (JSON).
 * @throws ConfigError naming the file and the problem
 */
export function loadConfig(file: string): NodeConfig {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new ConfigError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return parseConfig(value);
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(`${file}: ${error.message}`);
    throw error;
  }
}
