import { type Element, parseReasonCodes, type ReasonCode, xml } from '@finesse-ha/protocol';
import { newRequestId } from '../actions.js';
import { FinesseClient } from '../client.js';
import type { ClientOptions } from '../options.js';
import { Boards } from './boards.js';
import { contactsOf, phoneBooksOf, wrapUpReasonsOf } from './lists.js';
import { awaitOutcome } from './outcome.js';
import type { Contact, PhoneBook, Queue, Team, WrapUpReason } from './types.js';

/** How long one exchange may take. */
const timeoutMs = 10_000;

/** On whose behalf, when not the agent's own, and what the action needs beside. */
interface ActionDetails {
  readonly target?: string;
  readonly more?: readonly Element[];
}

/**
 * The client with what an agent and a supervisor do all day on top: calls, reasons, phone books, a team, queues. It is a
 * class of its own so that who needs only the agent's state and news does not load it. For actions on calls it promises
 * less than the client does for the agent's state: what is accepted and not refused within seconds counts as done.
 */
export class AgentClient extends FinesseClient {
  readonly #userPath: string;
  readonly #random: () => number;
  readonly #boards: Boards;

  /** @throws {OptionError} naming the option that cannot be used */
  constructor(options: ClientOptions) {
    super(options);
    this.#userPath = `/finesse/api/User/${encodeURIComponent(options.user)}`;
    this.#random = () => options.platform?.random() ?? Math.random();
    this.#boards = new Boards(this, this.#userPath);
  }

  /** The team that is watched, with its members as last told; null before it is fetched. */
  get team(): Team | null {
    return this.#boards.team;
  }

  /** The queues that are watched, with their statistics as last told. */
  get queues(): readonly Queue[] {
    return this.#boards.queues;
  }

  /** Calls the listener when the team or the queues have changed. Returns the function that ends it. */
  onBoards(listener: () => void): () => void {
    return this.#boards.onChange(listener);
  }

  /** Calls a number (dev guide 12.5, Dialog: MAKE_CALL). Like all actions on calls: @throws {ActionError} when no node is in service or CTI refuses @throws {RestError} when REST does */
  makeCall(toAddress: string): Promise<void> {
    return this.#newDialog('MAKE_CALL', toAddress);
  }

  /** Listens to an agent's call, as their supervisor, while not ready (SILENT_MONITOR). */
  silentMonitor(agentExtension: string): Promise<void> {
    return this.#newDialog('SILENT_MONITOR', agentExtension);
  }

  /** Joins the call that is monitored (BARGE_CALL). */
  barge(dialogId: string): Promise<void> {
    const monitored = this.dialogs.find(({ id }) => id === dialogId);
    const uri = monitored?.associatedDialogUri || `/finesse/api/Dialog/${dialogId}`;
    return this.#newDialog('BARGE_CALL', monitored?.toAddress ?? '', xml('associatedDialogUri', {}, uri));
  }

  /** ANSWER */
  answer(dialogId: string): Promise<void> {
    return this.#act(dialogId, 'ANSWER');
  }

  /** HOLD */
  hold(dialogId: string): Promise<void> {
    return this.#act(dialogId, 'HOLD');
  }

  /** RETRIEVE */
  retrieve(dialogId: string): Promise<void> {
    return this.#act(dialogId, 'RETRIEVE');
  }

  /** Leaves the call (DROP). */
  drop(dialogId: string): Promise<void> {
    return this.#act(dialogId, 'DROP');
  }

  /** Sends a participant out of a conference (PARTICIPANT_DROP). */
  dropParticipant(dialogId: string, mediaAddress: string): Promise<void> {
    return this.#act(dialogId, 'PARTICIPANT_DROP', { target: mediaAddress });
  }

  /** Calls somebody about this call, which is held meanwhile (CONSULT_CALL). */
  consult(dialogId: string, toAddress: string): Promise<void> {
    return this.#act(dialogId, 'CONSULT_CALL', { more: [xml('toAddress', {}, toAddress)] });
  }

