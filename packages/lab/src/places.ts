import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { type CtiPorts, LabError, type NodePorts, type Places } from './deployment.js';

/** Finesse's own port numbers (dev guide 12.5 p.8), and internal ones beside them. */
const usualNodePorts: NodePorts = {
  rest: 8445,
  webSocket: 7443,
  xmpp: 5222,
  xmppTls: 5223,
  internalWebSocket: 17443,
  internalXmpp: 15222,
  internalXmppTls: 15223,
  linkCtiA: 42127,
  linkCtiB: 43127,
};

/** The usual ones of a CTI server's sides A and B, and two between the sides. */
const usualCtiPorts: CtiPorts = { a: 42027, b: 43027, peerA: 42028, peerB: 43028 };

/** What the secondary's ports lie above the primary's where both share an address. */
const sharedAddressStep = 10;

/**
 * Where a lab listens.
 * `default`: the usual ports of 127.0.0.1 and 127.0.0.2, as a real pair has the same ports on two hosts.
 * `free`: the usual ports of two addresses that nothing else uses, for labs side by side.
 * `shared`: both nodes on 127.0.0.1, on ports that are free now. `default` and `free` turn to a shared address where the
 * system has no loopback address but one (macOS).
 */
export type AddressChoice = 'default' | 'free' | 'shared';

/** @throws {LabError} naming what is taken */
export async function choosePlaces(choice: AddressChoice): Promise<Places> {
  if (choice === 'shared') return sharedPlaces();
  for (let attempt = 0; ; attempt += 1) {
    const net = choice === 'default' ? '127.0.0' : `127.${randomInt(1, 255)}.${randomInt(1, 255)}`;
    const places = usualPlaces(`${net}.1`, `${net}.2`);
    const problem = await firstProblem(places);
    if (problem === null) return places;
    if (problem.code === 'EADDRNOTAVAIL') return choice === 'default' ? usualSharedPlaces() : sharedPlaces();
    if (choice === 'default' || attempt === 9) throw new LabError(problem.sentence);
  }
}

function usualPlaces(primary: string, secondary: string): Places {
  return {
    nodes: {
      primary: { host: primary, ports: usualNodePorts },
      secondary: { host: secondary, ports: usualNodePorts },
    },
    cti: { host: primary, ports: usualCtiPorts },
  };
}

async function usualSharedPlaces(): Promise<Places> {
  const places = usualPlaces('127.0.0.1', '127.0.0.1');
  places.nodes.secondary.ports = eachPort(usualNodePorts, (number) => number + sharedAddressStep);
  const problem = await firstProblem(places);
  if (problem !== null) throw new LabError(problem.sentence);
  return places;
}

/** Ports that the system gave: all held at once, so that they differ, and let go together. */
async function sharedPlaces(): Promise<Places> {
  const places = usualPlaces('127.0.0.1', '127.0.0.1');
  const held: Server[] = [];
  const free = async (): Promise<number> => {
    const server = createServer();
    held.push(server);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(0, '127.0.0.1', resolve);
    });
    return (server.address() as { port: number }).port;
  };
  const count = 2 * Object.keys(usualNodePorts).length + Object.keys(usualCtiPorts).length;
  const ports = await Promise.all(Array.from({ length: count }, free));
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  const next = () => ports.pop() as number;
  places.nodes.primary.ports = eachPort(usualNodePorts, next);
  places.nodes.secondary.ports = eachPort(usualNodePorts, next);
  places.cti.ports = eachPort(usualCtiPorts, next);
  return places;
}

function eachPort<Ports extends object>(ports: Ports, change: (port: number) => number): Ports {
  return Object.fromEntries(Object.entries(ports).map(([name, port]) => [name, change(port)])) as Ports;
}

async function firstProblem(places: Places): Promise<{ code: string; sentence: string } | null> {
  for (const [name, { host, ports }] of Object.entries({ ...places.nodes, cti: places.cti })) {
    const tried = Object.entries(ports).map(async ([what, port]) => {
      const code = await cannotListen(host, port);
      if (code === null) return [];
      const why =
        code === 'EADDRINUSE' ? 'is taken by another process; is another lab running?' : `gives ${code}`;
      return [{ code, sentence: `port ${port} of ${host} (${name} ${what}) ${why}` }];
    });
    const [problem] = (await Promise.all(tried)).flat();
    if (problem !== undefined) return problem;
  }
  return null;
}

function cannotListen(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen(port, host, () => server.close(() => resolve(null)));
  });
}
