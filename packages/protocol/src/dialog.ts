import {
  ChildReader,
  copies,
  type Extensible,
  fieldLeaves,
  kept,
  leaf,
  listOf,
  readFields,
  readList,
  record,
  rootOf,
} from './codec.js';
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
export interface CallVariable extends Extensible {
  name: string;
  value: string;
}

/** What the contact center knows of a call. Everything that is a plain element stands in `fields`. */
export interface MediaProperties {
  fields: Readonly<Record<string, string>>;
  callVariables: readonly CallVariable[];
  unknown: readonly Element[];
}

/** States of a dialog (dev guide 12.5 p.80); a participant also has HELD and WRAP_UP. New ones may come. */
export const dialogStates = [
  'INITIATING',
  'INITIATED',
  'ALERTING',
  'ACTIVE',
  'DROPPED',
  'FAILED',
  'ACCEPTED',
] as const;
/** One of `dialogStates`. */
export type DialogState = (typeof dialogStates)[number];

/** A call or task (dev guide 12.5 p.74, "dialog"). */
export interface Dialog {
  uri: string;
  id: string;
  /** `Voice` for a call. */
  mediaType?: string | undefined;
  /** One of `dialogStates`, or one that a later release adds. */
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
    participants: read.list('participants', 'Participant', parseParticipant),
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
    actions: read.texts('actions', 'action'),
    unknown: read.unknown(),
  };
}

function parseMediaProperties(element: Element): MediaProperties {
  const read = new ChildReader(element);
  const callVariables = read.list('callvariables', 'CallVariable', parseCallVariable);
  const { fields, rest } = readFields(read.unknown());
  return { fields, callVariables, unknown: rest };
}

function parseCallVariable(element: Element): CallVariable {
  const read = new ChildReader(element);
  // A call variable's blanks may mean something to the application.
  const value = read.untrimmed('value') ?? '';
  return { name: read.text('name'), value, ...kept(read.unknown()) };
}

/**
 * A dialog as an element.
 * @param name `Dialog` over REST and in lists, `dialog` in the notification of a change
 */
export function dialogElement(dialog: Dialog, name = 'Dialog'): Element {
  const { mediaProperties: media } = dialog;
  return xml(
    name,
    {},
    leaf('associatedDialogUri', dialog.associatedDialogUri),
    leaf('fromAddress', dialog.fromAddress),
    leaf('id', dialog.id),
    leaf('secondaryId', dialog.secondaryId),
    media === undefined ? undefined : mediaElement(media, `${name}/mediaProperties`),
    leaf('mediaType', dialog.mediaType),
    listOf('participants', dialog.participants.map(participantElement)),
    leaf('state', dialog.state),
    leaf('toAddress', dialog.toAddress),
    leaf('uri', dialog.uri),
    ...copies(dialog.unknown),
  );
}

function participantElement(participant: Participant): Element {
  return xml(
    'Participant',
    {},
    xml('actions', {}, ...participant.actions.map((action) => leaf('action', action))),
    leaf('mediaAddress', participant.mediaAddress),
    leaf('mediaAddressType', participant.mediaAddressType),
    leaf('startTime', participant.startTime),
    leaf('state', participant.state),
    leaf('stateCause', participant.stateCause),
    leaf('stateChangeTime', participant.stateChangeTime),
    ...copies(participant.unknown),
  );
}

function mediaElement({ fields, callVariables, unknown }: MediaProperties, path: string): Element {
  return xml(
    'mediaProperties',
    {},
    ...fieldLeaves(path, fields),
    listOf('callvariables', callVariables.map(callVariableElement)),
    ...copies(unknown),
  );
}

function callVariableElement({ name, value, unknown }: CallVariable): Element {
  return record('CallVariable', { name, value }, ...copies(unknown));
}

/** The body of a REST answer. */
export function formatDialog(dialog: Dialog): string {
  return dialogElement(dialog).toString();
}

/** An agent's dialogs (dev guide 12.5 p.75). */
export interface Dialogs extends Extensible {
  dialogs: readonly Dialog[];
}

/** @throws {XmlError | CodecError} */
export function parseDialogs(input: string | Element): Dialogs {
  const { entries, unknown } = readList(rootOf(input, 'Dialogs'), 'Dialog', parseDialog);
  return { dialogs: entries, ...kept(unknown) };
}

/**
 * A list of dialogs as an element.
 * @param name `Dialogs` over REST, `dialogs` in a notification
 */
export function dialogsElement({ dialogs, unknown }: Dialogs, name = 'Dialogs'): Element {
  return xml(name, {}, ...dialogs.map((dialog) => dialogElement(dialog)), ...copies(unknown));
}

/** The body of a REST answer. */
export function formatDialogs(dialogs: Dialogs): string {
  return dialogsElement(dialogs).toString();
}
