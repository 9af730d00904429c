/** SystemInfo as a resource, and as an answer that does without the frame of the REST API. */
import type { CtiSession } from '@finesse-ha/cti';
import type { Logger } from '@finesse-ha/ops';
import type { SystemInfo } from '@finesse-ha/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AppRequest, AppResponse } from '../web-host/messages.js';
import type { NodeConfig } from './config.js';
import type { Representations } from './representations.js';
import { resource, sendXml, XML } from './rest-api.js';
import type { Maintenance } from './serviceability/maintenance.js';
import type { ServiceStatus } from './status.js';
import { SYSTEM_INFO_PATH, systemInfoOf } from './system-info.js';

/** What SystemInfo is made of. */
export interface SystemInfoSources {
  readonly config: NodeConfig;
  readonly status: ServiceStatus;
  readonly session: CtiSession;
  readonly maintenance: Maintenance;
  readonly representations: Representations;
  readonly log: Logger;
}

/** What the node says of itself to whoever asks. */
export class SystemInfoApi {
  readonly #sources: SystemInfoSources;

  constructor(sources: SystemInfoSources) {
    this.#sources = sources;
  }

  /** As it is now. */
  get current(): SystemInfo {
    const { config, status, session, maintenance } = this.#sources;
    return systemInfoOf(config, status.current, session.state, maintenance, Date.now());
  }

  /** Adds the resource. */
  addTo(api: FastifyInstance): void {
    const GET = (_request: FastifyRequest, reply: FastifyReply) => {
      const { status, body } = this.#answer();
      return sendXml(reply, body, status);
    };
    resource(api, SYSTEM_INFO_PATH, { GET }, 'anyone');
  }

  /**
   * The answer to a request for SystemInfo and nothing else, past the frame: when a node fails, every client of both nodes
   * asks for it several times within seconds, and the frame cost ten times what the answer did (profile of
   * `bench failover`, half of the worker's time). Null for any other request.
   */
  respond({ id, method, url }: AppRequest): AppResponse | null {
    if (method !== 'GET' || url !== SYSTEM_INFO_PATH) return null;
    const { status, body } = this.#answer();
    this.#sources.log.debug({ method, path: SYSTEM_INFO_PATH, status }, 'request');
    const headers = { 'content-type': XML, 'content-length': String(Buffer.byteLength(body)) };
    return { type: 'response', id, status, headers, body };
  }

  #answer(): { status: number; body: string } {
    const { config, status, representations } = this.#sources;
    return {
      status: status.inService ? 200 : config.systemInfoStatusWhenOutOfService,
      body: representations.systemInfo(this.current),
    };
  }
}
