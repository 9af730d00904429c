import { ActionError, type ClientEvent, type ClientOptions, FinesseClient } from '@finesse-ha/client';
import {
  type Element,
  parseReasonCodes,
  parseTeam,
  queueNode,
  teamUsersNode,
  type User,
  xml,
} from '@finesse-ha/protocol';
import { FinesseApi } from './api.js';
import type { Contact, Finesse, PhoneBook, Queue, QueueStatistics, Team, WrapUpReason } from './contract.js';

/** Finesse tells the outcome of a request within seconds, if at all (dev guide 12.5 p.22: best effort). */
const outcomeMs = 4_000;

/** On whose behalf, when not the agent's own, and what the action needs beside. */
interface ActionDetails {
  readonly target?: string;
  readonly more?: readonly Element[];
}

/**
 * The client with calls, teams and queues on top, over REST and notifications as Cisco documents them. It promises less
 * for these than the client does for the agent's state: what is accepted and not refused within seconds counts as done.
 */
export class DesktopClient extends FinesseClient implements Finesse {
  readonly #api: FinesseApi;
  readonly #userId: string;
  readonly #changed = new Set<() => void>();
  #team: Team | null = null;
  #queues: readonly Queue[] = [];

  constructor(options: ClientOptions) {
    super(options);
    this.#userId = options.user;
    this.#api = new FinesseApi(options);
    this.on('*', (event) => this.#onEvent(event));
  }

  get team(): Team | null {
    return this.#team;
  }

  get queues(): readonly Queue[] {
    return this.#queues;
  }

  /** Calls the listener when the team or the queues have changed. Returns the function that ends it. */
  onBoards(listener: () => void): () => void {
    this.#changed.add(listener);
    return () => this.#changed.delete(listener);
  }

  makeCall(toAddress: string): Promise<void> {
    return this.#newDialog('MAKE_CALL', toAddress);
  }

  silentMonitor(agentExtension: string): Promise<void> {
    return this.#newDialog('SILENT_MONITOR', agentExtension);
  }

  barge(dialogId: string): Promise<void> {
    const monitored = this.dialogs.find(({ id }) => id === dialogId);
    const uri = monitored?.associatedDialogUri || `/finesse/api/Dialog/${dialogId}`;
    return this.#newDialog('BARGE_CALL', monitored?.toAddress ?? '', xml('associatedDialogUri', {}, uri));
  }

  answer(dialogId: string): Promise<void> {
    return this.#act(dialogId, 'ANSWER');
  }

  hold(dialogId: string): Promise<void> {
    return this.#act(dialogId, 'HOLD');
  }

  retrieve(dialogId: string): Promise<void> {
    return this.#act(dialogId, 'RETRIEVE');
  }

  drop(dialogId: string): Promise<void> {
    return this.#act(dialogId, 'DROP');
  }

  dropParticipant(dialogId: string, mediaAddress: string): Promise<void> {
    return this.#act(dialogId, 'PARTICIPANT_DROP', { target: mediaAddress });
  }

  consult(dialogId: string, toAddress: string): Promise<void> {
    return this.#act(dialogId, 'CONSULT_CALL', { more: [xml('toAddress', {}, toAddress)] });
  }

  transfer(dialogId: string): Promise<void> {
    return this.#act(dialogId, 'TRANSFER');
  }

  conference(dialogId: string): Promise<void> {
    return this.#act(dialogId, 'CONFERENCE');
  }

  transferTo(dialogId: string, toAddress: string): Promise<void> {
    return this.#act(dialogId, 'TRANSFER_SST', { more: [xml('toAddress', {}, toAddress)] });
  }

  sendDtmf(dialogId: string, digits: string): Promise<void> {
    const param = xml('ActionParam', {}, xml('name', {}, 'dtmfString'), xml('value', {}, digits));
    // Nothing of the call changes by a tone, so there is no news to wait for: accepted is all that is ever told.
    const { path, body } = this.#dialogRequest(dialogId, 'SEND_DTMF', {
      more: [xml('actionParams', {}, param)],
    });
    return this.#api.send(this.#node(), 'PUT', path, body, crypto.randomUUID());
  }

  updateCallData(
    dialogId: string,
    { wrapUpReason, callVariables = {} }: { wrapUpReason?: string; callVariables?: Record<string, string> },
  ): Promise<void> {
    const variables = Object.entries(callVariables).map(([name, value]) =>
      xml('CallVariable', {}, xml('name', {}, name), xml('value', {}, value)),
    );
    const data = xml(
      'mediaProperties',
      {},
      wrapUpReason === undefined ? undefined : xml('wrapUpReason', {}, wrapUpReason),
      variables.length === 0 ? undefined : xml('callvariables', {}, ...variables),
    );
    return this.#act(dialogId, 'UPDATE_CALL_DATA', { more: [data] });
  }

  setUserState(
    userId: string,
    state: string,
    { reasonCodeId }: { reasonCodeId?: string } = {},
  ): Promise<void> {
    const reason = reasonCodeId === undefined ? undefined : xml('reasonCodeId', {}, reasonCodeId);
    const body = xml('User', {}, xml('state', {}, state), reason);
    return this.#ask('PUT', `/finesse/api/User/${encodeURIComponent(userId)}`, body);
  }

  sendTeamMessage(message: {
    content: string;
    teams: readonly string[];
    durationSeconds: number;
  }): Promise<void> {
    const body = xml(
      'TeamMessage',
      {},
      xml('content', {}, message.content),
      xml('duration', {}, String(message.durationSeconds)),
      xml('teams', {}, ...message.teams.map((id) => xml('team', {}, id))),
    );
    return this.#api.send(this.#node(), 'POST', '/finesse/api/TeamMessage', body, crypto.randomUUID());
  }

  async reasonCodes(category: 'NOT_READY' | 'LOGOUT') {
    return parseReasonCodes(await this.#get(`${this.#userPath}/ReasonCodes?category=${category}`))
      .reasonCodes;
  }

  async wrapUpReasons(): Promise<readonly WrapUpReason[]> {
    const list = await this.#get(`${this.#userPath}/WrapUpReasons`);
    return list
      .getChildren('WrapUpReason')
      .map((one) => ({ uri: text(one, 'uri'), label: text(one, 'label') }));
  }

  async phoneBooks(): Promise<readonly PhoneBook[]> {
    const list = await this.#get(`${this.#userPath}/PhoneBooks`);
    return list.getChildren('PhoneBook').map((one) => ({ uri: text(one, 'uri'), name: text(one, 'name') }));
  }

  async contacts(phoneBookId: string): Promise<readonly Contact[]> {
    const list = await this.#get(`/finesse/api/PhoneBook/${encodeURIComponent(phoneBookId)}/Contacts`);
    return list.getChildren('Contact').map((one) => ({
      uri: text(one, 'uri'),
      firstName: text(one, 'firstName'),
      lastName: text(one, 'lastName'),
      phoneNumber: text(one, 'phoneNumber'),
      description: text(one, 'description'),
    }));
  }

  /** Shows another team from now on, here and on every node that this client moves to. */
  async watchTeam(teamId: string): Promise<void> {
    // Subscribed first: nothing falls between the fetch and the first notification.
    await this.subscribe(teamUsersNode(teamId));
    const { id, name, users } = parseTeam(await this.#get(`/finesse/api/Team/${encodeURIComponent(teamId)}`));
    this.#team = { id, name, users };
    this.#tell();
  }

  async watchQueues(): Promise<void> {
    const fetched = (await this.#get(`${this.#userPath}/Queues`)).getChildren('Queue').map(queueOf);
    await Promise.all(fetched.map(({ uri }) => this.subscribe(queueNode(lastSegment(uri)))));
    this.#queues = fetched;
    this.#tell();
  }

  get #userPath(): string {
    return `/finesse/api/User/${encodeURIComponent(this.#userId)}`;
  }

  #get(path: string): Promise<Element> {
    return this.#api.get(this.#node(), path);
  }

  #newDialog(action: string, toAddress: string, more?: Element): Promise<void> {
    const body = xml(
      'Dialog',
      {},
      xml('requestedAction', {}, action),
      xml('fromAddress', {}, this.user?.extension ?? ''),
      xml('toAddress', {}, toAddress),
      more,
    );
    return this.#ask('POST', `${this.#userPath}/Dialogs`, body);
  }

  async #act(dialogId: string, action: string, details: ActionDetails = {}): Promise<void> {
    const { path, body } = this.#dialogRequest(dialogId, action, details);
    await this.#ask('PUT', path, body);
  }

  #dialogRequest(
    dialogId: string,
    action: string,
    { target = this.user?.extension ?? '', more = [] }: ActionDetails,
  ): { path: string; body: Element } {
    const body = xml(
      'Dialog',
      {},
      xml('targetMediaAddress', {}, target),
      xml('requestedAction', {}, action),
      ...more,
    );
    return { path: `/finesse/api/Dialog/${encodeURIComponent(dialogId)}`, body };
  }

  /** Sends a request, then waits until it is refused, something changed, or so much time has passed that it counts as done. */
  async #ask(method: 'PUT' | 'POST', path: string, body: Element): Promise<void> {
    const requestId = crypto.randomUUID();
    const node = this.#node();
    const outcome = this.#outcome(requestId);
    try {
      await this.#api.send(node, method, path, body, requestId);
    } catch (error) {
      outcome.cancel();
      throw error;
    }
    await outcome.told;
  }

  #outcome(requestId: string): { told: Promise<void>; cancel(): void } {
    let cancel = () => {};
    const told = new Promise<void>((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        stop();
        settle();
      };
      const timer = setTimeout(() => finish(resolve), outcomeMs);
      const stop = this.on('*', (event) => {
        const refusal = refusalOf(event, requestId);
        if (refusal !== null) finish(() => reject(refusal));
        else if (event.type === 'update' || isBoard(event)) finish(resolve);
      });
      cancel = () => finish(resolve);
    });
    return { told, cancel };
  }

  /** The node in service. @throws {ActionError} when there is none */
  #node(): string {
    const { status, node, why } = this.availability;
    if (status === 'in-service') return node;
    throw new ActionError('not-in-service', why, { requestId: '', outcome: 'not-applied' });
  }

  #onEvent(event: ClientEvent): void {
    if (event.type !== 'notification') return;
    const { data } = event.update;
    if (data.kind === 'user' && this.#team !== null && event.node === teamUsersNode(this.#team.id)) {
      this.#team = { ...this.#team, users: withUser(this.#team.users, data.user) };
      this.#tell();
    } else if (data.kind === 'unknown' && isBoard(event)) {
      const told = queueOf(data.element);
      this.#queues = this.#queues.map((queue) => (queue.uri === told.uri ? { ...queue, ...told } : queue));
      this.#tell();
    }
  }

  #tell(): void {
    for (const listener of [...this.#changed]) listener();
  }
}

