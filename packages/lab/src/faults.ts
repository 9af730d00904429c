import { LabError, type NodeName } from './deployment.js';
import type { LinkMode } from './link.js';
import type { LabProcess } from './process.js';

/** The page's five, and what else can be broken. */
export const faultNames = [
  'notification-service',
  'xmpp-connection',
  'tomcat',
  'web-app',
  'cti-connection',
  'node',
  'cti-side-a',
  'cti-side-b',
] as const;
/** What only a lab with `--notification ejabberd-cluster` has. The web app's log says on which of them `finesse` is. */
export const memberFaultNames = ['notification-member-1', 'notification-member-2'] as const;
/** Everything that any lab can break. */
export const allFaultNames = [...faultNames, ...memberFaultNames] as const;
/** One of `allFaultNames`. */
export type FaultName = (typeof allFaultNames)[number];

/**
 * `default`: a kill or a cut that everybody hears; `silent`: packets are swallowed, sockets stay open; `frozen`: SIGSTOP,
 * the process lives and answers nothing.
 */
export const variantNames = ['default', 'silent', 'frozen'] as const;
/** One of the ways to break something; not everything breaks in every way, see `variantsOf`. */
export type FaultVariant = (typeof variantNames)[number];

/** Something that is broken, where, and how. */
export interface Fault {
  scenario: FaultName;
  node: NodeName;
  variant: FaultVariant;
}

/** What faults need of a lab. */
export interface Breakable {
  readonly processes: readonly LabProcess[];
  /** @throws {LabError} for a process that the lab does not have */
  process(name: string): LabProcess;
}

/** Which variants a scenario has. */
export const variantsOf: Readonly<Record<FaultName, readonly FaultVariant[]>> = {
  'notification-service': ['default', 'frozen'],
  'xmpp-connection': ['default', 'silent'],
  tomcat: ['default', 'frozen'],
  'web-app': ['default'],
  'cti-connection': ['default', 'silent', 'frozen'],
  node: ['default', 'frozen'],
  'cti-side-a': ['default', 'frozen'],
  'cti-side-b': ['default', 'frozen'],
  'notification-member-1': ['default', 'frozen'],
  'notification-member-2': ['default', 'frozen'],
};

/** The processes that a scenario kills or freezes: several where the whole node fails, or a service that is a cluster. */
function processesOf(lab: Breakable, fault: Pick<Fault, 'scenario' | 'node'>): LabProcess[] {
  const name = nameOf(fault);
  if (fault.scenario !== 'node' && fault.scenario !== 'notification-service') return [lab.process(name)];
  return lab.processes.filter((process) => process.name.startsWith(name));
}

function nameOf({ scenario, node }: Pick<Fault, 'scenario' | 'node'>): string {
  switch (scenario) {
    case 'notification-service':
      return `${node}-notification`;
    case 'notification-member-1':
    case 'notification-member-2':
      return `${node}-${scenario.replace('member-', '')}`;
    case 'xmpp-connection':
      return `${node}-link-clients`;
    case 'tomcat':
    case 'web-app':
      return `${node}-web-host`;
    case 'cti-connection':
      return `${node}-link-cti`;
    case 'cti-side-a':
    case 'cti-side-b':
      return scenario.replace('side-', '');
    case 'node':
      return `${node}-`;
  }
}

function check({ scenario, variant }: Fault): void {
  if (variantsOf[scenario].includes(variant)) return;
  throw new LabError(`${scenario} has no ${variant} variant, only ${variantsOf[scenario].join(', ')}`);
}

function setLink(lab: Breakable, name: string, mode: LinkMode): Promise<void> {
  return lab
    .process(name)
    .ask({ type: 'link', mode }, (answer) => answer.type === 'link' && answer.mode === mode);
}

async function setWebApp(lab: Breakable, name: string, action: 'kill' | 'start'): Promise<void> {
  const state = action === 'kill' ? 'down' : 'up';
  const host = lab.process(name);
  // A web host tells changes only: of what is as it should be nothing would be heard.
  if (host.said('web-app')?.state === state) return;
  await host.ask(
    { type: 'web-app', action },
    (answer) => answer.type === 'web-app' && answer.state === state,
  );
}

/** The faults that a lab has: a cluster's members fail one by one too. */
export function faultsOf(lab: Breakable): readonly FaultName[] {
  const clustered = lab.processes.some(({ name }) => name.endsWith('-notification-2'));
  return clustered ? allFaultNames : faultNames;
}

/** Breaks something for real. Resolves when it is broken. @throws {LabError} for a variant that the scenario does not have */
export async function breakLab(lab: Breakable, fault: Fault): Promise<void> {
  check(fault);
  const name = nameOf(fault);
  const processes = processesOf(lab, fault);
  if (fault.variant === 'frozen') {
    for (const process of processes) process.freeze();
    return;
  }
  if (fault.scenario === 'web-app') return setWebApp(lab, name, 'kill');
  if (fault.scenario === 'xmpp-connection' || fault.scenario === 'cti-connection') {
    return setLink(lab, name, fault.variant === 'silent' ? 'silence' : 'reset');
  }
  await Promise.all(processes.map((process) => process.kill()));
}

/** Mends it, whatever its variant was: starts what is down, wakes what is frozen, heals what is cut. Moves nobody back. */
export async function healLab(
  lab: Breakable,
  { scenario, node }: Pick<Fault, 'scenario' | 'node'>,
): Promise<void> {
  const name = nameOf({ scenario, node });
  await Promise.all(
    processesOf(lab, { scenario, node }).map(async (process) => {
      // It may have been frozen by hand as well, which nobody told the lab.
      process.thaw();
      await process.start();
    }),
  );
  if (scenario === 'xmpp-connection' || scenario === 'cti-connection') await setLink(lab, name, 'pass');
  if (scenario === 'web-app') await setWebApp(lab, name, 'start');
}
