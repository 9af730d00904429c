import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { LabAgent } from './agent-model.js';

const port = z.int().min(0).max(65_535);

const schema = z.object({
  side: z.enum(['A', 'B']),
  host: z.string().min(1),
  /** Where clients connect. */
  port,
  /** Where the other side connects. */
  peerPort: port,
  /** The other side, as seen from here; absent where a lab has one side only. */
  peer: z.object({ host: z.string().min(1), port }).optional(),
  deploymentType: z.enum(['UCCE', 'UCCX']).default('UCCE'),
  peripheralId: z.int().min(0).max(0xffff_fffe).default(5000),
  /** Clients must give it in OPEN_REQ; empty accepts anything. */
  clientPassword: z.string().default(''),
  agents: z.array(
    z.object({
      id: z.string().min(1).max(11),
      password: z.string(),
      extension: z.string().min(1).max(63),
      skillTargetId: z.int().min(0),
    }),
  ),
  logLevel: z.string().default('info'),
});

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
