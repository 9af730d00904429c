import { externalServers } from '@finesse-ha/notification';
import { z } from 'zod';
import type { ContactCenter } from './contact-center.js';

/** One of the two nodes of a lab. */
export type NodeName = 'primary' | 'secondary';
/** Both nodes of a lab, the primary first. */
export const nodeNames: readonly NodeName[] = ['primary', 'secondary'];

/** A lab that cannot be set up; the message says what is in the way and what to do. */
export class LabError extends Error {
  readonly kind = 'lab';
  constructor(message: string) {
    super(message);
    this.name = 'LabError';
  }
}

const host = z.string().min(1);
const port = z.int().min(1).max(65_535);
const durationMs = z.number().positive();

/** The ports of one node. The last five are for the lab's own processes. */
const nodePorts = z.strictObject({
  rest: port,
  webSocket: port,
  xmpp: port,
  xmppTls: port,
  internalWebSocket: port,
  internalXmpp: port,
  internalXmppTls: port,
  linkCtiA: port,
  linkCtiB: port,
});
/** The ports of one node. */
export type NodePorts = z.infer<typeof nodePorts>;

/** The ports of the two CTI sides: for clients, and for each other. */
const ctiPorts = z.strictObject({ a: port, b: port, peerA: port, peerB: port });
/** The ports of the two CTI sides: for clients, and for each other. */
export type CtiPorts = z.infer<typeof ctiPorts>;

const node = z.strictObject({ host, ports: nodePorts });

/** Where everything listens. */
const placesSchema = z
  .strictObject({
    nodes: z.strictObject({ primary: node, secondary: node }),
    cti: z.strictObject({ host, ports: ctiPorts }),
  })
  .superRefine(({ nodes, cti }, context) => {
    const seen = new Map<string, string>();
    for (const [name, place] of Object.entries({ ...nodes, cti })) {
      for (const [what, number] of Object.entries(place.ports)) {
        const address = `${place.host}:${number}`;
        const other = seen.get(address);
        if (other !== undefined) {
          context.addIssue({ code: 'custom', message: `${name} ${what} and ${other} are both ${address}` });
        }
        seen.set(address, `${name} ${what}`);
      }
    }
  });
/** Where everything listens. */
export type Places = z.infer<typeof placesSchema>;

/** An agent as every process is told of it. */
export const agentSchema = z.strictObject({
  id: z.string().min(1).max(11),
  loginName: z.string().min(1),
  firstName: z.string(),
  lastName: z.string(),
  password: z.string().min(1),
  extension: z.string().min(1),
  teamId: z.string().min(1),
  roles: z.array(z.enum(['Agent', 'Supervisor'])).min(1),
  skillTargetId: z.int().min(0),
});

/** An agent of the lab. Every process that knows agents reads the same list. */
export type LabAgent = z.infer<typeof agentSchema>;

const deploymentSchema = z.strictObject({
  places: placesSchema,
  agents: z
    .array(agentSchema)
    .min(1)
    .refine((agents) => new Set(agents.map(({ id }) => id)).size === agents.length, 'ids must differ'),
  /** Teams, queues and what administrators configure; whoever reads it checks it. */
  center: z.custom<Omit<ContactCenter, 'agents'>>(),
  deploymentType: z.enum(['UCCE', 'UCCX']),
  /** What is the notification service of both nodes. */
  notification: z.enum(['embedded', ...externalServers]),
  /** Secrets of one run, between the lab's own processes. */
  secrets: z.strictObject({ peer: z.string().min(16), finesse: z.string().min(16) }),
  /** Whether requests, connections, presences and subscriptions are in the processes' logs. */
  logTraffic: z.boolean(),
  /** Processes of each link `clients`. */
  clientRelays: z.int().positive(),
  forcedLogoutMs: durationMs,
  ctiHeartbeatIntervalMs: durationMs,
  maintenanceWarningMs: durationMs,
  /** Unified CCE's LOAD: what becomes of an agent whose desktop is gone, 0 Not Ready, 1 logged out. */
  logoutOnAgentDisconnect: z.union([z.literal(0), z.literal(1)]),
  /** The desktop's bundle, which both web hosts serve, and where its pages switch faults. */
  desktop: z.strictObject({ directory: z.string().min(1), controlUrl: z.url() }).optional(),
});

/** Everything that can be said of a lab: all configurations of all processes follow from it. */
export type Deployment = z.infer<typeof deploymentSchema>;

/** @throws {LabError} naming the first thing that cannot be */
export function checkDeployment(value: Deployment): Deployment {
  const parsed = deploymentSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new LabError(`the deployment cannot be: ${issue?.path.join('.') || '(all)'}: ${issue?.message}`);
}
