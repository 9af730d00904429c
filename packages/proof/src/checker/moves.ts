import type { FailoverEvent, LossCause, SystemInfoAnswer } from '@finesse-ha/failover';
import { answerOf, changesOf, differs, finessePresent, type Parts, published } from './parts.js';
import type { TimeModel } from './settings.js';
import { nodeIds, type Place, places, type Wire, type World, withAt } from './world.js';

/** Which of the things under way. */
export type Message = 'answer-0' | 'answer-1' | 'opening' | 'presence' | 'info' | 'pong' | 'fetch';

/** One thing that may happen next. Free moves are the world taking its course; each disturbance is counted. */
export type Move =
  | { kind: 'connect' }
  | { kind: 'timer' }
  | { kind: 'wait' }
  | { kind: 'deliver'; message: Message | 'end' }
  | Disturbance;

export type Disturbance =
  | { kind: 'change'; place: Place; parts: Parts; goodbye: boolean }
  | { kind: 'late'; message: Message }
  | { kind: 'lose'; message: Message }
  /** Something else than the truth is said: an overloaded node, a refusal. */
  | {
      kind: 'say';
      message: Message;
      what: 'retry-after' | 'certificate' | 'overloaded' | 'unauthorized' | 'failed' | 'denied';
    }
  /** The connection ends although everything is up. */
  | { kind: 'drop'; cause: 'reset' | 'conflict' }
  | { kind: 'network'; online: boolean }
  | { kind: 'sleep' }
  | { kind: 'disconnect' };

const retryAfterMs = 2_000;

function question(message: Message): Place | null {
  return message === 'answer-0' ? 0 : message === 'answer-1' ? 1 : null;
}

const answerOfPlace = ['answer-0', 'answer-1'] as const;

/** What comes now unless it is held up: the world does not let time pass over it. */
export function urgentMoves(world: World): Move[] {
  const moves: Move[] = [];
  const { core, wire } = world;
  if (core.phase !== 'running') return moves;
  for (const place of places) {
    const asked = world.questions[place];
    if (asked?.delivery === 'prompt' && (asked.held !== null || answerOf(world.parts[place]) !== null)) {
      moves.push({ kind: 'deliver', message: answerOfPlace[place] });
    }
  }
  if (wire !== null) {
    const open = world.parts[wire.place].link !== 'half-open';
    if (wire.phase === 'opening') {
      if (open && !wire.openHeld) moves.push({ kind: 'deliver', message: 'opening' });
    } else {
      if (open && wire.presence.length > 0 && !wire.presenceHeld)
        moves.push({ kind: 'deliver', message: 'presence' });
      if (open && wire.info.length > 0 && !wire.infoHeld) moves.push({ kind: 'deliver', message: 'info' });
      if (open && wire.bytes) moves.push({ kind: 'deliver', message: 'pong' });
    }
    if (open && wire.end !== null) moves.push({ kind: 'deliver', message: 'end' });
  }
  if (world.fetch?.delivery === 'prompt' && fetchOutcome(world) !== null) {
    moves.push({ kind: 'deliver', message: 'fetch' });
  }
  if (core.deadlineAt !== null && core.deadlineAt <= world.now) moves.push({ kind: 'timer' });
  return moves;
}

/** What is late may come at any moment. */
export function lateMoves(world: World): Move[] {
  const moves: Move[] = [];
  const { wire } = world;
  if (world.core.phase !== 'running') return [{ kind: 'connect' }];
  for (const place of places) {
    if (world.questions[place]?.delivery === 'held')
      moves.push({ kind: 'deliver', message: answerOfPlace[place] });
  }
  if (wire !== null && world.parts[wire.place].link !== 'half-open') {
    if (wire.phase === 'opening' && wire.openHeld && wire.alive)
      moves.push({ kind: 'deliver', message: 'opening' });
    if (wire.presenceHeld) moves.push({ kind: 'deliver', message: 'presence' });
    if (wire.infoHeld) moves.push({ kind: 'deliver', message: 'info' });
  }
  if (world.fetch?.delivery === 'held' && fetchOutcome(world) !== null) {
    moves.push({ kind: 'deliver', message: 'fetch' });
  }
  return moves;
}

