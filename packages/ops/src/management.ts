import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { z } from 'zod';

/**
 * Where a process answers its operator: an address of its own, so that no path collides with Finesse's and a firewall
 * can keep it from agents. Port 0 takes any.
 */
export const managementSchema = z.strictObject({
  host: z.string().min(1).default('127.0.0.1'),
  port: z.int().min(0).max(65_535),
});

/** A management address with its defaults. */
export type ManagementAddress = z.output<typeof managementSchema>;

/** What the process tells of itself. */
export interface Health {
  /** Why it cannot serve now, in a few words each; empty when it can. */
  notReadyBecause(): readonly string[];
}

/** No prober sends more than a line and a few headers. */
const headersMs = 5_000;

/** `/health/live`, `/health/ready` and `/metrics` of one process. Without authentication: its address is the protection. */
export class ManagementServer {
  /** Holds the process's own metrics; whoever has more to tell adds it. */
  readonly registry = new Registry();
  readonly #address: ManagementAddress;
  readonly #health: Health;
  readonly #server: Server;

  constructor(address: ManagementAddress, health: Health) {
    this.#address = address;
    this.#health = health;
    collectDefaultMetrics({ register: this.registry });
    this.#server = createServer(
      { headersTimeout: headersMs, requestTimeout: headersMs, maxHeaderSize: 8_192 },
      (request, response) => {
        request.resume();
        void this.#answer(request.method ?? '', request.url ?? '').then(({ status, type, body }) => {
          response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' });
          response.end(request.method === 'HEAD' ? undefined : body);
        });
      },
    );
    this.#server.maxConnections = 64;
  }

  /** Listens; resolves with the port. @throws the listen error */
  start(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#address.port, this.#address.host, () => {
        this.#server.off('error', reject);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /** Stops, whoever is connected. */
  stop(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(method: string, url: string): Promise<{ status: number; type: string; body: string }> {
    const json = (status: number, value: object) => ({
      status,
      type: 'application/json',
      body: `${JSON.stringify(value)}\n`,
    });
    if (method !== 'GET' && method !== 'HEAD') return json(405, { error: 'GET and HEAD only' });
    switch (url.split('?')[0]) {
      case '/health/live':
        return json(200, { live: true });
      case '/health/ready': {
        const because = this.#health.notReadyBecause();
        return because.length === 0 ? json(200, { ready: true }) : json(503, { ready: false, because });
      }
      case '/metrics':
        return { status: 200, type: this.registry.contentType, body: await this.registry.metrics() };
      default:
        return json(404, { error: 'there are /health/live, /health/ready and /metrics' });
    }
  }
}
