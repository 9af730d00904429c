/** The web app of one node: puts its parts together and carries the news between them. */
import { CtiRequestError, type CtiSession } from '@finesse-ha/cti';
import type { NotificationLink } from '@finesse-ha/notification';
import type { Logger } from '@finesse-ha/ops';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AppRequest, AppResponse } from '../web-host/messages.js';
import { AdminStore } from './admin/admin-store.js';
import { AdminSync } from './admin/admin-sync.js';
import { AdminDatabase } from './admin/database.js';
import { followAgentStates } from './agent-states.js';
import { Agents } from './agents.js';
import { Accounts } from './auth.js';
import { type NodeConfig, recordRulesOf } from './config.js';
import { requestIdHere } from './correlation.js';
import { forcedChange, performAtCti } from './cti-actions.js';
import { describeFailure } from './cti-failures.js';
import { Calls } from './dialogs/calls.js';
import { outOfService } from './errors.js';
import { ForcedLogout, type PeerSighting } from './forced-logout.js';
import { News } from './news.js';
import { PEER_PRESENCE_PATH, PeerError, PeerNode } from './peer.js';
import { queueStatisticsFrom } from './queues/queue-view.js';
import { Queues } from './queues/queues.js';
import { ReasonCodes } from './reason-codes.js';
import { Representations } from './representations.js';
import { addResources } from './resources.js';
import { createRestApi, resource } from './rest-api.js';
import { ConnectedUsers } from './serviceability/connected-users.js';
import { Maintenance } from './serviceability/maintenance.js';
import { type Assessment, ServiceStatus } from './status.js';
import { SystemInfoApi } from './system-info-api.js';
import { MessageBoard } from './teams/message-board.js';
import { ctiSessionOf, notificationLinkOf } from './upstreams.js';
import { UserActions } from './user-actions.js';

/** Response headers that are the host's business: they speak of its connection with the client. */
const HOSTS_OWN = new Set(['connection', 'keep-alive', 'transfer-encoding', 'date']);
const ASK_PEER_AGAIN_MS = 5_000;
const NOBODY: PeerSighting = { present: false, goneForMs: null };

/** A web app. It lives from `start` to `stop`, or until its thread dies. */
export class WebApp {
  readonly #config: NodeConfig;
  readonly #log: Logger;
  readonly #onStatus: (assessment: Assessment) => void;
  readonly #agents: Agents;
  readonly #status: ServiceStatus;
  readonly #session: CtiSession;
  readonly #link: NotificationLink;
  readonly #news: News;
  readonly #systemInfo: SystemInfoApi;
  readonly #actions: UserActions;
  readonly #forcedLogout: ForcedLogout;
  readonly #database: AdminDatabase | null;
  readonly #adminSync: AdminSync;
  readonly #connectedUsers = new ConnectedUsers();
  readonly #maintenance: Maintenance;
  readonly #peer: PeerNode | undefined;
  readonly #messageBoard: MessageBoard;
  readonly #calls: Calls;
  readonly #queues: Queues;
  readonly #api: FastifyInstance;

