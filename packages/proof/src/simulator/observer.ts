import type { Announcement, ClientEvent, FinesseClient } from '@finesse-ha/client';
import { type Dialog, formatDialog, formatUser, type User } from '@finesse-ha/protocol';
import type { VirtualClock } from './clock.js';
import type { Machine, MachineWatch, SimConnection } from './machine.js';
import type { Fact } from './session.js';
import { type AgentTruth, callVersion, type Truth } from './truth.js';

/** What must hold all along, by the names that the model checker uses where it knows the property too. */
export type Invariant =
  | 'in-service-is-available'
  | 'one-connection'
  | 'keeps-connection'
  | 'leaves-only-unavailable'
  | 'no-failing-back'
  | 'one-probe'
  | 'closed-is-closed'
  | 'recovers'
  | 'picture-is-the-servers'
  | 'nothing-lost'
  | 'nothing-doubled'
  | 'subscriptions-restored'
  | 'actions-settle'
  | 'nothing-thrown';

/** An invariant that did not hold, when and how. */
export interface Breach {
  readonly invariant: Invariant;
  readonly atMs: number;
  readonly agent: string;
  readonly what: string;
}

/** A silent connection is given up after two pings; anything sooner needs another reason. */
const silentMs = 9_900;
/** After a sleep, or what looks like one, one unanswered ping is enough. */
const silentAfterSleepMs = 4_900;
/** How long presence may stay away before the connection is made anew. */
const noPresenceMs = 4_900;

interface Told {
  online: boolean;
  onlineMs: number;
  presence: boolean;
  /** Since when presence is lacking. */
  lackingSinceMs: number;
  lastTextMs: number;
}

/**
 * Sees what one client is told, does and tells, and holds every invariant against it. It knows the network's deliveries,
 * so it need not believe the client's own account of what it was told.
 */
export class Observer implements MachineWatch {
  readonly breaches: Breach[] = [];
  readonly agent: string;
  /** Times in service again, and how long each took. */
  readonly recoveriesMs: number[] = [];
  updates = 0;
  readonly #clock: VirtualClock;
  readonly #truth: Truth;
  readonly #infos = new Map<string, string>();
  readonly #told = new Map<SimConnection, Told>();
  readonly #probes = new Map<string, number>();
  #lettingGo: { told: Told }[] = [];
  #announced: Announcement['kind'][] = [];
  #status: Announcement['status'] = 'idle';
  #node = '';
  #failingSinceMs: number | null = null;
  #closed = false;
  /** The application: it believes nothing but what it is told. */
  #user: User | null = null;
  #dialogs: readonly Dialog[] = [];
  #gap = true;
  #systemStatus = '';
  #lastUser = -1;
  /** When the last update of the user, and of calls, was told. */
  #lastUserMs = 0;
  #lastCallMs = 0;
  /** Unknown until a call is told after a gap. */
  #lastCall: { call: number; version: number } | null = null;
  /** Actions that have been asked for and not settled. */
  pendingActions = 0;
  /** The application subscribed to the team's users; since the roll call, so many changes of each were notified. */
  #rollCall: Map<string, number> | null = null;

  constructor(clock: VirtualClock, truth: Truth, agent: string) {
    this.#clock = clock;
    this.#truth = truth;
    this.agent = agent;
  }

  get status(): Announcement['status'] {
    return this.#status;
  }

  get node(): string {
    return this.#node;
  }

