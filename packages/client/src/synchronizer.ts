import type { Dialog, SystemInfo, User } from '@finesse-ha/protocol';
import type { ClientEvent, NotificationItem } from './events.js';
import { compareChangeTime, Picture, type Snapshot, sameUser, shownBy } from './picture.js';
import type { FinesseRest } from './rest.js';

/** Updates held while not in service; when there are more, those that a later one of the same source supersedes go first. */
const maxHeld = 5_000;
/** How often a fetch is repeated because updates that cannot be put before or after it came in meanwhile. */
const maxRounds = 3;

/** An update that waits, numbered in the order of arrival. */
interface Held {
  readonly number: number;
  readonly item: NotificationItem;
}

/** A fetch, and the number of the last update that was held before it was asked for. */
export interface Fetched {
  snapshot: Snapshot;
  heldBefore: number;
}

export interface SynchronizerHandlers {
  emit(event: ClientEvent): void;
  /** A notification has been taken in, whether it changed anything or not. */
  onTaken(item: NotificationItem): void;
  /** A notification was older than the picture: something was missed or came twice, so the picture wants a fetch. */
  onStale(): void;
}

/**
 * Keeps the application's picture equal to the server's. In service, notifications are taken in as they come. Otherwise
 * they are held; the fetch of the recovery is put in among them where it belongs, and only what changes is told.
 */
export class Synchronizer {
  readonly picture: Picture;
  readonly #handlers: SynchronizerHandlers;
  #held: Held[] | null = [];
  #lastNumber = 0;

  constructor(user: string, handlers: SynchronizerHandlers) {
    this.picture = new Picture(user);
    this.#handlers = handlers;
  }

  /** From now on updates are held. */
  hold(): void {
    this.#held ??= [];
  }

  /** From now on updates are taken in as they come; those held are taken in now. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const { item } of held) this.#takeIn(item);
  }

  take(item: NotificationItem): void {
    if (this.#held === null) {
      this.#takeIn(item);
      return;
    }
    this.#lastNumber += 1;
    this.#held.push({ number: this.#lastNumber, item });
    if (this.#held.length > 2 * maxHeld) this.#held = lastOfEach(this.#held).slice(-maxHeld);
  }

  /** News of SystemInfo from a poll. */
  takeSystemInfo(systemInfo: SystemInfo): void {
    if (this.#held !== null) return;
    for (const change of this.picture.setSystemInfo(systemInfo, 'resync')) this.#handlers.emit(change);
  }

  /**
   * Fetches user and dialogs while updates are held, and waits until every notification from before the answer must
   * have arrived: REST may overtake it (found by the simulator). A notification that arrives meanwhile may be older or
   * newer than the answer; where neither its time nor its content tells which, the fetch is made again.
   * @throws {RestError} or what `caughtUp` throws
   */
  async fetch(
    rest: FinesseRest,
    options: {
      timeoutMs: number;
      signal: AbortSignal;
      systemInfo: () => SystemInfo | null;
      caughtUp: () => Promise<void>;
    },
  ): Promise<Fetched> {
    this.hold();
    for (let round = 1; ; round++) {
      const heldBefore = this.#lastNumber;
      const [user, dialogs] = await Promise.all([rest.user(options), rest.dialogs(options)]);
      await options.caughtUp();
      const during = this.#held?.filter(({ number }) => number > heldBefore) ?? [];
      const snapshot = { user, dialogs, systemInfo: options.systemInfo() };
      if (round >= maxRounds || during.every(({ item }) => canBePlaced(item, user, dialogs))) {
        return { snapshot, heldBefore };
      }
    }
  }

  /**
   * Tells the application, in the order in which it happened: what was held from before the fetch, what the fetch
   * shows beyond that, what came after it. Updates go on being held until `release`.
   * @param mayBeBehind the node may know less than the application was told: an older agent is not told again
   * @returns false when the fetch was such a one, and has to be made again when the node has caught up
   */
  commit({ snapshot, heldBefore }: Fetched, mayBeBehind: boolean): boolean {
    const held = this.#held ?? [];
    this.#held = [];
    for (const { number, item } of held) if (number <= heldBefore) this.#replay(item);
    const { user } = this.picture;
    const isBehind = mayBeBehind && user !== null && compareChangeTime(snapshot.user, user) === 'older';
    const changes = isBehind
      ? this.picture.replaceSystemInfo(snapshot.systemInfo)
      : this.picture.replace(snapshot);
    for (const change of changes) this.#handlers.emit(change);
    for (const { number, item } of held) if (number > heldBefore) this.#replay(item);
    return !isBehind;
  }

  /** A held update: what it said of SystemInfo is in the snapshot, with all that was said since. */
  #replay(item: NotificationItem): void {
    if (item.update.data.kind !== 'systemInfo') this.#takeIn(item, false);
  }

  #takeIn(item: NotificationItem, live = true): void {
    if (this.picture.covers(item.node) && item.update.data.kind !== 'apiErrors') {
      const { changes, stale } = this.picture.apply(item);
      for (const change of changes) this.#handlers.emit(change);
      if (stale && live) this.#handlers.onStale();
    } else this.#handlers.emit({ type: 'notification', ...item });
    this.#handlers.onTaken(item);
  }
}

/** Without what the same source said again later, on the same pubsub node. */
function lastOfEach(held: readonly Held[]): Held[] {
  const last = new Map(held.map((one) => [`${one.item.node} ${one.item.update.source}`, one.number]));
  return held.filter(({ number, item }) => last.get(`${item.node} ${item.update.source}`) === number);
}

/** Whether an update that arrived during a fetch can be put before or after it, or says the same anyway. */
function canBePlaced({ update }: NotificationItem, user: User, dialogs: readonly Dialog[]): boolean {
  const { data } = update;
  switch (data.kind) {
    case 'user':
      return compareChangeTime(data.user, user) !== 'unknown' || sameUser(data.user, user);
    // Dialogs carry no time.
    case 'dialog':
      return shownBy(dialogs, [data.dialog], update.event);
    case 'dialogs':
      return shownBy(dialogs, data.dialogs, update.event);
    case 'none':
      return false;
    default:
      return true;
  }
}
