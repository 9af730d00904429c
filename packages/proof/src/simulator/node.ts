import { formatDialogs, formatNotificationItem, formatUser, parseXml, type Update } from '@finesse-ha/protocol';
import type { Happening, VirtualClock } from './clock.js';
import type { Exchange, HttpAnswer } from './exchange.js';
import { SimProcess } from './process.js';
import type { Random } from './random.js';
import { type Fact, type SessionHost, SimSession } from './session.js';
import { type AgentTruth, type CtiEvent, epochMs, type Truth } from './truth.js';
import type { ServerWire } from './wire.js';

export const password = 'secret';
export const teamNode = '/finesse/api/Team/1/Users';
const systemInfoNode = '/finesse/api/SystemInfo';
const forcedLogoutMs = 60_000;
const ctiHeartbeatMs = 5_000;
const missedHeartbeats = 3;

/** What of a node can break, and how. `silent` and `frozen` keep connections open. */
export type Component = 'service' | 'host' | 'app' | 'cti-link' | 'client-link' | 'peer' | 'capacity';
export type Damage = 'down' | 'frozen';

/** The CTI servers: both sides hold the truth, and one of them must be up. */
export interface CtiSides {
  readonly truth: Truth;
  up: { A: boolean; B: boolean };
}

/**
 * One Finesse node as clients and operators know it: a notification service, and a web host with the web app in it, which
 * logs in to the service as `finesse` and to a CTI side. What it answers follows from what it was told, not from the truth.
 */
export class SimNode implements SessionHost {
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
  readonly #cti: CtiSides;
  readonly #host: SimProcess;
  readonly #app: SimProcess;
  readonly #damages = new Map<Component, Damage[]>();
  readonly #sessions = new Set<SimSession>();
  readonly #subscriptions = new Map<string, Set<string>>();
  #appReady = false;
  /** Logged in as `finesse`: as the service sees it, and as the web app does. */
  #finesseAtService = false;
  #finesseAtApp = false;
  #ctiSide: 'A' | 'B' | null = null;
  #unwatchCti: (() => void) | null = null;
  #ctiHeld: CtiEvent[] = [];
  #missed = 0;
  #heartbeatAt = 0;
  #inService = false;
  #view = new Map<string, AgentTruth>();
  #logouts = new Map<string, Happening>();
  #items = 0;
  #frozenAt = 0;

  constructor(clock: VirtualClock, random: Random, cti: CtiSides, domain: string) {
    this.#clock = clock;
    this.#random = random;
    this.#cti = cti;
    this.domain = domain;
    this.origin = `http://${domain}:8445`;
    this.process = new SimProcess(clock);
    this.#host = new SimProcess(clock);
    this.#app = new SimProcess(clock);
  }

  get finessePresent(): boolean {
    return this.#finesseAtService;
  }

  /** All three conditions hold for a client that can reach the node. */
  get available(): boolean {
    return this.#inService && this.#finesseAtService && this.process.state === 'up' && this.#host.state === 'up';
  }

  /** What the node would answer about an agent. */
  view(agent: string): AgentTruth | undefined {
    return this.#view.get(agent);
  }

