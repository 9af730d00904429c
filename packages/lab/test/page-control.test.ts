import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lab, type PageControlState } from '../src/index.js';

/** A lab that nothing runs of yet: what pages may ask does not depend on it. */
describe('the faults for the pages of a lab', () => {
  let lab: Lab;
  let url = '';
  let origin = '';
  beforeAll(async () => {
    lab = await Lab.prepare({ desktopDirectory: '/nowhere' });
    url = lab.deployment.desktop?.controlUrl ?? '';
    origin = lab.url('secondary');
  });
  afterAll(() => lab.stop());

  const post = (what: string, body: unknown, headers: Record<string, string> = { origin }) =>
    fetch(url + what, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  it('are told to pages of both nodes, with what can be broken', async () => {
    for (const node of lab.nodes) {
      const response = await fetch(`${url}state`, { headers: { origin: node.url } });
      expect(response.headers.get('access-control-allow-origin')).toBe(node.url);
      const state = (await response.json()) as PageControlState;
      expect(state.nodes.map(({ node: name, status }) => `${name} ${status}`)).toEqual([
        'primary unreachable',
        'secondary unreachable',
      ]);
      expect(state.scenarios).toContainEqual({ name: 'tomcat', variants: ['default', 'frozen'] });
      expect(state.broken).toEqual([]);
    }
  });

  it('answer a preflight', async () => {
    const response = await fetch(`${url}faults`, { method: 'OPTIONS', headers: { origin } });
    expect([response.status, response.headers.get('access-control-allow-headers')]).toEqual([
      200,
      'content-type',
    ]);
  });

  it('are switched for no other page, and not without the token', async () => {
    const fault = { scenario: 'tomcat', node: 'primary' };
    for (const response of [
      await post('faults', fault, { origin: 'http://elsewhere.test' }),
      await fetch(url.replace(/\/[^/]+\/$/, '/wrong/state'), { headers: { origin } }),
    ]) {
      expect(response.status).toBe(403);
      expect(response.headers.has('access-control-allow-origin')).toBe(false);
    }
    expect(lab.broken).toEqual([]);
  });

  it('are remembered until they are mended', async () => {
    const fault = { scenario: 'tomcat', node: 'primary' };
    const broken = (await (await post('faults', fault)).json()) as PageControlState;
    expect(broken.broken).toEqual([{ ...fault, variant: 'default' }]);
  });

  it.each([
    ['faults', { scenario: 'earthquake', node: 'primary' }, /scenario/],
    ['faults', { scenario: 'web-app', node: 'primary', variant: 'silent' }, /web-app has no silent variant/],
    ['heal', 'x'.repeat(100), /not a fault/],
  ])('refuse %s %j in a sentence that the page may read', async (what, body, problem) => {
    const response = await post(what, body);
    expect(response.status).toBe(400);
    expect(response.headers.get('access-control-allow-origin')).toBe(origin);
    expect(((await response.json()) as { error: string }).error).toMatch(problem);
  });

  it('do not end for what is too much, or nothing known', async () => {
    await post('faults', 'x'.repeat(20_000)).catch(() => undefined);
    expect((await post('nothing', {})).status).toBe(404);
  });
});
