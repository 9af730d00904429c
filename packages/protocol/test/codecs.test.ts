import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CodecError,
  type Element,
  formatDialog,
  formatUpdate,
  formatUser,
  parseApiErrors,
  parseDialog,
  parseReasonCodes,
  parseSystemInfo,
  parseTeam,
  parseUpdate,
  parseUser,
  parseXml,
  XmlError,
  xml,
} from '../src/index.js';
import { codecOf, codecs } from './support/codecs.js';
import { anyElement } from './support/trees.js';

const fixtures = new URL('./fixtures/', import.meta.url);
const fixture = (name: string) => readFileSync(new URL(`${name}.xml`, fixtures), 'utf8');
const documents = readdirSync(fixtures)
  .map((file) => file.replace(/\.xml$/, ''))
  .flatMap((name) => {
    const codec = codecOf(name);
    return codec === undefined ? [] : [{ name, codec }];
  });

/** Changes every element of a tree, from the leaves up. */
function change(element: Element, how: (element: Element) => void): Element {
  for (const child of element.getChildElements()) change(child, how);
  how(element);
  return element;
}

/** The texts of all elements without children, by the name of the element, in lower case. */
function leaves(element: Element): string[] {
  const children = element.getChildElements();
  if (children.length > 0) return children.flatMap(leaves);
  const text = element.getText().trim();
  return text === '' ? [] : [`${element.name.toLowerCase()}: ${text}`];
}

/** A value without what was not understood, which is kept as it was. */
function understood(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (key, one) => (key === 'unknown' || key === 'element' ? undefined : one)),
  );
}

describe.each(documents)('$name', ({ name, codec }) => {
  it('survives the round trip', () => {
    const text = fixture(name);
    expect(codec.read(codec.rewrite(text))).toEqual(codec.read(text));
    expect(leaves(parseXml(codec.rewrite(text))).sort()).toEqual(leaves(parseXml(text)).sort());
  });

  it('keeps what a later release adds, wherever it adds it', () => {
    let added = 0;
    const text = change(parseXml(fixture(name)), (element) => {
      // Where Finesse writes a plain value there is no place for more.
      if (element.getChildElements().length === 0) return;
      added += 1;
      element.cnode(xml('novelty', { at: element.name }, xml('inside', {}, String(added))));
    }).toString();
    const novelties = (document: string) =>
      leaves(parseXml(document)).filter((one) => one.startsWith('inside'));
    expect(novelties(codec.rewrite(text)).sort()).toEqual(novelties(text).sort());
    expect(codec.read(codec.rewrite(text))).toEqual(codec.read(text));
  });

  it('may come in any order', () => {
    const reversed = change(parseXml(fixture(name)), (element) => {
      const names = new Set(element.getChildElements().map((child) => child.name));
      // The order of a list is its own.
      if (names.size === element.getChildElements().length) element.children.reverse();
    });
    expect(understood(codec.read(reversed))).toEqual(understood(codec.read(fixture(name))));
  });

  it('may come in other letter case', () => {
    const byName = ['settings', 'mediaProperties', 'callvariables'];
    const shout = change(parseXml(fixture(name)), (element) => {
      if (!byName.includes(element.parent?.name ?? '')) element.name = element.name.toUpperCase();
    });
    expect(understood(codec.read(shout))).toEqual(understood(codec.read(fixture(name))));
  });
});

describe('what clients decide by', () => {
  it('is in SystemInfo', () => {
    expect(parseSystemInfo(fixture('SystemInfo.12.6-15'))).toMatchObject({
      status: 'IN_SERVICE',
      lastCTIHeartbeatStatus: 'success',
      lastSuccessCTIHeartbeatTime: 1795420800266,
      secondaryNode: { host: 'fin-b.lab.example', httpsPort: 8445, xmppSecurePort: 5223 },
      ctiServers: [{ active: true }, { active: false, connectedDuration: 0 }],
    });
    const single = '<SystemInfo><secondaryNode><host></host></secondaryNode></SystemInfo>';
    expect(parseSystemInfo(single).secondaryNode).toBeUndefined();
  });

  it('is in User, Team and ReasonCodes', () => {
    expect(parseUser(fixture('User'))).toMatchObject({
      state: 'NOT_READY',
      roles: ['Agent', 'Supervisor'],
      settings: { wrapUpOnIncoming: 'OPTIONAL' },
      mobileAgent: { mode: 'CALL_BY_CALL', dialNumber: '4085551234' },
      reasonCode: { code: '10', label: 'Team Meeting', forAll: true, systemCode: false },
      teams: [{ id: '2001' }],
    });
    expect(parseTeam(fixture('Team')).users).toMatchObject([{ loginId: '1234', state: 'LOGOUT' }]);
    expect(parseReasonCodes(fixture('ReasonCodes.list'))).toMatchObject({
      category: 'NOT_READY',
      reasonCodes: [{ label: 'Lunch', code: '12' }],
    });
  });

  it('is in Dialog and ApiErrors', () => {
    const dialog = parseDialog(fixture('Dialog.voice'));
    expect(dialog.participants.map(({ state, actions }) => [state, actions])).toEqual([
      ['ACTIVE', ['HOLD', 'DROP']],
      ['HELD', ['RETRIEVE', 'DROP']],
    ]);
    expect(dialog.mediaProperties).toMatchObject({
      fields: { callType: 'AGENT_INSIDE', wrapUpReason: 'Sales Call' },
      callVariables: [{ value: 'Chuck Smith' }, { name: 'callVariable2', value: 'A & B, Inc.' }],
    });
    expect(parseApiErrors(fixture('ApiErrors.503')).errors).toEqual([
      { errorType: 'Service Unavailable', errorData: '', errorMessage: 'SERVER_OUT_OF_SERVICE' },
    ]);
  });
});

