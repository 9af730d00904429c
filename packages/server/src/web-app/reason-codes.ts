/** Reason codes: the deployment's own, and the system's that no list of the API holds. */
import type { AdminStore } from './admin/admin-store.js';
import type { ReasonCodeRecord } from './admin/records.js';

/** The two kinds of reason. */
export type ReasonCategory = ReasonCodeRecord['category'];

/** A reason code as it is shown. System codes have no id and no resource of their own. */
export interface ReasonCodeView {
  readonly id: string | undefined;
  readonly category: ReasonCategory;
  readonly code: number;
  readonly label: string;
  readonly forAll: boolean;
}

/** Code that a forced logout gives (desktop-presence-and-forced-logout). */
export const FORCED_LOGOUT_CODE = 255;

/** Codes of the system (reference/finesse.md 1.5); the labels are ours. */
const SYSTEM_LABELS: Readonly<Record<number, string>> = {
  33: 'Made Not Ready by the supervisor',
  255: 'Presence lost',
  999: 'Changed by the supervisor',
  50001: 'System disconnect',
  50002: 'Connection failure',
  50003: 'Device out of service',
  50004: 'Inactivity',
  50005: 'Busy with another call',
  50010: 'Call overlap',
  32762: 'Off hook',
  32767: 'Call not answered',
};

/** Looks reason codes up. */
export class ReasonCodes {
  readonly #admin: AdminStore;

  constructor(admin: AdminStore) {
    this.#admin = admin;
  }

  /** The code with this id, if it is of the category and a member of the team has it. */
  byId(id: string, category: ReasonCategory, teamId: string): ReasonCodeRecord | undefined {
    return this.#admin.reasonCodesOf(teamId).find((code) => code.id === id && code.category === category);
  }

  /** What a code on the wire of CTI stands for; 0 and an unknown code stand for nothing. */
  byCode(code: number | undefined, category: ReasonCategory): ReasonCodeView | undefined {
    if (code === undefined || code === 0) return undefined;
    const configured = this.#admin.records.reasonCodes.find(
      (one) => one.code === code && one.category === category,
    );
    if (configured !== undefined) return configured;
    const label = SYSTEM_LABELS[code];
    return label === undefined ? undefined : { id: undefined, category, code, label, forAll: true };
  }

  /** The code that goes with a supervisor's intervention (dev guide: 999 in Unified CCE, 33 in Unified CCX). */
  static forSupervisor(deploymentType: 'UCCE' | 'UCCX'): number {
    return deploymentType === 'UCCE' ? 999 : 33;
  }
}
