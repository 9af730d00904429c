import {
  type Dialog,
  formatSystemInfo,
  type SystemInfo,
  systemInfoNode,
  type User,
  userDialogsNode,
  userNode,
} from '@finesse-ha/protocol';
import { alike } from './alike.js';
import type { NotificationItem, Origin, PictureChange } from './events.js';

/** What a fetch gave. */
export interface Snapshot {
  user: User;
  dialogs: readonly Dialog[];
  systemInfo: SystemInfo | null;
}

/** What a notification did to the picture. `stale`: it is older than what is known, so it was not taken in. */
export type Applied = { changes: PictureChange[]; stale: boolean };

const nothing: Applied = { changes: [], stale: false };

/** Dialogs in these states are over: news of one that is not in the picture does not bring it back. */
const overStates: readonly string[] = ['DROPPED', 'FAILED', 'CLOSED'];

/** The agent's user, dialogs and SystemInfo as the application has been told them. */
export class Picture {
  readonly #nodes: ReadonlySet<string>;
  #user: User | null = null;
  #dialogs: readonly Dialog[] = [];
  #systemInfo: SystemInfo | null = null;

  constructor(user: string) {
    this.#nodes = new Set([userNode(user), userDialogsNode(user), systemInfoNode].map(lowerCase));
  }

  get user(): User | null {
    return this.#user;
  }

  get dialogs(): readonly Dialog[] {
    return this.#dialogs;
  }

  get systemInfo(): SystemInfo | null {
    return this.#systemInfo;
  }

  /** Whether a notification of this node is about the picture at all. User ids are the same in any letter case. */
  covers(node: string): boolean {
    return this.#nodes.has(lowerCase(node));
  }

  /** Takes in a notification. One that changes nothing gives no change: nothing is told twice. */
  apply({ update }: NotificationItem): Applied {
    const { data } = update;
    switch (data.kind) {
      case 'user':
        return this.#applyUser(data.user);
      case 'dialog':
        return this.#applyDialogs([data.dialog], update.event);
      case 'dialogs':
        return this.#applyDialogs(data.dialogs, update.event);
      case 'systemInfo': {
        if (this.#systemInfo === null) return nothing;
        return fresh(this.setSystemInfo(mergeSystemInfo(this.#systemInfo, data.systemInfo), 'notification'));
      }
      case 'none':
        return update.event === 'DELETE' ? this.#removeDialog(lastSegment(update.source)) : nothing;
      default:
        return nothing;
    }
  }

  /** Makes the picture what a fetch gave. The server's word is final, whatever the times in it say. */
  replace({ user, dialogs, systemInfo }: Snapshot): PictureChange[] {
    return [
      ...this.replaceSystemInfo(systemInfo),
      ...this.#setUser(user, 'resync'),
      ...this.#setDialogs(dialogs, 'resync'),
    ];
  }

  replaceSystemInfo(systemInfo: SystemInfo | null): PictureChange[] {
    return systemInfo === null ? [] : this.setSystemInfo(systemInfo, 'resync');
  }

  setSystemInfo(current: SystemInfo, origin: Origin): PictureChange[] {
    const previous = this.#systemInfo;
    this.#systemInfo = current;
    if (previous !== null && steadyPart(previous) === steadyPart(current)) return [];
    return [{ type: 'update', kind: 'systemInfo', previous, current, origin }];
  }

  /** The dialogs as they would be after an update. */
  #applyDialogs(changed: readonly Dialog[], event: string): Applied {
    const removing = event === 'DELETE';
    let dialogs = this.#dialogs;
    for (const dialog of changed) {
      const id = dialogId(dialog);
      const known = dialogs.some((other) => dialogId(other) === id);
      if (removing) dialogs = dialogs.filter((other) => dialogId(other) !== id);
      else if (known) dialogs = dialogs.map((other) => (dialogId(other) === id ? dialog : other));
      else if (!overStates.includes(dialog.state)) dialogs = [...dialogs, dialog];
    }
    return fresh(this.#setDialogs(dialogs, 'notification'));
  }

  #removeDialog(id: string): Applied {
    return fresh(
      this.#setDialogs(
        this.#dialogs.filter((dialog) => dialogId(dialog) !== id),
        'notification',
      ),
    );
  }

  #applyUser(user: User): Applied {
    if (this.#user !== null && compareChangeTime(user, this.#user) === 'older') {
      return { changes: [], stale: true };
    }
    return fresh(this.#setUser(user, 'notification'));
  }

  #setUser(current: User, origin: Origin): PictureChange[] {
    const previous = this.#user;
    if (previous !== null && sameUser(previous, current)) return [];
    this.#user = current;
    return [{ type: 'update', kind: 'user', previous, current, origin }];
  }

  /** Members that changed first, each by itself; then the list, if others belong to it now. */
  #setDialogs(wanted: readonly Dialog[], origin: Origin): PictureChange[] {
    const changes: PictureChange[] = [];
    for (const current of wanted) {
      const previous = this.#dialogs.find((dialog) => dialogId(dialog) === dialogId(current));
      if (previous === undefined || sameDialog(previous, current)) continue;
      this.#dialogs = this.#dialogs.map((dialog) => (dialog === previous ? current : dialog));
      changes.push({ type: 'update', kind: 'dialog', previous, current, origin });
    }
    const before = this.#dialogs;
    const ids = new Set(wanted.map(dialogId));
    if (before.length !== ids.size || before.some((dialog) => !ids.has(dialogId(dialog)))) {
      this.#dialogs = wanted;
      changes.push({ type: 'update', kind: 'dialogs', previous: before, current: wanted, origin });
    }
    return changes;
  }
}

