import type { Lab, NodeName } from '@finesse-ha/lab';
import type { BrowserContext, Locator, Page } from 'playwright-core';

/** How long anything may take to show: a recovery under load, at the most. */
export const showsWithinMs = 20_000;

/** The desktop as somebody who looks at it and works with it. Whatever is looked for is waited for. */
export class Desk {
  readonly page: Page;
  readonly problems: string[] = [];
  readonly #lab: Lab;

  constructor(page: Page, lab: Lab) {
    this.page = page;
    this.#lab = lab;
    page.setDefaultTimeout(showsWithinMs);
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('console', (message) => {
      // What cannot be fetched while a node is down, the browser says by itself.
      if (
        message.type() === 'error' &&
        !/Failed to load resource|WebSocket connection/.test(message.text())
      ) {
        this.problems.push(message.text());
      }
    });
  }

  get context(): BrowserContext {
    return this.page.context();
  }

  async signIn(agentId: string): Promise<void> {
    const { user, password, extension } = this.#lab.credentials(agentId);
    await this.page.getByLabel('Agent ID').fill(user);
    await this.page.getByLabel('Password').fill(password);
    await this.page.getByLabel('Extension').fill(extension);
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await this.inService();
  }

  /** Waits until it is in service, on this node if one is named. */
  async inService(node?: NodeName): Promise<void> {
    const where = node === undefined ? '' : `[data-node="${this.#lab.url(node)}"]`;
    await this.page.locator(`[data-testid="node"][data-status="in-service"]${where}`).waitFor();
  }

  /** The node that the pill in the corner names. */
  async node(): Promise<NodeName> {
    const url = (await this.page.getByTestId('node').getAttribute('data-node')) ?? '';
    const node = this.#lab.nodeOf(url);
    if (node === undefined) throw new Error(`the desktop is on ${url}, which is no node of the lab`);
    return node;
  }

  get banner(): Locator {
    return this.page.getByTestId('service-banner');
  }

  get summary(): Locator {
    return this.page.getByTestId('meanwhile');
  }

  call(from: string): Locator {
    return this.page.getByTestId('call').filter({ hasText: from });
  }

  async setState(from: string, to: string): Promise<void> {
    await this.page.getByRole('button', { name: new RegExp(`Your state: ${from}`) }).click();
    await this.page.getByRole('button', { name: to, exact: true }).click();
    await this.page.getByRole('button', { name: new RegExp(`Your state: ${to}`) }).waitFor();
  }

  async show(view: 'Calls' | 'Team' | 'Queues' | 'Connection'): Promise<void> {
    await this.page.getByRole('link', { name: view }).click();
    await this.page.getByRole('heading', { level: 2, name: view }).waitFor();
  }

  /** Answers the ringing call. */
  async answer(from: string): Promise<void> {
    await this.call(from).getByRole('button', { name: 'Answer' }).click();
    await this.call(from).and(this.page.locator('[data-state="ACTIVE"]')).waitFor();
  }
}
