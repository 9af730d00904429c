import { afterAll, beforeAll, expect, it } from 'vitest';
import { Stage } from './support/stage.js';

let stage: Stage;
beforeAll(async () => { stage = await Stage.open(); });
afterAll(() => stage?.close());

it('works', async () => {
  const desk = await stage.signIn('1001002').catch(async (e) => { throw e; });
  console.log(desk.problems);
  await desk.page.screenshot({ path: '/tmp/d1.png' });
  await desk.setState('Not ready', 'Ready');
  const { from } = await stage.call('1001002');
  await desk.answer(from);
  await desk.page.screenshot({ path: '/tmp/d2.png' });
  await desk.show('Queues');
  await desk.page.screenshot({ path: '/tmp/d3.png' });
  expect(desk.problems).toEqual([]);
});
