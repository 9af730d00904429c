/** What a watch sees, as Prometheus scrapes it. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Counter, Gauge, Registry } from 'prom-client';
import { type Conditions, nodeState } from './pair-state.js';

/** Metrics of one watch. The label `node` is the origin of the node's REST URL: two values, whatever happens. */
export class WatchMetrics {
  readonly #registry = new Registry();
  readonly #up = this.#gauge(
    'finesse_ha_node_up',
    'Whether all conditions of the node that are watched hold.',
  );
  readonly #split = this.#gauge(
    'finesse_ha_node_split',
    'Whether the conditions of the node contradict each other.',
  );
  readonly #systemInfo = this.#gauge('finesse_ha_node_systeminfo_in_service', 'SystemInfo says IN_SERVICE.');
  readonly #xmpp = this.#gauge('finesse_ha_node_xmpp_up', 'The XMPP connection is up.');
  readonly #presence = this.#gauge(
    'finesse_ha_node_finesse_available',
    'The presence of finesse is available.',
  );
  readonly #since = this.#gauge(
    'finesse_ha_node_state_since_seconds',
    'When the node came into its state, Unix time.',
  );
  readonly #changes = new Counter({
    name: 'finesse_ha_node_changes_total',
    help: 'Changes between up and not up.',
    labelNames: ['node'],
    registers: [this.#registry],
  });
  readonly #last = new Map<string, string>();
  #server: Server | null = null;

  /** @param at epoch milliseconds */
  observe(node: string, conditions: Conditions, at: number): void {
    const { state } = nodeState(conditions);
    const last = this.#last.get(node);
    if (last !== state) this.#since.set({ node }, at / 1_000);
    if (last !== undefined && (last === 'up') !== (state === 'up')) this.#changes.inc({ node });
    this.#last.set(node, state);
    this.#up.set({ node }, Number(state === 'up'));
    this.#split.set({ node }, Number(state === 'split'));
    this.#systemInfo.set({ node }, Number(conditions.systemInfo === 'in-service'));
    if (conditions.xmpp !== null) this.#xmpp.set({ node }, Number(conditions.xmpp === 'up'));
    if (conditions.presence !== null)
      this.#presence.set({ node }, Number(conditions.presence === 'available'));
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

  close(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }

  #gauge(name: string, help: string): Gauge<'node'> {
    return new Gauge({ name, help, labelNames: ['node'], registers: [this.#registry] });
  }
}
