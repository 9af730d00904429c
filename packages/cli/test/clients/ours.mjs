/** A client of ours, as an application writes it: `node ours.mjs`, ended by SIGTERM. */
import { FinesseClient } from '@finesse-ha/client';

const env = process.env;
const port = (url) => Number(new URL(url).port);
const endpoint = (ws, bosh) => ({ webSocket: { port: port(ws) }, bosh: { port: port(bosh) } });
const client = new FinesseClient({
  nodes: [env.FINESSE_PRIMARY_URL, env.FINESSE_SECONDARY_URL],
  user: env.FINESSE_USER,
  password: env.FINESSE_PASSWORD,
  extension: env.FINESSE_EXTENSION,
  onLoggedOut: 'repair',
  notification: {
    nodes: {
      [env.FINESSE_PRIMARY_URL]: endpoint(env.FINESSE_PRIMARY_WS_URL, env.FINESSE_PRIMARY_BOSH_URL),
      [env.FINESSE_SECONDARY_URL]: endpoint(env.FINESSE_SECONDARY_WS_URL, env.FINESSE_SECONDARY_BOSH_URL),
    },
  },
});
process.once('SIGTERM', () => client.close());
await client.connect();
await client.subscribe(`/finesse/api/Team/${env.FINESSE_TEAM_ID}/Users`);
await client.signIn();
