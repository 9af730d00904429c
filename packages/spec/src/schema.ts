/** The shape of a case file, as `spec/README.md` describes it in words. `spec/schema.json` is made from this. */
import { z } from 'zod';

const durationMs = z.number().int().nonnegative();
const nodeName = z.enum(['primary', 'secondary']);
const nothing = z.strictObject({});

const lossCause = z.enum([
  'closed',
  'reset',
  'refused',
  'unreachable',
  'timeout',
  'system-shutdown',
  'overloaded',
  'protocol',
  'unauthorized',
  'license',
  'certificate',
  'conflict',
]);
const serviceStatus = z.enum(['in-service', 'out-of-service']);
const scenario = z.enum(['notification-service', 'xmpp-connection', 'tomcat', 'web-app', 'cti-connection']);

const systemInfoAnswer = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('status'),
    status: serviceStatus,
    heartbeat: z.enum(['success', 'failure', 'unknown']).default('success'),
    alternate: nodeName.optional(),
    deployment: z.enum(['UCCE', 'UCCX']).optional(),
  }),
  z.strictObject({
    kind: z.literal('http-error'),
    httpStatus: z.number().int().min(400).max(599),
    retryAfterMs: durationMs.optional(),
  }),
  z.strictObject({ kind: z.literal('unreachable'), detail: z.string().default('connection refused') }),
  z.strictObject({ kind: z.literal('timeout') }),
  z.strictObject({ kind: z.literal('certificate'), detail: z.string().default('self-signed certificate') }),
]);

const loss = z.strictObject({
  cause: lossCause,
  detail: z.string().optional(),
  retryAfterMs: durationMs.optional(),
});
const resyncFailure = z.strictObject({
  detail: z.string().default('HTTP 500'),
  retryAfterMs: durationMs.optional(),
});

const fault = z.strictObject({
  scenario: z.enum([...scenario.options, 'node', 'cti-side-a', 'cti-side-b']),
  /** Of no meaning to a CTI side, which both nodes share. */
  node: nodeName.optional(),
  variant: z.enum(['default', 'silent', 'frozen']).default('default'),
});

/** The variants that a fault has besides `default`. */
export const variantsOf: Readonly<Record<FaultInput['scenario'], readonly FaultInput['variant'][]>> = {
  'notification-service': ['frozen'],
  'xmpp-connection': ['silent'],
  tomcat: ['frozen'],
  'web-app': [],
  'cti-connection': ['silent', 'frozen'],
  node: ['frozen'],
  'cti-side-a': ['frozen'],
  'cti-side-b': ['frozen'],
};

/** Which of the connections, probes or resyncs so far: the last one begun, or the one before it. */
const which = z.enum(['current', 'previous']);
const onConnection = { connection: which.default('current') };

/** What a simulated or a real deployment can play. */
const worldInputs = {
  connect: nothing.optional(),
  disconnect: nothing.optional(),
  fault: fault.optional(),
  heal: fault.omit({ variant: true }).optional(),
  'signed-in-elsewhere': nothing.optional(),
  network: z.enum(['online', 'offline']).optional(),
  sleep: durationMs.optional(),
  answers: z
    .strictObject({
      node: nodeName,
      'system-info': z.union([systemInfoAnswer, z.enum(['none', 'world'])]).optional(),
      login: z.union([loss, z.enum(['none', 'world'])]).optional(),
      ping: z.enum(['none', 'world']).optional(),
      resync: z.union([resyncFailure, z.enum(['none', 'world'])]).optional(),
    })
    .optional(),
  loses: z
    .strictObject({ node: nodeName, messages: z.array(z.enum(['presence', 'notification'])) })
    .optional(),
};

/** What is reported to the core as observed, for cases that need exact control. */
const observations = {
  timer: nothing.optional(),
  'system-info': z
    .strictObject({ node: nodeName, probe: which.default('current'), answer: systemInfoAnswer })
    .optional(),
  'xmpp-up': z.strictObject(onConnection).optional(),
  'xmpp-lost': loss.extend(onConnection).optional(),
  presence: z.strictObject({ ...onConnection, available: z.boolean() }).optional(),
  notification: z.strictObject({ ...onConnection, status: serviceStatus }).optional(),
  received: z.strictObject(onConnection).optional(),
  resynced: z.strictObject({ ...onConnection, resync: which.default('current') }).optional(),
  'resync-failed': resyncFailure.extend({ ...onConnection, resync: which.default('current') }).optional(),
  denied: z
    .strictObject({ cause: z.enum(['unauthorized', 'license']), detail: z.string().default('HTTP 401') })
    .optional(),
  'network-hint': z.enum(['online', 'offline']).optional(),
};

