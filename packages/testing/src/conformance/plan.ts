import { type FaultName, type FaultVariant, faultNames, LabError, variantsOf } from '@finesse-ha/lab';

/** One thing that is done to the pair while a client is on it. */
export interface ConformancePlan {
  /** As `--fault` has it. */
  name: string;
  scenario: FaultName;
  variant: FaultVariant;
  /** `current`: the node that the client is on. */
  where: 'current' | 'both';
  /** Mended this long after it was broken, whoever has come back; null: when the client is back, or its time is over. */
  healAfterMs: number | null;
}

/** Beyond the lab's own faults. */
const composed: Readonly<Record<string, Pick<ConformancePlan, 'scenario' | 'where' | 'healAfterMs'>>> = {
  both: { scenario: 'notification-service', where: 'both', healAfterMs: 3_000 },
  restart: { scenario: 'notification-service', where: 'both', healAfterMs: 0 },
};

/** What is played when nothing is chosen: each criterion of the recovery, a silent link, no node at all, a short one. */
export const defaultFaults: readonly string[] = [
  'tomcat',
  'notification-service',
  'xmpp-connection:silent',
  'cti-connection',
  'both',
  'restart',
];

/** Everything that `parseFault` takes. */
export const conformanceFaults: readonly string[] = [
  ...faultNames
    .filter((name) => !name.startsWith('cti-side'))
    .flatMap((name) =>
      variantsOf[name].map((variant) => (variant === 'default' ? name : `${name}:${variant}`)),
    ),
  ...Object.keys(composed),
];

/** @throws {LabError} that names what there is */
export function parseFault(name: string): ConformancePlan {
  if (!conformanceFaults.includes(name)) {
    throw new LabError(`unknown fault "${name}"; there are ${conformanceFaults.join(', ')}`);
  }
  const more = composed[name];
  if (more !== undefined) return { name, variant: 'default', ...more };
  const [scenario, variant = 'default'] = name.split(':') as [FaultName, FaultVariant?];
  return { name, scenario, variant, where: 'current', healAfterMs: null };
}