describe('Update', () => {
  it.each([
    ['Update.User.PUT', { event: 'PUT', data: { kind: 'user', user: { state: 'NOT_READY' } } }],
    ['Update.Team.member.PUT', { data: { kind: 'user', user: { reasonCode: { label: 'Team Meeting' } } } }],
    ['Update.Dialog.PUT', { data: { kind: 'dialog', dialog: { id: '16804377' } } }],
    ['Update.Dialogs.POST', { event: 'POST', data: { kind: 'dialogs', dialogs: [{ state: 'ALERTING' }] } }],
    ['Update.Queue.PUT', { data: { kind: 'unknown', element: { name: 'Queue' } } }],
    ['Update.error.media', { data: { kind: 'apiErrors', errors: { errors: [{ errorMedia: '5001' }] } } }],
    ['Update.error.user-state', { data: { kind: 'apiErrors', errors: { errors: [{ errorData: '265' }] } } }],
    [
      'Update.SystemInfo.OUT_OF_SERVICE.INFERRED',
      { data: { kind: 'systemInfo', systemInfo: { status: 'OUT_OF_SERVICE', lastCTIHeartbeatStatus: '' } } },
    ],
  ])('%s is told by its data', (name, update) => {
    expect(parseUpdate(fixture(name))).toMatchObject(update);
  });

  it('is read in any order and letter case', () => {
    const text =
      '<update><SOURCE>/s</SOURCE><Event>put</Event><data><User><state>Ready</state></User></data></update>';
    expect(parseUpdate(text)).toMatchObject({
      event: 'PUT',
      source: '/s',
      requestId: '',
      data: { kind: 'user', user: { state: 'READY' } },
    });
    expect(parseUpdate('<Update><data><Team><id>3</id></Team></data></Update>').data).toMatchObject({
      kind: 'team',
      team: { id: '3' },
    });
    expect(parseUpdate('<Update><event>DELETE</event></Update>').data).toEqual({ kind: 'none' });
    expect(parseUpdate('<Update><data/></Update>').data).toEqual({ kind: 'none' });
  });

  it('is written in the order in which Finesse writes it', () => {
    const names = parseXml(formatUpdate(parseUpdate(fixture('Update.User.PUT'))))
      .getChildElements()
      .map((child) => child.name);
    expect(names).toEqual(['data', 'event', 'requestId', 'source']);
  });
});

describe('what makes no sense', () => {
  it('is refused with its name when it is the whole document', () => {
    expect(() => parseUser('<Dialog/>')).toThrow(CodecError);
    expect(() => parseUser('<Dialog/>')).toThrow('Dialog: expected <User>');
    expect(() => parseUpdate('<Update><data><user>')).toThrow(XmlError);
  });

  it('does not make the rest unreadable, and is kept', () => {
    const text =
      '<SystemInfo><status>IN_SERVICE</status><timezoneOffset>soon</timezoneOffset><ctiHeartbeatInterval>1e9</ctiHeartbeatInterval><peripheralId>1</peripheralId><peripheralId>2</peripheralId></SystemInfo>';
    const info = parseSystemInfo(text);
    expect(info).toMatchObject({ status: 'IN_SERVICE', timezoneOffset: undefined, peripheralId: '1' });
    expect(info.unknown.map(String)).toEqual([
      '<timezoneOffset>soon</timezoneOffset>',
      '<ctiHeartbeatInterval>1e9</ctiHeartbeatInterval>',
      '<peripheralId>2</peripheralId>',
    ]);
    const code = '<ReasonCode><forAll>maybe</forAll><systemCode></systemCode></ReasonCode>';
    expect(parseUser(`<User>${code}</User>`).reasonCode).toMatchObject({
      forAll: undefined,
      systemCode: undefined,
      unknown: [expect.objectContaining({ name: 'forAll' })],
    });
  });

  it('is not written where it would spoil the document', () => {
    const user = { ...parseUser('<User/>'), settings: { 'a b': '' } };
    expect(() => formatUser(user)).toThrow('User/settings: "a b" cannot be the name of an element');
    const mediaProperties = { fields: { '<x>': '' }, callVariables: [], unknown: [] };
    expect(() => formatDialog({ ...parseDialog('<Dialog/>'), mediaProperties })).toThrow(CodecError);
  });

  it.each(Object.entries(codecs))(
    '%s loses no element that it does not know, wherever it stands',
    (name, codec) => {
      const known = [
        'id',
        'state',
        'data',
        'users',
        'User',
        'settings',
        'mediaProperties',
        'roles',
        'secondaryNode',
        'Dialog',
        'apiError',
        'ReasonCode',
        'callvariables',
        'CallVariable',
        'event',
        'forAll',
      ];
      const strange = anyElement.map((element) =>
        change(element, (one) => {
          one.name = `x-${one.name}`;
        }),
      );
      const named = fc.record({
        element: strange,
        known: fc.constantFrom(...known),
        inside: fc.constantFrom(...known, ''),
      });
      const strangers = (text: string) =>
        leaves(parseXml(text, { maxBytes: 1e7 }))
          .filter((leaf) => leaf.startsWith('x-'))
          .sort();
      fc.assert(
        fc.property(fc.array(named, { maxLength: 6 }), (parts) => {
          const children = parts.map(({ element, known, inside }) =>
            xml(known, {}, inside === '' ? element : xml(inside, {}, element)),
          );
          const text = xml(name, {}, ...children).toString();
          try {
            expect(strangers(codec.rewrite(text))).toEqual(strangers(text));
          } catch (error) {
            if (!(error instanceof CodecError)) throw error;
          }
        }),
        { numRuns: 40 },
      );
    },
  );
});
