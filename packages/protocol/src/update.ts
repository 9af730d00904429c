import { type ApiErrors, apiErrorsElement, parseApiErrors } from './api-errors.js';
import { ChildReader, copies, type Extensible, kept, leaf, rootOf } from './codec.js';
import { type Dialog, dialogElement, dialogsElement, parseDialog, parseDialogs } from './dialog.js';
import type { Element } from './ltx.js';
import { parseSystemInfo, type SystemInfo, systemInfoElement } from './system-info.js';
import { parseTeam, type Team, teamElement } from './team.js';
import { parseUser, type User, userElement } from './user.js';
import { copyOf, parseXml, xml } from './xml.js';
import { NS } from './xmpp/namespaces.js';

/** What an Update carries: the new full representation of something, errors, or nothing (a deletion). */
export type UpdateData =
  | { kind: 'user'; user: User }
  /** One dialog changed. */
  | { kind: 'dialog'; dialog: Dialog }
  /** Dialogs were added to (POST) or removed from (DELETE) the agent's list. */
  | { kind: 'dialogs'; dialogs: readonly Dialog[]; unknown?: readonly Element[] | undefined }
  | { kind: 'systemInfo'; systemInfo: SystemInfo }
  | { kind: 'team'; team: Team }
  | { kind: 'apiErrors'; errors: ApiErrors }
  /** Of a kind that this package does not read: a queue, media, or what a later release adds. */
  | { kind: 'unknown'; element: Element }
  | { kind: 'none' };

/** The envelope of every notification ("notification parameters", dev guide 12.5 p.348). */
export interface Update extends Extensible {
  /** `PUT`, `POST` or `DELETE`, in upper case whatever the wire said; an error has come with PUT and with ERROR. */
  event: string;
  /** URI of what changed. */
  source: string;
  /** The `requestId` header of the request that caused it; empty when nobody asked, and sometimes when somebody did. */
  requestId: string;
  data: UpdateData;
}

/** Letter case and order of the elements do not matter (technote 212077 against the documentation). @throws {XmlError | CodecError} */
export function parseUpdate(input: string | Element): Update {
  const read = new ChildReader(rootOf(input, 'Update'));
  return {
    event: read.text('event').toUpperCase(),
    source: read.text('source'),
    requestId: read.text('requestId'),
    data: parseData(read.content('data')),
    ...kept(read.unknown()),
  };
}

function parseData(element: Element | undefined): UpdateData {
  if (element === undefined) return { kind: 'none' };
  switch (element.name.toLowerCase()) {
    case 'user':
      return { kind: 'user', user: parseUser(element) };
    case 'dialog':
      return { kind: 'dialog', dialog: parseDialog(element) };
    case 'dialogs':
      return { kind: 'dialogs', ...parseDialogs(element) };
    case 'systeminfo':
      return { kind: 'systemInfo', systemInfo: parseSystemInfo(element) };
    case 'team':
      return { kind: 'team', team: parseTeam(element) };
    case 'apierrors':
      return { kind: 'apiErrors', errors: parseApiErrors(element) };
    default:
      return { kind: 'unknown', element };
  }
}

function dataElement(data: UpdateData): Element | undefined {
  switch (data.kind) {
    case 'user':
      return userElement(data.user, 'user');
    case 'dialog':
      return dialogElement(data.dialog, 'dialog');
    case 'dialogs':
      return dialogsElement(data, 'dialogs');
    case 'systemInfo':
      return systemInfoElement(data.systemInfo, 'systemInfo');
    case 'team':
      return teamElement(data.team, 'team');
    case 'apiErrors':
      return apiErrorsElement(data.errors, 'notification');
    case 'unknown':
      return copyOf(data.element);
    case 'none':
      return undefined;
  }
}

/** In the order in which Finesse has been seen to write it: data, event, requestId, source. */
export function formatUpdate(update: Update): string {
  const { event, requestId, source } = update;
  return xml(
    'Update',
    {},
    xml('data', {}, dataElement(update.data)),
    leaf('event', event),
    leaf('requestId', requestId),
    leaf('source', source),
    ...copies(update.unknown),
  ).toString();
}

/** The payload of a pubsub item: the Update as escaped text inside `<notification>` (dev guide 12.5 p.345). */
export function formatNotificationItem(update: Update): Element {
  return xml('notification', { xmlns: NS.pubsub }, formatUpdate(update));
}

/** One item of a pubsub event. */
export interface EventItem {
  node: string;
  itemId: string;
  update: Update;
}

/**
 * The Updates in a pubsub event message (XEP-0060 7.1.2.1); empty for any other message.
 * @throws {XmlError | CodecError} when an Update in it cannot be read
 */
export function parseEventMessage(message: Element): EventItem[] {
  const items = message.getChild('event', NS.pubsubEvent)?.getChild('items');
  if (items === undefined) return [];
  const node = items.attrs.node ?? '';
  return items.getChildren('item').flatMap((item) => {
    const notification = item.getChild('notification');
    if (notification === undefined) return [];
    // Text by the documentation; an element where a server was told to unescape it.
    const [inner] = notification.getChildElements();
    return [
      { node, itemId: item.attrs.id ?? '', update: parseUpdate(inner ?? parseXml(notification.text())) },
    ];
  });
}