  /** @throws Error when the peer's or the service's certificate file cannot be read; DatabaseError when the database cannot be used */
  constructor(config: NodeConfig, log: Logger, onStatus: (assessment: Assessment) => void) {
    this.#config = config;
    this.#onStatus = onStatus;
    this.#log = log;
    this.#agents = new Agents(config.agents);
    this.#database = config.database === undefined ? null : AdminDatabase.open(config.database);
    const admin = this.#createAdmin();
    const reasonCodes = new ReasonCodes(admin);
    const representations = new Representations(config, reasonCodes);
    this.#status = new ServiceStatus((now, before) => this.#statusChanged(now, before));
    this.#session = ctiSessionOf(config);
    this.#link = notificationLinkOf(config);
    this.#maintenance = this.#createMaintenance();
    this.#systemInfo = new SystemInfoApi({
      config,
      status: this.#status,
      session: this.#session,
      maintenance: this.#maintenance,
      representations,
      log,
    });
    this.#news = new News({
      link: this.#link,
      agents: this.#agents,
      representations,
      log,
      systemInfo: () => this.#systemInfo.current,
      inService: () => this.#status.inService,
    });
    this.#peer = config.peer === null ? undefined : new PeerNode(config.peer);
    this.#adminSync = new AdminSync({
      node: config.node,
      store: admin,
      peer: this.#peer,
      retryMs: ASK_PEER_AGAIN_MS,
      onFailure: (error) => log.info({ err: error }, 'configuration was not exchanged with the peer'),
    });
    this.#messageBoard = new MessageBoard({
      peer: this.#peer,
      publish: (node, payload) => this.#news.publish(node, payload),
      onPeerFailure: (error) => log.warn({ err: error }, 'team messages were not exchanged with the peer'),
    });
    this.#calls = this.#createCalls();
    this.#queues = this.#createQueues();
    this.#actions = this.#createActions();
    this.#forcedLogout = this.#createForcedLogout();
    this.#api = this.#createApi(reasonCodes, admin, representations);
    this.#followCti();
    this.#followLink();
  }

  /** Connects to CTI and to the notification service; requests may come at once. */
  async start(): Promise<void> {
    await this.#api.ready();
    // Presence tells of the app, SystemInfo of the service: it does not wait for CTI.
    this.#link.setPresence(true);
    this.#link.start();
    this.#session.start();
    void this.#messageBoard.catchUp();
    this.#adminSync.run();
  }

  /** Says goodbye to both. */
  async stop(): Promise<void> {
    this.#forcedLogout.close();
    this.#maintenance.close();
    this.#queues.stop();
    this.#news.clear();
    this.#adminSync.close();
    await Promise.allSettled([this.#link.stop(), this.#session.stop(), this.#api.close()]);
    this.#database?.close();
  }

  /** Answers a request. Never rejects. */
  async handle(request: AppRequest): Promise<AppResponse> {
    const systemInfo = this.#systemInfo.respond(request);
    if (systemInfo !== null) return systemInfo;
    const answer = await this.#api.inject({
      method: request.method as 'GET',
      url: request.url,
      headers: request.headers,
      ...(request.body === undefined ? {} : { payload: Buffer.from(request.body) }),
    });
    const headers: Record<string, string> = {};
    for (const [name, value] of Object.entries(answer.headers)) {
      if (value !== undefined && !HOSTS_OWN.has(name))
        headers[name] = Array.isArray(value) ? value.join(', ') : String(value);
    }
    return { type: 'response', id: request.id, status: answer.statusCode, headers, body: answer.body };
  }

  #createAdmin(): AdminStore {
    const config = this.#config;
    const kept = this.#database?.load() ?? null;
    // A new database has what the configuration says from the first start on.
    if (kept === null) this.#database?.save(config);
    const changed = () => {
      if (config.node === 'primary') this.#adminSync.run();
    };
    return new AdminStore(kept ?? config, recordRulesOf(config), changed, this.#database);
  }

  #followCti(): void {
    const log = this.#log;
    this.#session.on('sent', ({ side, type, invokeId }) => {
      const requestId = requestIdHere();
      if (requestId !== '') log.info({ requestId, invokeId, side, type }, 'sent to CTI');
    });
    this.#session.on('attempt-failed', ({ side, cause }) =>
      log.info({ side, cause }, 'CTI side not reached'),
    );
    followAgentStates(this.#session, this.#agents, {
      onOpen: (side) => {
        log.info({ side }, 'CTI session open');
        this.#status.update({ ctiOpen: true });
      },
      onLost: (side, cause) => {
        log.warn({ side, cause }, 'CTI session lost');
        this.#calls.lost();
        this.#status.update({ ctiOpen: false });
      },
      onQueried: () => {
        this.#status.update({ agentsQueried: true });
        void this.#restoreCalls();
      },
      onEvent: (agentId, changed) => this.#agentTold(agentId, changed),
      onUnknownAgent: (agentId, error) => log.warn({ agentId, err: error }, 'CTI knows nothing of the agent'),
    });
  }

  async #restoreCalls(): Promise<void> {
    try {
      await this.#calls.restore();
      this.#status.update({ callsRestored: true });
    } catch (error) {
      this.#log.warn({ err: error }, 'calls were not found again');
      // A session that is lost asks anew when it is back; one that only was slow is asked again.
      if (error instanceof CtiRequestError && error.kind === 'timeout') void this.#restoreCalls();
    }
  }

  #followLink(): void {
    this.#link.on('failed', ({ cause }) =>
      this.#log.info({ cause }, 'no link to the notification service yet'),
    );
    let wasLost = false;
    this.#link.on('up', () => {
      this.#log.info({ host: this.#link.host }, 'linked to the notification service');
      // In a cluster agents may have stayed connected while nothing was published, and heard of no failure: presence is not
      // taken back for a member that died. They are told that the node was out, so that they fetch what they missed.
      if (wasLost && this.#config.notification.service === 'external') this.#news.systemInfo();
      const before = this.#status.current;
      this.#status.update({ presenceUp: true });
      // The clients of a service that came back are told in any case, once.
      if (this.#status.current === before) this.#news.systemInfo();
      this.#forcedLogout.linkUp();
    });
    this.#link.on('down', ({ cause }) => {
      this.#log.warn({ cause }, 'the link to the notification service is down');
      wasLost = true;
      this.#news.clear();
      this.#connectedUsers.clear();
      this.#forcedLogout.linkDown();
      this.#status.update({ presenceUp: false });
    });
    // XMPP knows user ids in lower case only (RFC 7622 3.3).
    const ids = new Map(this.#config.agents.map(({ id }) => [id.toLowerCase(), id]));
    this.#link.on('presence', ({ user, resource, available }) => {
      const agent = this.#agents.get(ids.get(user.toLowerCase()) ?? '');
      if (agent === undefined) return;
      this.#connectedUsers.presence(agent, resource, available, Date.now());
      this.#forcedLogout.presenceChanged(agent.who.id);
      this.#maintenance.usersChanged();
    });
  }

  #createCalls(): Calls {
    const calls = new Calls({
      config: this.#config,
      agents: this.#agents,
      session: this.#session,
      canTell: () => this.#status.inService,
      publish: (node, payload) => this.#news.publish(node, payload),
      onFailure: (agentId, requestId, failure) =>
        this.#log.info({ agentId, requestId, failure }, 'a request on a call failed'),
    });
    this.#session.on('message', (message) => calls.receive(message));
    return calls;
  }

  #createQueues(): Queues {
    const { deploymentType, queues, queueStatisticsIntervalMs } = this.#config;
    return new Queues({
      // Unified CCX has no queues to show (Finesse in UCCX).
      queues: deploymentType === 'UCCX' ? [] : queues,
      intervalMs: queueStatisticsIntervalMs,
      canAsk: () => this.#status.inService,
      query: async (id, before) =>
        queueStatisticsFrom(await this.#session.queueStatistics(id), Date.now(), before),
      publish: (node, payload) => this.#news.publish(node, payload),
      onFailure: (queueId, error) => this.#log.warn({ queueId, err: error }, 'no statistics of a queue'),
    });
  }

  #createActions(): UserActions {
    return new UserActions({
      perUser: this.#config.limits.perUser,
      agents: this.#agents,
      perform: (agentId, action) => performAtCti(this.#session, this.#agents, agentId, action),
      publishUser: (agentId, requestId) => this.#news.agent(agentId, requestId),
      publishFailure: (agentId, requestId, failure) => this.#news.failure(agentId, requestId, failure),
      toFailure: describeFailure,
    });
  }

  #createForcedLogout(): ForcedLogout {
    return new ForcedLogout({
      graceMs: this.#config.forcedLogoutMs,
      askAgainMs: ASK_PEER_AGAIN_MS,
      isPresent: (agentId) => this.#link.isPresent(agentId),
      isSignedIn: (agentId) => this.#agents.isSignedIn(agentId),
      canAct: () => this.#status.inService,
      askPeer: (agentId) => this.#askPeer(agentId),
      force: (agentId) => this.#actions.submit(agentId, forcedChange(this.#config), ''),
      decided: (agentId, decision) => this.#log.info({ agentId, decision }, 'forced logout'),
      now: () => performance.now(),
    });
  }

  #createMaintenance(): Maintenance {
    return new Maintenance({
      ...this.#config.maintenance,
      count: () => this.#connectedUsers.count(),
      setOut: (maintenance) => this.#status.update({ maintenance }),
      changed: () => this.#news.systemInfo(),
      now: Date.now,
    });
  }

  #createApi(reasonCodes: ReasonCodes, admin: AdminStore, representations: Representations): FastifyInstance {
    const config = this.#config;
    const api = createRestApi({
      config,
      status: this.#status,
      accounts: new Accounts(config.agents, config.administrators, config.lockout),
      onAnswered: (answered) => this.#log[answered.method === 'GET' ? 'debug' : 'info'](answered, 'request'),
      onInternalError: (error, url) =>
        this.#log.error({ err: error, url }, 'a request failed by our own fault'),
    });
    this.#systemInfo.addTo(api);
    const presence = {
      GET: (request: FastifyRequest, reply: FastifyReply) => {
        const { id } = request.params as { id: string };
        // A node without its link sees nobody, which is not the same as nobody being there.
        if (!this.#link.up) throw outOfService(config.retryAfterSeconds);
        return reply.send(this.#forcedLogout.sighting(id));
      },
    };
    resource(api, `${PEER_PRESENCE_PATH}:id`, presence, 'peer');
    this.#adminSync.addResource(api);
    addResources(api, {
      config,
      agents: this.#agents,
      admin,
      reasonCodes,
      representations,
      messageBoard: this.#messageBoard,
      dialogs: this.#calls,
      queues: this.#queues,
      connectedUsers: this.#connectedUsers,
      maintenance: this.#maintenance,
      alternateServes: async () => (await this.#peer?.serves()) ?? false,
      logOfClient: (agentId, text) => this.#log.info({ agentId, text }, 'a client logs'),
      submit: (agentId, action, requestId) => this.#actions.submit(agentId, action, requestId),
    });
    return api;
  }

  #statusChanged(now: Assessment, before: Assessment): void {
    this.#log.info({ from: before.status, to: now.status, reason: now.statusReason }, 'service status');
    this.#onStatus(now);
    this.#news.systemInfo();
    if (now.status !== 'IN_SERVICE') return;
    // What happened while nothing was published is told by the last state of everyone (admin guide 15.0, failover).
    this.#news.everyAgent();
    this.#calls.inService();
    this.#queues.start();
    this.#forcedLogout.resume();
  }

  #agentTold(agentId: string, changed: boolean): void {
    const status = this.#agents.get(agentId)?.status;
    if (status === undefined) return;
    // Taken in any case: the request is answered by this event even where it cannot be published.
    const requestId = this.#actions.requestOf(agentId, status);
    // While out of service nothing is published; the last state will be, on the way back.
    if (this.#status.inService && (changed || requestId !== '')) this.#news.agent(agentId, requestId);
    if (!changed) return;
    this.#calls.agentChanged(agentId);
    this.#forcedLogout.resume();
  }

  async #askPeer(agentId: string): Promise<PeerSighting | 'unclear'> {
    if (this.#peer === undefined) return NOBODY;
    try {
      return await this.#peer.ask(agentId);
    } catch (error) {
      this.#log.warn({ agentId, err: error }, 'the peer did not tell whether the agent is there');
      // A node that is not there serves nobody.
      return error instanceof PeerError && error.kind === 'not-there' ? NOBODY : 'unclear';
    }
  }
}
