/** Whether this node serves agents: the "Dependency Manager" of the dev guide (12.5 p.7), as a small state machine. */

/** What the node depends on. A node starts with none of it. */
export interface Dependencies {
  /** The CTI session is open. */
  ctiOpen: boolean;
  /** Every configured agent's state was queried since the CTI session opened. */
  agentsQueried: boolean;
  /** The agents' calls were found again since then. */
  callsRestored: boolean;
  /** User `finesse` is logged in to the notification service and its available presence was sent. */
  presenceUp: boolean;
  /** An administrator has taken the node out of service. */
  maintenance: boolean;
}

/** One assessment: the SystemInfo fields `status` and `statusReason`. */
export interface Assessment {
  readonly status: 'IN_SERVICE' | 'OUT_OF_SERVICE';
  /** Why it is out of service, empty when it is not. Cisco documents no values; these are our own words. */
  readonly statusReason: string;
}

/** IN_SERVICE needs all of them; the reason names the first that is missing. */
export function assess(dependencies: Dependencies): Assessment {
  if (dependencies.maintenance) return out('The node is in maintenance mode');
  if (!dependencies.ctiOpen) return out('The connection to the CTI server is down');
  if (!dependencies.presenceUp) return out('The connection to the notification service is down');
  if (!dependencies.agentsQueried) return out('Agent states are being queried from the CTI server');
  if (!dependencies.callsRestored) return out('Calls are being queried from the CTI server');
  return { status: 'IN_SERVICE', statusReason: '' };
}

function out(statusReason: string): Assessment {
  return { status: 'OUT_OF_SERVICE', statusReason };
}

/** Holds the dependencies as they are known, and tells whenever the assessment changes. */
export class ServiceStatus {
  #dependencies: Dependencies = {
    ctiOpen: false,
    agentsQueried: false,
    callsRestored: false,
    presenceUp: false,
    maintenance: false,
  };
  #assessment = assess(this.#dependencies);
  readonly #onChange: (now: Assessment, before: Assessment) => void;

  /** @param onChange called, before `update` returns, on every change of status or reason */
  constructor(onChange: (now: Assessment, before: Assessment) => void) {
    this.#onChange = onChange;
  }

  /** The present assessment. */
  get current(): Assessment {
    return this.#assessment;
  }

  /** True while the node serves agents. */
  get inService(): boolean {
    return this.#assessment.status === 'IN_SERVICE';
  }

  /** Takes in what was learned. A closed CTI session makes what was queried over it worthless. */
  update(change: Partial<Dependencies>): void {
    const next = { ...this.#dependencies, ...change };
    if (!next.ctiOpen) next.agentsQueried = false;
    if (!next.agentsQueried) next.callsRestored = false;
    this.#dependencies = next;
    const before = this.#assessment;
    const now = assess(next);
    if (now.status === before.status && now.statusReason === before.statusReason) return;
    this.#assessment = now;
    this.#onChange(now, before);
  }
}
