/** Health and metrics of a web host and of the web app in it. */
import { type ManagementAddress, ManagementServer } from '@finesse-ha/ops';
import { Counter, Gauge } from 'prom-client';

/** What is known of the node when somebody asks. */
export interface NodeState {
  readonly webApp: string;
  /** `IN_SERVICE` or not, as SystemInfo tells. */
  readonly service: string;
  readonly reason: string;
  readonly stopping: boolean;
}

/** The management server of a web host, and what counts its answers. */
export interface HostManagement {
  readonly server: ManagementServer;
  /** @param method as it came: one that does not exist is counted as OTHER, so that nobody can fill the memory */
  count(method: string, status: number): void;
}

const METHODS = new Set(['GET', 'HEAD', 'PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS']);

/** Ready is what SystemInfo calls IN_SERVICE. */
export function createHostManagement(address: ManagementAddress, state: () => NodeState): HostManagement {
  const server = new ManagementServer(address, { notReadyBecause: () => reasons(state()) });
  const registers = [server.registry];
  const answers = new Counter({
    name: 'finesse_rest_answers_total',
    help: 'Answers to HTTP requests by method and status.',
    labelNames: ['method', 'status'],
    registers,
  });
  new Gauge({
    name: 'finesse_web_app_up',
    help: '1 while the web app takes requests.',
    registers,
    collect() {
      this.set(state().webApp === 'up' ? 1 : 0);
    },
  });
  new Gauge({
    name: 'finesse_node_in_service',
    help: '1 while SystemInfo says IN_SERVICE.',
    registers,
    collect() {
      this.set(reasons(state()).length === 0 ? 1 : 0);
    },
  });
  return {
    server,
    count: (method, status) =>
      answers.inc({ method: METHODS.has(method) ? method : 'OTHER', status: String(status) }),
  };
}

function reasons({ webApp, service, reason, stopping }: NodeState): string[] {
  return [
    ...(stopping ? ['it is stopping'] : []),
    ...(webApp === 'up' ? [] : [`the web app is ${webApp}`]),
    ...(webApp === 'up' && service !== 'IN_SERVICE' ? [`${service}: ${reason}`] : []),
  ];
}
