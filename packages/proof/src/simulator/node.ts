import type { VirtualClock } from './clock.js';
import { type CtiSides, ctiPatienceMs, type Side } from './cti-link.js';
import type { Exchange } from './exchange.js';
import { SimProcess } from './process.js';
import type { Random } from './random.js';
import { type Fact, password, type SessionHost, SimSession } from './session.js';
import type { AgentTruth } from './truth.js';
import { type Audience, SimWebApp, type WebAppHost } from './web-app.js';
import type { ServerWire } from './wire.js';

/** What of a node can break, and how. `silent` and `frozen` keep connections open. */
export type Component =
  | 'service'
  | 'host'
  | 'app'
  | 'cti-link'
  | 'client-link'
  /** The link to the other node, asked before an agent is logged out. */
  | 'peer'
  /** Overload: REST answers 503. */
  | 'capacity'
  /** What the node says of itself gets lost before it is sent: SystemInfo, and that `finesse` is available. */
  | 'announcing';
/** `down`: it is gone; `frozen`: it lives and answers nothing. */
export type Damage = 'down' | 'frozen';

/**
 * One Finesse node as clients and operators know it: a notification service, and a web host with the web app in it. What
 * it says follows from what it was told, not from the truth.
 */
export class SimNode implements SessionHost, WebAppHost {
  readonly domain: string;
  readonly origin: string;
  readonly password = password;
  /** The notification service's process. */
  readonly process: SimProcess;
  readonly wires = new Set<ServerWire>();
  readonly exchanges = new Set<Exchange>();
  peer: SimNode | null = null;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #host: SimProcess;
  readonly #app: SimWebApp;
  readonly #damages = new Map<Component, Damage[]>();
  readonly #sessions = new Set<SimSession>();
  readonly #subscriptions = new Map<string, Set<string>>();
  #finessePresent = false;
  #items = 0;
  #frozenAt = 0;

  constructor(clock: VirtualClock, random: Random, sides: CtiSides, domain: string) {
    this.#clock = clock;
    this.#random = random;
    this.domain = domain;
    this.origin = `http://${domain}:8445`;
    this.process = new SimProcess(clock);
    this.#host = new SimProcess(clock);
    this.#app = new SimWebApp(clock, random, sides, this);
  }

  get finessePresent(): boolean {
    return this.#finessePresent;
  }

  get domains(): readonly string[] {
    return this.peer === null ? [this.domain] : [this.domain, this.peer.domain];
  }

  get running(): 'up' | Damage {
    return this.#host.state;
  }

  get serviceUp(): boolean {
    return this.process.state === 'up';
  }

  get busy(): boolean {
    return this.is('capacity') !== 'up';
  }

  get mute(): boolean {
    return this.is('announcing') !== 'up';
  }

  /** All three conditions hold for a client that can reach the node. */
  get available(): boolean {
    return this.#app.inService && this.#finessePresent && this.serviceUp && this.#host.state === 'up';
  }

  ctiPath(): 'up' | Damage {
    return this.is('cti-link');
  }

  /** When its web app last asked CTI for everything. */
  get snapshotMs(): number {
    return this.#app.snapshotMs;
  }

  /** What the node would answer about an agent. */
  view(agent: string): AgentTruth | undefined {
    return this.#app.view(agent);
  }

  start(): void {
    this.process.start();
    this.#host.start();
    this.#app.start();
  }

  is(component: Component): 'up' | Damage {
    const damages = this.#damages.get(component) ?? [];
    return damages.includes('down') ? 'down' : (damages[0] ?? 'up');
  }

  damage(component: Component, damage: Damage): void {
    this.#change(component, [...(this.#damages.get(component) ?? []), damage]);
  }

  mend(component: Component, damage: Damage): void {
    const left = [...(this.#damages.get(component) ?? [])];
    left.splice(left.indexOf(damage), 1);
    this.#change(component, left);
  }

  onSideDown(side: Side): void {
    this.#app.onSideDown(side);
  }

  /** A client's packet that opens a connection is here. */
  accept(wire: ServerWire): void {
    if (this.is('client-link') === 'down' || this.process.state === 'down') {
      wire.refuse();
      return;
    }
    this.wires.add(wire);
    const accept = () => {
      wire.accept();
      wire.session = new SimSession(wire, this);
    };
    // The kernel accepts for a frozen process; a WebSocket upgrade needs the process itself.
    if (wire.framing === 'tcp') wire.accept();
    this.process.run(wire.framing === 'tcp' ? () => (wire.session = new SimSession(wire, this)) : accept);
  }

  /** A request is here in full. */
  request(exchange: Exchange): void {
    if (this.#host.state === 'down') {
      exchange.fail('refused');
      return;
    }
    this.exchanges.add(exchange);
    this.#host.run(() => {
      this.#host.after(this.#random.between(1, 30), () => exchange.answer(...this.#app.answer(exchange)));
    });
  }

