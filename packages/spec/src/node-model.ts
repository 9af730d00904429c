import type { Agenda } from './agenda.js';
import { latency } from './latency.js';
import type { AnswersInput, FaultInput, NodeName } from './schema.js';

export type Part = 'webHost' | 'webApp' | 'notification' | 'cti';
export type Condition = 'up' | 'down' | 'frozen';
export type Path = 'pass' | 'reset' | 'silent';

/** What a node tells its clients on its own. */
export interface NodeMessages {
  presence(available: boolean): void;
  notification(status: 'in-service' | 'out-of-service'): void;
  /** The notification service's sockets closed. */
  closed(): void;
  /** The way between clients and notification service was cut so that everybody hears it. */
  reset(): void;
}

/**
 * One node: four parts that fail and come back by themselves, and what the living ones have noticed of the others.
 * Its SystemInfo status and the presence of `finesse` follow from what was noticed.
 */
export class NodeModel {
  readonly name: NodeName;
  /** What is given instead of what the parts would answer. */
  answers: AnswersInput;
  /** Messages that get lost on their way to the client. */
  loses: readonly ('presence' | 'notification')[] = [];
  path: Path = 'pass';
  status: 'in-service' | 'out-of-service' = 'in-service';
  heartbeat: 'success' | 'failure' = 'success';
  finesse = true;
  readonly #agenda: Agenda;
  readonly #messages: NodeMessages;
  readonly #parts: Record<Part, Condition> = { webHost: 'up', webApp: 'up', notification: 'up', cti: 'up' };
  readonly #noticed: Record<Part, boolean> = { webHost: true, webApp: true, notification: true, cti: true };
  /** Counts changes of each part: what was on its way to be noticed of an earlier one never is. */
  readonly #changes: Record<Part, number> = { webHost: 0, webApp: 0, notification: 0, cti: 0 };

  constructor(name: NodeName, agenda: Agenda, messages: NodeMessages) {
    this.name = name;
    this.answers = { node: name };
    this.#agenda = agenda;
    this.#messages = messages;
  }

  condition(part: Part): Condition {
    return this.#parts[part];
  }

  get appRuns(): boolean {
    return this.#parts.webHost === 'up' && this.#parts.webApp === 'up';
  }

  break({ scenario, variant }: Pick<FaultInput, 'scenario' | 'variant'>): void {
    const condition = variant === 'default' ? 'down' : 'frozen';
    switch (scenario) {
      case 'notification-service':
        this.#breakNotification(condition);
        break;
      case 'xmpp-connection':
        this.path = variant === 'default' ? 'reset' : 'silent';
        if (variant === 'default') this.#messages.reset();
        break;
      case 'tomcat':
        this.#breakHost(condition);
        break;
      case 'web-app':
        this.#set('webApp', 'down', latency.noticeMs);
        break;
      case 'cti-connection':
        this.#breakCti(condition);
        break;
      case 'node':
        this.#breakNotification(condition);
        this.#breakHost(condition);
        break;
      case 'cti-side-a':
      case 'cti-side-b':
        this.#breakCti(condition);
        break;
    }
  }

  heal({ scenario }: Pick<FaultInput, 'scenario'>): void {
    switch (scenario) {
      case 'notification-service':
        this.#healNotification();
        break;
      case 'xmpp-connection':
        this.path = 'pass';
        break;
      case 'tomcat':
      case 'web-app':
        this.#healHost();
        break;
      case 'cti-connection':
      case 'cti-side-a':
      case 'cti-side-b':
        this.#set('cti', 'up', latency.startMs);
        break;
      case 'node':
        this.#healNotification();
        this.#healHost();
        break;
    }
  }

  #breakNotification(condition: 'down' | 'frozen'): void {
    this.#set('notification', condition, condition === 'down' ? latency.noticeMs : latency.innerSilenceMs);
    if (condition === 'down') this.#messages.closed();
  }

  #breakHost(condition: 'down' | 'frozen'): void {
    this.#set('webHost', condition, condition === 'down' ? latency.noticeMs : latency.innerSilenceMs);
  }

  #breakCti(condition: 'down' | 'frozen'): void {
    this.#set('cti', condition, condition === 'down' ? latency.noticeMs : latency.ctiSilenceMs);
    const change = this.#changes.cti;
    this.#agenda.after(condition === 'down' ? latency.noticeMs : latency.ctiHeartbeatMs, () => {
      if (this.#changes.cti === change) this.heartbeat = 'failure';
    });
  }

  #healNotification(): void {
    if (this.#parts.notification === 'frozen') this.#set('notification', 'up', latency.noticeMs);
    else if (this.#parts.notification === 'down') this.#start('notification', () => undefined);
  }

  /** A frozen web host goes on where it was; a dead web host or web app is started anew and has everything before it. */
  #healHost(): void {
    if (this.#parts.webHost === 'frozen') {
      this.#set('webHost', 'up', latency.noticeMs);
      return;
    }
    const part = this.#parts.webHost === 'down' ? 'webHost' : 'webApp';
    if (this.#parts[part] === 'up') return;
    this.#noticed.cti = false;
    this.status = 'out-of-service';
    this.#start(part, () => {
      if (part === 'webHost') this.#set('webApp', 'up', latency.noticeMs);
      // `finesse` is there first; then CTI is opened and the agents are queried.
      this.#set('cti', this.#parts.cti, latency.noticeMs * 2);
    });
  }

  #start(part: Part, then: () => void): void {
    const change = ++this.#changes[part];
    this.#agenda.after(latency.startMs, () => {
      if (this.#changes[part] !== change) return;
      this.#set(part, 'up', latency.noticeMs);
      then();
    });
  }

  #set(part: Part, condition: Condition, noticedAfterMs: number): void {
    this.#parts[part] = condition;
    const change = ++this.#changes[part];
    this.#agenda.after(noticedAfterMs, () => {
      if (this.#changes[part] !== change) return;
      this.#noticed[part] = condition === 'up';
      if (part === 'cti' && condition === 'up') this.heartbeat = 'success';
      this.#settle();
    });
  }

  /** Brings status and presence in line with what has been noticed, and tells what changed. */
  #settle(): void {
    const finesse = this.#noticed.webHost && this.#noticed.webApp && this.#noticed.notification;
    if (finesse !== this.finesse) {
      this.finesse = finesse;
      this.#messages.presence(finesse);
    }
    if (!this.appRuns) return;
    const status = this.#noticed.cti && this.#noticed.notification ? 'in-service' : 'out-of-service';
    if (status === this.status) return;
    this.status = status;
    this.#messages.notification(status);
  }
}
