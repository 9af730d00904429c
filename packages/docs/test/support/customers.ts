import { once } from 'node:events';
import { CtiSession } from '@finesse-ha/cti';
import type { Lab } from '@finesse-ha/lab';

/** People outside who call: a session of their own with the CTI server. */
export class Customers {
  readonly #session: CtiSession;

  private constructor(session: CtiSession) {
    this.#session = session;
  }

  static async of(lab: Lab): Promise<Customers> {
    const session = new CtiSession({ sides: lab.ctiSides, clientId: 'customer', retryDelayMs: 100 });
    const opened = once(session, 'open');
    session.start();
    await opened;
    return new Customers(session);
  }

  /** Calls an extension. Returns how the caller hangs up. */
  async call(from: string, to: string, callVariables?: Record<string, string>): Promise<() => Promise<void>> {
    const { callId } = await this.#session.makeCall({ extension: from, dialedNumber: to });
    if (callVariables !== undefined) {
      await this.#session.setCallData({ callId, extension: from, callVariables });
    }
    return () => this.#session.clearConnection({ callId, extension: from });
  }

  async leave(): Promise<void> {
    await this.#session.stop();
  }
}