/** Everything that may happen without a disturbance. */
export function freeMoves(world: World): Move[] {
  const urgent = urgentMoves(world);
  const moves = [...urgent, ...lateMoves(world)];
  if (urgent.length === 0 && world.core.phase === 'running') moves.push({ kind: 'wait' });
  return moves;
}

/** Everything that may go wrong. */
export function disturbances(world: World): Disturbance[] {
  const moves: Disturbance[] = [];
  const { core, wire } = world;
  for (const place of places) {
    for (const parts of changesOf(world.parts[place])) {
      moves.push({ kind: 'change', place, parts, goodbye: false });
      const stops = world.parts[place].service === 'up' && parts.service === 'down';
      if (stops && wire?.place === place && wire.phase === 'up') {
        moves.push({ kind: 'change', place, parts, goodbye: true });
      }
    }
  }
  if (core.phase !== 'running') return moves;
  for (const move of urgentMoves(world)) {
    if (move.kind !== 'deliver' || move.message === 'end') continue;
    const { message } = move;
    moves.push({ kind: 'lose', message });
    if (message !== 'pong') moves.push({ kind: 'late', message });
    if (question(message) !== null) {
      moves.push(
        { kind: 'say', message, what: 'retry-after' },
        { kind: 'say', message, what: 'certificate' },
      );
    } else if (message === 'opening') {
      moves.push(
        { kind: 'say', message, what: 'overloaded' },
        { kind: 'say', message, what: 'unauthorized' },
      );
    } else if (message === 'fetch') {
      moves.push({ kind: 'say', message, what: 'failed' }, { kind: 'say', message, what: 'denied' });
    }
  }
  if (wire?.phase === 'up' && wire.end === null && world.parts[wire.place].link === 'up') {
    moves.push({ kind: 'drop', cause: 'reset' }, { kind: 'drop', cause: 'conflict' });
  }
  moves.push({ kind: 'network', online: !core.online }, { kind: 'sleep' }, { kind: 'disconnect' });
  return moves;
}

/** How the fetch after a recovery ends as things are: REST of the node and its XMPP connection are needed; null: silence. */
function fetchOutcome(world: World): 'resynced' | 'failed' | null {
  const { wire } = world;
  if (wire === null) return null;
  const parts = world.parts[wire.place];
  if (parts.host === 'frozen' || parts.link !== 'up' || !wire.alive) return null;
  return parts.host === 'down' || parts.app === 'down' ? 'failed' : 'resynced';
}

/** What a move makes of the world before the core takes the events in. */
export interface Happening {
  readonly world: World;
  readonly events: readonly FailoverEvent[];
  /** Time that passed. */
  readonly passedMs: number;
}

/** Carries out a move up to the point where the core is told of it. */
export function happen(world: World, move: Move, time: TimeModel): Happening {
  const at = world.now;
  const told = (next: World, ...events: FailoverEvent[]): Happening => ({ world: next, events, passedMs: 0 });
  switch (move.kind) {
    case 'connect':
      return told(world, { type: 'connect', at });
    case 'disconnect':
      return told(world, { type: 'disconnect', at });
    case 'timer':
      return told(world, { type: 'timer', at });
    case 'network':
      return told(world, { type: 'network', online: move.online, at });
    case 'wait': {
      const deadlineAt = world.core.deadlineAt ?? at;
      const passedMs = time.advance === 'ticks' ? time.tickMs : Math.max(deadlineAt - at, 0);
      return { world: { ...world, now: at + passedMs }, events: [], passedMs };
    }
    case 'sleep': {
      const { core } = world;
      const now = Math.max(at, core.deadlineAt ?? at) + core.settings.sleepMs + time.tickMs;
      return { world: { ...world, now }, events: [], passedMs: now - at };
    }
    case 'change':
      return told(change(world, move.place, move.parts, move.goodbye));
    case 'drop':
      return told({ ...world, wire: { ...(world.wire as Wire), alive: false, end: move.cause } });
    case 'late':
      return told(holdUp(world, move.message));
    case 'lose':
      return told(lose(world, move.message));
    case 'say':
      return say(world, move);
    case 'deliver':
      return deliver(world, move.message);
  }
}

