/** A desktop client in a terminal: profanity, as a person would use it, with an agent's account. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lab, startLab } from '@finesse-ha/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Terminal } from './clients/terminal.ts';
import { isMissing } from './missing.ts';

describe.skipIf(isMissing('profanity') || isMissing('tmux'))('profanity over TCP with STARTTLS', () => {
  const home = mkdtempSync(join(tmpdir(), 'finesse-ha-profanity-'));
  const terminal = new Terminal();
  let lab: Lab;

  beforeAll(async () => {
    lab = await startLab({ agents: 1 });
    lab.guard(home);
    const { host, ports } = lab.deployment.places.nodes.primary;
    const { user, password } = lab.credentials('1001001');
    mkdirSync(join(home, 'data', 'profanity'), { recursive: true });
    const account = { enabled: true, jid: `${user}@${host}`, server: host, port: ports.xmpp, password };
    const lines = Object.entries({ ...account, 'tls.policy': 'trust', resource: 'terminal' });
    writeFileSync(
      join(home, 'data', 'profanity', 'accounts'),
      ['[agent]', ...lines.map(([key, value]) => `${key}=${value}`), ''].join('\n'),
      { mode: 0o600 },
    );
    const environment = `HOME=${home} XDG_CONFIG_HOME=${home}/config XDG_DATA_HOME=${home}/data TERM=xterm LC_ALL=C.UTF-8`;
    await terminal.start(`env ${environment} profanity`);
    await terminal.shows('Type /help for help');
  });
  afterAll(async () => {
    await terminal.stop();
    await lab?.stop();
    rmSync(home, { recursive: true, force: true });
  });

  it('logs in, sees finesse, subscribes, receives the agent’s state', async () => {
    const { host } = lab.deployment.places.nodes.primary;
    const { user, password, extension } = lab.credentials('1001001');
    await terminal.type('/xmlconsole');
    await terminal.shows('XML Console');
    await terminal.type('/connect agent');
    await terminal.shows('[TLS] [online]');
    await terminal.shows(`from="finesse@${host}/finesse-core"><priority>`);
    await terminal.type(
      `<iq type="set" id="s1" to="pubsub.${host}"><pubsub xmlns="http://jabber.org/protocol/pubsub"><subscribe node="/finesse/api/User/${user}" jid="${user}@${host}"/></pubsub></iq>`,
    );
    await terminal.shows('subscription="subscribed"');
    const response = await fetch(`${lab.url('primary')}/finesse/api/User/${user}`, {
      method: 'PUT',
      headers: {
        authorization: `Basic ${btoa(`${user}:${password}`)}`,
        'content-type': 'application/xml',
      },
      body: `<User><state>LOGIN</state><extension>${extension}</extension></User>`,
    });
    expect(response.status).toBe(202);
    await terminal.shows('&lt;state&gt;NOT_READY');
  });
});
