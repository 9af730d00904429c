import { readFileSync } from 'node:fs';
import { managementSchema } from '@finesse-ha/ops';
import { z } from 'zod';
import type { LabAgent } from './agent-model.js';

const port = z.int().min(0).max(65_535);
const teamId = z.string().regex(/^\d{1,9}$/, 'a team id of CTI is a number in digits');

const schema = z.object({
  side: z.enum(['A', 'B']),
  host: z.string().min(1),
  /** Where clients connect. */
  port,
  /** Where side B connects; side B itself has no use for its own. */
  peerPort: port,
  /** The other side, as seen from here; absent where a lab has one side only. */
  peer: z.object({ host: z.string().min(1), port }).optional(),
  deploymentType: z.enum(['UCCE', 'UCCX']).default('UCCE'),
  peripheralId: z.int().min(0).max(0xffff_fffe).default(5000),
  /** Clients must give it in OPEN_REQ; empty accepts anything. */
  clientPassword: z.string().default(''),
  agents: z
    .array(
      z.object({
        // The sizes of AgentID and of AgentInstrument, without their NULs.
        id: z.string().min(1).max(11),
        password: z.string(),
        extension: z.string().min(1).max(63),
        skillTargetId: z.int().min(0).max(0xffff_ffff),
        teamId: teamId.optional(),
        roles: z.array(z.string()).optional(),
      }),
    )
    .superRefine((agents, context) => {
      const seen = new Set<string>();
      for (const [index, { id }] of agents.entries()) {
        if (seen.has(id))
          context.addIssue({ code: 'custom', path: [index, 'id'], message: `agent ${id} is here twice` });
        seen.add(id);
      }
    }),
  /** Names of the teams that agents are in; a team without a name is shown by its id only. */
  teams: z.array(z.object({ id: teamId, name: z.string().min(1).max(32) })).default([]),
  /** Whoever calls a queue's id waits for one of its agents. */
  queues: z
    .array(
      z.object({
        id: z.string().regex(/^[0-9]{1,9}$/, 'must be a number: it is a skill group'),
        name: z.string(),
        skillTargetIds: z.array(z.int().min(0)),
      }),
    )
    .default([]),
  /** Where health and metrics are asked for; nowhere when absent. */
  management: managementSchema.optional(),
  logLevel: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

/** Configuration of one side. */
export type CtiServerConfig = Omit<z.infer<typeof schema>, 'agents'> & { agents: readonly LabAgent[] };

/** A configuration that cannot be used; the message names the file and the field. */
export class CtiConfigError extends Error {
  readonly kind = 'config';
}

/** @throws {CtiConfigError} */
export function loadCtiServerConfig(file: string): CtiServerConfig {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new CtiConfigError(`${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new CtiConfigError(`${file}: ${issue?.path.join('.') || '(all)'}: ${issue?.message}`);
}
