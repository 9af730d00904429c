import { readFileSync } from 'node:fs';

/** Beside the connections: ports that listen, pipes, files. */
const spare = 100;

/**
 * Sees that one process may hold so many connections. Node raises its own limit to the hard one.
 * @throws {Error} which says what to do
 */
export function demandOpenFiles(connections: number): void {
  const limits = readFileSync('/proc/self/limits', 'latin1');
  const [, limit = 'unlimited'] = /^Max open files +(\S+)/m.exec(limits) ?? [];
  if (limit === 'unlimited' || Number(limit) >= connections + spare) return;
  throw new Error(
    `${connections} subscribers need ${connections + spare} open files in one process and ${limit} are allowed: raise it first (ulimit -n ${connections + spare})`,
  );
}
