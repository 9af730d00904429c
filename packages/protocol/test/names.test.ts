import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  agentJid,
  bareJid,
  FINESSE_PORTS,
  formatJid,
  parseJid,
  parseNodeId,
  pubSubDomain,
  queueNode,
  systemInfoNode,
  teamMessagesNode,
  teamUsersNode,
  userDialogsNode,
  userMediaNode,
  userNode,
  userQueuesNode,
} from '../src/index.js';

describe('JIDs', () => {
  it('are taken apart and put together', () => {
    expect(parseJid('1001001@Fin-A.example/desk/1')).toEqual({
      local: '1001001',
      domain: 'fin-a.example',
      resource: 'desk/1',
    });
    expect(parseJid('pubsub.fin-a.example')).toEqual({
      local: '',
      domain: 'pubsub.fin-a.example',
      resource: undefined,
    });
    expect(formatJid({ local: '', domain: 'pubsub.x', resource: undefined })).toBe('pubsub.x');
    expect(bareJid('Agent@x/y')).toBe('agent@x');
    expect(agentJid('Agent', 'x')).toBe('agent@x');
    expect(pubSubDomain('x')).toBe('pubsub.x');
  });

  it('stay the same when they are written and read again', () => {
    const part = fc.stringMatching(/^[a-z0-9._-]{1,20}$/);
    fc.assert(
      fc.property(
        part,
        part,
        fc.option(fc.stringMatching(/^[^\n]{1,20}$/), { nil: undefined }),
        (local, domain, resource) => {
          const jid = { local, domain, resource };
          expect(parseJid(formatJid(jid))).toEqual(jid);
        },
      ),
    );
  });

  it.each([
    '',
    '@x',
    'a@',
    'a b@x',
    'a@x/',
    'a@b@c',
    'a@b c',
    '/x',
    `${'a'.repeat(1024)}@x`,
    `a@x/${'r'.repeat(1024)}`,
  ])('%j is none', (text) => {
    expect(parseJid(text)).toBeNull();
    expect(bareJid(text)).toBe(text);
  });
});

describe('node ids', () => {
  it.each([
    [systemInfoNode, { kind: 'systemInfo' }],
    [userNode('7'), { kind: 'user', id: '7' }],
    [userDialogsNode('7'), { kind: 'userDialogs', id: '7' }],
    [userMediaNode('7'), { kind: 'userMedia', id: '7' }],
    [userQueuesNode('7'), { kind: 'userQueues', id: '7' }],
    [teamUsersNode('3'), { kind: 'teamUsers', id: '3' }],
    [teamMessagesNode('3'), { kind: 'teamMessages', id: '3' }],
    [queueNode('9'), { kind: 'queue', id: '9' }],
    ['/finesse/api/User/7/Media/5000', { kind: 'userMediaDomain', id: '7', mediaId: '5000' }],
    ['/finesse/api/User/7/Dialogs/Media', { kind: 'userMediaDialogs', id: '7' }],
  ])('%s is known', (node, kind) => {
    expect(parseNodeId(node)).toEqual(kind);
  });

  it.each([
    '',
    '/x',
    'x/finesse/api/User/1',
    '/finesse/api',
    '/finesse/api/SystemInfo/1',
    '/finesse/api/User/',
    '/finesse/api/User//Dialogs',
    '/finesse/api/User/1/Dialogs/Voice',
    '/finesse/api/User/1/Nope',
    '/finesse/api/User/1/Media/5/6',
    '/finesse/api/Team/3',
    '/finesse/api/Team/3/Users/1',
    '/finesse/api/Queue/9/x',
    '/finesse/api/Nope/1',
  ])('%j is none of Finesse', (node) => {
    expect(parseNodeId(node)).toBeNull();
  });
});

it('knows the ports', () => {
  expect(FINESSE_PORTS).toMatchObject({ rest: 8445, webSocket: 7443, xmpp: 5222, xmppTls: 5223 });
});