  /** Completes a transfer after the consult call (TRANSFER). */
  transfer(dialogId: string): Promise<void> {
    return this.#act(dialogId, 'TRANSFER');
  }

  /** Joins call and consult call (CONFERENCE). */
  conference(dialogId: string): Promise<void> {
    return this.#act(dialogId, 'CONFERENCE');
  }

  /** Transfers in a single step (TRANSFER_SST). */
  transferTo(dialogId: string, toAddress: string): Promise<void> {
    return this.#act(dialogId, 'TRANSFER_SST', { more: [xml('toAddress', {}, toAddress)] });
  }

  /** Sends tones (SEND_DTMF). */
  sendDtmf(dialogId: string, digits: string): Promise<void> {
    const param = xml('ActionParam', {}, xml('name', {}, 'dtmfString'), xml('value', {}, digits));
    // Nothing of the call changes by a tone, so there is no news to wait for: accepted is all that is ever told.
    const { path, body } = this.#dialogRequest(dialogId, 'SEND_DTMF', {
      more: [xml('actionParams', {}, param)],
    });
    return this.#send('PUT', path, body, this.#newRequestId());
  }

  /** Changes call variables and the wrap-up reason (UPDATE_CALL_DATA). */
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

  /** Changes another agent's state, as their supervisor (dev guide 12.5, User). */
  setUserState(
    userId: string,
    state: string,
    { reasonCodeId }: { reasonCodeId?: string } = {},
  ): Promise<void> {
    const reason = reasonCodeId === undefined ? undefined : xml('reasonCodeId', {}, reasonCodeId);
    const body = xml('User', {}, xml('state', {}, state), reason);
    return this.#ask('PUT', `/finesse/api/User/${encodeURIComponent(userId)}`, body);
  }

  /** Shows a message on the desktops of teams, as their supervisor (dev guide 12.5, TeamMessage). */
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
    return this.#send('POST', '/finesse/api/TeamMessage', body, this.#newRequestId());
  }

  /** Reasons for being not ready, or for signing out. @throws {RestError} */
  async reasonCodes(category: 'NOT_READY' | 'LOGOUT'): Promise<readonly ReasonCode[]> {
    return parseReasonCodes(await this.#get(`${this.#userPath}/ReasonCodes?category=${category}`))
      .reasonCodes;
  }

  /** The agent's wrap-up reasons. @throws {RestError} */
  async wrapUpReasons(): Promise<readonly WrapUpReason[]> {
    return wrapUpReasonsOf(await this.#get(`${this.#userPath}/WrapUpReasons`));
  }

  /** The agent's phone books. @throws {RestError} */
  async phoneBooks(): Promise<readonly PhoneBook[]> {
    return phoneBooksOf(await this.#get(`${this.#userPath}/PhoneBooks`));
  }

  /** What stands in a phone book. @throws {RestError} */
  async contacts(phoneBookId: string): Promise<readonly Contact[]> {
    return contactsOf(await this.#get(`/finesse/api/PhoneBook/${encodeURIComponent(phoneBookId)}/Contacts`));
  }

  /** Shows a team from now on, another than before if need be; see `team`. @throws {ActionError} @throws {RestError} */
  watchTeam(teamId: string): Promise<void> {
    return this.#boards.watchTeam(teamId);
  }

  /** Shows the agent's queues from now on; see `queues`. @throws {ActionError} @throws {RestError} */
  watchQueues(): Promise<void> {
    return this.#boards.watchQueues();
  }

  #get(path: string): Promise<Element> {
    return this.rest().get(path, { timeoutMs });
  }

  #send(method: 'PUT' | 'POST', path: string, body: Element, requestId: string): Promise<void> {
    return this.rest().send(method, path, body, requestId, { timeoutMs });
  }

  #newRequestId(): string {
    return newRequestId(this.#random);
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
    const requestId = this.#newRequestId();
    const outcome = awaitOutcome(this, requestId);
    try {
      await this.#send(method, path, body, requestId);
    } catch (error) {
      outcome.cancel();
      throw error;
    }
    await outcome.told;
  }
}
