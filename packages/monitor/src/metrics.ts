/** What a watch sees, as Prometheus scrapes it. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter, Gauge, Registry } from 'prom-client';
import { type Conditions, type NodeState, nodeState } from './pair-state.js';
import type { NodeMeasures } from './picture.js';

/** Metrics of one watch. The label `node` is the origin of the node's REST URL: two values, whatever happens. */
export class WatchMetrics {
  readonly #registry = new Registry();
  readonly #up = this.#gauge('up', 'Whether all conditions of the node that are watched hold.');
  readonly #split = this.#gauge('split', 'Whether the conditions of the node contradict each other.');
  readonly #systemInfo = this.#gauge('systeminfo_in_service', 'SystemInfo says IN_SERVICE.');
  readonly #xmpp = this.#gauge('xmpp_up', 'The XMPP connection is up.');
  readonly #presence = this.#gauge('finesse_available', 'The presence of finesse is available.');
  readonly #since = this.#gauge(
    'state_start_timestamp_seconds',
    'When the node came into its state, Unix time.',
  );
  readonly #roundTrip = this.#gauge(
    'systeminfo_round_trip_seconds',
    'Last GET of SystemInfo, connecting included.',
  );
  readonly #ping = this.#gauge('xmpp_ping_round_trip_seconds', 'Last ping of the notification service.');
  readonly #arrival = this.#gauge(
    'notification_delay_seconds',
    "Last change of an agent's state, from when it happened to the arrival of its notification.",
  );
  readonly #skew = this.#gauge('clock_skew_seconds', 'Clock of the node minus clock of the watch.');
  readonly #heartbeat = this.#gauge(
    'cti_heartbeat_age_seconds',
    'Since the node last heard from CTI, by its own clock.',
  );
  readonly #maintenance = this.#gauge('maintenance', 'Whether SystemInfo says that maintenance goes on.');
  readonly #certificate = this.#gauge(
    'certificate_expiry_timestamp_seconds',
    'When the certificate of the REST port expires, Unix time.',
  );
  readonly #looked = this.#gauge(
    'last_look_timestamp_seconds',
    'When the node was last looked at, Unix time.',
  );
  readonly #changes = new Counter({
    name: 'finesse_ha_node_changes_total',
    help: 'Changes between up and not up.',
    labelNames: ['node'],
    registers: [this.#registry],
  });
  readonly #pair = new Gauge({
    name: 'finesse_ha_pair_nodes_up',
    help: 'Nodes of the pair that are up.',
    registers: [this.#registry],
  });
  readonly #last = new Map<string, NodeState>();
  #server: Server | null = null;

  /**
   * Takes in what is known of a node.
   * @param at epoch milliseconds
   */
  observe(node: string, conditions: Conditions, at: number): void {
    const { state } = nodeState(conditions);
    const last = this.#last.get(node);
    if (last !== state) this.#since.set({ node }, at / 1_000);
    // Known from the first sight on, so that the first change is an increase.
    this.#changes.inc({ node }, last !== undefined && (last === 'up') !== (state === 'up') ? 1 : 0);
    this.#last.set(node, state);
    this.#pair.set([...this.#last.values()].filter((one) => one === 'up').length);
    this.#up.set({ node }, Number(state === 'up'));
    this.#split.set({ node }, Number(state === 'split'));
    this.#systemInfo.set({ node }, Number(conditions.systemInfo === 'in-service'));
    if (conditions.xmpp !== null) this.#xmpp.set({ node }, Number(conditions.xmpp === 'up'));
    if (conditions.presence !== null)
      this.#presence.set({ node }, Number(conditions.presence === 'available'));
  }

  /** What could not be told is not served: an old value would look like a new one. @param at epoch milliseconds */
  measured(measures: NodeMeasures, at: number): void {
    const { node } = measures;
    const seconds = (gauge: Gauge<'node'>, ms: number | null) => {
      if (ms === null) gauge.remove({ node });
      else gauge.set({ node }, ms / 1_000);
    };
    seconds(this.#roundTrip, measures.roundTripMs);
    seconds(this.#ping, measures.pingMs);
    seconds(this.#arrival, measures.arrival?.ms ?? null);
    seconds(this.#skew, measures.clockSkewMs);
    seconds(this.#heartbeat, measures.heartbeatAgeMs);
    seconds(this.#certificate, measures.certificateExpiresAt);
    seconds(this.#looked, at);
    if (measures.maintenance === null) this.#maintenance.remove({ node });
    else this.#maintenance.set({ node }, Number(measures.maintenance));
  }

  /**
   * Serves `GET /metrics`.
   * @returns the port, which the system chooses for 0
   * @throws what listening throws, such as EADDRINUSE
   */
  async listen(host: string | undefined, port: number): Promise<number> {
    const server = createServer((request, response) => {
      if (request.method !== 'GET' || request.url !== '/metrics') {
        response.writeHead(404).end();
        return;
      }
      void this.#registry.metrics().then((text) => {
        response.writeHead(200, { 'content-type': this.#registry.contentType }).end(text);
      });
    });
    server.listen(port, host);
    await once(server, 'listening');
    this.#server = server;
    return (server.address() as AddressInfo).port;
  }

  /** Serves no more. */
  close(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }

  #gauge(name: string, help: string): Gauge<'node'> {
    return new Gauge({
      name: `finesse_ha_node_${name}`,
      help,
      labelNames: ['node'],
      registers: [this.#registry],
    });
  }
}