  start(): void {
    this.process.start();
    this.#host.start();
    this.#startApp();
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

  /** A CTI side died: the kernel ends its connections. */
  onSideDown(side: 'A' | 'B'): void {
    if (this.#ctiSide === side) this.#app.run(() => this.#loseCti());
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
      this.#host.after(this.#random.between(1, 30), () => exchange.answer(...this.#answer(exchange)));
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
    if (session.present) this.#app.cancel(this.#logouts.get(session.agent) ?? null);
    else this.#awaitReturn(session.agent);
  }

  onGone(session: SimSession): void {
    if (this.#sessions.delete(session)) this.#awaitReturn(session.agent);
  }

  #present(agent: string): boolean {
    return [...this.#sessions].some((session) => session.agent === agent && session.present);
  }

  /** Finesse logs an agent out whose presence stays away for 60 s at both nodes ("desktop presence and forced logout"). */
  #awaitReturn(agent: string): void {
    if (agent === '' || this.#present(agent)) return;
    this.#app.cancel(this.#logouts.get(agent) ?? null);
    const timer = this.#app.after(forcedLogoutMs, () => {
      const { peer } = this;
      const reachable = peer !== null && this.is('peer') === 'up' && peer.is('peer') === 'up';
      if (this.#present(agent) || (reachable && peer.#present(agent)) || !this.#inService) return;
      if (this.#view.get(agent)?.user.state === 'LOGOUT') return;
      this.#command(() => this.#cti.truth.setState(agent, { state: 'LOGOUT', reasonCodeId: '255' }));
    });
    this.#logouts.set(agent, timer);
  }

  #change(component: Component, damages: Damage[]): void {
    const before = this.is(component);
    this.#damages.set(component, damages);
    const now = this.is(component);
    if (before === now) return;
    if (component === 'service') this.#changeService(before, now);
    else if (component === 'host') this.#changeHost(before, now);
    else if (component === 'app') this.#changeApp();
    else if (component === 'cti-link') this.#changeCtiLink(now);
    else if (component === 'client-link' && now === 'down') this.#resetWires();
  }

  #changeService(before: 'up' | Damage, now: 'up' | Damage): void {
    if (now === 'down') {
      this.process.kill();
      this.#finesseAtService = false;
      this.#resetWires();
      this.#app.run(() => this.#loseFinesse());
    } else if (now === 'frozen' && before === 'up') {
      this.process.freeze();
      this.#app.after(this.#random.between(5_000, 15_000), () => {
        if (this.is('service') === 'frozen') this.#giveFinesseUp();
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
      this.#app.freeze();
      this.process.after(this.#random.between(5_000, 12_000), () => {
        // A frozen web app answers no ping of the service's: its session is given up.
        if (this.is('host') === 'frozen') this.#tellFinesse(false);
      });
    } else if (before === 'frozen') {
      this.#host.thaw();
      this.#app.thaw();
      if (this.#finesseAtApp && !this.#finesseAtService) this.#loseFinesse();
      if (this.#clock.now - this.#frozenAt > ctiHeartbeatMs * missedHeartbeats) this.#loseCti();
    } else {
      this.#clock.after(this.#random.between(300, 3_000), () => {
        if (this.is('host') === 'down' || this.#host.state !== 'down') return;
        this.#host.start();
        if (this.is('app') === 'up') this.#startApp();
      });
    }
  }

  #changeApp(): void {
    if (this.is('app') === 'up') this.#startApp();
    else this.#killApp();
  }