  subscriptions(jid: string): Set<string> {
    const known = this.#subscriptions.get(jid) ?? new Set();
    this.#subscriptions.set(jid, known);
    return known;
  }

  onBound(session: SimSession): void {
    for (const other of [...this.#sessions]) if (other.jid === session.jid) other.streamError('conflict');
    this.#sessions.add(session);
  }

  onPresence(session: SimSession): void {
    if (session.present) this.#app.onReturn(session.agent);
    else this.#awaitReturn(session.agent);
  }

  onGone(session: SimSession): void {
    if (this.#sessions.delete(session)) this.#awaitReturn(session.agent);
  }

  isPresent(agent: string): boolean {
    const { peer } = this;
    const reachable = peer !== null && this.is('peer') === 'up' && peer.is('peer') === 'up';
    return this.#present(agent) || (reachable && peer.#present(agent));
  }

  tellFinesse(available: boolean): void {
    if (this.#finessePresent === available) return;
    this.#finessePresent = available;
    if (available && this.mute) return;
    for (const session of this.#sessions) if (session.present) session.tellPresence(available);
  }

  publish(node: string, audience: Audience, text: () => string, fact?: Fact): void {
    this.process.run(() => {
      let written: string | null = null;
      for (const session of this.#sessions) {
        if (!session.present || !this.#isFor(session, node, audience)) continue;
        written ??= text();
        this.#items += 1;
        session.notify(node, this.#items, written, fact);
      }
    });
  }

  #isFor(session: SimSession, node: string, audience: Audience): boolean {
    if (audience === 'all') return true;
    if (audience === 'subscribers') return this.subscriptions(session.jid).has(node);
    return session.agent === audience.agent;
  }

  #present(agent: string): boolean {
    return [...this.#sessions].some((session) => session.agent === agent && session.present);
  }

  #awaitReturn(agent: string): void {
    if (agent !== '' && !this.#present(agent)) this.#app.awaitReturn(agent);
  }

  #change(component: Component, damages: Damage[]): void {
    const before = this.is(component);
    this.#damages.set(component, damages);
    const now = this.is(component);
    if (before === now) return;
    if (component === 'service') this.#changeService(before, now);
    else if (component === 'host') this.#changeHost(before, now);
    else if (component === 'app') this.#changeApp();
    else if (component === 'cti-link') this.#app.onCtiPath(now);
    else if (component === 'client-link' && now === 'down') this.#resetWires();
  }

  #changeService(before: 'up' | Damage, now: 'up' | Damage): void {
    const app = this.#app.process;
    if (now === 'down') {
      this.process.kill();
      this.#finessePresent = false;
      this.#resetWires();
      app.run(() => this.#app.loseFinesse());
    } else if (now === 'frozen' && before === 'up') {
      this.process.freeze();
      app.after(this.#random.between(5_000, 15_000), () => {
        if (this.is('service') !== 'frozen') return;
        // It says nothing: the connection to it is closed, which it sees when it goes on.
        this.process.run(() => this.tellFinesse(false));
        this.#app.loseFinesse();
      });
    } else if (before === 'frozen') this.process.thaw();
    else {
      this.#clock.after(this.#random.between(300, 2_000), () => {
        if (this.is('service') !== 'down' && this.process.state === 'down') this.process.start();
      });
    }
  }

  #changeHost(before: 'up' | Damage, now: 'up' | Damage): void {
    if (now === 'down') {
      this.#host.kill();
      this.#killApp();
      for (const exchange of [...this.exchanges]) exchange.fail('reset');
    } else if (now === 'frozen' && before === 'up') {
      this.#frozenAt = this.#clock.now;
      this.#host.freeze();
      this.#app.process.freeze();
      this.process.after(this.#random.between(5_000, 12_000), () => {
        // A frozen web app answers no ping of the service's: its session is given up.
        if (this.is('host') === 'frozen') this.tellFinesse(false);
      });
    } else if (before === 'frozen') {
      this.#host.thaw();
      this.#app.process.thaw();
      if (!this.#finessePresent) this.#app.loseFinesse();
      if (this.#clock.now - this.#frozenAt > ctiPatienceMs) this.#app.loseCti();
    } else {
      this.#clock.after(this.#random.between(300, 3_000), () => {
        if (this.is('host') === 'down' || this.#host.state !== 'down') return;
        this.#host.start();
        if (this.is('app') === 'up') this.#app.start();
      });
    }
  }

  #changeApp(): void {
    if (this.is('app') === 'up') this.#app.start();
    else this.#killApp();
  }

  #killApp(): void {
    this.#app.kill();
    this.process.run(() => this.tellFinesse(false));
  }

  #resetWires(): void {
    for (const wire of [...this.wires]) wire.reset();
  }
}
