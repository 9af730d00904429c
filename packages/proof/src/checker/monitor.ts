import type { Announcement, Command, FailoverEvent, FailoverState } from '@finesse-ha/failover';
import { type Place, placeOf, places, type Question, type Wire, type World, withAt } from './world.js';

/** The properties that are checked, by name; `properties.ts` says them in words. */
export type PropertyId =
  | 'in-service-is-available'
  | 'one-connection'
  | 'abandoned-is-silent'
  | 'keeps-connection'
  | 'leaves-only-unavailable'
  | 'asks-once-more'
  | 'no-failing-back'
  | 'no-false-alarm'
  | 'one-probe'
  | 'closed-is-closed'
  | 'never-waits-for-nothing'
  | 'recovers';

/** A property does not hold. */
export class Violation extends Error {
  readonly kind = 'violation';
  readonly property: PropertyId;
  constructor(property: PropertyId, what: string) {
    super(what);
    this.name = 'Violation';
    this.property = property;
  }
}

/**
 * What the client was told, kept apart from the core's own bookkeeping so that the one can be held against the other.
 */
export interface Monitor {
  /** The last word on each node's SystemInfo since the search on the current node began. */
  readonly heard: readonly [Word, Word];
  /** When that was: what is heard in the instant in which a search begins counts for it. */
  readonly heardAt: readonly [number, number];
  /** Since when each node's last word is IN_SERVICE. */
  readonly inSince: readonly [number | null, number | null];
  /** The last word on the current node's SystemInfo that counts for its XMPP connection: asked after it came up. */
  readonly word: 'none' | 'in' | 'out';
  readonly presence: 'none' | 'yes' | 'no';
  /** Since when the connection is up without available presence. */
  readonly lackingSince: number | null;
  /** Pings sent since the last byte received. */
  readonly pings: number;
  /** The machine slept since the last byte received. */
  readonly slept: boolean;
  /** The fetch that goes with the present conditions was made. */
  readonly fetched: boolean;
  /** Which questions were asked before the connection, the presence or the end of the sleep that they would confirm. */
  readonly outdated: readonly [boolean, boolean];
  /** The current node is asked once more since the alternate was heard to be in service. */
  readonly onceMore: 'no' | 'asked' | 'done';
  /** Until when each node asked not to be asked. */
  readonly quietUntil: readonly [number, number];
  /** Timers in a row without time passing. */
  readonly spins: number;
}

type Word = 'none' | 'in' | 'failing' | 'out';

const nothingHeard = ['none', 'none'] as const;

export const freshMonitor: Monitor = {
  heard: nothingHeard,
  heardAt: [0, 0],
  inSince: [null, null],
  word: 'none',
  presence: 'none',
  lackingSince: null,
  pings: 0,
  slept: false,
  fetched: false,
  outdated: [false, false],
  onceMore: 'no',
  quietUntil: [0, 0],
  spins: 0,
};

const noConnection = {
  word: 'none',
  presence: 'none',
  lackingSince: null,
  pings: 0,
  slept: false,
  fetched: false,
} as const;

/** What is pending is of before: only a question asked from now on confirms SystemInfo. */
function outdate(questions: World['questions']): readonly [boolean, boolean] {
  return [questions[0] !== null, questions[1] !== null];
}

/** The core takes a gap this long for a sleep (`sleepMs`): it must ask anew. */
export function sleptThrough(core: FailoverState, now: number): boolean {
  return (
    core.phase === 'running' && core.deadlineAt !== null && now - core.deadlineAt > core.settings.sleepMs
  );
}

/** Takes in what the client is about to be told. `world` is the one before. */
export function hear(world: World, monitor: Monitor, event: FailoverEvent): Monitor {
  const { core, now } = world;
  let next = monitor;
  if (sleptThrough(core, now)) {
    next = {
      ...next,
      heard: nothingHeard,
      word: 'none',
      fetched: false,
      slept: true,
      onceMore: 'no',
      outdated: outdate(world.questions),
      lackingSince: next.presence === 'none' && next.lackingSince !== null ? now : next.lackingSince,
    };
  }
  return overdue(hearEvent(world, next, event), world);
}

