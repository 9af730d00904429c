import { AgentClient } from '@finesse-ha/client';
import { type Lab, startLab } from '@finesse-ha/lab';
import { createElement, type FunctionComponent } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  FinesseProvider,
  useAvailability,
  useDecisions,
  useDialogs,
  useElapsed,
  useQueues,
  useTeam,
  useUser,
} from '../src/index.js';

let lab: Lab;
let client: AgentClient;

beforeAll(async () => {
  lab = await startLab({ agents: 2 });
  client = new AgentClient(lab.clientOptions('1001001'));
});
afterAll(async () => {
  await client?.close();
  await lab?.stop();
});

const Everything: FunctionComponent = () => {
  const shown = {
    status: useAvailability().status,
    state: useUser()?.state ?? 'nobody',
    calls: useDialogs().length,
    team: useTeam()?.users.length ?? 'none',
    queues: useQueues().length,
    decided: useDecisions().length > 0,
    elapsedMs: useElapsed(null),
  };
  return createElement(
    'p',
    {},
    Object.entries(shown)
      .map((pair) => pair.join(' '))
      .join(', '),
  );
};

function page(): string {
  return renderToStaticMarkup(createElement(FinesseProvider, { client }, createElement(Everything)));
}

it('show what the client knows, before, while and after it is connected', async () => {
  expect(page()).toContain('status idle, state nobody, calls 0, team none, queues 0, decided false');
  await client.connect();
  await client.signIn();
  await client.watchTeam('1');
  await client.watchQueues();
  expect(page()).toMatch(/status in-service, state NOT_READY, calls 0, team 2, queues [1-9], decided true/);
  await client.close();
  expect(page()).toContain('status idle');
});

it('say so outside of a provider', () => {
  expect(() => renderToStaticMarkup(createElement(Everything))).toThrow('outside of a FinesseProvider');
});
