import { NS, xml } from '@finesse-ha/protocol';
import type { NotificationServiceConfig } from './config.js';
import type { Session } from './session.js';

const tickMs = 500;

/**
 * One clock for all sessions: pings the silent ones, ends those that answer nothing within the stated bound (by which
 * their presence becomes unavailable), the ones that never log in, and the readers that do not read. Stock servers let a
 * silent `finesse` look available for as long as anybody watched (reference/baselines.md, section 3b).
 */
export class SilenceWatch {
  readonly #config: NotificationServiceConfig;
  readonly #sessions: Iterable<Session>;
  readonly #finesseUser: string;
  #timer: NodeJS.Timeout | undefined;
  #lastTickAt = performance.now();
  #pings = 0;

  constructor(config: NotificationServiceConfig, sessions: Iterable<Session>, finesseUser: string) {
    this.#config = config;
    this.#sessions = sessions;
    this.#finesseUser = finesseUser;
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const now = performance.now();
    // It was this process that stood still: what the clients sent meanwhile has not been read yet.
    const stoodStill = now - this.#lastTickAt > 4 * tickMs;
    this.#lastTickAt = now;
    for (const session of [...this.#sessions]) {
      if (stoodStill) {
        session.lastReceivedAt = now;
        session.pingedAt = null;
      } else if (session.bound) this.#judge(session, now);
      else if (now - session.openedAt > this.#config.limits.unauthenticatedMs) {
        session.drop('connection-timeout', 'no login in time');
      }
    }
  }

  #judge(session: Session, now: number): void {
    const { sessionSilence, finesseSilence, limits } = this.#config;
    const { pingAfterMs, timeoutMs } = session.user === this.#finesseUser ? finesseSilence : sessionSilence;
    if (session.unread <= limits.unreadBytes) session.slowSinceAt = null;
    else if (session.slowSinceAt === null) session.slowSinceAt = now;
    else if (now - session.slowSinceAt > limits.slowReaderMs) {
      session.drop('resource-constraint', 'reads too slowly');
      return;
    }
    if (session.pingedAt !== null) {
      if (now - session.pingedAt > timeoutMs) session.drop('connection-timeout', 'a ping was not answered');
    } else if (now - session.lastReceivedAt > pingAfterMs) {
      session.pingedAt = now;
      this.#pings += 1;
      const ping = xml('ping', { xmlns: NS.ping });
      session.send(
        xml('iq', { type: 'get', from: this.#config.domain, to: session.jid, id: `s${this.#pings}` }, ping),
      );
    }
  }
}
