import { type Element, NS, xml } from '@finesse-ha/protocol';
import { createSasl, type SaslServer } from './sasl-server.js';
import type { Session } from './session.js';
import type { SessionHost } from './session-host.js';

/** What a login does to the stream that it is on. */
export interface LoginStream {
  send(element: Element): void;
  succeeded(user: string): void;
}

/** The login of one stream: SASL (RFC 6120 6), when its turn has come. */
export class Login {
  readonly #session: Session;
  readonly #host: SessionHost;
  readonly #stream: LoginStream;
  #sasl: SaslServer | null = null;
  #failures = 0;
  /** SASL steps take a moment: they run one after another. */
  #working: Promise<void> = Promise.resolve();

  constructor(session: Session, host: SessionHost, stream: LoginStream) {
    this.#session = session;
    this.#host = host;
    this.#stream = stream;
  }

  /** The feature that offers it. */
  mechanisms(): Element {
    const names = this.#host.config.mechanisms.map((name) => xml('mechanism', {}, name));
    return xml('mechanisms', { xmlns: NS.sasl }, ...names);
  }

  /** Takes an element of SASL's namespace; false for one that is out of place. */
  take(element: Element): boolean {
    if (element.name === 'auth') this.#begin(element);
    else if (element.name === 'response' && this.#sasl !== null) this.#step(this.#sasl, element.text());
    else if (element.name === 'abort') this.#fail('aborted');
    else return false;
    return true;
  }

  #begin(element: Element): void {
    const mechanism = element.attrs.mechanism ?? '';
    const { mechanisms, requireTls, domain } = this.#host.config;
    if (requireTls && !this.#session.secure) return this.#fail('encryption-required');
    const offered = (mechanisms as readonly string[]).includes(mechanism);
    const sasl = offered ? createSasl(mechanism, this.#host.credentials, domain) : null;
    if (sasl === null) return this.#fail('invalid-mechanism');
    this.#sasl = sasl;
    const data = element.text();
    // A login has its price: who does not get a place in the queue is told when to come back.
    const ahead = sasl.userOf(data) === this.#host.finesseUser;
    const retryAfterMs = this.#host.logins.enter(this.#session, () => this.#step(sasl, data), ahead);
    if (retryAfterMs > 0) this.#session.sendAway('too many logins', retryAfterMs);
  }

  #step(sasl: SaslServer, data: string): void {
    const isOver = () => !this.#session.loggingIn || this.#sasl !== sasl;
    this.#working = this.#working.then(async () => {
      if (isOver()) return;
      const step = await sasl.step(data);
      // The client may have gone while its password was being worked on.
      if (isOver()) return;
      switch (step.type) {
        case 'challenge':
          this.#stream.send(xml('challenge', { xmlns: NS.sasl }, step.data));
          break;
        case 'success':
          this.#host.loginEnded('success');
          this.#stream.send(xml('success', { xmlns: NS.sasl }, step.data || undefined));
          this.#stream.succeeded(step.user);
          break;
        case 'failure':
          this.#fail(step.condition);
      }
    });
  }

  #fail(condition: string): void {
    this.#sasl = null;
    this.#host.loginEnded(condition);
    this.#failures += 1;
    this.#stream.send(xml('failure', { xmlns: NS.sasl }, xml(condition)));
    if (this.#failures >= this.#host.config.limits.loginAttempts) {
      this.#session.fail('policy-violation', 'too many failed logins');
    }
  }
}
