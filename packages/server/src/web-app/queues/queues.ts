/** The statistics of all queues, asked of CTI in rounds and told where they changed (queue-notifications: every 10 s). */
import { type Element, formatNotificationItem, queueNode } from '@finesse-ha/protocol';
import type { NodeConfig } from '../config.js';
import { type QueueStatistics, type QueueView, queueElement, queueUri } from './queue-view.js';

/** A queue of the deployment. */
export type ConfiguredQueue = NodeConfig['queues'][number];

/** What the queues need of the rest of the web app. */
export interface QueuesPorts {
  readonly queues: readonly ConfiguredQueue[];
  /** From one round to the next. */
  readonly intervalMs: number;
  /** False while the node is out of service: nothing is asked or told then. */
  canAsk(): boolean;
  /** Asks CTI. @param before what it told last */
  query(queueId: string, before: QueueStatistics | undefined): Promise<QueueStatistics>;
  publish(node: string, payload: () => Element): void;
  /** CTI did not tell; the queue keeps what was known. */
  onFailure(queueId: string, error: unknown): void;
}

interface Entry {
  readonly queue: ConfiguredQueue;
  statistics: QueueStatistics | undefined;
  /** As it was told last. */
  text: string;
}

/** All queues of the deployment. */
export class Queues {
  readonly #ports: QueuesPorts;
  readonly #entries: ReadonlyMap<string, Entry>;
  #timer: NodeJS.Timeout | undefined;
  #asking = false;
  #stopped = false;

  constructor(ports: QueuesPorts) {
    this.#ports = ports;
    this.#entries = new Map(
      ports.queues.map((queue) => [queue.id, { queue, statistics: undefined, text: '' }]),
    );
  }

  /** Asks at once, and then in rounds. */
  start(): void {
    if (this.#entries.size === 0 || this.#stopped || this.#asking) return;
    clearTimeout(this.#timer);
    void this.#round();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** The queue with this id. */
  get(id: string): QueueView | undefined {
    const entry = this.#entries.get(id);
    return entry === undefined ? undefined : viewOf(entry);
  }

  /** The queues to which one of the agents is assigned, in the order of the configuration. */
  assignedTo(skillTargetIds: ReadonlySet<number>): QueueView[] {
    return [...this.#entries.values()]
      .filter(({ queue }) => queue.skillTargetIds.some((id) => skillTargetIds.has(id)))
      .map(viewOf);
  }

  async #round(): Promise<void> {
    this.#asking = true;
    // One after another: statistics may wait, calls may not.
    for (const entry of this.#entries.values()) if (this.#ports.canAsk()) await this.#ask(entry);
    this.#asking = false;
    if (!this.#stopped) this.#timer = setTimeout(() => void this.#round(), this.#ports.intervalMs);
  }

  async #ask(entry: Entry): Promise<void> {
    const { id, skillTargetIds } = entry.queue;
    // A queue that is assigned to nobody has no statistics (queue—get-queue).
    if (skillTargetIds.length === 0) return;
    try {
      entry.statistics = await this.#ports.query(id, entry.statistics);
    } catch (error) {
      this.#ports.onFailure(id, error);
      return;
    }
    const element = queueElement(viewOf(entry));
    const text = element.toString();
    if (text === entry.text || !this.#ports.canAsk()) return;
    entry.text = text;
    const data = { kind: 'unknown', element } as const;
    const update = { event: 'PUT', source: queueUri(id), requestId: '', data };
    this.#ports.publish(queueNode(id), () => formatNotificationItem(update));
  }
}

function viewOf({ queue: { id, name }, statistics }: Entry): QueueView {
  return { id, name, statistics };
}
