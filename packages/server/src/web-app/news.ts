/** What the web app tells by notifications of its own accord: SystemInfo, agents' states, requests that failed. */
import type { Logger } from '@finesse-ha/ops';
import { type Element, type SystemInfo, systemInfoNode, teamUsersNode, userNode } from '@finesse-ha/protocol';
import type { Agents } from './agents.js';
import type { CtiFailure } from './cti-failures.js';
import { Publisher, type PublishingLink } from './publisher.js';
import type { Representations } from './representations.js';

/** Where the news come from, and what they go through. */
export interface NewsSources {
  readonly link: PublishingLink;
  readonly agents: Agents;
  readonly representations: Representations;
  readonly log: Logger;
  systemInfo(): SystemInfo;
  inService(): boolean;
}

/** Publishes news, in order. While the link is down nobody could hear them, and they are dropped. */
export class News {
  readonly #sources: NewsSources;
  readonly #publisher: Publisher;

  constructor(sources: NewsSources) {
    const { link, agents, log } = sources;
    this.#sources = sources;
    // Room for several rounds of everyone's state beside what happens meanwhile.
    this.#publisher = new Publisher(link, 20_000 + 8 * agents.size, {
      onPublished: (node, requestId) => log.info({ requestId, node }, 'published'),
      onFailure: (node, error) => log.warn({ node, err: error }, 'not published'),
      onOverflow: () => this.#insteadOfAll(),
    });
  }

  /** An item of anybody's: see `Publisher.publish`. */
  publish(node: string, payload: () => Element): void {
    this.#publisher.publish(node, payload);
  }

  /** As it is now, whenever its turn comes. */
  systemInfo(): void {
    const { representations, systemInfo } = this.#sources;
    const payload = representations.systemInfoUpdate(systemInfo());
    this.#publisher.publish(systemInfoNode, () => payload);
  }

  /** Everyone's present state. */
  everyAgent(): void {
    for (const { who } of this.#sources.agents.all()) this.agent(who.id, '');
  }

  /**
   * An agent's state, to the agent and to those who follow the team.
   * @param requestId of the request that this is the outcome of; empty where there is none
   */
  agent(agentId: string, requestId: string): void {
    const { agents, representations } = this.#sources;
    const agent = agents.get(agentId);
    if (agent === undefined) return;
    const snapshot = { who: agent.who, status: agent.status };
    this.#publisher.publish(userNode(agentId), () => representations.userUpdate(snapshot, requestId));
    this.#publisher.publish(teamUsersNode(agent.who.teamId), () => representations.memberUpdate(snapshot));
  }

  /** That an agent's request failed at CTI. */
  failure(agentId: string, requestId: string, failure: CtiFailure): void {
    const { log, representations } = this.#sources;
    log.info({ agentId, requestId, failure }, 'a request failed at CTI');
    this.#publisher.publish(userNode(agentId), () =>
      representations.failureUpdate(agentId, requestId, failure),
    );
  }

  /** Forgets all that waits. */
  clear(): void {
    this.#publisher.clear();
  }

  #insteadOfAll(): void {
    const { log, inService } = this.#sources;
    log.error('more updates waited than can be kept; publishing the present state instead');
    this.systemInfo();
    if (inService()) this.everyAgent();
  }
}
