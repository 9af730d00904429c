import {
  formatDialogs,
  formatNotificationItem,
  formatUser,
  parseXml,
  type Update,
} from '@finesse-ha/protocol';
import type { Happening, VirtualClock } from './clock.js';
import { CtiLink, type CtiSides, type Side } from './cti-link.js';
import type { Exchange, HttpAnswer } from './exchange.js';
import { SimProcess } from './process.js';
import type { Random } from './random.js';
import { type Fact, password } from './session.js';
import { type AgentTruth, type CtiEvent, epochMs } from './truth.js';

export const teamNode = '/finesse/api/Team/1/Users';
const systemInfoNode = '/finesse/api/SystemInfo';
const forcedLogoutMs = 60_000;

/** Whom a notification is for: an agent with a session, or a subscriber of the node that it is published to. */
export type Audience = { readonly agent: string } | 'subscribers' | 'all';

/** What a web app asks of the node that it lives on. */
export interface WebAppHost {
  /** Its and the other node's domain, its own first. */
  readonly domains: readonly string[];
  readonly running: 'up' | 'frozen' | 'down';
  /** Whether the notification service runs and answers. */
  readonly serviceUp: boolean;
  /** REST answers 503 for overload. */
  readonly busy: boolean;
  /** What it says of itself is lost. */
  readonly mute: boolean;
  ctiPath(): 'up' | 'down' | 'frozen';
  /** Whether a client of the agent is present at this node, or at the other as far as that can be asked. */
  isPresent(agent: string): boolean;
  /** `finesse` comes or goes, as the notification service sees it. */
  tellFinesse(available: boolean): void;
  /** Has the notification service send to those who are present. The text is asked for where there is somebody. */
  publish(node: string, audience: Audience, text: () => string, fact?: Fact): void;
}

/**
 * The web app of a node: logs in to the notification service as `finesse` and to a CTI side, is in service with both, and
 * answers and publishes what CTI told it, which is not always the truth.
 */
export class SimWebApp {
  readonly process: SimProcess;
  readonly #clock: VirtualClock;
  readonly #random: Random;
  readonly #sides: CtiSides;
  readonly #host: WebAppHost;
  readonly #cti: CtiLink;
  readonly #view = new Map<string, AgentTruth>();
  readonly #logouts = new Map<string, Happening>();
  #ready = false;
  /** Logged in as `finesse`, as far as the web app knows. */
  #finesse = false;
  #inService = false;
  #snapshotMs = 0;

