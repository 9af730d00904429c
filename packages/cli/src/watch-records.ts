import {
  type Incident,
  IncidentFileError,
  IncidentLog,
  type NodeMeasures,
  PairPicture,
  WatchMetrics,
} from '@finesse-ha/monitor';
import { CommandError, sentenceOf } from './exit.js';
import type { NodeReport, WatchObserver } from './pair-watch.js';

/** Who shows a pair to somebody. `picture` and `incidents` are what is known by now. */
export interface WatchView {
  onReport(report: NodeReport, picture: PairPicture, incidents: readonly Incident[]): void;
  onMeasures(measures: NodeMeasures, picture: PairPicture): void;
  onNote(text: string): void;
  close(): void;
}

const shownIncidents = 5;

/** Where a watch leaves what it sees, besides showing it. */
export interface RecordOptions {
  /** File of the incidents. */
  incidents: string | undefined;
  retentionMs: number;
  /** Where metrics are served. */
  metrics: { host: string | undefined; port: number } | undefined;
}

/** Keeps incidents and serves metrics, and passes every report on. */
export class WatchRecords implements WatchObserver {
  readonly #shown: WatchView;
  readonly #incidents: IncidentLog;
  readonly #picture = new PairPicture();
  readonly #metrics: WatchMetrics | null;

  private constructor(shown: WatchView, incidents: IncidentLog, metrics: WatchMetrics | null) {
    this.#shown = shown;
    this.#incidents = incidents;
    this.#metrics = metrics;
  }

  /** @throws {CommandError} when the address cannot be listened on; {IncidentFileError} */
  static async open(
    shown: WatchView,
    { incidents, retentionMs, metrics }: RecordOptions,
  ): Promise<WatchRecords> {
    const served = metrics === undefined ? null : new WatchMetrics();
    if (metrics !== undefined && served !== null) {
      const port = await served.listen(metrics.host, metrics.port).catch((error: unknown) => {
        throw new CommandError(`--metrics: ${sentenceOf(error)}`);
      });
      shown.onNote(`metrics on port ${port}, path /metrics`);
    }
    try {
      const log = IncidentLog.open(incidents ?? ':memory:', retentionMs);
      return new WatchRecords(shown, log, served);
    } catch (error) {
      served?.close();
      throw error;
    }
  }

  /** Recorded first: what has been shown is kept, whatever happens next. */
  onReport(report: NodeReport): void {
    this.#record(report);
    this.#shown.onReport(
      report,
      this.#picture,
      this.#tried(() => this.#incidents.recent(shownIncidents)) ?? [],
    );
  }

  onMeasures(measures: NodeMeasures): void {
    this.#picture.measured(measures);
    this.#metrics?.measured(measures, Date.now());
    this.#shown.onMeasures(measures, this.#picture);
  }

  onNote(text: string): void {
    this.#shown.onNote(text);
  }

  #record(report: NodeReport): void {
    const { node, kind, systemInfo, full, why } = report;
    // Of a node that is not watched any further nothing is known, and nothing of one that is still being reached.
    if (kind === 'ended' || systemInfo === 'unknown' || full?.xmpp === 'opening') return;
    if (full?.xmpp === 'up' && full.presence === 'unknown') return;
    const at = Date.now();
    const conditions = { systemInfo, xmpp: full?.xmpp ?? null, presence: full?.presence ?? null };
    const { state, why: stateWhy } = this.#picture.observe(node, conditions, at);
    this.#metrics?.observe(node, conditions, at);
    const cause = why === '' ? stateWhy : `${stateWhy}: ${why}`;
    this.#tried(() => this.#incidents.observe(node, state === 'up', cause, at));
    if (kind === 'refined') this.#tried(() => this.#incidents.refine(node, cause));
  }

  /** A full disk ends the record, not the watch. */
  #tried<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      if (!(error instanceof IncidentFileError)) throw error;
      this.#shown.onNote(error.message);
      return undefined;
    }
  }

  close(): void {
    this.#shown.close();
    this.#metrics?.close();
    this.#incidents.close();
  }
}
