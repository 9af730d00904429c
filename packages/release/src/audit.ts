import { z } from 'zod';

/** How an audit ended. `not-served`: the registry has no such endpoint, so nobody knows. */
export type AuditVerdict =
  | { readonly kind: 'clean'; readonly looked: number }
  | { readonly kind: 'vulnerable'; readonly findings: readonly string[] }
  | { readonly kind: 'not-served'; readonly why: string }
  | { readonly kind: 'failed'; readonly why: string };

const report = z.object({
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string(), range: z.string() })),
  metadata: z.object({ dependencies: z.object({ total: z.number() }) }),
});

const refusal = z.object({ message: z.string(), statusCode: z.number().optional() });

/** Of an endpoint that does not exist, whatever the registry puts in its place. */
const notThere: ReadonlySet<number> = new Set([400, 404, 405, 501]);

/** Reads what `npm audit --json` printed. Any finding counts, however mild: production has none. */
export function readAudit(text: string): AuditVerdict {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { kind: 'failed', why: `npm audit printed no JSON: ${text.slice(0, 200)}` };
  }
  const read = report.safeParse(value);
  if (read.success) {
    const findings = Object.entries(read.data.vulnerabilities).map(
      ([name, { severity, range }]) => `${name} ${range}: ${severity}`,
    );
    if (findings.length > 0) return { kind: 'vulnerable', findings };
    return { kind: 'clean', looked: read.data.metadata.dependencies.total };
  }
  const refused = refusal.safeParse(value);
  if (!refused.success)
    return { kind: 'failed', why: `npm audit printed something unknown: ${text.slice(0, 200)}` };
  // The message names the registry's address, which is nobody's business in a report.
  const why = refused.data.message.replace(/ - .*$/, '');
  return notThere.has(refused.data.statusCode ?? 0) ? { kind: 'not-served', why } : { kind: 'failed', why };
}
