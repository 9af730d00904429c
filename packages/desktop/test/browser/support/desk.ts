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

  /** Another tab of the same browser, on the sign-in page of a node. */
  async beside(nodeUrl: string): Promise<Desk> {
    const page = await this.context.newPage();
    await page.goto(`${nodeUrl}/desktop/`);
    return new Desk(page, this.#lab);
  }

  /** Goes on with the Tab key until what has this name is reached, if it is not already. @throws {Error} when it never is */
  async tabTo(name: string): Promise<void> {
    for (let steps = 0; steps < 60; steps += 1) {
      const reached = await this.page.evaluate(() => {
        const { activeElement } = document;
        const label = activeElement?.id ? document.querySelector(`label[for="${activeElement.id}"]`) : null;
        return label?.textContent ?? activeElement?.getAttribute('aria-label') ?? activeElement?.textContent;
      });
      if (reached?.trim().startsWith(name)) return;
      await this.page.keyboard.press('Tab');
    }
    throw new Error(`${name} cannot be reached with the Tab key`);
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

  /** @param by the choice that leads there: a state's reason, where it has some */
  async setState(from: string, to: string, by = to): Promise<void> {
    await this.page.getByRole('button', { name: new RegExp(`Your state: ${from}`) }).click();
    await this.page.getByRole('button', { name: by, exact: true }).click();
    await this.page.getByRole('button', { name: new RegExp(`Your state: ${to}`) }).waitFor();
  }

  async show(view: 'Calls' | 'Team' | 'Queues' | 'Connection'): Promise<void> {
    const link = this.page.getByRole('link', { name: view });
    await link.click();
    await link.and(this.page.locator('[aria-current="page"]')).waitFor();
  }

  /** Answers the ringing call. */
  async answer(from: string): Promise<void> {
    await this.call(from).getByRole('button', { name: 'Answer' }).click();
    await this.call(from).and(this.page.locator('[data-state="ACTIVE"]')).waitFor();
  }
}
