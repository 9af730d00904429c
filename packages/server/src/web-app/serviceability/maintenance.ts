/**
 * Maintenance mode: a planned move of all agents to the alternate node ("Finesse MaintenanceMode"; admin guide 15.0, failover).
 * The node announces it, and after a while of warning goes OUT_OF_SERVICE, which sends every client to the alternate, spread by
 * the clients themselves; nobody is logged out, for the node is in good health. It is done when the last one has gone.
 */
import { xml } from '@finesse-ha/protocol';

/** How it stands ("Finesse MaintenanceMode API Parameters"). */
export type MaintenanceStatus = 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';

/** What maintenance needs of the rest of the web app. */
export interface MaintenancePorts {
  /** From the announcement to the move. */
  readonly warningMs: number;
  /** How long it may take altogether before it has failed. */
  readonly longestMs: number;
  /** Sessions on this node. */
  count(): { desktop: number; thirdParty: number };
  /** Takes the node out of service, or lets it serve again. */
  setOut(out: boolean): void;
  /** Something that SystemInfo shows of it has changed. */
  changed(): void;
  /** Epoch ms. */
  now(): number;
}

interface Run {
  status: MaintenanceStatus;
  readonly startedAt: number;
  readonly users: { desktop: number; thirdParty: number };
  out: boolean;
}

/** One node's maintenance mode. */
export class Maintenance {
  readonly #ports: MaintenancePorts;
  #run: Run | null = null;
  #timers: NodeJS.Timeout[] = [];

  constructor(ports: MaintenancePorts) {
    this.#ports = ports;
  }

  /** Null when the node is not in maintenance mode, nor was since it last ended. */
  get status(): MaintenanceStatus | null {
    return this.#run?.status ?? null;
  }

  /** For how long it has been, in whole seconds; negative when it is not ("SystemInfo API Parameters"). */
  get seconds(): number {
    return this.#run === null ? -1 : Math.floor((this.#ports.now() - this.#run.startedAt) / 1_000);
  }

  /** Begins. @returns false when it has begun already */
  start(): boolean {
    if (this.#run !== null && this.#run.status !== 'FAILED') return false;
    const { warningMs, longestMs, now, count } = this.#ports;
    this.#run = { status: 'IN_PROGRESS', startedAt: now(), users: count(), out: false };
    this.#timers = [setTimeout(() => this.#move(), warningMs), setTimeout(() => this.#fail(), longestMs)];
    this.#ports.changed();
    return true;
  }

  /** The node serves again. @returns false when it was not in maintenance mode */
  end(): boolean {
    if (this.#run === null) return false;
    this.close();
    this.#run = null;
    this.#ports.setOut(false);
    this.#ports.changed();
    return true;
  }

  /** Somebody came or went. */
  usersChanged(): void {
    if (this.#run?.status !== 'IN_PROGRESS' || !this.#run.out || this.#pending() > 0) return;
    this.close();
    this.#run.status = 'COMPLETED';
    this.#ports.changed();
  }

  /** Stops all clocks. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers = [];
  }

  /** The document of `GET /FinesseMaintenanceMode`; all figures 0 when there is nothing. */
  document(): string {
    const run = this.#run;
    const { desktop, thirdParty } = run?.users ?? { desktop: 0, thirdParty: 0 };
    const remainingMs =
      run?.status === 'IN_PROGRESS' ? run.startedAt + this.#ports.warningMs - this.#ports.now() : 0;
    const leaf = (name: string, value: string | number) => xml(name, {}, String(value));
    return xml(
      'FinesseMaintenanceMode',
      {},
      leaf('status', run?.status ?? ''),
      xml(
        'usersLoggedIn',
        {},
        leaf('desktop', desktop),
        leaf('fippa', 0),
        leaf('thirdpartyclients', thirdParty),
      ),
      leaf('pendingUserDisconnections', run?.status === 'IN_PROGRESS' ? this.#pending() : 0),
      leaf('estimatedCompletionTime', Math.max(0, Math.ceil(remainingMs / 1_000))),
    ).toString();
  }

  #pending(): number {
    const { desktop, thirdParty } = this.#ports.count();
    return desktop + thirdParty;
  }

  #move(): void {
    if (this.#run === null) return;
    this.#run.out = true;
    this.#ports.setOut(true);
    this.usersChanged();
  }

  /** Whoever is still here is served again. */
  #fail(): void {
    if (this.#run === null) return;
    this.close();
    this.#run.status = 'FAILED';
    this.#run.out = false;
    this.#ports.setOut(false);
    this.#ports.changed();
  }
}
