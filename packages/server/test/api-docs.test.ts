import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { world } from './support/world.ts';

const page = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| (GET|PUT|POST|DELETE) \| `([^`]+)` \| (\w+) \| (.*)\|$/gm)].map(
  ([, verb, resource, state, remark]) => ({
    what: `${verb} ${resource}`,
    state,
    remark: remark?.trim() ?? '',
  }),
);
/** Served by the web app itself, beside the resources; rest-api tests and the lab ask for it. */
const beside = ['GET /finesse/api/SystemInfo'];

it('docs/api.md lists as done what is served, and nothing else', () => {
  const served = [...world().served].filter((one) => !one.includes('/finesse/internal/'));
  const done = rows.filter(({ state }) => state === 'done').map(({ what }) => what);
  expect(done.toSorted()).toEqual([...served, ...beside].toSorted());
});

it('docs/api.md says why what is not here is not', () => {
  const missing = rows.filter(({ state }) => state !== 'done');
  expect(missing.filter(({ state, remark }) => state !== 'not' || remark === '')).toEqual([]);
  expect(new Set(rows.map(({ what }) => what)).size).toBe(rows.length);
});

it('what is not here is answered with 404, what is with anything but 405', async () => {
  const w = world();
  for (const { what, state } of rows) {
    if (beside.includes(what)) continue;
    const [verb = '', resource = ''] = what.split(' ');
    const url = resource.replaceAll(/:\w+/g, '1');
    const { status } = await w.request({ method: verb as 'GET', url, as: 'admin' });
    if (state === 'done') expect(status, what).not.toBe(405);
    // A resource that has other verbs refuses this one.
    else expect([404, 405], what).toContain(status);
  }
});