/** A first presence that is overdue counts as unavailable: SystemInfo must be told anew after it. */
function overdue(monitor: Monitor, { core, now, questions }: World): Monitor {
  const { presence, lackingSince } = monitor;
  if (presence !== 'none' || lackingSince === null) return monitor;
  if (now - lackingSince < core.settings.presenceTimeoutMs) return monitor;
  return { ...monitor, presence: 'no', word: 'none', fetched: false, outdated: outdate(questions) };
}

function hearEvent(world: World, monitor: Monitor, event: FailoverEvent): Monitor {
  const { core, now } = world;
  let next = monitor;
  const here = placeOf(core.current);
  switch (event.type) {
    case 'system-info': {
      const place = placeOf(event.node);
      const { answer } = event;
      if (answer.kind === 'http-error' && answer.retryAfterMs !== undefined) {
        next = { ...next, quietUntil: withAt(next.quietUntil, place, now + answer.retryAfterMs) };
      }
      if (answer.kind === 'status') {
        const word =
          answer.status === 'out-of-service' ? 'out' : answer.heartbeat === 'failure' ? 'failing' : 'in';
        return hearWord(next, world, place, word, next.outdated[place]);
      }
      const says = answer.kind === 'http-error' && answer.httpStatus === 503;
      return says ? hearWord(next, world, place, 'out', false) : hearSilence(next, core, place, now);
    }
    case 'notification':
      return hearWord(next, world, here, event.status === 'in-service' ? 'in' : 'out', false);
    case 'xmpp-up':
      return { ...next, ...noConnection, lackingSince: now, outdated: outdate(world.questions) };
    case 'xmpp-lost':
      if (event.retryAfterMs !== undefined) {
        next = { ...next, quietUntil: withAt(next.quietUntil, here, now + event.retryAfterMs) };
      }
      return { ...next, ...noConnection };
    case 'presence':
      if (event.available) {
        const anew =
          next.presence === 'no' ? { word: 'none' as const, outdated: outdate(world.questions) } : {};
        return { ...next, ...anew, presence: 'yes', lackingSince: null };
      }
      return {
        ...next,
        presence: 'no',
        word: 'none',
        fetched: false,
        lackingSince: next.lackingSince ?? now,
        outdated: outdate(world.questions),
      };
    case 'received':
      return { ...next, pings: 0, slept: false };
    case 'resynced':
      return { ...next, fetched: conditionsTold(next) };
    default:
      return next;
  }
}

function conditionsTold(monitor: Monitor): boolean {
  return monitor.word === 'in' && monitor.presence === 'yes';
}

function hearWord(
  monitor: Monitor,
  { core, now }: Pick<World, 'core' | 'now'>,
  place: Place,
  word: Word,
  outdated: boolean,
): Monitor {
  const next = {
    ...monitor,
    heard: withAt(monitor.heard, place, word),
    heardAt: withAt(monitor.heardAt, place, now),
    inSince: withAt(monitor.inSince, place, word === 'out' ? null : (monitor.inSince[place] ?? now)),
  };
  if (place !== placeOf(core.current)) return { ...next, onceMore: word === 'in' ? monitor.onceMore : 'no' };
  if (word === 'out') return { ...next, word: 'out', fetched: false };
  return { ...next, word: outdated ? monitor.word : 'in' };
}

/** A question without a usable answer: the node in service is believed until the core tells a failure. */
function hearSilence(monitor: Monitor, core: FailoverState, place: Place, now: number): Monitor {
  if (core.status === 'in-service' && place === placeOf(core.current)) return monitor;
  return hearWord(monitor, { core, now }, place, 'out', false);
}

/** A search begins: only what is heard in this instant counts for it. */
function heardNow(monitor: Monitor, now: number): readonly [Word, Word] {
  const [first, second] = monitor.heard;
  return [monitor.heardAt[0] === now ? first : 'none', monitor.heardAt[1] === now ? second : 'none'];
}