function refusalOf(event: ClientEvent, requestId: string): ActionError | null {
  if (event.type !== 'notification' || event.update.requestId !== requestId) return null;
  const { data } = event.update;
  if (data.kind !== 'apiErrors') return null;
  const facts = { requestId, outcome: 'not-applied' as const, apiErrors: data.errors };
  return new ActionError('refused', data.errors.errors[0]?.errorMessage ?? '', facts);
}

/** A notification of a queue or a team's member. */
function isBoard(event: ClientEvent): boolean {
  return event.type === 'notification' && /^\/finesse\/api\/(Queue|Team)\//.test(event.node);
}

/** A summary states what changed; the rest of what is known stays (dev guide 12.5 p.345). */
function withUser(users: readonly User[], told: User): readonly User[] {
  return users.map((user) =>
    user.loginId === told.loginId
      ? { ...user, ...told, extension: told.extension ?? user.extension, reasonCode: told.reasonCode }
      : user,
  );
}

const counts = [
  'callsInQueue',
  'agentsReady',
  'agentsNotReady',
  'agentsTalkingInbound',
  'agentsTalkingOutbound',
  'agentsTalkingInternal',
  'agentsWrapUpNotReady',
  'agentsWrapUpReady',
] as const satisfies readonly (keyof QueueStatistics)[];

function queueOf(element: Element): Queue {
  const statistics = element.getChild('statistics');
  const numbers = Object.fromEntries(
    counts.map((name) => [name, Number.parseInt(statistics?.getChildText(name) ?? '', 10)] as const),
  );
  return {
    uri: text(element, 'uri'),
    name: text(element, 'name'),
    statistics: {
      ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => !Number.isNaN(value))),
      startTimeOfLongestCallInQueue: statistics?.getChildText('startTimeOfLongestCallInQueue') ?? '',
    },
  };
}

function text(element: Element, name: string): string {
  return element.getChildText(name)?.trim() ?? '';
}

function lastSegment(uri: string): string {
  return uri.slice(uri.lastIndexOf('/') + 1);
}
