import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { CtiSession } from '@finesse-ha/cti';
import { type FaultName, type Lab, type LabOptions, type NodeName, startLab } from '@finesse-ha/lab';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { launchChromium } from './chromium.js';
import { Desk } from './desk.js';

/** The desktop's bundle. */
export const desktopDirectory = fileURLToPath(new URL('../../../dist', import.meta.url));

/** A lab that serves the desktop, a browser, and somebody outside who calls. */
export class Stage {
  readonly lab: Lab;
  readonly #browser: Browser;
  readonly #customer: CtiSession;
  #callers = 0;

  private constructor(lab: Lab, browser: Browser, customer: CtiSession) {
    this.lab = lab;
    this.#browser = browser;
    this.#customer = customer;
  }

  static async open(options: LabOptions = {}): Promise<Stage> {
    const [lab, browser] = await Promise.all([startLab({ desktopDirectory, ...options }), launchChromium()]);
    const customer = new CtiSession({ sides: lab.ctiSides, clientId: 'customer', retryDelayMs: 100 });
    const opened = once(customer, 'open');
    customer.start();
    await opened;
    return new Stage(lab, browser, customer);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#customer.stop();
    await this.lab.stop();
  }

  /** A browser of its own, on the sign-in page of a node. */
  async visit(node: NodeName = 'primary', options: BrowserContextOptions = {}): Promise<Desk> {
    const context = await this.#browser.newContext(options);
    const page = await context.newPage();
    await page.goto(`${this.lab.url(node)}/desktop/`);
    return new Desk(page, this.lab);
  }

  /** Somebody signs in on the primary's desktop. */
  async signIn(agentId: string, options: BrowserContextOptions = {}): Promise<Desk> {
    const desk = await this.visit('primary', options);
    await desk.signIn(agentId);
    return desk;
  }

  /**
   * A customer calls an extension or a queue. Returns the number that they call from, how they hang up, and how the
   * telephone of the extension is picked up.
   * @param callVariables what is known of them, by `callVariable1` to `callVariable10`
   */
  async call(
    dialedNumber: string,
    callVariables?: Readonly<Record<string, string>>,
  ): Promise<{ from: string; hangUp(): Promise<void>; pickUp(): Promise<void> }> {
    this.#callers += 1;
    const from = String(2_125_550_100 + this.#callers);
    const { callId } = await this.#customer.makeCall({ extension: from, dialedNumber });
    if (callVariables !== undefined) {
      await this.#customer.setCallData({ callId, extension: from, callVariables });
    }
    return {
      from,
      hangUp: () => this.#customer.clearConnection({ callId, extension: from }),
      pickUp: () => this.#customer.answerCall({ callId, extension: dialedNumber }),
    };
  }

  /** Whatever a test left behind: everything is mended, every browser window closed. */
  async restore(): Promise<void> {
    await Promise.all(this.#browser.contexts().map((context) => context.close()));
    for (const { scenario, node } of this.lab.broken) await this.lab.heal(scenario, { node });
    await Promise.all(this.lab.nodes.map(({ name }) => this.lab.waitInService(name)));
  }

  /** Mends it, and waits until the node could be used again. */
  async heal(scenario: FaultName, node: NodeName): Promise<void> {
    await this.lab.heal(scenario, { node });
    await this.lab.waitInService(node);
  }
}
