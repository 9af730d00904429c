import { describe, expect, test } from 'vitest';
import { bannerWording } from '../src/banner/banner-wording.ts';
import { announcement, failing, nameNode, primary, secondary } from './support/samples.ts';

const wording = (...[given, calls = 0]: [Parameters<typeof bannerWording>[0], number?]) =>
  bannerWording(given, nameNode, calls);

describe('the banner', () => {
  test('is not there while all is well, nor before a connection is wanted', () => {
    expect(wording(announcement())).toBeNull();
    expect(wording(announcement({ kind: 'recovered' }))).toBeNull();
    expect(wording(announcement({ kind: 'closed', status: 'idle' }))).toBeNull();
  });

  test.each([
    ['notification-service', 'The notification service of the primary node has stopped'],
    ['xmpp-connection', 'The connection to the primary node is interrupted'],
    ['tomcat', 'The web server of the primary node has stopped'],
    ['web-app', 'The Finesse application of the primary node has stopped'],
    ['cti-connection', 'The telephone system is cut off from the primary node'],
  ] as const)('names what failed: %s', (scenario, title) => {
    expect(wording(failing({ scenario, candidates: [scenario] }))).toMatchObject({ tone: 'failing', title });
  });

  test('does not claim to know what only seems likely', () => {
    const said = wording(failing({ scenario: 'tomcat', candidates: ['tomcat', 'web-app'] }));
    expect(said?.title).toBe('The web server of the primary node has stopped, as far as can be told');
  });

  test('blames the network where both nodes are out of reach', () => {
    const said = wording(failing({ scenario: 'xmpp-connection', scope: 'network' }));
    expect(said?.title).toBe('This computer has no network');
    expect(said?.doing).toBe('Reconnecting as soon as the network is back.');
  });

  test('says what is being done: by criterion, then where it moves, then that it fetches', () => {
    expect(wording(failing({ criterion: 1 }))?.doing).toMatch(
      /^Reconnecting to the primary node; the secondary/,
    );
    expect(wording(failing({ criterion: 3 }))?.doing).toMatch(/^Waiting for the primary node and trying/);
    const moving = { kind: 'moving', node: secondary } as const;
    expect(wording(failing({}, moving))?.doing).toBe('Moving to the secondary node.');
    const connected = { kind: 'connected', node: secondary } as const;
    expect(wording(failing({}, connected))?.doing).toMatch(/^Connected to the secondary node; fetching/);
  });

  test('does not speak of another node where there is none', () => {
    const alone = { nodes: announcement().nodes.slice(0, 1) };
    expect(wording(failing({ criterion: 1 }, alone))?.doing).toBe('Reconnecting to the primary node.');
    expect(wording(failing({ criterion: 2 }, alone))?.doing).toBe('Waiting for the primary node to be back.');
  });

  test('counts from the failure, also after it was told more of', () => {
    expect(wording(failing({ sinceAt: 1_234 }, { kind: 'refined', at: 9_000 }))?.sinceAt).toBe(1_234);
  });

  test('reassures an agent who is in a call', () => {
    expect(wording(failing(), 1)?.impact).toMatch(/^Your call goes on/);
    expect(wording(failing(), 2)?.impact).toMatch(/^Your calls go on/);
  });

  test.each([
    ['conflict', 'take-over'],
    ['unauthorized', 'sign-in'],
    ['license', 'connect'],
    ['certificate', 'connect'],
  ] as const)('offers the way out of an end: %s', (cause, remedy) => {
    const ended = { cause, node: primary, detail: '' };
    expect(wording(announcement({ kind: 'ended', status: 'ended', ended }))).toMatchObject({
      tone: 'ended',
      remedy,
    });
  });
});