  #changeCtiLink(now: 'up' | Damage): void {
    if (now === 'down') {
      this.#ctiHeld = [];
      this.#app.run(() => this.#loseCti());
    } else if (now === 'up') {
      const held = this.#ctiHeld;
      this.#ctiHeld = [];
      this.#app.run(() => {
        if (this.#ctiSide !== null) for (const event of held) this.#onCtiEvent(event);
      });
    }
  }

  #resetWires(): void {
    for (const wire of [...this.wires]) wire.reset();
  }

  #startApp(): void {
    if (this.#host.state === 'down' || this.#app.state !== 'down') return;
    this.#app.start();
    if (this.#host.state === 'frozen') this.#app.freeze();
    this.#app.after(this.#random.between(500, 4_000), () => {
      this.#appReady = true;
      this.#logIn();
      this.#connectCti();
    });
  }

  #killApp(): void {
    this.#app.kill();
    this.#appReady = false;
    this.#finesseAtApp = false;
    this.#inService = false;
    this.#view.clear();
    this.#logouts.clear();
    this.#leaveCti();
    this.process.run(() => this.#tellFinesse(false));
  }

  #logIn(): void {
    if (this.#finesseAtApp) return;
    if (this.process.state !== 'up') {
      this.#app.after(1_000, () => this.#logIn());
      return;
    }
    this.#app.after(this.#random.between(20, 300), () => {
      if (this.process.state !== 'up') {
        this.#logIn();
        return;
      }
      this.#finesseAtApp = true;
      this.#tellFinesse(true);
      this.#judge();
    });
  }

  #loseFinesse(): void {
    if (!this.#finesseAtApp) return;
    this.#finesseAtApp = false;
    this.#judge();
    this.#app.after(this.#random.between(0, 1_000), () => this.#logIn());
  }

  /** The service says nothing: the connection to it is closed, which it sees when it goes on. */
  #giveFinesseUp(): void {
    this.process.run(() => this.#tellFinesse(false));
    this.#loseFinesse();
  }

  #tellFinesse(available: boolean): void {
    if (this.#finesseAtService === available) return;
    this.#finesseAtService = available;
    for (const session of this.#sessions) if (session.present) session.tellPresence(available);
  }

  #connectCti(): void {
    const side = this.#cti.up.A ? 'A' : this.#cti.up.B ? 'B' : null;
    const link = this.is('cti-link');
    const waitMs = link === 'frozen' ? 5_000 : this.#random.between(50, 500);
    this.#app.after(waitMs, () => {
      if (side === null || link !== 'up' || this.is('cti-link') !== 'up' || !this.#cti.up[side]) {
        this.#app.after(1_000, () => this.#connectCti());
        return;
      }
      this.#ctiSide = side;
      this.#missed = 0;
      this.#heartbeatAt = this.#clock.now;
      this.#unwatchCti = this.#cti.truth.watch((event) => this.#ctiSend(event));
      this.#takeSnapshot();
      this.#judge();
      this.#beat(side);
    });
  }

  #ctiSend(event: CtiEvent): void {
    const side = this.#ctiSide;
    this.#app.after(10, () => {
      if (this.#ctiSide !== side || side === null) return;
      // In order: what is held is not overtaken.
      if (this.is('cti-link') === 'frozen' || this.#ctiHeld.length > 0) this.#ctiHeld.push(event);
      else this.#onCtiEvent(event);
    });
  }

  #beat(side: 'A' | 'B'): void {
    this.#app.after(ctiHeartbeatMs, () => {
      if (this.#ctiSide !== side) return;
      if (this.is('cti-link') === 'up') {
        this.#missed = 0;
        this.#heartbeatAt = this.#clock.now;
      } else this.#missed += 1;
      if (this.#missed >= missedHeartbeats) this.#loseCti();
      else this.#beat(side);
    });
  }

  #loseCti(): void {
    if (this.#ctiSide === null) return;
    this.#leaveCti();
    this.#judge();
    this.#connectCti();
  }

  #leaveCti(): void {
    this.#ctiSide = null;
    this.#ctiHeld = [];
    this.#unwatchCti?.();
    this.#unwatchCti = null;
  }

  /** What happened while the CTI connection was away shows in its differences only. */
  #takeSnapshot(): void {
    for (const agent of this.#cti.truth.agents) {
      const truth = this.#cti.truth.agent(agent);
      const known = this.#view.get(agent);
      this.#view.set(agent, truth);
      if (known === undefined) continue;
      if (known.user !== truth.user) this.#publishUser(agent, '');
      for (const dialog of known.dialogs) {
        if (!truth.dialogs.some(({ id }) => id === dialog.id)) this.#publishDialog(agent, dialog, 'DELETE');
      }
      for (const dialog of truth.dialogs) {
        const before = known.dialogs.find(({ id }) => id === dialog.id);
        if (before !== dialog) this.#publishDialog(agent, dialog, before === undefined ? 'POST' : 'PUT');
      }
    }
  }

  #onCtiEvent(event: CtiEvent): void {
    const { agent } = event;
    const known = this.#view.get(agent);
    if (known === undefined) return;
    if (event.kind === 'user') {
      this.#view.set(agent, { ...known, user: event.user });
      this.#publishUser(agent, event.requestId);
      return;
    }
    const { dialog, change } = event;
    const at = known.dialogs.findIndex(({ id }) => id === dialog.id);
    // The snapshot may have been taken after this was sent.
    if (change === 'DELETE' ? at < 0 : known.dialogs[at] === dialog) return;
    const others = known.dialogs.filter(({ id }) => id !== dialog.id);
    this.#view.set(agent, { ...known, dialogs: change === 'DELETE' ? others : [...others, dialog] });
    this.#publishDialog(agent, dialog, change);
  }

  #publishUser(agent: string, requestId: string): void {
    const { user } = this.#view.get(agent) as AgentTruth;
    const source = user.uri;
    const update: Update = { event: 'PUT', source, requestId, data: { kind: 'user', user } };
    this.#publish(source, update, (session) => session.agent === agent);
    this.#publish(teamNode, update, (session) => this.subscriptions(session.jid).has(teamNode));
  }

  #publishDialog(
    agent: string,
    dialog: AgentTruth['dialogs'][number],
    event: 'POST' | 'PUT' | 'DELETE',
  ): void {
    const source = `/finesse/api/User/${agent}/Dialogs`;
    const data: Update['data'] =
      event === 'PUT' ? { kind: 'dialog', dialog } : { kind: 'dialogs', dialogs: [dialog] };
    this.#publish(source, { event, source, requestId: '', data }, (session) => session.agent === agent);
  }

  #publish(node: string, update: Update, to: (session: SimSession) => boolean, fact?: Fact): void {
    if (!this.#finesseAtApp) return;
    this.process.run(() => {
      let text: string | null = null;
      for (const session of this.#sessions) {
        if (!session.present || !to(session)) continue;
        text ??= formatNotificationItem(update).toString();
        this.#items += 1;
        session.notify(node, this.#items, text, fact);
      }
    });
  }

  #judge(): void {
    const inService = this.#appReady && this.#ctiSide !== null && this.#finesseAtApp;
    if (inService === this.#inService) return;
    this.#inService = inService;
    const notification = `<notification xmlns="http://jabber.org/protocol/pubsub">${escaped(
      `<Update><data>${this.#systemInfo()}</data><event>PUT</event><requestId></requestId><source>${systemInfoNode}</source></Update>`,
    )}</notification>`;
    const fact: Fact = { kind: 'system-info', status: this.#status };
    if (!this.#finesseAtApp) return;
    this.process.run(() => {
      for (const session of this.#sessions) {
        if (session.present) session.notify(systemInfoNode, ++this.#items, notification, fact);
      }
    });
  }

  get #status(): string {
    return this.#inService ? 'IN_SERVICE' : 'OUT_OF_SERVICE';
  }

  #systemInfo(): string {
    const heartbeat = this.#ctiSide !== null && this.#missed === 0 ? 'success' : 'failure';
    const nodes = [this as SimNode, this.peer]
      .map((node, index) =>
        node === null
          ? ''
          : `<${index === 0 ? 'primaryNode' : 'secondaryNode'}><host>${node.domain}</host><httpsPort>8445</httpsPort><xmppPort>5222</xmppPort><xmppSecurePort>5223</xmppSecurePort></${index === 0 ? 'primaryNode' : 'secondaryNode'}>`,
      )
      .join('');
    return `<SystemInfo><currentTimestamp>${new Date(epochMs + this.#clock.now).toISOString()}</currentTimestamp><deploymentType>UCCE</deploymentType><lastCTIHeartbeatStatus>${heartbeat}</lastCTIHeartbeatStatus><lastSuccessCTIHeartbeatTime>${Math.round(epochMs + this.#heartbeatAt)}</lastSuccessCTIHeartbeatTime>${nodes}<status>${this.#status}</status><uri>${systemInfoNode}</uri><xmppDomain>${this.domain}</xmppDomain><xmppPubSubDomain>pubsub.${this.domain}</xmppPubSubDomain></SystemInfo>`;
  }

  #answer(exchange: Exchange): [HttpAnswer, Fact?] {
    const { method, path, headers, body } = exchange.request;
    if (!this.#appReady) return [{ status: 404, headers: {}, body: '<html>404</html>' }];
    if (path === systemInfoNode)
      return [{ status: 200, headers: {}, body: this.#systemInfo() }, { kind: 'system-info', status: this.#status }];
    const busy = this.is('capacity') !== 'up';
    if (!this.#inService || busy) {
      return [{ status: 503, headers: busy ? { 'retry-after': '2' } : {}, body: '<ApiErrors/>' }];
    }
    const [agent, secret] = atob((headers.authorization ?? '').replace('Basic ', '')).split(':');
    const known = this.#view.get(agent ?? '');
    if (agent === undefined || known === undefined || secret !== password)
      return [{ status: 401, headers: {}, body: '<ApiErrors/>' }];
    if (method === 'PUT') {
      const wanted = parseXml(body).getChildText('state') ?? '';
      const state = wanted === 'LOGIN' ? 'NOT_READY' : wanted;
      this.#command(() => this.#cti.truth.setState(agent, { state }, headers.requestId ?? ''));
      return [{ status: 202, headers: {}, body: '' }];
    }
    const answer = path.endsWith('/Dialogs')
      ? formatDialogs({ dialogs: known.dialogs })
      : formatUser(known.user);
    return [{ status: 200, headers: {}, body: answer }];
  }

  /** A request to the CTI server; it gets lost where the connection is not what it seems. */
  #command(run: () => void): void {
    if (this.#ctiSide === null || this.is('cti-link') !== 'up') return;
    this.#app.after(this.#random.between(5, 40), () => {
      if (this.#ctiSide !== null && this.is('cti-link') === 'up') run();
    });
  }
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
