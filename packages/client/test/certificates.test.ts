/** What is wrong with a certificate is told by its kind on every way to a node, and nothing is tried again because of it. */
import { expect, test } from 'vitest';
import {
  type CertificateProblem,
  type ClientOptions,
  createPlatform,
  EndedError,
  FinesseRest,
} from '../src/index.ts';
import { type Certificate, certificate } from './support/certificates.ts';
import { agentId, type ScriptedNode } from './support/scripted-node.ts';
import { Subject, startNode } from './support/stage.ts';

const hour = 3_600_000;
const fromNow = (hours: number) => new Date(Date.now() + hours * hour);
const here = { ip: ['127.0.0.1'] };
const good = await certificate(here);

/** A certificate by what is wrong with it, and the authority that the client is given. */
const problems: [CertificateProblem, Certificate, string][] = [];
for (const [problem, made] of [
  ['expired', await certificate(here, { from: fromNow(-3), until: fromNow(-2) })],
  ['not-yet-valid', await certificate(here, { from: fromNow(2), until: fromNow(3) })],
  ['wrong-host', await certificate({ ip: ['127.0.0.9'] })],
] as const) {
  problems.push([problem, made, made.cert]);
}
problems.push(['unknown-issuer', await certificate(here), good.cert]);

/** The options that make a client use the ports of another node for its notification connection. */
const ways: [string, (bad: ScriptedNode) => Partial<ClientOptions>][] = [
  ['WebSocket', ({ port }) => ({ notification: { webSocket: { port, tls: true } } })],
  ['BOSH', ({ port }) => ({ transport: 'bosh', notification: { bosh: { port, tls: true } } })],
  [
    'auto, which does not doubt WebSocket for it,',
    ({ port }) => ({
      transport: 'auto',
      notification: { webSocket: { port, tls: true }, bosh: { port, tls: true } },
    }),
  ],
  ['TCP with TLS', ({ xmppTlsPort: port }) => ({ transport: 'tcp', notification: { tcp: { port } } })],
  [
    'TCP with STARTTLS',
    ({ xmppPort: port }) => ({ transport: 'tcp', notification: { tcp: { port, tls: 'starttls' } } }),
  ],
];

async function end(subject: Subject): Promise<EndedError> {
  const error = await subject.client.connect().catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(EndedError);
  return error as EndedError;
}

for (const [problem, tls, ca] of problems) {
  const words = new RegExp(`^${problem.replaceAll('-', ' ')}: `);

  for (const [way, options] of ways) {
    test(`${problem} over ${way} ends the matter after one attempt`, async () => {
      const [node, bad] = [await startNode(), await startNode({ tls, restTls: true })];
      const subject = new Subject([node], { ca, ...options(bad) });
      const error = await end(subject);
      expect(error).toMatchObject({ cause: 'certificate', certificate: problem, node: node.url });
      expect(error.detail).toMatch(words);
      expect(subject.client.availability.ended).toMatchObject({ cause: 'certificate', certificate: problem });
      await Promise.all([node.allSocketsClosed(), bad.allSocketsClosed()]);
      expect(bad.accepted).toBe(1);
    });
  }

  test(`${problem} on REST ends the matter after one attempt`, async () => {
    const node = await startNode({ tls, restTls: true });
    const subject = new Subject([node], { ca });
    const error = await end(subject);
    expect(error).toMatchObject({ cause: 'certificate', certificate: problem, node: node.url });
    expect(error.detail).toMatch(words);
    await node.allSocketsClosed();
    expect(node.accepted).toBe(1);
  });

  test(`${problem} is the cause of a REST request's error`, async () => {
    const node = await startNode({ tls, restTls: true });
    const platform = createPlatform();
    const rest = new FinesseRest(platform, node.url, { user: agentId, password: 'secret', ca });
    await expect(rest.user({ timeoutMs: 2_000 })).rejects.toMatchObject({
      kind: 'transport',
      unsent: true,
      cause: { kind: 'certificate', certificate: problem },
    });
    await platform.close();
  });
}

test('with neither node to be trusted, each is asked once and that is the end', async () => {
  const [, expired] = problems[0] as (typeof problems)[number];
  const pair = [
    await startNode({ tls: expired, restTls: true }),
    await startNode({ tls: expired, restTls: true }),
  ];
  const subject = new Subject(pair, { ca: expired.cert });
  await end(subject);
  await Promise.all(pair.map((node) => node.allSocketsClosed()));
  for (const node of pair) expect(node.accepted).toBeLessThanOrEqual(1);
});

test('an alternate whose certificate is refused is named to the application and asked once, however long the node is gone', async () => {
  const primary = await startNode({ tls: good, restTls: true });
  const alternate = await startNode({ tls: await certificate(here), restTls: true });
  const subject = new Subject([primary, alternate], { ca: good.cert });
  const named = subject.next(
    (event) =>
      event.type === 'availability' &&
      event.announcement.nodes.some((node) => node.certificate === 'unknown-issuer'),
  );
  await Promise.all([subject.client.connect(), named]);
  const view = subject.client.availability.nodes.find(({ node }) => node === alternate.url);
  expect(view).toMatchObject({ systemInfo: 'unreachable', certificate: 'unknown-issuer' });

  const failing = subject.announced('failing');
  primary.setStatus('OUT_OF_SERVICE');
  await failing;
  const asked = primary.requests.length;
  await primary.asked(asked + 10);
  const recovered = subject.announced('recovered');
  primary.setStatus('IN_SERVICE');
  await recovered;
  expect(alternate.accepted).toBe(1);
  expect(subject.client.availability.node).toBe(primary.url);
});
