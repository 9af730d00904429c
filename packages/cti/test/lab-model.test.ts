/** The model that both CTI sides hold: from the same requests they come to the same. */
import { expect, it } from 'vitest';
import { LabModel } from '../src/server/lab-model.js';
import { agentStates } from '../src/values.js';

const at = 1_700_000_000_000;

function model(): LabModel {
  const agents = ['1001', '1002'].map((id) => ({
    id,
    password: 'pw',
    extension: id,
    skillTargetId: Number(id),
  }));
  return new LabModel(agents, [{ id: '5000', name: 'Sales', skillTargetIds: [1001, 1002] }], 'UCCE', at);
}

function change(side: LabModel, agentId: string, state: (typeof agentStates)[number]): void {
  const request = { agentId, reasonCode: 0, instrument: agentId, password: 'pw', forced: false };
  const result = side.apply({ kind: 'agent', change: { ...request, state: agentStates.indexOf(state) } }, at);
  expect(result.ok).toBe(true);
}

/** Who is rung by a call to the queue. */
function rung(side: LabModel): string | undefined {
  side.apply({ kind: 'call', command: { action: 'make', extension: '9000', dialedNumber: '5000' } }, at);
  return ['1001', '1002'].find((id) => side.agents.record(id)?.state === 'RESERVED');
}

it('of two who became ready in one millisecond, the first is rung, by a side that adopted the other too', () => {
  const one = model();
  for (const id of ['1001', '1002']) change(one, id, 'LOGIN');
  change(one, '1002', 'AVAILABLE');
  change(one, '1001', 'AVAILABLE');
  const [first, second] = ['1002', '1001'].map((id) => one.agents.record(id));
  expect(first?.changedAt).toBe(second?.changedAt);
  const other = model();
  other.adopt(one.snapshot());
  expect([rung(one), rung(other)]).toEqual(['1002', '1002']);
});
