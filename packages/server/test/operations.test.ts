/** What an operator sees of a node: its logs, its health, its metrics, its end. Real processes. */
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Deployment } from './support/deployment.ts';
import type { TestProcess } from './support/processes.ts';
import { basic, type RestClient } from './support/rest.ts';
import { AgentSession } from './support/xmpp.ts';

const ADA = '1001001';
const MANAGED = { management: { host: '127.0.0.1', port: 0 }, logLevel: 'trace' as const };

let deployment: Deployment;
let notification: TestProcess;
let host: TestProcess;
let sides: readonly TestProcess[];
let rest: RestClient;
let ada: AgentSession;
/** Everything that the processes wrote. */
let written = '';

beforeAll(async () => {
  deployment = await Deployment.plan();
  const [side, service, webHost, otherSide] = await Promise.all([
    deployment.cti('A'),
    deployment.notification('primary', MANAGED),
    deployment.webHost('primary', MANAGED),
    deployment.cti('B'),
  ]);
  sides = [side, otherSide];
  for (const { child } of [side, service, webHost, otherSide]) {
    child.stdout?.on('data', (chunk: Buffer) => {
      written += chunk;
    });
  }
  notification = service;
  host = webHost;
  rest = deployment.rest();
  await rest.inService();
  ada = await AgentSession.open(deployment.xmpp(), ADA);
});

afterAll(async () => {
  ada?.drop();
  await deployment.end();
});

interface Line {
  readonly msg: string;
  readonly requestId?: string;
  readonly [field: string]: unknown;
}

function lines(output: string): Line[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Line);
}

/** The management URL of a process, as its log tells it. */
async function managementOf(process: TestProcess): Promise<string> {
  await process.logged(/"msg":"management"/);
  const port = lines(process.output).find(({ msg }) => msg === 'management')?.port;
  return `http://127.0.0.1:${String(port)}`;
}

async function signIn(requestId: string): Promise<void> {
  const body = `<User><state>LOGIN</state><extension>${ADA}</extension></User>`;
  expect((await rest.putUser(ADA, body, { requestId })).status).toBe(202);
  await ada.update((item) => item.update.requestId === requestId);
}

describe('logs', () => {
  it('follow a request from REST over CTI to its notification', async () => {
    await signIn('corr-1');
    await host.logged(/"requestId":"corr-1"[^\n]*"msg":"published"/);
    const [request] = lines(host.output).filter(
      (line) => line.requestId === 'corr-1' && line.msg === 'request',
    );
    expect(request).toMatchObject({
      user: ADA,
      method: 'PUT',
      path: `/finesse/api/User/${ADA}`,
      status: 202,
    });
    const [sent] = lines(host.output).filter(
      (line) => line.requestId === 'corr-1' && line.msg === 'sent to CTI',
    );
    expect(sent).toMatchObject({ type: 'SET_AGENT_STATE_REQ', side: expect.stringMatching(/[AB]/) });
    expect(sent?.invokeId).toBeGreaterThan(0);
    const asked = sides[sent?.side === 'A' ? 0 : 1];
    await asked?.logged(new RegExp(`"invokeId":${sent?.invokeId},[^\\n]*"msg":"request"`));
    expect(lines(asked?.output ?? '').find(({ invokeId }) => invokeId === sent?.invokeId)).toMatchObject({
      type: 'SET_AGENT_STATE_REQ',
      side: sent?.side,
    });
    await notification.logged(/"requestId":"corr-1"/);
    const [delivered] = lines(notification.output).filter(({ requestId }) => requestId === 'corr-1');
    expect(delivered).toMatchObject({ msg: 'published', node: `/finesse/api/User/${ADA}`, recipients: 1 });
  });

  it('hold no secret, whatever was sent', async () => {
    await rest.request(`/finesse/api/User/${ADA}`, {
      headers: { authorization: basic(ADA, 'a-wrong-password-2718'), cookie: 'JSESSIONID=cookie-3141' },
    });
    await rest.request('/finesse/internal/presence/1', { headers: { 'finesse-ha-secret': 'guess-1618' } });
    await rest.send('PUT', `/finesse/api/User/${ADA}`, ADA, '<User><password>body-1414</password></User>');
    await signIn('corr-2');
    await notification.logged(/"requestId":"corr-2"/);
    const plain = Buffer.from(`\0${ADA}\0pw-${ADA}`).toString('base64');
    for (const secret of [
      `pw-${ADA}`,
      'a-wrong-password-2718',
      'cookie-3141',
      'guess-1618',
      'body-1414',
      'shared-secret',
      'finesse-pw',
      basic(ADA, `pw-${ADA}`).slice(6),
      plain,
      'Basic ',
      'BEGIN',
    ]) {
      expect(written.includes(secret), secret).toBe(false);
    }
    // They did log at their loudest meanwhile.
    expect(written).toContain('corr-2');
  });
});

