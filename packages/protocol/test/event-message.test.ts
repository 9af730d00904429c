import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Dialog,
  type Element,
  formatNotificationItem,
  NS,
  parseDialog,
  parseEventMessage,
  parseUser,
  parseXml,
  type Update,
  type UpdateData,
  type User,
  XmlError,
  xml,
} from '../src/index.js';
import { elementName, plain, trimmedText } from './support/trees.js';

function message(...items: (Element | undefined)[]): Element {
  return xml('message', {}, xml('event', { xmlns: NS.pubsubEvent }, xml('items', { node: '/n' }, ...items)));
}

const maybe = fc.option(trimmedText, { nil: undefined });
const fields = fc.dictionary(
  elementName.filter((name) => name !== '__proto__'),
  trimmedText,
  { maxKeys: 4 },
);
const user: fc.Arbitrary<User> = fc.record({
  ...{
    uri: trimmedText,
    loginId: trimmedText,
    loginName: maybe,
    state: fc.constantFrom('READY', 'A_NEW_ONE'),
  },
  ...{ stateChangeTime: maybe, pendingState: maybe, mediaType: maybe, reasonCodeId: maybe, extension: maybe },
  ...{ reasonCode: fc.constant(undefined), roles: fc.array(trimmedText), settings: fields },
  ...{
    mobileAgent: fc.option(fc.record({ mode: trimmedText, dialNumber: trimmedText }), { nil: undefined }),
  },
  ...{
    firstName: maybe,
    lastName: maybe,
    teamId: maybe,
    teamName: maybe,
    skillTargetId: maybe,
    dialogs: maybe,
  },
  teams: fc.array(fc.record({ uri: trimmedText, id: trimmedText, name: trimmedText }), { maxLength: 3 }),
  unknown: fc.constant([]),
});
const participant = fc.record({
  ...{ mediaAddress: trimmedText, mediaAddressType: maybe, startTime: maybe, state: trimmedText },
  ...{ stateCause: maybe, stateChangeTime: maybe, actions: fc.array(trimmedText), unknown: fc.constant([]) },
});
const dialog: fc.Arbitrary<Dialog> = fc.record({
  ...{ uri: trimmedText, id: trimmedText, mediaType: maybe, state: trimmedText, fromAddress: maybe },
  ...{ toAddress: maybe, secondaryId: maybe, associatedDialogUri: maybe, unknown: fc.constant([]) },
  participants: fc.array(participant, { maxLength: 3 }),
  mediaProperties: fc.record({
    fields: fields.map(({ callvariables: _, ...others }) => others),
    // Blanks of a call variable are kept.
    callVariables: fc.array(fc.record({ name: trimmedText, value: trimmedText.map((text) => ` ${text} `) })),
    unknown: fc.constant([]),
  }),
});
const data: fc.Arbitrary<UpdateData> = fc.oneof(
  user.map((one) => ({ kind: 'user' as const, user: one })),
  dialog.map((one) => ({ kind: 'dialog' as const, dialog: one })),
  fc.array(dialog, { maxLength: 2 }).map((dialogs) => ({ kind: 'dialogs' as const, dialogs })),
  fc
    .array(
      fc.record({
        errorType: trimmedText,
        errorData: trimmedText,
        errorMessage: trimmedText,
        errorMedia: maybe,
      }),
    )
    .map((errors) => ({ kind: 'apiErrors' as const, errors: { errors } })),
  fc.constant({ kind: 'none' as const }),
);
const update: fc.Arbitrary<Update> = fc.record({
  event: fc.constantFrom('PUT', 'POST', 'DELETE', 'ERROR'),
  source: trimmedText,
  requestId: trimmedText,
  data,
});

describe('a pubsub event', () => {
  it('brings any Update as it was published', () => {
    fc.assert(
      fc.property(update, (published) => {
        const item = xml('item', { id: 'i' }, formatNotificationItem(published));
        const wire = message(item).toString();
        const [received] = parseEventMessage(parseXml(wire, { maxBytes: 1e7 }));
        expect(plain(received)).toEqual(plain({ node: '/n', itemId: 'i', update: published }));
      }),
      { numRuns: 300 },
    );
  });

  it('carries the Update as escaped text, as Finesse does', () => {
    const text = readFileSync(new URL('./fixtures/xmpp.message.event.xml', import.meta.url), 'utf8');
    expect(parseEventMessage(parseXml(text))).toMatchObject([
      {
        node: '/finesse/api/User/1001001',
        itemId: 'b8a6f0c1-0001',
        update: { event: 'PUT', data: { kind: 'user', user: { state: 'READY', firstName: 'A & B' } } },
      },
    ]);
    const data: UpdateData = { kind: 'user', user: { ...parseUser('<User/>'), firstName: 'A & B' } };
    const item = formatNotificationItem({ event: 'PUT', source: '/s', requestId: '', data });
    expect(item.toString()).toMatch(
      /^<notification xmlns="http:\/\/jabber.org\/protocol\/pubsub">&lt;Update&gt;/,
    );
    expect(item.toString()).toContain('A &amp;amp; B');
  });

  it('may have the Update unescaped, several items, and items of another kind', () => {
    const dialogData: UpdateData = { kind: 'dialog', dialog: parseDialog('<Dialog><id>7</id></Dialog>') };
    const published: Update = { event: 'PUT', source: '/s', requestId: '', data: dialogData };
    const unescaped = parseXml('<notification><Update><event>DELETE</event></Update></notification>');
    const received = parseEventMessage(
      message(
        xml('item', {}, formatNotificationItem(published)),
        xml('item', { id: '2' }, xml('other')),
        xml('retract', { id: '3' }),
        xml('item', { id: '4' }, unescaped),
      ),
    );
    expect(received.map(({ itemId, update }) => [itemId, update.event])).toEqual([
      ['', 'PUT'],
      ['4', 'DELETE'],
    ]);
  });

  it('is not what any other message is', () => {
    for (const text of [
      '<message/>',
      '<message><body>hello</body></message>',
      '<message><event/></message>',
      `<message><event xmlns="${NS.pubsubEvent}"><purge node="/n"/></event></message>`,
    ]) {
      expect(parseEventMessage(parseXml(text))).toEqual([]);
    }
  });

  it('is refused with a reason when the Update in it is none', () => {
    const of = (text: string) => message(xml('item', {}, xml('notification', {}, text)));
    expect(() => parseEventMessage(of('no markup'))).toThrow(XmlError);
    expect(() => parseEventMessage(of('<!DOCTYPE Update><Update/>'))).toThrow('a DOCTYPE is not allowed');
    expect(() => parseEventMessage(of('<User/>'))).toThrow('User: expected <Update>');
  });
});
