/** Compiled by the checks against the packed packages, in a project that knows the DOM and nothing of Node. */
import { AgentClient, type ClientEvent } from '@finesse-ha/client';
import { createState, defaultSettings, step } from '@finesse-ha/failover';
import { parseSystemInfo, type User } from '@finesse-ha/protocol';
import { FinesseProvider, useAvailability, useDialogs, useUser } from '@finesse-ha/react';

const client = new AgentClient({
  nodes: ['https://fin-a.example:8445'],
  user: '1001001',
  password: 'finesse',
});
client.on('*', (event: ClientEvent) => {
  document.title = event.type;
});
const user: User | null = client.user;
export const state = step(createState(defaultSettings, ['https://fin-a.example:8445'], 1, 0), {
  at: 0,
  type: 'connect',
});
export const status: string = parseSystemInfo('<SystemInfo><status>IN_SERVICE</status></SystemInfo>').status;

function Agent() {
  const { status: service } = useAvailability();
  return (
    <p>
      {useUser()?.state ?? user?.state} {useDialogs().length} {service}
    </p>
  );
}

export const app = (
  <FinesseProvider client={client}>
    <Agent />
  </FinesseProvider>
);
