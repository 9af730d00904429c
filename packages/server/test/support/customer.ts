/** Somebody outside who calls: a CTI client that makes calls from numbers that are no agent's. */
import { CtiSession, type CtiSide } from '@finesse-ha/cti';

export class Customer {
  readonly number: string;
  readonly #session: CtiSession;

  private constructor(session: CtiSession, number: string) {
    this.#session = session;
    this.number = number;
  }

  /** Ready to call. */
  static async at(sides: readonly CtiSide[], number = '0815'): Promise<Customer> {
    const session = new CtiSession({
      clientId: 'customer',
      sides,
      heartbeatIntervalMs: 200,
      retryDelayMs: 50,
    });
    const opened = new Promise((resolve) => session.once('open', resolve));
    session.start();
    await opened;
    return new Customer(session, number);
  }

  /** Calls, and resolves with the call's id. */
  async call(dialedNumber: string): Promise<number> {
    return (await this.#session.makeCall({ extension: this.number, dialedNumber })).callId;
  }

  async hangUp(callId: number): Promise<void> {
    await this.#session.clearConnection({ callId, extension: this.number });
  }

  async leave(): Promise<void> {
    await this.#session.stop();
  }
}
