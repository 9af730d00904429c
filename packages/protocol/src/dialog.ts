import { ChildReader, copies, leaf, record, rootOf } from './codec.js';
import type { Element } from './ltx.js';
import { xml } from './xml.js';

/** One party of a dialog, with what it may do now (dev guide 12.5 p.74). */
export interface Participant {
  mediaAddress: string;
  mediaAddressType?: string | undefined;
  /** ISO 8601, or empty. */
  startTime?: string | undefined;
  state: string;
  stateCause?: string | undefined;
  stateChangeTime?: string | undefined;
  actions: readonly string[];
  unknown: readonly Element[];
}

/** callVariable1 to callVariable10, and ECC variables by their names. */
export interface CallVariable {
  name: string;
  value: string;
}

/** What the contact center knows of a call. Everything that is a plain element stands in `fields`. */
export interface MediaProperties {
  fields: Readonly<Record<string, string>>;
  callVariables: readonly CallVariable[];
  unknown: readonly Element[];
}

/** A call or task (dev guide 12.5 p.74, "dialog"). */
export interface Dialog {
  uri: string;
  id: string;
  /** `Voice` for a call. */
  mediaType?: string | undefined;
  state: string;
  fromAddress?: string | undefined;
  toAddress?: string | undefined;
  /** The call that this one absorbed by a transfer or conference. */
  secondaryId?: string | undefined;
  associatedDialogUri?: string | undefined;
  mediaProperties?: MediaProperties | undefined;
  participants: readonly Participant[];
  unknown: readonly Element[];
}

/** @throws {XmlError | CodecError} */
export function parseDialog(input: string | Element): Dialog {
  const read = new ChildReader(rootOf(input, 'Dialog'));
  const media = read.element('mediaProperties');
  return {
    uri: read.text('uri'),
    id: read.text('id'),
    mediaType: read.optionalText('mediaType'),
    state: read.text('state'),
    fromAddress: read.optionalText('fromAddress'),
    toAddress: read.optionalText('toAddress'),
    secondaryId: read.optionalText('secondaryId'),
    associatedDialogUri: read.optionalText('associatedDialogUri'),
    mediaProperties: media === undefined ? undefined : parseMediaProperties(media),
    participants: read.element('participants')?.getChildElements().map(parseParticipant) ?? [],
    unknown: read.unknown(),
  };
}

function parseParticipant(element: Element): Participant {
  const read = new ChildReader(element);
  return {
    mediaAddress: read.text('mediaAddress'),
    mediaAddressType: read.optionalText('mediaAddressType'),
    startTime: read.optionalText('startTime'),
    state: read.text('state'),
    stateCause: read.optionalText('stateCause'),
    stateChangeTime: read.optionalText('stateChangeTime'),
    actions:
      read
        .element('actions')
        ?.getChildElements()
        .map((action) => action.text().trim()) ?? [],
    unknown: read.unknown(),
  };
}

function parseMediaProperties(element: Element): MediaProperties {
  const read = new ChildReader(element);
  const variables = read.element('callvariables')?.getChildElements() ?? [];
  const rest = read.unknown();
  const plain = (child: Element) => child.getChildElements().length === 0;
  return {
    fields: Object.fromEntries(rest.filter(plain).map((child) => [child.name, child.text().trim()])),
    callVariables: variables.map((variable) => {
      const one = new ChildReader(variable);
      // A call variable's blanks may mean something to the application.
      return { name: one.text('name'), value: one.element('value')?.text() ?? '' };
    }),
    unknown: rest.filter((child) => !plain(child)),
  };
}

/** @param name `Dialog` over REST and in lists, `dialog` in the notification of a change */
export function dialogElement(dialog: Dialog, name = 'Dialog'): Element {
  const { mediaProperties: media, participants, unknown } = dialog;
  return xml(
    name,
    {},
    leaf('associatedDialogUri', dialog.associatedDialogUri),
    leaf('fromAddress', dialog.fromAddress),
    leaf('id', dialog.id),
    leaf('secondaryId', dialog.secondaryId),
    media === undefined ? undefined : mediaElement(media),
    leaf('mediaType', dialog.mediaType),
    participants.length === 0 ? undefined : xml('participants', {}, ...participants.map(participantElement)),
    leaf('state', dialog.state),
    leaf('toAddress', dialog.toAddress),
    leaf('uri', dialog.uri),
    ...copies(unknown),
  );
}

function participantElement({ actions, unknown, ...leaves }: Participant): Element {
  const list = xml('actions', {}, ...actions.map((action) => leaf('action', action)));
  return xml(
    'Participant',
    {},
    list,
    ...Object.entries(leaves).map(([key, value]) => leaf(key, value)),
    ...copies(unknown),
  );
}

function mediaElement({ fields, callVariables, unknown }: MediaProperties): Element {
  const variables = callVariables.map((variable) => record('CallVariable', { ...variable }));
  const list = variables.length === 0 ? undefined : xml('callvariables', {}, ...variables);
  return record('mediaProperties', { ...fields }, list, ...copies(unknown));
}

export function formatDialog(dialog: Dialog): string {
  return dialogElement(dialog).toString();
}

/** An agent's dialogs (dev guide 12.5 p.75). */
export interface Dialogs {
  dialogs: readonly Dialog[];
}

/** @throws {XmlError | CodecError} */
export function parseDialogs(input: string | Element): Dialogs {
  return {
    dialogs: rootOf(input, 'Dialogs')
      .getChildElements()
      .map((dialog) => parseDialog(dialog)),
  };
}

/** @param name `Dialogs` over REST, `dialogs` in a notification */
export function dialogsElement({ dialogs }: Dialogs, name = 'Dialogs'): Element {
  return xml(name, {}, ...dialogs.map((dialog) => dialogElement(dialog)));
}

export function formatDialogs(dialogs: Dialogs): string {
  return dialogsElement(dialogs).toString();
}
