/** The one file that says what of a deployment runs on this machine, and where the rest of it is. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { managementSchema } from '@finesse-ha/ops';
import { LineCounter, parseDocument, visit } from 'yaml';
import { z } from 'zod';
import { LabError } from '../deployment.js';
import { lineOf } from '../yaml-line.js';

const name = z.string().min(1);
const port = z.int().min(1).max(65_535);
const durationMs = z.int().positive();

/** Everything that can run, named as the lab names its processes. */
export const components = [
  'cti-a',
  'cti-b',
  'primary-notification',
  'primary-link-clients',
  'primary-link-cti',
  'primary-web-host',
  'secondary-notification',
  'secondary-link-clients',
  'secondary-link-cti',
  'secondary-web-host',
] as const;
/** One process of a deployment. */
export type Component = (typeof components)[number];

const nodeSchema = z.strictObject({
  /** The node's name: its XMPP domain, and how clients and the other node reach it. */
  host: name,
  /** Address to listen on; that of `host` when absent. */
  listen: name.optional(),
  ports: z
    .strictObject({ rest: port, xmpp: port, xmppTls: port, webSocket: port })
    .default({ rest: 8445, xmpp: 5222, xmppTls: 5223, webSocket: 7443 }),
  /** Relays between the clients and the notification service, and between the web app and CTI: a lab cuts them. */
  links: z.strictObject({ xmpp: port, xmppTls: port, webSocket: port, ctiA: port, ctiB: port }).optional(),
  /** Keeps what administrators change. */
  database: name.optional(),
});

const ctiSideSchema = z.strictObject({ host: name, listen: name.optional(), port, peerPort: port });

const schema = z
  .strictObject({
    /** What runs on this machine. */
    run: z.array(z.enum(components)).min(1),
    deploymentType: z.enum(['UCCE', 'UCCX']).default('UCCE'),
    /** Agents, teams, queues and what administrators configure: a file beside this one. */
    contactCenter: name,
    /** How many agents there are, where the file of the contact center names fewer. */
    agents: z.int().positive().optional(),
    secrets: z.strictObject({ peer: z.string().min(16), finesse: z.string().min(16) }),
    tls: z.strictObject({
      certFile: name,
      keyFile: name,
      /** What verifies the nodes' certificates; the certificate itself when absent (self-signed). */
      caFile: name.optional(),
      /** Whether REST and WebSocket are HTTPS and WSS, and XMPP takes no login before STARTTLS. */
      required: z.boolean().default(true),
    }),
    nodes: z.strictObject({ primary: nodeSchema, secondary: nodeSchema }),
    cti: z.strictObject({
      a: ctiSideSchema,
      b: ctiSideSchema,
      heartbeatIntervalMs: durationMs.default(5_000),
    }),
    forcedLogoutMs: durationMs.default(60_000),
    logoutOnAgentDisconnect: z.union([z.literal(0), z.literal(1)]).default(1),
    maintenanceWarningMs: durationMs.default(15_000),
    /** Origins that browsers may call from beside the nodes' own. */
    allowedOrigins: z.array(name).default([]),
    /** Where each process answers its operator. */
    management: z.partialRecord(z.enum(components), managementSchema).default({}),
    logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    /** Whether requests, connections, presences and subscriptions are in the logs. */
    logTraffic: z.boolean().default(true),
  })
  .superRefine(({ nodes, cti, run, management }, context) => {
    for (const node of ['primary', 'secondary'] as const) {
      const links = run.filter((one) => one.startsWith(`${node}-link`));
      if (links.length > 0 && nodes[node].links === undefined) {
        context.addIssue({
          code: 'custom',
          path: ['nodes', node, 'links'],
          message: `${links[0]} runs, but has no ports`,
        });
      }
      if (nodes[node].links !== undefined && cti.a.host !== cti.b.host) {
        context.addIssue({
          code: 'custom',
          path: ['nodes', node, 'links'],
          message: 'links need both CTI sides on one host',
        });
      }
    }
    for (const one of Object.keys(management)) {
      if (!one.includes('link')) continue;
      context.addIssue({
        code: 'custom',
        path: ['management', one],
        message: 'a link has no management address',
      });
    }
  });

/** A deployment as its file says it, with the defaults, environment variables and paths filled in. */
export type DeploymentFile = z.output<typeof schema>;

/**
 * Reads a deployment's file. `${NAME}` in a value stands for an environment variable; paths are relative to the file.
 * @throws {LabError} one line that names the file, the line, the place and what is wrong with it
 */
export function readDeploymentFile(file: string, env: NodeJS.ProcessEnv = process.env): DeploymentFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new LabError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [broken] = document.errors;
  if (broken !== undefined)
    throw new LabError(`${file}:${lines.linePos(broken.pos[0]).line}: ${broken.message}`);
  visit(document, {
    Scalar: (_key, node) => {
      if (typeof node.value !== 'string') return;
      node.value = node.value.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_all, variable: string) => {
        const value = env[variable];
        if (value !== undefined) return value;
        const line = lines.linePos(node.range?.[0] ?? 0).line;
        throw new LabError(`${file}:${line}: the environment variable ${variable} is not set`);
      });
    },
  });
  const parsed = schema.safeParse(document.toJS());
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = issue?.path ?? [];
    const where = path.length === 0 ? '' : `${path.map(String).join('.')}: `;
    throw new LabError(`${file}:${lineOf(document, lines, path)}: ${where}${issue?.message}`);
  }
  return withPaths(parsed.data, dirname(resolve(file)));
}

function withPaths(file: DeploymentFile, folder: string): DeploymentFile {
  const path = (of: string) => resolve(folder, of);
  const { tls, nodes } = file;
  const node = (of: DeploymentFile['nodes']['primary']) =>
    of.database === undefined ? of : { ...of, database: path(of.database) };
  return {
    ...file,
    contactCenter: path(file.contactCenter),
    tls: {
      ...tls,
      certFile: path(tls.certFile),
      keyFile: path(tls.keyFile),
      ...(tls.caFile === undefined ? {} : { caFile: path(tls.caFile) }),
    },
    nodes: { primary: node(nodes.primary), secondary: node(nodes.secondary) },
  };
}
