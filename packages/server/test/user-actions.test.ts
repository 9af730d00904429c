import { describe, expect, it } from 'vitest';
import { type AgentState, Agents } from '../src/web-app/agents.ts';
import { parseConfig } from '../src/web-app/config.ts';
import { UserActions } from '../src/web-app/user-actions.ts';
import { lonelyConfig } from './support/config.ts';

const ADA = '1001001';
const REFUSED = { type: 'Invalid State', data: '257', message: 'CF_INVALID_PASSWORD_SPECIFIED' };

/** Actions over a CTI that does what the test tells it; `log` is what was published. */
function world() {
  const agents = new Agents(parseConfig(lonelyConfig()).agents);
  const log: string[] = [];
  const calls: { confirm: () => void; refuse: () => void }[] = [];
  let called = () => {};
  let published = () => {};
  const actions = new UserActions({
    perUser: 4,
    agents,
    perform: () =>
      new Promise((resolve, reject) => {
        calls.push({ confirm: resolve, refuse: () => reject(new Error('refused')) });
        called();
      }),
    publishUser: (agentId, requestId) => {
      log.push(`${agents.get(agentId)?.status.state} ${requestId}`);
      published();
    },
    publishFailure: (_agentId, requestId, failure) => {
      log.push(`${failure.message} ${requestId}`);
      published();
    },
    toFailure: () => REFUSED,
  });
  return {
    actions,
    agents,
    log,
    /** CTI's event. */
    event(state: AgentState) {
      agents.update(ADA, { state, extension: state === 'LOGOUT' ? '' : ADA });
      log.push(`${state} ${actions.requestOf(ADA, { state, extension: ADA })}`);
    },
    async call(index: number) {
      while (calls.length <= index) {
        await new Promise<void>((resolve) => {
          called = resolve;
        });
      }
      return calls[index]!;
    },
    publication: () =>
      new Promise<void>((resolve) => {
        published = resolve;
      }),
  };
}

const ready = { kind: 'change', state: 'READY', reasonCode: undefined, forced: false } as const;
const login = { kind: 'login', extension: ADA, password: 'x' } as const;

describe("users' actions", () => {
  it('gives the requestId to the event that shows the outcome, before or after the confirmation', async () => {
    const w = world();
    w.actions.submit(ADA, login, 'r-1');
    w.event('NOT_READY');
    (await w.call(0)).confirm();
    w.actions.submit(ADA, ready, 'r-2');
    (await w.call(1)).confirm();
    w.event('READY');
    expect(w.log).toEqual(['NOT_READY r-1', 'READY r-2']);
  });

  it('gives it once, and not to a change that is no outcome', async () => {
    const w = world();
    w.event('NOT_READY');
    w.actions.submit(ADA, ready, 'r-1');
    await w.call(0);
    w.event('NOT_READY');
    w.event('READY');
    w.event('READY');
    expect(w.log).toEqual(['NOT_READY ', 'NOT_READY ', 'READY r-1', 'READY ']);
  });

  it('asks CTI for the next only after the one before was answered', async () => {
    const w = world();
    w.event('NOT_READY');
    w.actions.submit(ADA, ready, 'r-1');
    w.actions.submit(ADA, { ...ready, state: 'NOT_READY' }, 'r-2');
    const first = await w.call(0);
    w.event('READY');
    first.confirm();
    await w.call(1);
    w.event('NOT_READY');
    expect(w.log).toEqual(['NOT_READY ', 'READY r-1', 'NOT_READY r-2']);
  });

  it('publishes the present state when CTI confirms and nothing changes by it', async () => {
    const w = world();
    w.event('READY');
    w.actions.submit(ADA, ready, 'r-1');
    const publication = w.publication();
    (await w.call(0)).confirm();
    await publication;
    expect(w.log).toEqual(['READY ', 'READY r-1']);
  });

  it('tells a failure with the requestId', async () => {
    const w = world();
    w.event('LOGOUT');
    w.actions.submit(ADA, ready, 'r-1');
    const publication = w.publication();
    (await w.call(0)).refuse();
    await publication;
    expect(w.log.at(-1)).toBe('CF_INVALID_PASSWORD_SPECIFIED r-1');
  });

  it('keeps the state of someone who signs in again at the same extension', async () => {
    const w = world();
    w.event('READY');
    const publication = w.publication();
    w.actions.submit(ADA, login, 'r-1');
    await publication;
    expect(w.log).toEqual(['READY ', 'READY r-1']);
  });

  it('takes no more than it is allowed to keep', () => {
    const w = world();
    const taken = [1, 2, 3, 4, 5].map((n) => w.actions.submit(ADA, ready, `r-${n}`));
    expect(taken).toEqual([true, true, true, true, false]);
  });
});