/** What the world makes of one command, and whether it may be given at all. */
export interface Applied {
  questions: World['questions'];
  wire: Wire | null;
  fetch: World['fetch'];
  monitor: Monitor;
  /** What was told before the first command of the step. */
  told: Monitor;
  /** A failure was told in this step. */
  failing: boolean;
  /** The probe whose answer the step takes in: cancelling it is late, and does no harm. */
  answered: number | null;
}

/** Holds a command against the properties and notes it. `before` is the core's state before the step. */
export function watchCommand(
  applied: Applied,
  before: FailoverState,
  after: FailoverState,
  command: Command,
  batch: readonly Command[],
): Monitor {
  const { monitor, wire, questions } = applied;
  switch (command.type) {
    case 'probe': {
      const place = placeOf(command.node);
      if (questions[place] !== null)
        throw new Violation('one-probe', `${command.node} is asked while being asked`);
      const outdated = withAt(monitor.outdated, place, false);
      const other = placeOf(after.current) === 0 ? 1 : 0;
      const asks = place !== other && monitor.heard[other] === 'in' && monitor.onceMore === 'no';
      const onceMore = asks ? 'asked' : monitor.onceMore;
      return { ...monitor, outdated, onceMore };
    }
    case 'cancel-probe': {
      const place = placeOf(command.node);
      if (command.probe === applied.answered) return monitor;
      if (questions[place]?.id !== command.probe) {
        throw new Violation(
          'closed-is-closed',
          `a probe of ${command.node} is cancelled that is not under way`,
        );
      }
      const probe = before.nodes.find((node) => node.id === command.node)?.probe;
      const expired = probe !== null && probe !== undefined && after.lastAt >= probe.deadlineAt;
      const current = place === placeOf(before.current);
      const heard = expired ? hearSilence(monitor, before, place, after.lastAt) : monitor;
      return current && heard.onceMore === 'asked' ? { ...heard, onceMore: expired ? 'done' : 'no' } : heard;
    }
    case 'open-xmpp':
      if (wire !== null) {
        throw new Violation('one-connection', `a connection to ${command.node} is opened while there is one`);
      }
      if (command.node !== after.current) {
        throw new Violation(
          'one-connection',
          `a connection to ${command.node} is opened, the client is elsewhere`,
        );
      }
      return { ...monitor, ...noConnection };
    case 'close-xmpp':
      demandLive(wire, command);
      if (before.link?.phase === 'up') watchClosing(monitor, after, batch);
      return { ...monitor, ...noConnection };
    case 'ping':
      demandLive(wire, command);
      return { ...monitor, pings: monitor.pings + 1 };
    case 'resync':
      demandLive(wire, command);
      return { ...monitor, fetched: false };
    case 'announce':
      return watchAnnouncement(applied, before, command.announcement);
  }
}

function demandLive(wire: Wire | null, command: Extract<Command, { generation: number }>): void {
  if (wire?.generation === command.generation) return;
  throw new Violation('closed-is-closed', `${command.type} to ${command.node}, whose connection is closed`);
}

function announces(batch: readonly Command[], ...kinds: readonly Announcement['kind'][]): boolean {
  return batch.some((command) => command.type === 'announce' && kinds.includes(command.announcement.kind));
}

/**
 * An XMPP connection that is up may be closed when the client moves or ends, when it is silent through two pings (one
 * after a sleep), and when SystemInfo says IN_SERVICE all along while the presence that belongs to it never comes.
 */
function watchClosing(monitor: Monitor, after: FailoverState, batch: readonly Command[]): void {
  if (announces(batch, 'moving', 'ended', 'closed')) return;
  if (monitor.pings >= 2 || (monitor.slept && monitor.pings >= 1)) return;
  const { lackingSince, word } = monitor;
  if (lackingSince !== null && word === 'in') {
    if (after.lastAt - lackingSince >= after.settings.presenceTimeoutMs) return;
  }
  throw new Violation('keeps-connection', 'an XMPP connection that is up is closed without need');
}

