import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

export type NodeName = 'primary' | 'secondary';
export const nodeNames: readonly NodeName[] = ['primary', 'secondary'];

/** An agent of the lab. Every process that knows agents reads the same list. */
export interface LabAgent {
  id: string;
  loginName: string;
  firstName: string;
  lastName: string;
  password: string;
  extension: string;
  teamId: string;
  roles: ('Agent' | 'Supervisor')[];
  skillTargetId: number;
}

/** Port numbers, the same on both nodes as in a real pair. Those below `public` are for the lab's own processes. */
export interface LabPorts {
  rest: number;
  webSocket: number;
  xmpp: number;
  xmppTls: number;
  internalWebSocket: number;
  internalXmpp: number;
  internalXmppTls: number;
  linkCtiA: number;
  linkCtiB: number;
  /** On the primary's address. */
  ctiA: number;
  ctiB: number;
  ctiPeerA: number;
  ctiPeerB: number;
}

/** Finesse's own port numbers (dev guide 12.5 p.8) and GED-188's usual ones, and internal ones beside them. */
export const defaultPorts: LabPorts = {
  rest: 8445,
  webSocket: 7443,
  xmpp: 5222,
  xmppTls: 5223,
  internalWebSocket: 17443,
  internalXmpp: 15222,
  internalXmppTls: 15223,
  linkCtiA: 42127,
  linkCtiB: 43127,
  ctiA: 42027,
  ctiB: 43027,
  ctiPeerA: 42028,
  ctiPeerB: 43028,
};

/** Everything that can be said of a lab. */
export interface Deployment {
  hosts: Readonly<Record<NodeName, string>>;
  ports: LabPorts;
  agents: readonly LabAgent[];
  deploymentType: 'UCCE' | 'UCCX';
  /** Secrets of one run, between the lab's own processes. */
  secrets: { peer: string; finesse: string };
  forcedLogoutMs: number;
  ctiHeartbeatIntervalMs: number;
}

/** A lab that cannot be set up; the message says what is in the way and what to do. */
export class LabError extends Error {
  readonly kind = 'lab';
  constructor(message: string) {
    super(message);
    this.name = 'LabError';
  }
}

const firstNames = [
  'Ada',
  'Grace',
  'Edsger',
  'Barbara',
  'Alan',
  'Radia',
  'Donald',
  'Frances',
  'Leslie',
  'Shafi',
];

/** `count` agents 1001001, 1001002, ...; the first is a supervisor too. */
export function labAgents(count: number): LabAgent[] {
  return Array.from({ length: count }, (_, index) => {
    const id = String(1_001_001 + index);
    return {
      id,
      loginName: `agent${index + 1}`,
      firstName: firstNames[index % firstNames.length] as string,
      lastName: id,
      password: 'finesse',
      extension: id,
      teamId: '1',
      roles: index === 0 ? ['Agent', 'Supervisor'] : ['Agent'],
      skillTargetId: 5_001 + index,
    };
  });
}

export const labTeams = [{ id: '1', name: 'First Line' }];

export const labReasonCodes = [
  { id: '16', category: 'NOT_READY', code: 10, label: 'Team Meeting' },
  { id: '17', category: 'NOT_READY', code: 11, label: 'Lunch' },
  { id: '18', category: 'NOT_READY', code: 12, label: 'Coffee' },
  { id: '31', category: 'LOGOUT', code: 1, label: 'End of Shift' },
];

function canListen(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
}

/**
 * The addresses of a lab. The interactive one is always at 127.0.0.1 and 127.0.0.2; others take a part of 127/8 of their
 * own, so that many can run side by side with the same port numbers.
 */
export async function chooseHosts(
  kind: 'default' | 'free',
  ports: LabPorts,
): Promise<Record<NodeName, string>> {
  for (let attempt = 0; ; attempt += 1) {
    const net = kind === 'default' ? '127.0.0' : `127.${randomInt(1, 255)}.${randomInt(1, 255)}`;
    const hosts = { primary: `${net}.1`, secondary: `${net}.2` };
    const problem = await firstProblem(hosts, ports);
    if (problem === null) return hosts;
    if (kind === 'default' || attempt === 9) throw new LabError(problem);
  }
}

async function firstProblem(hosts: Record<NodeName, string>, ports: LabPorts): Promise<string | null> {
  for (const host of Object.values(hosts)) {
    const wanted = Object.entries(ports).map(async ([name, port]) => ({
      name,
      port,
      code: await canListen(host, port),
    }));
    for (const { name, port, code } of await Promise.all(wanted)) {
      if (code === 'EADDRNOTAVAIL') {
        return `the address ${host} is not there; on macOS: sudo ifconfig lo0 alias ${host} up`;
      }
      if (code === 'EADDRINUSE')
        return `port ${port} (${name}) of ${host} is taken by another process; is another lab running?`;
      if (code !== null) return `cannot listen on ${host}:${port}: ${code}`;
    }
  }
  return null;
}
