import type { CtiSides } from './cti-link.js';
import type { Machine } from './machine.js';
import type { Direction, Path } from './network.js';
import type { Component, Damage, SimNode } from './node.js';
import type { Random } from './random.js';

/** Which of the pair. */
export type Place = 0 | 1;

/** Something that breaks for a while. Times are milliseconds of virtual time. */
export type Fault = { readonly atMs: number; readonly lastsMs: number } & (
  | { readonly kind: 'break'; readonly place: Place; readonly component: Component; readonly damage: Damage }
  | { readonly kind: 'cti-side'; readonly side: 'A' | 'B' }
  /** The network between clients and a node. `client`: only of this one; null for all. */
  | {
      readonly kind: 'cut';
      readonly place: Place;
      readonly client: number | null;
      readonly directions: readonly Direction[];
    }
  | {
      readonly kind: 'bad-network';
      readonly place: Place;
      readonly client: number | null;
      readonly latencyMs: number;
      readonly lossRate: number;
      readonly bytesPerMs: number;
    }
  | { readonly kind: 'reset'; readonly place: Place; readonly client: number }
  /** `clockStands`: the monotonic clock stops too. `told`: the machine says so afterwards. */
  | { readonly kind: 'sleep'; readonly client: number; readonly clockStands: boolean; readonly told: boolean }
  | { readonly kind: 'clock'; readonly client: number; readonly byMs: number }
  | { readonly kind: 'hint'; readonly client: number; readonly online: boolean }
);

/** What faults are done to. */
export interface FaultField {
  readonly nodes: readonly [SimNode, SimNode];
  readonly cti: CtiSides;
  readonly clients: readonly { machine: Machine; paths: readonly [Path, Path] }[];
}

const components: readonly Component[] = [
  'service',
  'host',
  'app',
  'cti-link',
  'client-link',
  'peer',
  'capacity',
  'announcing',
];
const canFreeze: ReadonlySet<Component> = new Set(['service', 'host', 'cti-link']);

/** What makes one node unavailable for good. */
const fatal: readonly Component[] = ['service', 'host', 'app', 'cti-link', 'client-link'];
/** The part of runs in which one node never comes back. */
const lastingRate = 0.3;

/**
 * The faults of one run. All begin after `fromMs` and are mended before `untilMs`, but in some runs one node is broken
 * for good: the other one must do.
 */
export function drawFaults(random: Random, clients: number, fromMs: number, untilMs: number): Fault[] {
  const faults = Array.from({ length: 1 + random.below(5) }, () => {
    const atMs = Math.round(random.between(fromMs, untilMs));
    const longest = untilMs - atMs;
    // As many of tenths of seconds as of tens of seconds: those in between meet the deadlines.
    const lastsMs = Math.round(Math.min(longest, 10 ** random.between(1.5, 4.8)));
    return { atMs, lastsMs, ...draw(random, clients) } as Fault;
  });
  if (random.chance(lastingRate)) {
    const place: Place = random.chance(0.5) ? 0 : 1;
    const component = random.pick(fatal);
    const damage = canFreeze.has(component) && random.chance(0.5) ? 'frozen' : 'down';
    const atMs = Math.round(random.between(fromMs, untilMs));
    faults.push({ atMs, lastsMs: forGoodMs, kind: 'break', place, component, damage });
  }
  return faults.sort((one, other) => one.atMs - other.atMs);
}

/** Longer than any run. */
const forGoodMs = 864_000_000;

type What = Fault extends infer One ? (One extends Fault ? Omit<One, 'atMs' | 'lastsMs'> : never) : never;

function draw(random: Random, clients: number): What {
  const place: Place = random.chance(0.6) ? 0 : 1;
  const client = random.below(clients);
  const some = random.chance(0.5) ? client : null;
  switch (random.below(10)) {
    case 0:
      return { kind: 'cti-side', side: random.pick(['A', 'B'] as const) };
    case 1: {
      const directions = random.pick([['up', 'down'], ['up'], ['down']] as const);
      return { kind: 'cut', place, client: some, directions };
    }
    case 2:
      return {
        kind: 'bad-network',
        place,
        client: some,
        latencyMs: Math.round(10 ** random.between(1, 3.5)),
        lossRate: Math.round(random.between(0, 40)) / 100,
        bytesPerMs: Math.round(10 ** random.between(0, 4)),
      };
    case 3:
      return { kind: 'reset', place, client };
    case 4: {
      const sleep = random.chance(0.5);
      if (sleep) return { kind: 'sleep', client, clockStands: random.chance(0.5), told: random.chance(0.5) };
      if (random.chance(0.5)) return { kind: 'hint', client, online: random.chance(0.5) };
      return { kind: 'clock', client, byMs: Math.round(random.between(-600_000, 600_000)) };
    }
    default: {
      const component = random.pick(components);
      const damage = canFreeze.has(component) && random.chance(0.4) ? 'frozen' : 'down';
      return { kind: 'break', place, component, damage };
    }
  }
}

/** Breaks what a fault breaks; the function returned mends it. */
export function begin(fault: Fault, field: FaultField): () => void {
  switch (fault.kind) {
    case 'break': {
      const node = field.nodes[fault.place];
      node.damage(fault.component, fault.damage);
      return () => node.mend(fault.component, fault.damage);
    }
    case 'cti-side': {
      const { up } = field.cti;
      if (!up[fault.side]) return () => undefined;
      up[fault.side] = false;
      for (const node of field.nodes) node.onSideDown(fault.side);
      return () => {
        up[fault.side] = true;
      };
    }
    case 'cut': {
      const paths = pathsOf(fault, field);
      for (const path of paths) path.cut(fault.directions);
      return () => {
        for (const path of paths) path.mend(fault.directions);
      };
    }
    case 'bad-network': {
      const paths = pathsOf(fault, field);
      const { latencyMs, lossRate, bytesPerMs } = fault;
      const quality = { latencyMs, jitterMs: latencyMs, lossRate, bytesPerMs };
      for (const path of paths) path.worsen(quality);
      return () => {
        for (const path of paths) path.relieve(quality);
      };
    }
    case 'reset': {
      const machine = field.clients[fault.client]?.machine;
      const node = field.nodes[fault.place];
      for (const connection of [...(machine?.connections ?? [])]) {
        if (connection.node === node) connection.breakDown();
      }
      return () => undefined;
    }
    case 'sleep': {
      const machine = field.clients[fault.client]?.machine;
      machine?.fallAsleep(fault.clockStands);
      return () => {
        machine?.wakeUp();
        if (fault.told) machine?.hint({ type: 'wake' });
      };
    }
    case 'clock':
      field.clients[fault.client]?.machine.setClock(fault.byMs);
      return () => undefined;
    case 'hint': {
      const machine = field.clients[fault.client]?.machine;
      machine?.hint({ type: fault.online ? 'online' : 'offline' });
      return () => machine?.hint({ type: 'online' });
    }
  }
}

function pathsOf(
  { place, client }: { place: Place; client: number | null },
  { clients }: FaultField,
): Path[] {
  return clients
    .filter((_one, index) => client === null || index === client)
    .map(({ paths }) => paths[place]);
}