describe('health and metrics', () => {
  it('of the web host follow the web app', async () => {
    const url = await managementOf(host);
    const ask = (path: string) => fetch(url + path);
    expect((await ask('/health/live')).status).toBe(200);
    expect((await ask('/health/ready')).status).toBe(200);
    const metrics = await (await ask('/metrics')).text();
    expect(metrics).toContain('finesse_node_in_service 1');
    expect(metrics).toMatch(/finesse_rest_answers_total\{method="PUT",status="202"\} [1-9]/);
    expect(metrics).toContain('process_resident_memory_bytes');
    await host.webApp('kill');
    const ready = await ask('/health/ready');
    expect(ready.status).toBe(503);
    expect(await ready.json()).toEqual({ ready: false, because: ['the web app is down'] });
    expect((await ask('/health/live')).status).toBe(200);
    await host.webApp('start');
    await rest.inService();
    expect((await ask('/health/ready')).status).toBe(200);
  });

  it('of the notification service tell sessions and logins', async () => {
    const url = await managementOf(notification);
    expect(await (await fetch(`${url}/health/ready`)).json()).toEqual({ ready: true });
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('finesse_notification_sessions 2');
    expect(metrics).toMatch(/finesse_notification_logins_total\{result="success"\} [1-9]/);
  });

  it('are not among the paths of Finesse', async () => {
    for (const path of ['/metrics', '/health/ready']) expect((await rest.request(path)).status).toBe(404);
    const url = await managementOf(host);
    expect((await fetch(`${url}/finesse/api/SystemInfo`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(405);
  });
});

describe('SIGTERM', () => {
  it('lets the web host finish a request that it has begun to read', async () => {
    const { hostname, port } = new URL(rest.base);
    const body = '<User><state>READY</state></User>';
    const socket = connect(Number(port), hostname);
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      answer += chunk;
    });
    const closed = once(socket, 'close');
    // A whole request before it on the same connection: the host certainly has begun with the connection.
    socket.write('GET /finesse/api/SystemInfo HTTP/1.1\r\nhost: a\r\n\r\n');
    await once(socket, 'data');
    answer = '';
    socket.write(
      `PUT /finesse/api/User/${ADA} HTTP/1.1\r\nhost: a\r\nauthorization: ${basic(ADA, `pw-${ADA}`)}\r\n` +
        `expect: 100-continue\r\ncontent-type: application/xml\r\ncontent-length: ${body.length}\r\n\r\n`,
    );
    // `100 Continue`: it reads this one now.
    await once(socket, 'data');
    host.child.kill('SIGTERM');
    await host.logged(/"msg":"stopping"/);
    socket.write(body);
    await closed;
    expect(answer).toContain('HTTP/1.1 202');
    expect(await host.exited).toBe(0);
  });

  it('lets the notification service say system-shutdown and ends with 0', async () => {
    notification.child.kill('SIGTERM');
    expect(await ada.ended()).toContain('system-shutdown');
    expect(await notification.exited).toBe(0);
  });
});