function lowerCase(text: string): string {
  return text.toLowerCase();
}

function fresh(changes: PictureChange[]): Applied {
  return { changes, stale: false };
}

export function sameUser(one: User, other: User): boolean {
  return alike(one, other);
}

/** Which of two states of a user is the later one, as far as `stateChangeTime` tells: it may be empty or equal. */
export function compareChangeTime(one: User, other: User): 'older' | 'newer' | 'unknown' {
  const first = Date.parse(one.stateChangeTime ?? '');
  const second = Date.parse(other.stateChangeTime ?? '');
  if (first < second) return 'older';
  return first > second ? 'newer' : 'unknown';
}

/** What identifies a dialog: its id, which a DELETE may state in the URI only. */
export function dialogId(dialog: Dialog): string {
  return dialog.id === '' ? lastSegment(dialog.uri) : dialog.id;
}

/** Whether a list of dialogs already has what an update says of some. */
export function shownBy(list: readonly Dialog[], changed: readonly Dialog[], event: string): boolean {
  const removing = event === 'DELETE';
  return changed.every((dialog) => {
    const listed = list.find((other) => dialogId(other) === dialogId(dialog));
    return removing ? listed === undefined : listed !== undefined && sameDialog(listed, dialog);
  });
}

function sameDialog(one: Dialog, other: Dialog): boolean {
  return alike(one, other);
}

function lastSegment(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** A notification of SystemInfo may state a part of it only. */
export function mergeSystemInfo(known: SystemInfo, told: SystemInfo): SystemInfo {
  const stated = Object.entries(told).filter(
    ([, value]) => value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0),
  );
  return { ...known, ...Object.fromEntries(stated) };
}

/** SystemInfo without what differs every time it is asked for. */
function steadyPart(info: SystemInfo): string {
  return formatSystemInfo({
    ...info,
    currentTimestamp: '',
    lastSuccessCTIHeartbeatTime: undefined,
    ctiTimeInMMode: undefined,
    finesseTimeInMMode: undefined,
    ctiServers: info.ctiServers.map((server) => ({ ...server, connectedDuration: undefined })),
  });
}
