import { parseReasonCodes, parseTeam, parseUser } from '@finesse-ha/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { basic } from './support/rest.ts';
import { world } from './support/world.ts';

const CHANGED_AT = Date.parse('2026-11-23T08:12:41.001Z');
/** Where an entity would lead to; split so that nobody takes it for one of ours. */
const BOMB = '<!DOCTYPE User [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><User><state>&b;</state></User>';

describe('REST API', () => {
  let w: ReturnType<typeof world>;
  beforeEach(() => {
    w = world();
  });

  const put = (body: string, options: { id?: string; as?: string; headers?: Record<string, string> } = {}) =>
    w.request({
      method: 'PUT',
      url: `/finesse/api/User/${options.id ?? '1001001'}`,
      payload: body,
      as: options.as ?? '1001001',
      headers: { 'content-type': 'application/xml', ...options.headers },
    });

  it('shows a user with its reason code, time and team', async () => {
    w.agents.update('1001001', {
      state: 'NOT_READY',
      extension: '1001001',
      reasonCode: 10,
      changedAt: CHANGED_AT,
    });
    const answer = await w.request({ url: '/finesse/api/User/1001001' });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toContain('application/xml');
    expect(parseUser(answer.body)).toMatchObject({
      uri: '/finesse/api/User/1001001',
      loginId: '1001001',
      loginName: 'ada',
      state: 'NOT_READY',
      stateChangeTime: '2026-11-23T08:12:41.001Z',
      pendingState: '',
      reasonCodeId: '16',
      reasonCode: { code: '10', label: 'Team Meeting', category: 'NOT_READY', systemCode: false },
      roles: ['Agent'],
      extension: '1001001',
      teamId: '1',
      teamName: 'Sales',
      dialogs: '/finesse/api/User/1001001/Dialogs',
    });
  });

  it('shows a system reason code without an id, and none where there is none', async () => {
    w.agents.update('1001001', { state: 'LOGOUT', extension: '', reasonCode: 255 });
    const forced = parseUser((await w.request({ url: '/finesse/api/User/1001001' })).body);
    expect(forced).toMatchObject({ reasonCodeId: '-1', reasonCode: { code: '255', systemCode: true } });
    w.agents.update('1001001', { state: 'NOT_READY', extension: '1001001', reasonCode: 0 });
    const none = parseUser((await w.request({ url: '/finesse/api/User/1001001' })).body);
    expect(none.reasonCodeId).toBe('-1');
    expect(none.reasonCode).toBeUndefined();
  });

  it('accepts what users do, with the requestId', async () => {
    const login = await put('<User><state>LOGIN</state><extension>1001001</extension></User>', {
      headers: { requestid: 'r-1' },
    });
    expect([login.status, login.body]).toEqual([202, '']);
    await put('<User><state>READY</state></User>');
    await put('<User><state>NOT_READY</state><reasonCodeId>17</reasonCodeId></User>');
    await put('<User><state>LOGOUT</state><reasonCodeId>-1</reasonCodeId></User>');
    expect(w.accepted.map(({ action, requestId }) => [action, requestId])).toEqual([
      [{ kind: 'login', extension: '1001001', password: 'pw-1001001' }, 'r-1'],
      [{ kind: 'change', state: 'READY', reasonCode: undefined, forced: false }, ''],
      [{ kind: 'change', state: 'NOT_READY', reasonCode: 12, forced: false }, ''],
      [{ kind: 'change', state: 'LOGOUT', reasonCode: undefined, forced: false }, ''],
    ]);
  });

  it.each([
    ['', 'Bad Request', /empty/],
    ['   ', 'Bad Request', /empty/],
    ['<User><state>READY</User>', 'Bad Request', /not acceptable XML.*line 1/],
    ['{"state":"READY"}', 'Bad Request', /not acceptable XML/],
    [BOMB, 'Bad Request', /DOCTYPE/],
    [`<User>${'<a>'.repeat(200)}`, 'Bad Request', /deeper/],
    ['<Dialog><state>READY</state></Dialog>', 'Bad Request', /<Dialog>.*<User>/],
    ['<User/>', 'Parameter Missing', /State Parameter missing/],
    ['<User><state> </state></User>', 'Parameter Missing', /State/],
    ['<User><state>ready</state></User>', 'Invalid Input', /ready is none of LOGIN/],
    ['<User><state>TALKING</state></User>', 'Invalid Input', /TALKING/],
    ['<User><state>LOGIN</state></User>', 'Parameter Missing', /Extension/],
    ['<User><state>LOGIN</state><extension>1 2</extension></User>', 'Invalid Input', /extension/],
    ['<User><state>READY</state><reasonCodeId>16</reasonCodeId></User>', 'Invalid Input', /READY/],
    ['<User><state>NOT_READY</state><reasonCodeId>x</reasonCodeId></User>', 'Invalid Input', /number/],
    ['<User><state>NOT_READY</state><reasonCodeId>31</reasonCodeId></User>', 'Invalid Input', /31/],
    ['<User><state>LOGIN</state><extension>1</extension><mobileAgent/></User>', 'Invalid Input', /Mobile/],
  ])('refuses the body %j', async (body, type, message) => {
    const answer = await put(body, { headers: { requestid: 'r-9' } });
    expect(answer.status).toBe(400);
    expect(answer.error?.errorType).toBe(type);
    expect(answer.error?.errorMessage).toMatch(message);
    expect(answer.headers.requestid).toBe('r-9');
    expect(w.accepted).toEqual([]);
  });

  it('lets an agent act only on itself', async () => {
    const answer = await put('<User><state>READY</state></User>', { id: '1001002' });
    expect(answer.status).toBe(401);
    expect(answer.error).toMatchObject({
      errorType: 'Invalid Authorization User Specified',
      errorData: '1001002',
    });
    expect((await w.request({ url: '/finesse/api/User/1001002/Dialogs' })).status).toBe(401);
  });

  it('lets a supervisor act on the team, with the code of a supervisor, but sign in nobody', async () => {
    const as = '1001003';
    const notReady = '<User><state>NOT_READY</state></User>';
    w.agents.update('1001002', { state: 'TALKING', extension: '1001002' });
    const talking = await put(notReady, { id: '1001002', as });
    expect([talking.status, talking.error?.errorType]).toEqual([400, 'Invalid State']);
    w.agents.update('1001002', { state: 'READY', extension: '1001002' });
    const withReason = notReady.replace('</User>', '<reasonCodeId>16</reasonCodeId></User>');
    expect((await put(withReason, { id: '1001002', as })).error?.errorType).toBe('Invalid Input');
    expect((await put(notReady, { id: '1001002', as })).status).toBe(202);
    expect(w.accepted[0]?.action).toMatchObject({ state: 'NOT_READY', reasonCode: 999 });
    expect((await put('<User><state>LOGOUT</state></User>', { id: '1001002', as })).status).toBe(202);
    expect(w.accepted[1]?.action).toMatchObject({ state: 'LOGOUT', reasonCode: 999, forced: true });
    expect((await put(notReady, { id: '1001002', as: 'admin' })).status).toBe(401);
    const other = await put('<User><state>LOGOUT</state></User>', { id: '1001004', as });
    expect(other.error?.errorType).toBe('Invalid Authorization User Specified');
    const login = '<User><state>LOGIN</state><extension>1001002</extension></User>';
    expect((await put(login, { id: '1001002', as })).status).toBe(401);
  });

  it('shows a team to its supervisor only', async () => {
    const team = parseTeam((await w.request({ url: '/finesse/api/Team/1', as: '1001003' })).body);
    expect(team.users.map((user) => user.loginId)).toEqual(['1001001', '1001002', '1001003']);
    expect((await w.request({ url: '/finesse/api/Team/1' })).status).toBe(401);
    expect((await w.request({ url: '/finesse/api/Team/2', as: '1001003' })).status).toBe(401);
    expect((await w.request({ url: '/finesse/api/Team/9', as: '1001003' })).status).toBe(404);
    expect((await w.request({ url: '/finesse/api/User', as: '1001003' })).body).toContain('<Users><User>');
    expect((await w.request({ url: '/finesse/api/User' })).status).toBe(401);
    const everybody = (await w.request({ url: '/finesse/api/User', as: 'admin' })).body;
    expect(everybody.match(/<loginId>/g)).toHaveLength(4);
  });

  it('lists reason codes of a category, and no dialogs', async () => {
    const url = '/finesse/api/User/1001001/ReasonCodes';
    const { category, reasonCodes } = parseReasonCodes(
      (await w.request({ url: `${url}?category=NOT_READY` })).body,
    );
    expect(category).toBe('NOT_READY');
    expect(reasonCodes.map((code) => [code.id, code.code, code.label])).toEqual([
      ['16', '10', 'Team Meeting'],
      ['17', '12', 'Lunch'],
    ]);
    expect((await w.request({ url })).error).toMatchObject({ errorType: 'Parameter Missing' });
    expect((await w.request({ url: `${url}?category=LUNCH` })).error).toMatchObject({
      errorType: 'Invalid Input',
    });
    expect((await w.request({ url: '/finesse/api/User/1001001/Dialogs' })).body).toBe('<Dialogs/>');
  });

  it.each([
    ['/finesse/api/User/4711', 'User Not Found', 'UNKNOWN_USER'],
    ['/finesse/api/Nothing', 'Not Found', 'There is no such resource'],
    ['/finesse/api/User/1001001/Nothing', 'Not Found', 'There is no such resource'],
  ])('answers 404 on %s', async (url, errorType, errorMessage) => {
    const answer = await w.request({ url });
    expect(answer.status).toBe(404);
    expect(answer.error).toMatchObject({ errorType, errorMessage });
  });

  it('answers 405 on a method that a resource lacks, 400 on a URL that is none', async () => {
    const answer = await w.request({ method: 'DELETE', url: '/finesse/api/User/1001001' });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET, PUT');
    expect((await w.request({ url: '/finesse/api/User/%zz' })).status).toBe(400);
    expect((await w.request({ url: `/finesse/api/User/${'9'.repeat(500)}` })).status).toBe(414);
  });

  it('asks who calls, and locks an account after five wrong passwords', async () => {
    const none = await w.request({ url: '/finesse/api/User/1001001', as: null });
    expect(none.status).toBe(401);
    expect(none.headers['www-authenticate']).toContain('Basic');
    expect(none.error).toMatchObject({ errorType: 'Authorization Failure', errorMessage: 'UNAUTHORIZED' });
    const wrong = { authorization: basic('1001001', 'no') };
    for (let attempt = 1; attempt <= 5; attempt += 1) {
      const answer = await w.request({ url: '/finesse/api/User/1001001', as: null, headers: wrong });
      expect(answer.error?.errorData).toBe('1001001');
    }
    const locked = await w.request({ url: '/finesse/api/User/1001001' });
    expect(locked.status).toBe(401);
    expect(locked.error?.errorMessage).toContain('locked');
    expect(locked.headers['retry-after']).toBe('300');
    expect((await w.request({ url: '/finesse/api/User/1001002', as: '1001002' })).status).toBe(200);
  });

  it('answers 503 with Retry-After to everything while out of service, even to nobody', async () => {
    w.status.update({ presenceUp: false });
    for (const url of [
      '/finesse/api/User/1001001',
      '/finesse/api/User/1001001/Dialogs',
      '/finesse/api/Nothing',
    ]) {
      const answer = await w.request({ url, as: null });
      expect(answer.status).toBe(503);
      expect(answer.headers['retry-after']).toBe('3');
      expect(answer.error).toMatchObject({
        errorType: 'Service Unavailable',
        errorMessage: 'SERVER_OUT_OF_SERVICE',
      });
    }
  });

  it('answers 503 when too many requests of the user wait', async () => {
    w.fill();
    const answer = await put('<User><state>READY</state></User>');
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('3');
  });

  it('refuses a requestId that is too long to be published', async () => {
    const answer = await put('<User><state>READY</state></User>', {
      headers: { requestid: 'x'.repeat(300) },
    });
    expect(answer.status).toBe(400);
    expect(w.faults).toEqual([]);
  });
});
