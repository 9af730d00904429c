import { describe, expect, it } from 'vitest';
import { createLog } from '../src/log.ts';

function written(fields: object): Record<string, unknown> {
  let line = '';
  createLog({ process: 'test' }, 'info', {
    write: (text) => {
      line = text;
    },
  }).info(fields, 'said');
  return JSON.parse(line) as Record<string, unknown>;
}

describe('a log line', () => {
  it('has no value of a name that is a secret’s, however deep and however it is written', () => {
    const line = written({
      Authorization: 'Basic x1',
      request: { headers: { cookie: 'x2', 'Set-Cookie': ['x3'] } },
      agents: [{ id: '1001', password: 'x4' }],
      secrets: { peer: 'x5' },
    });
    expect(JSON.stringify(line)).not.toMatch(/x[1-5]/);
    expect(line).toMatchObject({ process: 'test', pid: process.pid, agents: [{ id: '1001' }], msg: 'said' });
  });

  it('keeps errors with their message, and ends in something that has no end', () => {
    const endless: Record<string, unknown> = {};
    endless.again = endless;
    const line = written({ err: new Error('it broke'), endless });
    expect(line).toMatchObject({ err: { message: 'it broke' } });
    expect(JSON.stringify(line)).toContain('[deeper]');
  });
});