  /** Listens to everything that the client tells. */
  watch(client: FinesseClient): void {
    client.on('*', (event) => this.#onEvent(event));
  }

  onProbe(origin: string, what: 'sent' | 'answered' | 'unanswered' | 'abandoned'): void {
    const flying = (this.#probes.get(origin) ?? 0) + (what === 'sent' ? 1 : -1);
    this.#probes.set(origin, flying);
    if (what === 'unanswered') this.#infos.set(origin, 'no answer');
    if (flying > 1) this.breach('one-probe', `${flying} requests for SystemInfo of ${origin} are in flight`);
    if (what === 'sent' && this.#closed) this.breach('closed-is-closed', 'a request after close');
  }

  onFact(origin: string, fact: Fact, connection: SimConnection | null): void {
    if (fact.kind === 'system-info') {
      this.#infos.set(origin, fact.status);
      return;
    }
    const told = connection === null ? undefined : this.#told.get(connection);
    if (told === undefined) return;
    if (fact.kind === 'ended') told.online = false;
    else if (fact.kind === 'online') {
      told.online = true;
      told.onlineMs = this.#clock.now;
    } else {
      if (told.presence && !fact.available) told.lackingSinceMs = this.#clock.now;
      told.presence = fact.available;
    }
  }

  onText(connection: SimConnection): void {
    const told = this.#told.get(connection);
    if (told !== undefined) told.lastTextMs = this.#clock.now;
  }

  onConnect(connection: SimConnection): void {
    const now = this.#clock.now;
    this.#told.set(connection, {
      online: false,
      onlineMs: now,
      presence: false,
      lackingSinceMs: now,
      lastTextMs: now,
    });
    const open = [...this.#told.keys()].filter(({ phase }) => phase === 'open').length;
    if (open > 1) this.breach('one-connection', `${open} notification connections are open`);
    if (this.#closed) this.breach('closed-is-closed', 'a connection after close');
  }

  onLetGo(connection: SimConnection): void {
    const told = this.#told.get(connection);
    // What comes up in the very moment in which the machine finds that it slept is made anew: it was never in use.
    if (told?.online === true && told.onlineMs < this.#clock.now) this.#lettingGo.push({ told: { ...told } });
    this.#told.delete(connection);
  }

  onClosed(connection: SimConnection): void {
    this.#told.delete(connection);
  }

  /** Everything that follows from one happening has been said and done. */
  settle(machine: Machine): void {
    for (const { told } of this.#lettingGo) {
      const said = this.#announced.some((kind) => kind === 'moving' || kind === 'ended' || kind === 'closed');
      const slept = machine.lastJumpMs >= told.lastTextMs - silentAfterSleepMs;
      const silent = this.#clock.now - told.lastTextMs >= (slept ? silentAfterSleepMs : silentMs);
      const absent = !told.presence && this.#clock.now - told.lackingSinceMs >= noPresenceMs;
      if (!said && !silent && !absent && !this.#closed && !machine.asleep) {
        this.breach('keeps-connection', 'a connection that was up and answering was let go');
      }
    }
    this.#lettingGo = [];
    this.#announced = [];
  }

  /** From now on every change of every agent is notified to who subscribed to the team, and once. */
  beginRollCall(agents: readonly string[]): void {
    this.#rollCall = new Map(agents.map((agent) => [`/finesse/api/User/${agent}`, 0]));
  }

  /** After the last fault has been mended for long enough. */
  atEnd(client: FinesseClient, server: AgentTruth | undefined, available: boolean): void {
    if (this.#status !== 'in-service' || !available) {
      const { why } = client.availability;
      this.breach(
        'recovers',
        `${this.#status} on ${this.#node}${available ? '' : ', which is not available'}: ${why}`,
      );
      return;
    }
    const shown = this.#user === null ? 'nothing' : formatUser(this.#user);
    const wanted = server === undefined ? 'nothing' : formatUser(server.user);
    if (shown !== wanted) {
      this.breach('picture-is-the-servers', `the user is ${wanted}, the application has ${shown}`);
    }
    const calls = (dialogs: readonly Dialog[]) => dialogs.map(formatDialog).sort().join('\n') || 'no calls';
    const has = calls(this.#dialogs);
    const should = calls(server?.dialogs ?? []);
    if (has !== should)
      this.breach('picture-is-the-servers', `calls are ${should}, the application has ${has}`);
    for (const [source, times] of this.#rollCall ?? []) {
      if (times === 0) this.breach('subscriptions-restored', `no news of ${source} from the team's node`);
      if (times > 1) this.breach('nothing-doubled', `the same news of ${source} came ${times} times`);
    }
    if (this.pendingActions > 0)
      this.breach('actions-settle', `${this.pendingActions} actions never settled`);
    if (client.user === null || formatUser(client.user) !== shown) {
      this.breach('picture-is-the-servers', 'client.user is not what was told');
    }
  }

  /** After `close()` has resolved. */
  afterClose(machine: Machine): void {
    this.#closed = true;
    const left = [
      [machine.timers.size, 'timers'],
      [machine.connections.size, 'connections'],
      [machine.exchanges.size, 'requests'],
    ] as const;
    for (const [count, what] of left) {
      if (count > 0) this.breach('closed-is-closed', `${count} ${what} are left after close`);
    }
  }

  breach(invariant: Invariant, what: string): void {
    this.breaches.push({ invariant, atMs: Math.round(this.#clock.now), agent: this.agent, what });
  }

  #onEvent(event: ClientEvent): void {
    switch (event.type) {
      case 'availability':
        this.#onAnnouncement(event.announcement);
        break;
      case 'update':
        this.updates += 1;
        if (event.kind === 'user') this.#onUser(event.previous, event.current, event.origin);
        else if (event.kind === 'dialogs') this.#onDialogs(event.previous, event.current, event.origin);
        else if (event.kind === 'dialog') this.#onDialog(event.previous, event.current, event.origin);
        else this.#systemStatus = event.current.status;
        break;
      case 'unknown-interval':
        this.#gap = true;
        this.#lastCall = null;
        break;
      case 'notification':
        this.#onTeam(event);
        break;
    }
  }

  #onAnnouncement({ kind, status, node, failure, why }: Announcement): void {
    this.#announced.push(kind);
    if (kind === 'moving') {
      const left = [...this.#told.keys()].find(({ node: { origin } }) => origin === this.#node);
      const told = left === undefined ? this.#lettingGo.at(-1)?.told : this.#told.get(left);
      const lacks =
        told === undefined || !told.online || !told.presence || this.#infos.get(this.#node) !== 'IN_SERVICE';
      if (!lacks) this.breach('leaves-only-unavailable', `${this.#node} was left although available: ${why}`);
      if (this.#infos.get(node) !== 'IN_SERVICE') {
        this.breach('leaves-only-unavailable', `${node} is joined and did not say IN_SERVICE`);
      }
    }
    if (node !== this.#node && this.#status === 'in-service') {
      this.breach('no-failing-back', `in service on ${this.#node}, then on ${node}: ${why}`);
    }
    if (status === 'in-service' && this.#status !== 'in-service') {
      // What was held from before the fetch may be of long ago.
      this.#lastCall = null;
      this.#onService(node);
    }
    if (kind === 'failing' && failure !== null) this.#failingSinceMs ??= this.#clock.now;
    this.#status = status;
    this.#node = node;
  }

  #onService(node: string): void {
    const on = [...this.#told].find(
      ([connection]) => connection.phase === 'open' && connection.node.origin === node,
    );
    const [, told] = on ?? [];
    const lacking = [
      ...(told?.online === true ? [] : ['XMPP']),
      ...(told?.presence === true ? [] : ['presence of finesse']),
      ...(this.#infos.get(node) === 'IN_SERVICE' ? [] : ['SystemInfo IN_SERVICE']),
    ];
    if (lacking.length > 0)
      this.breach('in-service-is-available', `in service on ${node} without ${lacking.join(', ')}`);
    if (this.#systemStatus !== 'IN_SERVICE')
      this.breach('picture-is-the-servers', `in service, and the SystemInfo shown is ${this.#systemStatus}`);
    if (this.#failingSinceMs !== null) this.recoveriesMs.push(this.#clock.now - this.#failingSinceMs);
    this.#failingSinceMs = null;
  }

  #onUser(previous: User | null, current: User, origin: string): void {
    const known = this.#user === null ? '' : formatUser(this.#user);
    if ((previous === null ? '' : formatUser(previous)) !== known) {
      this.breach(
        'nothing-lost',
        `an update of the user follows ${known || 'nothing'}, which was never told`,
      );
    }
    if (formatUser(current) === known) this.breach('nothing-doubled', 'the same user is told twice');
    const version = this.#truth.userVersion(this.agent, current.stateChangeTime ?? '') ?? -1;
    if (
      origin === 'notification' &&
      !this.#gap &&
      version !== this.#lastUser + 1 &&
      !this.#nodeMissedSome(this.#lastUserMs)
    ) {
      this.breach('nothing-lost', `user version ${version} was notified after ${this.#lastUser}`);
    }
    if (version < this.#lastUser) {
      this.breach('nothing-doubled', `user version ${version} is told after ${this.#lastUser}`);
    }
    this.#lastUser = version;
    this.#lastUserMs = this.#clock.now;
    this.#user = current;
    this.#gap = this.#gap && origin === 'notification';
  }

  #onDialogs(previous: readonly Dialog[], current: readonly Dialog[], origin: string): void {
    const ids = (dialogs: readonly Dialog[]) => dialogs.map(({ id }) => id).join();
    if (ids(previous) !== ids(this.#dialogs)) {
      this.breach(
        'nothing-lost',
        `a list of calls follows [${ids(previous)}], told was [${ids(this.#dialogs)}]`,
      );
    }
    if (ids(previous) === ids(current)) this.breach('nothing-doubled', 'the same calls are told twice');
    this.#dialogs = current;
    // A fetch shows what there is, not what led there.
    if (origin === 'resync') this.#lastCall = null;
    for (const dialog of current) {
      if (!previous.some(({ id }) => id === dialog.id)) this.#onCall(dialog, origin);
    }
  }

  #onDialog(previous: Dialog, current: Dialog, origin: string): void {
    if (!this.#dialogs.some((dialog) => formatDialog(dialog) === formatDialog(previous))) {
      this.breach('nothing-lost', `a change of call ${previous.id} follows one that was never told`);
    }
    if (formatDialog(previous) === formatDialog(current))
      this.breach('nothing-doubled', `call ${current.id} is told twice`);
    this.#dialogs = this.#dialogs.map((dialog) => (dialog.id === current.id ? current : dialog));
    this.#onCall(current, origin);
  }

  #onTeam({ update }: Extract<ClientEvent, { type: 'notification' }>): void {
    const times = this.#rollCall?.get(update.source);
    if (times !== undefined) this.#rollCall?.set(update.source, times + 1);
  }

  #onCall(dialog: Dialog, origin: string): void {
    const { call, version } = callVersion(dialog);
    const last = this.#lastCall;
    if (last !== null && origin === 'notification' && !this.#gap) {
      const follows =
        call === last.call ? version === last.version + 1 : call === last.call + 1 && version === 0;
      if (!follows && !this.#nodeMissedSome(this.#lastCallMs)) {
        this.breach(
          'nothing-lost',
          `call ${call}.${version} was notified after ${last.call}.${last.version}`,
        );
      }
    }
    this.#lastCall = { call, version };
    this.#lastCallMs = this.#clock.now;
  }

  /**
   * Whether the node itself was without CTI since then. As a rule the client was told, and has told of an unknown interval;
   * where the news of that was lost, nobody can know.
   */
  #nodeMissedSome(sinceMs: number): boolean {
    const on = [...this.#told.keys()].find(({ node }) => node.origin === this.#node);
    return on !== undefined && on.node.snapshotMs >= sinceMs;
  }
}