/** Inputs that only a player of the core alone can give. */
export const observationKeys: ReadonlySet<string> = new Set(Object.keys(observations));
/** Inputs that a deployment of real processes can play. */
export const drillKeys: ReadonlySet<string> = new Set(['connect', 'disconnect', 'fault', 'heal']);

const oneKey = { minProperties: 1, maxProperties: 1 };
const input = z
  .strictObject({ ...worldInputs, ...observations })
  .refine((given) => Object.keys(given).length === 1, 'an input has exactly one key')
  .meta(oneKey);

const nodeOrAny = z.enum([...nodeName.options, 'any']);
const commandMatch = {
  probe: nodeOrAny.optional(),
  'cancel-probe': nodeOrAny.optional(),
  'open-xmpp': nodeOrAny.optional(),
  'close-xmpp': nodeOrAny.optional(),
  ping: nodeOrAny.optional(),
  resync: nodeOrAny.optional(),
};
const oneCommand = (given: object) => Object.keys(given).filter((key) => key in commandMatch).length === 1;
const command = z
  .strictObject({ ...commandMatch, connection: z.enum(['new', 'same']).optional() })
  .refine(oneCommand, 'names exactly one command');
const count = z
  .strictObject({
    ...commandMatch,
    atLeast: z.number().int().optional(),
    atMost: z.number().int().optional(),
  })
  .refine(oneCommand, 'names exactly one command');

const failure = z.strictObject({
  scenario: scenario.optional(),
  candidates: z.array(scenario).optional(),
  service: z.string().optional(),
  mechanism: z
    .enum([
      'xmpp-disconnected',
      'ping-unanswered',
      'presence-unavailable',
      'systeminfo-out-of-service',
      'systeminfo-unreachable',
    ])
    .optional(),
  criterion: z.literal([1, 2, 3]).optional(),
  node: nodeName.optional(),
  scope: z.enum(['unknown', 'own-link', 'node', 'network']).optional(),
});

const nodeView = z.strictObject({
  systemInfo: z.enum(['unknown', 'in-service', 'out-of-service', 'unreachable']).optional(),
  xmpp: z.enum(['none', 'opening', 'up']).optional(),
  presence: z.enum(['unknown', 'available', 'unavailable']).optional(),
  available: z.boolean().optional(),
});

const announcementKind = z.enum([
  'connecting',
  'connected',
  'in-service',
  'failing',
  'refined',
  'moving',
  'recovered',
  'node',
  'ended',
  'closed',
]);

const outcome = z.strictObject({
  withinMs: durationMs.optional(),
  status: z.enum(['idle', 'connecting', 'in-service', 'failing', 'ended']).optional(),
  node: nodeName.optional(),
  failure: failure.nullable().optional(),
  ended: z
    .strictObject({
      cause: z.enum(['unauthorized', 'license', 'certificate', 'conflict']),
      node: nodeName.optional(),
    })
    .nullable()
    .optional(),
  announced: z.array(announcementKind).optional(),
  commands: z.array(command).optional(),
  counts: z.array(count).optional(),
  never: z.array(command).optional(),
  nothing: z.literal(true).optional(),
  nodes: z.partialRecord(nodeName, nodeView).optional(),
  spread: z
    .strictObject({ of: command, atLeastMs: durationMs.optional(), atMostMs: durationMs.optional() })
    .optional(),
});

const phase = z.strictObject({
  after: durationMs.default(0),
  inputs: z.array(input).default([]),
  outcome: outcome.default({}),
});

/** One case: one file. */
export const caseSchema = z.strictObject({
  description: z.string().min(1),
  plays: z.array(z.enum(['core', 'simulator', 'drill'])).min(1),
  settings: z.record(z.string(), z.number()).default({}),
  nodes: z.array(nodeName).min(1).max(2).default(['primary', 'secondary']),
  deployment: z
    .strictObject({
      type: z.enum(['UCCE', 'UCCX']).default('UCCE'),
      nodes: z.array(nodeName).min(1).max(2).default(['primary', 'secondary']),
    })
    .default({ type: 'UCCE', nodes: ['primary', 'secondary'] }),
  clients: z.number().int().positive().default(1),
  phases: z.array(phase).min(1),
});

export type SpecCase = z.output<typeof caseSchema>;
export type Phase = SpecCase['phases'][number];
export type Input = Phase['inputs'][number];
export type Outcome = Phase['outcome'];
export type CommandMatch = z.output<typeof command>;
export type FaultInput = z.output<typeof fault>;
export type AnswersInput = NonNullable<Input['answers']>;
export type NodeName = z.output<typeof nodeName>;

/** The JSON Schema of a case file, for editors and for readers in other languages. */
export function caseJsonSchema(): object {
  return {
    title: 'A case of the finesse-ha failover specification',
    ...z.toJSONSchema(caseSchema, { io: 'input' }),
  };
}