/** A component changes; everybody who is connected is told at once what the node tells of it. */
export function change(world: World, place: Place, parts: Parts, goodbye: boolean): World {
  const before = world.parts[place];
  const next = { ...world, parts: withAt(world.parts, place, parts) };
  const { wire } = world;
  if (wire?.place !== place || wire.phase === 'opening' || !differs(before, parts)) return next;
  if (parts.link === 'down' && before.link !== 'down') {
    return { ...next, wire: { ...wire, alive: false, end: wire.end ?? 'reset' } };
  }
  if (parts.service === 'down' && wire.alive) {
    const end: LossCause | null = parts.link === 'half-open' ? null : goodbye ? 'system-shutdown' : 'closed';
    return { ...next, wire: { ...wire, alive: false, end: wire.end ?? end } };
  }
  if (!wire.alive) {
    // The first packet through a link that carries again is answered by a reset.
    const reset = before.link === 'half-open' && parts.link === 'up' && wire.end === null;
    return reset ? { ...next, wire: { ...wire, end: 'reset' } } : next;
  }
  const present = finessePresent(parts);
  const presence = present === finessePresent(before) ? wire.presence : [...wire.presence, present];
  const status = published(parts);
  const info = status === null || status === published(before) ? wire.info : [...wire.info, status];
  return { ...next, wire: { ...wire, presence, info } };
}

function holdUp(world: World, message: Message): World {
  const place = question(message);
  if (place !== null) {
    const asked = world.questions[place];
    if (asked === null) return world;
    const held = trueAnswer(world, place);
    return { ...world, questions: withAt(world.questions, place, { ...asked, delivery: 'held', held }) };
  }
  const { wire, fetch } = world;
  if (message === 'fetch') return { ...world, fetch: fetch && { ...fetch, delivery: 'held' } };
  if (wire === null) return world;
  switch (message) {
    case 'opening':
      return { ...world, wire: { ...wire, openHeld: true } };
    case 'presence':
      return { ...world, wire: { ...wire, presenceHeld: true } };
    default:
      return { ...world, wire: { ...wire, infoHeld: true } };
  }
}

function lose(world: World, message: Message): World {
  const place = question(message);
  if (place !== null) {
    const asked = world.questions[place];
    return asked === null
      ? world
      : { ...world, questions: withAt(world.questions, place, { ...asked, delivery: 'lost' }) };
  }
  const { wire, fetch } = world;
  if (message === 'fetch') return { ...world, fetch: fetch && { ...fetch, delivery: 'lost' } };
  if (wire === null) return world;
  switch (message) {
    case 'opening':
      // Its packets get lost for good: the notification service never hears of it.
      return { ...world, wire: { ...wire, openHeld: true, alive: false } };
    case 'presence':
      return { ...world, wire: { ...wire, presence: wire.presence.slice(1) } };
    case 'info':
      return { ...world, wire: { ...wire, info: wire.info.slice(1) } };
    default:
      return { ...world, wire: { ...wire, bytes: false } };
  }
}

function say(world: World, { message, what }: Extract<Disturbance, { kind: 'say' }>): Happening {
  const at = world.now;
  const place = question(message);
  if (place !== null) {
    const answer: SystemInfoAnswer =
      what === 'certificate'
        ? { kind: 'certificate', detail: 'expired' }
        : { kind: 'http-error', httpStatus: 503, retryAfterMs };
    return answerTo(world, place, answer);
  }
  if (message === 'fetch') {
    const { generation, id } = world.fetch as NonNullable<World['fetch']>;
    const event: FailoverEvent =
      what === 'denied'
        ? { type: 'denied', cause: 'unauthorized', detail: 'HTTP 401', at }
        : { type: 'resync-failed', generation, resync: id, detail: 'HTTP 500', at };
    return { world: { ...world, fetch: null }, events: [event], passedMs: 0 };
  }
  const { generation } = world.wire as Wire;
  const event: FailoverEvent =
    what === 'unauthorized'
      ? { type: 'xmpp-lost', generation, cause: 'unauthorized', at }
      : { type: 'xmpp-lost', generation, cause: 'overloaded', retryAfterMs, at };
  return { world: { ...world, wire: null, fetch: null }, events: [event], passedMs: 0 };
}

