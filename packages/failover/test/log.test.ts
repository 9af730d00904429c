import { expect, it } from 'vitest';
import { Drive } from './support/drive.js';

/** A client that is in service on the first node. */
function inService(): Drive {
  const drive = new Drive();
  drive.cooperate(1_000, { type: 'connect' });
  expect(drive.state.status).toBe('in-service');
  return drive;
}

it('the log answers why the client is on this node', () => {
  const drive = inService();
  const { link } = drive.state;
  drive.cooperate(10_000, { type: 'presence', generation: link?.generation ?? 0, available: false });
  expect(drive.state.current).toBe('two');
  const log = drive.state.log.map(({ node, what, why }) => `${node} ${what}: ${why}`);
  expect(log).toEqual([
    'one connect: the application connects',
    'one xmpp-up: XMPP connection is up',
    'one presence: finesse is available',
    'one connected: SystemInfo IN_SERVICE, XMPP up, finesse available',
    'one in-service: in service',
    'one presence: finesse is unavailable',
    'one failure: presence-unavailable: presence of finesse became unavailable',
    'one refined: web-app, scope node, criterion 3',
    'one once-more: the alternate could be joined; asking the current node once more',
    'two move: two is IN_SERVICE and one is not available (finesse is unavailable)',
    'two xmpp-up: XMPP connection is up',
    'two presence: finesse is available',
    'two connected: SystemInfo IN_SERVICE, XMPP up, finesse available',
    expect.stringMatching(/^two in-service: in service \d+ ms after the failure was told$/),
  ]);
});

it('every announcement carries the whole picture at its moment', () => {
  const drive = inService();
  drive.now += 1_000;
  drive.feed({ type: 'presence', generation: drive.state.link?.generation ?? 0, available: false });
  const failing = drive.announcements.find(({ kind }) => kind === 'failing');
  expect(failing).toMatchObject({
    at: drive.now,
    status: 'failing',
    node: 'one',
    ended: null,
    why: 'presence of finesse became unavailable',
    failure: {
      scenario: 'tomcat',
      candidates: ['tomcat', 'web-app'],
      service: 'Cisco Finesse Tomcat',
      mechanism: 'presence-unavailable',
      criterion: 3,
      node: 'one',
      sinceAt: drive.now,
      scope: 'node',
    },
    nodes: [
      { node: 'one', systemInfo: 'in-service', xmpp: 'up', presence: 'unavailable', available: false },
      { node: 'two', systemInfo: 'in-service', xmpp: 'none', presence: 'unknown', available: false },
    ],
  });
});

it('a change of a condition is told once, and nothing is told as a change that is none', () => {
  const drive = inService();
  const told = drive.announcements
    .filter(({ kind }) => kind === 'node')
    .map(({ why, nodes }) => ({ why, nodes }));
  expect(told.length).toBeGreaterThan(5);
  for (const [index, { why, nodes }] of told.entries()) {
    const [id = ''] = why.split(':');
    const before = told.slice(0, index).findLast((one) => one.why.startsWith(`${id}:`));
    const view = ({ toldAt: _toldAt, ...conditions }: (typeof nodes)[number]) => conditions;
    const of = (list: typeof nodes) => list.filter(({ node }) => node === id).map(view);
    if (before !== undefined) expect(of(nodes)).not.toEqual(of(before.nodes));
  }
});

it('bytes that arrive move no deadline and cost no search', () => {
  const drive = inService();
  const { deadlineAt } = drive.state;
  drive.now += 100;
  expect(drive.feed({ type: 'received', generation: drive.state.link?.generation ?? 0 })).toEqual([]);
  expect(drive.state.deadlineAt).toBe(deadlineAt);
});