function watchAnnouncement(applied: Applied, before: FailoverState, told: Announcement): Monitor {
  const { monitor } = applied;
  switch (told.kind) {
    case 'failing':
      applied.failing = true;
      return {
        ...monitor,
        heard: heardNow(monitor, told.at),
        onceMore: 'no',
        fetched: false,
        word: unlessOut(monitor),
      };
    case 'connecting':
      return { ...monitor, heard: heardNow(monitor, told.at), onceMore: 'no', fetched: false };
    case 'moving':
      watchMove(applied, before, told);
      return { ...monitor, heard: heardNow(monitor, told.at), onceMore: 'no', fetched: false };
    default:
      return monitor;
  }
}

/** Unanswered questions that became a failure take the last good word back. */
function unlessOut(monitor: Monitor): Monitor['word'] {
  return monitor.word === 'in' ? 'none' : monitor.word;
}

function watchMove(applied: Applied, before: FailoverState, told: Announcement): void {
  const { monitor } = applied;
  const left = placeOf(before.current);
  const joined = placeOf(told.node);
  if (before.status === 'in-service' && !applied.failing) {
    throw new Violation('no-failing-back', `leaves ${before.current} although in service on it`);
  }
  if (conditionsTold(applied.told)) {
    throw new Violation('leaves-only-unavailable', `leaves ${before.current}, whose three conditions hold`);
  }
  if (monitor.heard[joined] !== 'in') {
    throw new Violation('leaves-only-unavailable', `moves to ${told.node}, which did not say IN_SERVICE`);
  }
  if (monitor.onceMore !== 'done' && monitor.quietUntil[left] <= told.at) {
    throw new Violation('asks-once-more', `leaves ${before.current} without asking it once more`);
  }
  const since = monitor.inSince[left];
  if (since !== null && told.at - since < before.settings.tieGraceMs) {
    throw new Violation(
      'asks-once-more',
      `leaves ${before.current}, which just said IN_SERVICE: it wins a tie`,
    );
  }
}

/** Notes that a question was answered. */
export function answered(monitor: Monitor, core: FailoverState, place: Place): Monitor {
  if (place !== placeOf(core.current) || monitor.onceMore !== 'asked') return monitor;
  return { ...monitor, onceMore: 'done' };
}

/** As long as nothing goes wrong no failure is told and no node left. */
export function watchUndisturbed(commands: readonly Command[]): void {
  for (const command of commands) {
    if (command.type !== 'announce') continue;
    const { kind, why } = command.announcement;
    if (kind === 'failing' || kind === 'moving' || kind === 'ended') {
      throw new Violation('no-false-alarm', `${kind} although nothing went wrong: ${why}`);
    }
  }
}

/** What must hold of every state that a step leads to. */
export function watchState(world: World): void {
  const { core, monitor, wire } = world;
  if (core.status === 'in-service' && !(wire?.phase === 'up' && conditionsTold(monitor) && monitor.fetched)) {
    const why =
      wire?.phase !== 'up'
        ? 'XMPP is not up'
        : monitor.presence !== 'yes'
          ? 'finesse was not told available'
          : monitor.word !== 'in'
            ? 'SystemInfo was not told IN_SERVICE since the connection and the presence'
            : 'what may have changed was not fetched';
    throw new Violation('in-service-is-available', `in service on ${core.current} although ${why}`);
  }
  if (core.phase !== 'running') {
    const left =
      core.deadlineAt !== null || wire !== null || places.some((place) => isOpen(world.questions[place]));
    if (left)
      throw new Violation('closed-is-closed', 'a timer, a probe or a connection is left after the end');
    return;
  }
  if (core.deadlineAt === null) {
    throw new Violation(
      'never-waits-for-nothing',
      'no timer is set: the client waits for something to happen',
    );
  }
  if (monitor.spins > 3)
    throw new Violation('never-waits-for-nothing', 'the timer fires again and again at once');
}

function isOpen(question: Question | null): boolean {
  return question !== null;
}
