/** Other people's clients, unmodified, at our nodes: each logs in as an agent and does what an agent's client must. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Lab, startLab } from '@finesse-ha/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { slixmpp, stanza, stropheBosh } from './clients/process-visitor.ts';
import { strophe } from './clients/strophe.ts';
import type { Account, Visitor } from './clients/visitor.ts';
import { xmppJs } from './clients/xmpp-js.ts';
import { isMissing } from './missing.ts';

// The lab's certificate is its own, and Node 20 cannot be told of another authority while it runs.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';

const webSocket = ({ host, ports }: Account) => `wss://${host}:${ports.webSocket}/ws`;
const bosh = ({ host, ports }: Account) => `https://${host}:${ports.webSocket}/http-bind`;

const visits: {
  name: string;
  needs?: string;
  open: (account: Account) => Promise<Visitor>;
}[] = [
  {
    name: '@xmpp/client over TCP',
    open: (account) => xmppJs(account, `xmpp://${account.host}:${account.ports.xmpp}`),
  },
  { name: '@xmpp/client over WebSocket', open: (account) => xmppJs(account, webSocket(account)) },
  { name: 'strophe.js over WebSocket', open: (account) => strophe(account, webSocket(account)) },
  { name: 'strophe.js over BOSH', open: (account) => stropheBosh(account, bosh(account)) },
  {
    name: 'stanza over WebSocket',
    open: (account) => stanza(account, { websocket: webSocket(account), bosh: false }),
  },
  {
    name: 'stanza over BOSH',
    open: (account) => stanza(account, { websocket: false, bosh: bosh(account) }),
  },
  { name: 'slixmpp over TCP with STARTTLS', needs: 'python3-slixmpp', open: slixmpp },
];

// A cluster's members are what a single ejabberd is, to a client.
for (const notification of ['embedded', 'prosody', 'ejabberd'] as const) {
  describe.skipIf(isMissing(notification))(`with ${notification} as the notification service`, () => {
    let lab: Lab;
    const caFile = join(tmpdir(), `finesse-ha-interop-${process.pid}-${notification}.pem`);

    beforeAll(async () => {
      lab = await startLab({ agents: visits.length, notification, tls: true });
      writeFileSync(caFile, lab.certificate.ca);
      lab.guard(caFile);
    });
    afterAll(() => lab?.stop());

    visits.forEach(({ name, needs, open }, index) => {
      it.skipIf(needs !== undefined && isMissing(needs))(
        `${name}: logs in, sees finesse, subscribes, receives the agent's state`,
        async () => {
          const { host, ports } = lab.deployment.places.nodes.primary;
          const agent = lab.deployment.agents[index]!;
          const visitor = await open({ ...lab.credentials(agent.id), host, ports, domain: host, caFile });
          try {
            await visitor.finesseAvailable;
            await visitor.subscribe(`/finesse/api/User/${agent.id}`);
            await visitor.subscribe(`/finesse/api/User/${agent.id}/Dialogs`);
            await expect(visitor.subscribe('/finesse/api/User/1009999')).rejects.toThrow();
            const body = `<User><state>LOGIN</state><extension>${agent.extension}</extension></User>`;
            const response = await fetch(`${lab.url('primary')}/finesse/api/User/${agent.id}`, {
              method: 'PUT',
              headers: {
                authorization: `Basic ${btoa(`${agent.id}:${agent.password}`)}`,
                'content-type': 'application/xml',
              },
              body,
            });
            expect(response.status).toBe(202);
            await visitor.hears('<state>NOT_READY</state>');
          } finally {
            await visitor.close();
          }
        },
      );
    });
  });
}