/** What the node says of itself as things are. */
function trueAnswer(world: World, place: Place): SystemInfoAnswer | null {
  const answer = answerOf(world.parts[place]);
  if (answer?.kind !== 'status' || !world.namesAlternate) return answer;
  return { ...answer, alternate: nodeIds[place === 0 ? 1 : 0] };
}

function answerTo(world: World, place: Place, answer: SystemInfoAnswer): Happening {
  const asked = world.questions[place];
  if (asked === null) return { world, events: [], passedMs: 0 };
  const event: FailoverEvent = {
    type: 'system-info',
    node: nodeIds[place],
    probe: asked.id,
    answer,
    at: world.now,
  };
  return {
    world: { ...world, questions: withAt(world.questions, place, null) },
    events: [event],
    passedMs: 0,
  };
}

function deliver(world: World, message: Message | 'end'): Happening {
  const at = world.now;
  if (message === 'answer-0' || message === 'answer-1') {
    const place = message === 'answer-0' ? 0 : 1;
    const answer = world.questions[place]?.held ?? trueAnswer(world, place);
    return answer === null ? { world, events: [], passedMs: 0 } : answerTo(world, place, answer);
  }
  const wire = world.wire as Wire;
  const { generation } = wire;
  const received: FailoverEvent = { type: 'received', generation, at };
  const told = (next: Wire, event?: FailoverEvent): Happening => ({
    world: { ...world, wire: next },
    events: event === undefined ? [received] : [received, event],
    passedMs: 0,
  });
  switch (message) {
    case 'opening':
      return open(world, wire);
    case 'presence': {
      const [available, ...presence] = wire.presence;
      const next = { ...wire, presence, presenceHeld: wire.presenceHeld && presence.length > 0 };
      return told(next, { type: 'presence', generation, available: available === true, at });
    }
    case 'info': {
      const [status, ...info] = wire.info;
      const next = { ...wire, info, infoHeld: wire.infoHeld && info.length > 0 };
      return status === undefined ? told(next) : told(next, { type: 'notification', generation, status, at });
    }
    case 'pong':
      return told({ ...wire, bytes: false });
    case 'fetch': {
      const id = world.fetch?.id ?? 0;
      const event: FailoverEvent =
        fetchOutcome(world) === 'failed'
          ? { type: 'resync-failed', generation, resync: id, detail: 'HTTP 404', at }
          : { type: 'resynced', generation, resync: id, at };
      return { world: { ...world, fetch: null }, events: [event], passedMs: 0 };
    }
    case 'end': {
      const event: FailoverEvent = { type: 'xmpp-lost', generation, cause: wire.end ?? 'closed', at };
      return { world: { ...world, wire: null, fetch: null }, events: [event], passedMs: 0 };
    }
  }
}

/** The opening of a connection comes to its end: up, or refused. */
function open(world: World, wire: Wire): Happening {
  const { generation } = wire;
  const at = world.now;
  const parts = world.parts[wire.place];
  if (parts.link === 'down' || parts.service === 'down') {
    const cause = parts.link === 'down' ? 'unreachable' : 'refused';
    return {
      world: { ...world, wire: null },
      events: [{ type: 'xmpp-lost', generation, cause, at }],
      passedMs: 0,
    };
  }
  const presence = finessePresent(parts) ? [true] : [];
  const up: Wire = { ...wire, phase: 'up', openHeld: false, presence };
  return { world: { ...world, wire: up }, events: [{ type: 'xmpp-up', generation, at }], passedMs: 0 };
}
