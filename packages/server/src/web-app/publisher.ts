/** Publishing in order, some items on their way at once: what the web app has to say goes out by way of this. */
import { requestIdIn } from '@finesse-ha/notification';
import type { Element } from '@finesse-ha/protocol';

/** The part of a NotificationLink that publishing needs. */
export interface PublishingLink {
  readonly up: boolean;
  publish(node: string, payload: Element): Promise<void>;
}

/** What the publisher tells. */
export interface PublisherObserver {
  /** The outcome of a client's request was accepted by the notification service. */
  onPublished(node: string, requestId: string): void;
  /** One item was not accepted by the notification service. */
  onFailure(node: string, error: unknown): void;
  /** More waited than can be kept; all of it is dropped and the present state should be published anew. */
  onOverflow(): void;
}

/** Items that may be unanswered by the notification service. They arrive in the order in which they were sent. */
const WINDOW = 32;

interface Item {
  readonly node: string;
  readonly payload: () => Element;
}

/** Publishes to pubsub nodes through the link. Items offered while the link is down are dropped: nobody could hear them. */
export class Publisher {
  readonly #link: PublishingLink;
  readonly #room: number;
  readonly #observer: PublisherObserver;
  #waiting: Item[] = [];
  #next = 0;
  #unanswered = 0;

  /** @param room how many items may wait; more than one round of publishing everything takes */
  constructor(link: PublishingLink, room: number, observer: PublisherObserver) {
    this.#link = link;
    this.#room = room;
    this.#observer = observer;
  }

  /**
   * Publishes an item after all that were offered before.
   * @param payload called when it is this item's turn, so that a representation is as fresh as can be
   */
  publish(node: string, payload: () => Element): void {
    if (!this.#link.up) return;
    if (this.#waiting.length - this.#next >= this.#room) {
      this.clear();
      this.#observer.onOverflow();
      return;
    }
    this.#waiting.push({ node, payload });
    this.#send();
  }

  /** Forgets all that waits. */
  clear(): void {
    this.#waiting = [];
    this.#next = 0;
  }

  #send(): void {
    while (this.#unanswered < WINDOW && this.#next < this.#waiting.length) {
      const { node, payload } = this.#waiting[this.#next++]!;
      this.#unanswered += 1;
      const element = payload();
      this.#link
        .publish(node, element)
        .then(() => {
          const requestId = requestIdIn(element);
          if (requestId !== '') this.#observer.onPublished(node, requestId);
        })
        .catch((error: unknown) => this.#observer.onFailure(node, error))
        .finally(() => {
          this.#unanswered -= 1;
          this.#send();
        });
    }
    if (this.#next === this.#waiting.length && this.#next > 0) this.clear();
  }
}
