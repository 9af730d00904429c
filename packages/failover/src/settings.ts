/**
 * Every default in one place, each with its reason. The knobs that an application is meant to turn are few:
 * `agentsPerNode` and `loginsPerSecond` (what the deployment is like), `pingIntervalMs` and `pingTimeoutMs`
 * (how soon silence is told, against how rarely a healthy but slow server is called dead). The rest is here so that
 * tests and simulations can state it.
 */
export interface Settings {
  /**
   * Agents that would move to the surviving node together. With `loginsPerSecond` it sets how widely first attempts
   * are spread when a node is down, and how far polls back off. State it for anything larger than a team.
   * Default 50: a spread of 0.75 s, which no agent notices.
   */
  agentsPerNode: number;
  /** Logins per second that one node bears. Default 50, the pessimistic case of reference/anchors.md, section 3. */
  loginsPerSecond: number;
  /**
   * Age of the last byte received at which the XMPP connection is pinged. Default 10 s: Finesse's own clients use it
   * (dev guide 12.5 p.9), and its notification service expects to hear from a client every 20 s.
   */
  pingIntervalMs: number;
  /**
   * How long a ping may stay unanswered: once is the first strike (SystemInfo is asked at once and a second ping sent),
   * twice is a failure. Default 5 s: servers pause that long in a full collection (reference/anchors.md, section 6),
   * and two strikes make it ten.
   */
  pingTimeoutMs: number;
  /** SystemInfo poll of the node in use while all is well. Default 20 s, the interval of Cisco's desktop (admin guide 15.0). */
  pollIntervalMs: number;
  /** SystemInfo poll of the alternate while all is well: only so that its state can be shown. Default 60 s. */
  alternatePollMs: number;
  /** How long one SystemInfo request may take. Default 5 s. */
  probeTimeoutMs: number;
  /** How long the current node may take when it is asked once more before it is left. Default 2 s: agents wait meanwhile. */
  onceMoreTimeoutMs: number;
  /** Unanswered SystemInfo polls in a row that count as a failure of a node whose XMPP says nothing. Default 3. */
  unansweredLimit: number;
  /** First step and cap of the backed-off SystemInfo poll while a failure lasts. Defaults 500 ms and 5 s (both grow with `agentsPerNode`). */
  failingPollMs: number;
  failingPollCapMs: number;
  /** XMPP attempts on the same node before the alternate is preferred. Default 3, as Cisco's desktop does (admin guide 15.0). */
  quickAttempts: number;
  /** All quick attempts together may take this long before the alternate may be joined. Default 3 s. */
  quickWindowMs: number;
  /** Backoff of later XMPP attempts: full jitter up to base * 2^n, capped. Defaults 1 s and 30 s; the base grows beyond 2,000 agents. */
  attemptBaseMs: number;
  attemptCapMs: number;
  /** How long opening an XMPP connection (TCP, TLS, SASL, bind) may take. Default 10 s: longer than a queue that sheds early. */
  openTimeoutMs: number;
  /**
   * How long after its XMPP connection a node's `finesse` presence may take to arrive, and how long a node may lack it
   * that says IN_SERVICE before the connection is made anew. Default 5 s.
   */
  presenceTimeoutMs: number;
  /** How long the fetch after a recovery may take. Default 20 s. */
  resyncTimeoutMs: number;
  /** An answer about the alternate older than this does not justify joining it. Default 5 s. */
  freshMs: number;
  /** A current node that says IN_SERVICE when asked once more gets this long to meet the other two conditions. Default 1 s. */
  tieGraceMs: number;
  /** Spread of attempts when only this client's own link is down. Default 250 ms. */
  ownLinkSpreadMs: number;
  /** In service for this long resets attempt counters: a fresh connection proves nothing. Default 10 s. */
  stableMs: number;
  /**
   * A node left twice within `flapMemoryMs` must have been steadily IN_SERVICE for `flapHoldMs` (doubling with each
   * further departure up to `flapHoldCapMs`) before it is joined again. Defaults 10 min, 5 s, 60 s.
   */
  flapMemoryMs: number;
  flapHoldMs: number;
  flapHoldCapMs: number;
  /**
   * A timer later than this means that the machine slept or the clock jumped: all is asked anew. Default 75 s, because
   * browsers let a hidden tab's timers fire once a minute.
   */
  sleepMs: number;
  /** Entries kept in the decision log. Default 200. */
  logLimit: number;
}

/** What holds where the application says nothing else; the reasons stand with `Settings`. */
export const defaultSettings: Settings = {
  agentsPerNode: 50,
  loginsPerSecond: 50,
  pingIntervalMs: 10_000,
  pingTimeoutMs: 5_000,
  pollIntervalMs: 20_000,
  alternatePollMs: 60_000,
  probeTimeoutMs: 5_000,
  onceMoreTimeoutMs: 2_000,
  unansweredLimit: 3,
  failingPollMs: 500,
  failingPollCapMs: 5_000,
  quickAttempts: 3,
  quickWindowMs: 3_000,
  attemptBaseMs: 1_000,
  attemptCapMs: 30_000,
  openTimeoutMs: 10_000,
  presenceTimeoutMs: 5_000,
  resyncTimeoutMs: 20_000,
  freshMs: 5_000,
  tieGraceMs: 1_000,
  ownLinkSpreadMs: 250,
  stableMs: 10_000,
  flapMemoryMs: 600_000,
  flapHoldMs: 5_000,
  flapHoldCapMs: 60_000,
  sleepMs: 75_000,
  logLimit: 200,
};

