import { IncidentFileError, IncidentLog, nodeState, WatchMetrics } from '@finesse-ha/monitor';
import { CommandError, sentenceOf } from './exit.js';
import type { NodeReport, WatchObserver } from './pair-watch.js';

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
  readonly #shown: WatchObserver;
  readonly #incidents: IncidentLog | null;
  readonly #metrics: WatchMetrics | null;

  private constructor(shown: WatchObserver, incidents: IncidentLog | null, metrics: WatchMetrics | null) {
    this.#shown = shown;
    this.#incidents = incidents;
    this.#metrics = metrics;
  }

  /** @throws {CommandError} when the address cannot be listened on; {IncidentFileError} */
  static async open(
    shown: WatchObserver,
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
      const log = incidents === undefined ? null : IncidentLog.open(incidents, retentionMs);
      return new WatchRecords(shown, log, served);
    } catch (error) {
      served?.close();
      throw error;
    }
  }

  /** Recorded first: what has been shown is kept, whatever happens next. */
  onReport(report: NodeReport): void {
    this.#record(report);
    this.#shown.onReport(report);
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
    const { state, why: stateWhy } = nodeState(conditions);
    this.#metrics?.observe(node, conditions, at);
    const cause = why === '' ? stateWhy : `${stateWhy}: ${why}`;
    try {
      this.#incidents?.observe(node, state === 'up', cause, at);
    } catch (error) {
      // A full disk ends the record, not the watch.
      if (!(error instanceof IncidentFileError)) throw error;
      this.#shown.onNote(error.message);
    }
  }

  close(): void {
    this.#metrics?.close();
    this.#incidents?.close();
  }
}
