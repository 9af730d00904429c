/** The REST API over real parts, without sockets. */
import { CtiSession } from '@finesse-ha/cti';
import { parseApiErrors } from '@finesse-ha/protocol';
import type { InjectOptions } from 'fastify';
import { AdminStore } from '../../src/web-app/admin/admin-store.ts';
import { Agents } from '../../src/web-app/agents.ts';
import { Accounts } from '../../src/web-app/auth.ts';
import { type NodeConfigInput, parseConfig, recordRulesOf } from '../../src/web-app/config.ts';
import { Calls } from '../../src/web-app/dialogs/calls.ts';
import { Queues } from '../../src/web-app/queues/queues.ts';
import { ReasonCodes } from '../../src/web-app/reason-codes.ts';
import { Representations } from '../../src/web-app/representations.ts';
import { addResources } from '../../src/web-app/resources.ts';
import { createRestApi } from '../../src/web-app/rest-api.ts';
import { ConnectedUsers } from '../../src/web-app/serviceability/connected-users.ts';
import { Maintenance } from '../../src/web-app/serviceability/maintenance.ts';
import { ServiceStatus } from '../../src/web-app/status.ts';
import { MessageBoard } from '../../src/web-app/teams/message-board.ts';
import type { UserAction } from '../../src/web-app/user-actions.ts';
import { lonelyConfig } from './config.ts';
import { basic } from './rest.ts';

/** The REST API over real parts; accepted actions are written down instead of going to CTI. */
export function world(change: Partial<NodeConfigInput> = {}) {
  const config = parseConfig(lonelyConfig(change));
  const agents = new Agents(config.agents);
  const admin = new AdminStore(config, recordRulesOf(config), () => undefined);
  const reasonCodes = new ReasonCodes(admin);
  const status = new ServiceStatus(() => undefined);
  status.update({ ctiOpen: true, presenceUp: true });
  status.update({ agentsQueried: true });
  status.update({ callsRestored: true });
  const accepted: { agentId: string; action: UserAction; requestId: string }[] = [];
  const faults: Error[] = [];
  const clientLogs: { agentId: string; text: string }[] = [];
  const connectedUsers = new ConnectedUsers();
  const maintenance = new Maintenance({
    ...config.maintenance,
    count: () => connectedUsers.count(),
    setOut: (out) => status.update({ maintenance: out }),
    changed() {},
    now: Date.now,
  });
  let alternate = true;
  let room = true;
  const calls = new Calls({
    config,
    agents,
    // Never started: every request on a call fails as lost.
    session: new CtiSession({ ...config.cti, sides: config.cti.sides }),
    canTell: () => status.inService,
    publish() {},
    onFailure() {},
  });
  const api = createRestApi({
    config,
    status,
    accounts: new Accounts(config.agents, config.administrators, config.lockout),
    onAnswered() {},
    onInternalError: (error) => faults.push(error),
  });
  /** Every method of every resource, such as `GET /finesse/api/User/:id`. */
  const served = new Set<string>();
  api.addHook('onRoute', ({ method, url }) => {
    // A resource's other methods are one route that refuses them; HEAD goes with GET.
    if (typeof method === 'string' && method !== 'HEAD') served.add(`${method} ${url}`);
  });
  addResources(api, {
    config,
    agents,
    admin,
    reasonCodes,
    representations: new Representations(config, reasonCodes),
    dialogs: calls,
    queues: new Queues({
      queues: config.queues,
      intervalMs: 1,
      canAsk: () => false,
      query: () => Promise.reject(new Error('nobody asks')),
      publish() {},
      onFailure() {},
    }),
    connectedUsers,
    maintenance,
    alternateServes: () => Promise.resolve(alternate),
    logOfClient: (agentId, text) => clientLogs.push({ agentId, text }),
    messageBoard: new MessageBoard({ peer: undefined, publish() {}, onPeerFailure() {} }),
    submit: (agentId, action, requestId) => {
      if (room) accepted.push({ agentId, action, requestId });
      return room;
    },
  });
  return {
    admin,
    api,
    agents,
    clientLogs,
    connectedUsers,
    maintenance,
    served,
    setAlternate: (serves: boolean) => {
      alternate = serves;
    },
    status,
    accepted,
    faults,
    fill: () => {
      room = false;
    },
    async request(options: InjectOptions & { as?: string | null }) {
      const { as = '1001001', ...rest } = options;
      const authorization = as === null ? {} : { authorization: basic(as, `pw-${as}`) };
      const answer = await api.inject({ ...rest, headers: { ...authorization, ...rest.headers } });
      const error = answer.statusCode < 400 ? undefined : parseApiErrors(answer.body).errors[0];
      return { ...answer, status: answer.statusCode, body: answer.body, headers: answer.headers, error };
    },
  };
}