  constructor(clock: VirtualClock, random: Random, sides: CtiSides, host: WebAppHost) {
    this.#clock = clock;
    this.#random = random;
    this.#sides = sides;
    this.#host = host;
    this.process = new SimProcess(clock);
    this.#cti = new CtiLink(clock, random, sides, this.process, {
      path: () => host.ctiPath(),
      onOpen: () => {
        this.#takeSnapshot();
        this.#judge();
      },
      onEvent: (event) => this.#onCtiEvent(event),
      onLost: () => this.#judge(),
    });
  }

  get inService(): boolean {
    return this.#inService;
  }

  /** When it last asked CTI for everything: of what happened before it knows the outcome only. */
  get snapshotMs(): number {
    return this.#snapshotMs;
  }

  /** What it would answer about an agent. */
  view(agent: string): AgentTruth | undefined {
    return this.#view.get(agent);
  }

  start(): void {
    if (this.#host.running === 'down' || this.process.state !== 'down') return;
    this.process.start();
    if (this.#host.running === 'frozen') this.process.freeze();
    this.process.after(this.#random.between(500, 4_000), () => {
      this.#ready = true;
      this.#logIn();
      this.#cti.connect();
    });
  }

  kill(): void {
    this.process.kill();
    this.#ready = false;
    this.#finesse = false;
    this.#inService = false;
    this.#view.clear();
    this.#logouts.clear();
    this.#cti.leave();
  }

  onSideDown(side: Side): void {
    this.#cti.onSideDown(side);
  }

  onCtiPath(now: 'up' | 'down' | 'frozen'): void {
    this.#cti.onPath(now);
  }

  /** Nothing was heard of it for longer than CTI heartbeats allow. */
  loseCti(): void {
    this.#cti.lose();
  }

  /** The session as `finesse` is over: the service died, or is given up. */
  loseFinesse(): void {
    if (!this.#finesse) return;
    this.#finesse = false;
    this.#judge();
    this.process.after(this.#random.between(0, 1_000), () => this.#logIn());
  }

  onReturn(agent: string): void {
    this.process.cancel(this.#logouts.get(agent) ?? null);
  }

  /** Finesse logs an agent out whose presence stays away for 60 s at both nodes ("desktop presence and forced logout"). */
  awaitReturn(agent: string): void {
    this.process.cancel(this.#logouts.get(agent) ?? null);
    const timer = this.process.after(forcedLogoutMs, () => {
      if (this.#host.isPresent(agent) || !this.#inService) return;
      if (this.#view.get(agent)?.user.state === 'LOGOUT') return;
      this.#cti.command(() => this.#sides.truth.setState(agent, { state: 'LOGOUT', reasonCodeId: '255' }));
    });
    this.#logouts.set(agent, timer);
  }

  answer(exchange: Exchange): [HttpAnswer, Fact?] {
    const { method, path, headers, body } = exchange.request;
    if (!this.#ready) return [{ status: 404, headers: {}, body: '<html>404</html>' }];
    if (path === systemInfoNode)
      return [
        { status: 200, headers: {}, body: this.#systemInfo() },
        { kind: 'system-info', status: this.#status },
      ];
    const { busy } = this.#host;
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
      this.#cti.command(() => this.#sides.truth.setState(agent, { state }, headers.requestId ?? ''));
      return [{ status: 202, headers: {}, body: '' }];
    }
    const answer = path.endsWith('/Dialogs')
      ? formatDialogs({ dialogs: known.dialogs })
      : formatUser(known.user);
    return [{ status: 200, headers: {}, body: answer }];
  }

  #logIn(): void {
    if (this.#finesse) return;
    if (!this.#host.serviceUp) {
      this.process.after(1_000, () => this.#logIn());
      return;
    }
    this.process.after(this.#random.between(20, 300), () => {
      if (!this.#host.serviceUp) {
        this.#logIn();
        return;
      }
      this.#finesse = true;
      this.#host.tellFinesse(true);
      this.#judge();
    });
  }

  /** What happened while the CTI connection was away shows in its differences only. */
  #takeSnapshot(): void {
    const { truth: all } = this.#sides;
    this.#snapshotMs = this.#clock.now;
    for (const agent of all.agents) {
      const truth = all.agent(agent);
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
    this.#publish(source, { agent }, update);
    this.#publish(teamNode, 'subscribers', update);
  }

  #publishDialog(
    agent: string,
    dialog: AgentTruth['dialogs'][number],
    event: 'POST' | 'PUT' | 'DELETE',
  ): void {
    const source = `/finesse/api/User/${agent}/Dialogs`;
    const data: Update['data'] =
      event === 'PUT' ? { kind: 'dialog', dialog } : { kind: 'dialogs', dialogs: [dialog] };
    this.#publish(source, { agent }, { event, source, requestId: '', data });
  }

  #publish(node: string, audience: Audience, update: Update): void {
    if (!this.#finesse) return;
    this.#host.publish(node, audience, () => formatNotificationItem(update).toString());
  }

  #judge(): void {
    const inService = this.#ready && this.#cti.open && this.#finesse;
    if (inService === this.#inService) return;
    this.#inService = inService;
    if (!this.#finesse || this.#host.mute) return;
    const text = `<notification xmlns="http://jabber.org/protocol/pubsub">${escaped(
      `<Update><data>${this.#systemInfo()}</data><event>PUT</event><requestId></requestId><source>${systemInfoNode}</source></Update>`,
    )}</notification>`;
    this.#host.publish(systemInfoNode, 'all', () => text, { kind: 'system-info', status: this.#status });
  }

  get #status(): string {
    return this.#inService ? 'IN_SERVICE' : 'OUT_OF_SERVICE';
  }

  #systemInfo(): string {
    const { domains } = this.#host;
    const nodes = domains
      .map((domain, index) => {
        const tag = index === 0 ? 'primaryNode' : 'secondaryNode';
        return `<${tag}><host>${domain}</host><httpsPort>8445</httpsPort><xmppPort>5222</xmppPort><xmppSecurePort>5223</xmppSecurePort></${tag}>`;
      })
      .join('');
    const heartbeat = this.#cti.beating ? 'success' : 'failure';
    return `<SystemInfo><currentTimestamp>${new Date(epochMs + this.#clock.now).toISOString()}</currentTimestamp><deploymentType>UCCE</deploymentType><lastCTIHeartbeatStatus>${heartbeat}</lastCTIHeartbeatStatus><lastSuccessCTIHeartbeatTime>${Math.round(epochMs + this.#cti.heartbeatAt)}</lastSuccessCTIHeartbeatTime>${nodes}<status>${this.#status}</status><uri>${systemInfoNode}</uri><xmppDomain>${domains[0]}</xmppDomain><xmppPubSubDomain>pubsub.${domains[0]}</xmppPubSubDomain></SystemInfo>`;
  }
}

function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