/** Thrown for a setting that is unknown or not a usable number; `setting` names it. */
export class SettingsError extends Error {
  readonly kind = 'settings';
  readonly setting: string;
  constructor(setting: string, problem: string) {
    super(`failover setting "${setting}" ${problem}`);
    this.name = 'SettingsError';
    this.setting = setting;
  }
}

/** Settings that may be zero: everything else must be positive, or a wait would never end or never begin. */
const mayBeZero: readonly (keyof Settings)[] = [
  'quickAttempts',
  'quickWindowMs',
  'ownLinkSpreadMs',
  'tieGraceMs',
  'logLimit',
];

/**
 * Fills the given settings up with the defaults.
 * @throws {SettingsError} for an unknown name, or a value that is not a finite number of the right sign.
 */
export function resolveSettings(given: Partial<Settings> = {}): Settings {
  for (const [name, value] of Object.entries(given)) {
    if (!(name in defaultSettings)) throw new SettingsError(name, 'does not exist');
    if (value === undefined) continue;
    const zeroOk = mayBeZero.includes(name as keyof Settings);
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0 || (value === 0 && !zeroOk)) {
      throw new SettingsError(
        name,
        `must be a ${zeroOk ? 'non-negative' : 'positive'} number, not ${String(value)}`,
      );
    }
  }
  const defined = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...defaultSettings, ...defined };
}

/** The width over which clients spread their first attempt on a node when the other went down. */
export function spreadMs(settings: Settings): number {
  // Three quarters of the time the survivor needs to take everybody in: the 30 s for 2000 agents at 50 logins/s
  // with which the model of reference/anchors.md, section 3, gets all in within 44 s.
  return Math.min(60_000, (settings.agentsPerNode / settings.loginsPerSecond) * 750);
}

/**
 * The width over which clients ask their node what is wrong with it: fewer than two thousand questions a second from all. All at
 * once is seconds of work for node and desktops, and answers that come after their time are asked for again.
 */
export function askSpreadMs(settings: Settings): number {
  return settings.agentsPerNode * 0.6;
}

/** Agents of a node beyond the two thousand that a pair serves at most (Cisco's limit; DESIGN.md). */
function beyondAPair({ agentsPerNode }: Settings): number {
  return Math.max(0, agentsPerNode - 2_000);
}

/**
 * The width of quick attempts on the same node, each next one in a wider one. An agent whose own connection broke gets back at
 * once; only where there are more agents than a pair serves would all who were cut off be too much. The first attempt hardly
 * waits for that; the next ones do, because ten thousand who tried six times each while they waited for their turn had
 * nothing left to get in with (`npm run bench failover -- --agents 10000 --scenarios xmpp-connection`).
 * @param made attempts so far
 */
export function quickSpreadMs(settings: Settings, made: number): number {
  const width = Math.max(settings.ownLinkSpreadMs, settings.agentsPerNode * 0.1);
  return width * (made + 1) + beyondAPair(settings) * made;
}

/** The first step of the later attempts: of more agents than a pair serves, five hundred a second at most. */
export function attemptStepMs(settings: Settings): number {
  return settings.attemptBaseMs + beyondAPair(settings) * 2;
}

/**
 * The width over which clients join the alternate whose own link is down: nobody else moves then. With more agents than a
 * pair serves, those beyond it are spread as if all had been cut off: of ten thousand at once most are sent away, which
 * costs what the others lack (`npm run bench failover -- --agents 10000 --scenarios xmpp-connection`).
 */
export function ownLinkTurnMs(settings: Settings): number {
  return settings.ownLinkSpreadMs + (beyondAPair(settings) / settings.agentsPerNode) * spreadMs(settings);
}

/**
 * How long a client waits on the node that it took refuge to before it goes back to where its connection broke: as long as
 * a crowd may need to get in, and no longer, because the way there may be mended by then.
 */
export function refugeMs(settings: Settings): number {
  return settings.openTimeoutMs + 2 * spreadMs(settings);
}

/**
 * The first step of the failing poll: from all agents of a node about a thousand requests a second at most, and a quarter of
 * that to a node that has left service and answers. At a thousand to both nodes, ten thousand agents who waited for their
 * turn asked 45,000 times in the first half minute (`npm run bench failover -- --agents 10000`).
 * @param answers whether it is the node in use, and answers
 */
export function pollStepMs(settings: Settings, answers: boolean): number {
  return Math.max(settings.failingPollMs, settings.agentsPerNode * (answers ? 4 : 1));
}

/** The cap of the failing poll: at most about a hundred SystemInfo requests a second from all agents of a node. */
export function pollCapMs(settings: Settings): number {
  return Math.max(settings.failingPollCapMs, settings.agentsPerNode * 10);
}
