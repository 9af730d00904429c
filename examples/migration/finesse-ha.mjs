/** The same client with @finesse-ha/client: what it asks of the pair is said once, and holds on either node. */
import { FinesseClient } from '@finesse-ha/client';

const env = process.env;
const client = new FinesseClient({
  nodes: [env.FINESSE_PRIMARY_URL ?? '', env.FINESSE_SECONDARY_URL ?? ''],
  user: env.FINESSE_USER ?? '',
  password: env.FINESSE_PASSWORD ?? '',
  extension: env.FINESSE_EXTENSION,
  onLoggedOut: 'repair',
  notification: { webSocket: { port: Number(new URL(env.FINESSE_PRIMARY_WS_URL ?? '').port) } },
});
client.on('availability', ({ announcement }) => console.log(announcement.kind, announcement.why));
client.on('notification', ({ node, update }) => console.log(node, update.event));

process.once('SIGTERM', () => client.close());
await client.connect();
await client.subscribe(`/finesse/api/Team/${env.FINESSE_TEAM_ID}/Users`);
await client.signIn();
