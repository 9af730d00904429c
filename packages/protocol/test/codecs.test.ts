import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CodecError,
  formatApiErrors,
  formatDialog,
  formatDialogs,
  formatNotificationItem,
  formatReasonCodes,
  formatSystemInfo,
  formatTeam,
  formatUpdate,
  formatUser,
  parseApiErrors,
  parseDialog,
  parseDialogs,
  parseEventMessage,
  parseReasonCodes,
  parseSystemInfo,
  parseTeam,
  parseUpdate,
  parseUser,
  parseXml,
  type Update,
  xml,
} from '../src/index.js';

const fixture = (name: string) => readFileSync(new URL(`./fixtures/${name}.xml`, import.meta.url), 'utf8');
/** Elements know their parents; what they say is their text. */
const plain = (value: unknown) =>
  JSON.parse(
    JSON.stringify(value, (_key, one) => (one instanceof Object && 'cnode' in one ? String(one) : one)),
  );

const codecs: [name: string, parse: (text: string) => never, format: (value: never) => string][] = [
  ['SystemInfo.12.5', parseSystemInfo as never, formatSystemInfo as never],
  ['SystemInfo.12.6-15', parseSystemInfo as never, formatSystemInfo as never],
  ['User', parseUser as never, formatUser as never],
  ['Dialog.voice', parseDialog as never, formatDialog as never],
  ['Dialogs.list', parseDialogs as never, formatDialogs as never],
  ['Team', parseTeam as never, formatTeam as never],
  ['ApiErrors.503', parseApiErrors as never, formatApiErrors as never],
  ['ApiErrors.400.parameter-missing', parseApiErrors as never, formatApiErrors as never],
  ['Update.User.PUT', parseUpdate as never, formatUpdate as never],
  ['Update.Dialog.PUT', parseUpdate as never, formatUpdate as never],
  ['Update.Dialogs.POST', parseUpdate as never, formatUpdate as never],
  ['Update.Team.member.PUT', parseUpdate as never, formatUpdate as never],
  ['Update.error.user-state', parseUpdate as never, formatUpdate as never],
  ['Update.SystemInfo.OUT_OF_SERVICE.INFERRED', parseUpdate as never, formatUpdate as never],
];

describe('codecs', () => {
  it.each(codecs)('%s survives the round trip', (name, parse, format) => {
    const value = parse(fixture(name));
    expect(plain(parse(format(value)))).toEqual(plain(value));
  });

  it('reads what clients decide by', () => {
    expect(parseSystemInfo(fixture('SystemInfo.12.6-15'))).toMatchObject({
      status: 'IN_SERVICE',
      lastCTIHeartbeatStatus: 'success',
      secondaryNode: { host: 'fin-b.lab.example', httpsPort: 8445, xmppSecurePort: 5223 },
      ctiServers: [{ active: true }, { active: false }],
    });
    expect(parseUser(fixture('User'))).toMatchObject({
      state: 'NOT_READY',
      roles: ['Agent', 'Supervisor'],
      reasonCode: { code: '10', label: 'Team Meeting' },
      teams: [{ id: '2001' }],
    });
    expect(parseDialog(fixture('Dialog.voice')).mediaProperties?.callVariables[1]).toEqual({
      name: 'callVariable2',
      value: 'A & B, Inc.',
    });
    const { category, reasonCodes } = parseReasonCodes(fixture('ReasonCodes.list'));
    expect(parseReasonCodes(formatReasonCodes(category, reasonCodes))).toEqual({ category, reasonCodes });
  });

  it('keeps what it does not know, through the round trip', () => {
    const user = parseUser(
      '<User><loginId>1</loginId><state>READY</state><brandNew a="b"><x>&amp;</x></brandNew></User>',
    );
    expect(user.unknown.map(String)).toEqual(['<brandNew a="b"><x>&amp;</x></brandNew>']);
    expect(formatUser(user)).toContain('<brandNew a="b"><x>&amp;</x></brandNew>');
  });

  it('reads an Update in any order and letter case', () => {
    const update = parseUpdate(
      '<update><SOURCE>/s</SOURCE><Event>put</Event><data><User><state>Ready</state></User></data></update>',
    );
    expect(update).toMatchObject({
      event: 'PUT',
      source: '/s',
      requestId: '',
      data: { kind: 'user', user: { state: 'READY' } },
    });
    expect(parseUpdate('<Update><event>DELETE</event></Update>').data).toEqual({ kind: 'none' });
    expect(parseUpdate('<Update><data><surprise/></data></Update>').data.kind).toBe('unknown');
  });

  it('names what is wrong and where', () => {
    expect(() => parseUser('<Dialog/>')).toThrow(CodecError);
    expect(() => parseUser('<Dialog/>')).toThrow('Dialog: expected <User>');
    const odd = { ...parseUser('<User/>'), settings: { 'a b': '' } };
    expect(() => formatUser(odd)).toThrow('User/settings: "a b" cannot be the name of an element');
  });

  it('carries an Update as escaped text in a pubsub message', () => {
    const [item] = parseEventMessage(parseXml(fixture('xmpp.message.event')));
    expect(item).toMatchObject({
      node: '/finesse/api/User/1001001',
      update: { data: { user: { firstName: 'A & B' } } },
    });
    fc.assert(
      fc.property(
        fc.string({ unit: fc.integer({ min: 0x20, max: 0xd7ff }).map((code) => String.fromCharCode(code)) }),
        (text) => {
          const firstName = text.trim();
          const user = { ...parseUser('<User/>'), firstName };
          const update: Update = { event: 'PUT', source: '/x', requestId: '', data: { kind: 'user', user } };
          const items = xml(
            'items',
            { node: '/x' },
            xml('item', { id: '1' }, formatNotificationItem(update)),
          );
          const event = xml('event', { xmlns: 'http://jabber.org/protocol/pubsub#event' }, items);
          const [back] = parseEventMessage(parseXml(xml('message', {}, event).toString()));
          expect(back?.update.data).toMatchObject({ kind: 'user', user: { firstName } });
        },
      ),
      { numRuns: 300 },
    );
  });
});
