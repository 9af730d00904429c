/** Reason codes, wrap-up reasons, phone books: who reads what, and how administrators change them. */
import { beforeEach, describe, expect, it } from 'vitest';
import { world } from './support/world.ts';

/** Of Sales; Dan is of Support. */
const ADA = '1001001';
const DAN = '1001004';

let w: ReturnType<typeof world>;
beforeEach(() => {
  w = world();
});

const get = (url: string, as = ADA, headers: Record<string, string> = {}) =>
  w.request({ url: `/finesse/api${url}`, as, headers });
const write = (method: 'POST' | 'PUT' | 'DELETE', url: string, payload?: string, as = 'admin') =>
  w.request({ method, url: `/finesse/api${url}`, as, ...(payload === undefined ? {} : { payload }) });
const names = (body: string) =>
  [...body.matchAll(/<(?:label|name|lastName)>([^<]*)</g)].map(([, name]) => name);

describe('what a user has', () => {
  it('wrap-up reasons for all and of the own team, under URIs of the user', async () => {
    const { body } = await get(`/User/${ADA}/WrapUpReasons`);
    expect(body).toBe(
      `<WrapUpReasons><WrapUpReason><uri>/finesse/api/User/${ADA}/WrapUpReason/205</uri><label>Product Question</label><forAll>true</forAll></WrapUpReason></WrapUpReasons>`,
    );
    expect(names((await get(`/User/${DAN}/WrapUpReasons`, DAN)).body)).toEqual([
      'Product Question',
      'Repair',
    ]);
    expect(names((await get(`/TeamResource/2/WrapUpReasons`, DAN)).body)).toEqual([
      'Product Question',
      'Repair',
    ]);
    expect((await get(`/User/${ADA}/WrapUpReason/205`)).body).toContain('<label>Product Question</label>');
    expect((await get(`/User/${ADA}/WrapUpReason/206`)).status).toBe(404);
  });

  it('reason codes by id, and those of a category of the team', async () => {
    expect((await get(`/User/${ADA}/ReasonCode/16`)).body).toContain('<label>Team Meeting</label>');
    expect((await get(`/User/${ADA}/ReasonCode/99`)).error).toMatchObject({ errorType: 'Not Found' });
    const team = await get('/TeamResource/1/ReasonCodes?category=LOGOUT');
    expect(names(team.body)).toEqual(['End of Shift']);
    expect((await get('/TeamResource/2/ReasonCodes?category=LOGOUT')).status).toBe(401);
    expect((await get('/TeamResource/7/ReasonCodes?category=LOGOUT')).status).toBe(404);
  });

  it('phone books with contacts, whole or a range of them', async () => {
    const books = (await get(`/User/${ADA}/PhoneBooks`)).body;
    expect(books).toContain('<contacts>/finesse/api/PhoneBook/1/Contacts</contacts>');
    expect(names(books)).toEqual(['Company']);
    expect(names((await get('/PhoneBook/1/Contacts')).body)).toEqual(['Front', 'Ware']);
    const part = await get('/PhoneBook/1/Contacts', ADA, { range: 'objects=2-2' });
    expect([part.status, names(part.body), part.headers['content-range']]).toEqual([
      206,
      ['Ware'],
      'objects 2-2/2',
    ]);
    const ofTeam = await get('/TeamResource/2/PhoneBooks', DAN, { range: 'objects=1-6000' });
    expect([ofTeam.status, names(ofTeam.body)]).toEqual([
      200,
      ['Company', 'Front', 'Ware', 'Workshop', 'Bench'],
    ]);
    for (const range of ['objects=1-6001', 'objects=3-2', 'bytes=0-1', 'objects=0-1']) {
      expect((await get('/PhoneBook/1/Contacts', ADA, { range })).error?.errorType).toBe(
        'Range Not Satisfiable',
      );
    }
    expect((await get('/PhoneBook/2/Contacts')).error).toMatchObject({ errorType: 'Authorization Failure' });
    expect((await get('/PhoneBook/2/Contacts', DAN)).status).toBe(200);
    expect((await get('/PhoneBook/9/Contacts')).status).toBe(404);
  });

  it('of nobody else, unless an administrator asks', async () => {
    for (const list of ['ReasonCodes?category=LOGOUT', 'WrapUpReasons', 'PhoneBooks']) {
      const other = await get(`/User/${DAN}/${list}`);
      expect(other.error).toMatchObject({ errorType: 'Invalid Authorization User Specified' });
      expect((await get(`/User/${DAN}/${list}`, 'admin')).status).toBe(200);
    }
  });
});

describe('configuration', () => {
  it('adds, shows, changes and removes, and users have it at once', async () => {
    const added = await write(
      'POST',
      '/ReasonCodes',
      '<ReasonCode><category>LOGOUT</category><code>7</code><label>Ill</label><forAll>true</forAll></ReasonCode>',
    );
    expect([added.status, added.headers.location]).toEqual([200, '/finesse/api/ReasonCode/32']);
    expect((await get('/ReasonCode/32', 'admin')).body).toContain('<label>Ill</label><forAll>true</forAll>');
    const changed = await write('PUT', '/ReasonCode/32', '<ReasonCode><label>Unwell</label></ReasonCode>');
    expect(changed.status).toBe(200);
    expect(names((await get(`/User/${ADA}/ReasonCodes?category=LOGOUT`)).body)).toEqual([
      'End of Shift',
      'Unwell',
    ]);
    expect((await write('DELETE', '/ReasonCode/32')).status).toBe(200);
    expect((await get('/ReasonCode/32', 'admin')).status).toBe(404);

    await write('POST', '/WrapUpReasons', '<WrapUpReason><label>Other</label></WrapUpReason>');
    expect(names((await get('/WrapUpReasons', 'admin')).body)).toEqual([
      'Product Question',
      'Repair',
      'Other',
    ]);
    const book = await write(
      'POST',
      '/PhoneBooks',
      '<PhoneBook><name>Suppliers</name><type>GLOBAL</type></PhoneBook>',
    );
    const contact = '<Contact><lastName>Mill</lastName><phoneNumber>2009</phoneNumber></Contact>';
    const { headers } = await write('POST', '/PhoneBook/3/Contacts', contact);
    expect([book.headers.location, headers.location]).toEqual([
      '/finesse/api/PhoneBook/3',
      '/finesse/api/PhoneBook/3/Contact/1',
    ]);
    expect(names((await get('/PhoneBook/3/Contacts')).body)).toEqual(['Mill']);
    expect((await get('/ReasonCodes?category=LOGOUT', 'admin')).body).toContain('category="LOGOUT"');
  });

  it.each([
    [
      '/ReasonCodes',
      '<ReasonCode><category>LOGOUT</category><label>x</label></ReasonCode>',
      'Bad Request',
      /code/,
    ],
    [
      '/ReasonCodes',
      '<ReasonCode><category>LUNCH</category><code>9</code><label>x</label></ReasonCode>',
      'Bad Request',
      /category/,
    ],
    [
      '/ReasonCodes',
      '<ReasonCode><category>LOGOUT</category><code>1</code><label>x</label></ReasonCode>',
      'Finesse API Error',
      /LOGOUT code 1 occurs twice/,
    ],
    ['/WrapUpReasons', '<WrapUpReason><label>Repair</label></WrapUpReason>', 'Finesse API Error', /twice/],
    [
      '/WrapUpReasons',
      '<WrapUpReason><label>x</label><forAll>yes</forAll></WrapUpReason>',
      'Bad Request',
      /forAll/,
    ],
    ['/PhoneBooks', 'no XML', 'Bad Request', /XML/],
  ])('refuses POST %s %s', async (url, body, type, message) => {
    const { status, error } = await write('POST', url, body);
    expect(status).toBe(400);
    expect(error?.errorType).toBe(type);
    expect(error?.errorMessage).toMatch(message);
    expect(w.faults).toEqual([]);
  });

  it('refuses what is no change, what is too many, and whoever is no administrator', async () => {
    expect((await write('PUT', '/ReasonCode/16', '<ReasonCode/>')).error?.errorType).toBe('Bad Request');
    expect((await write('DELETE', '/ReasonCode/99')).status).toBe(404);
    for (let n = 0; n < 9; n += 1)
      await write('POST', '/PhoneBooks', `<PhoneBook><name>B${n}</name></PhoneBook>`);
    const eleventh = await write('POST', '/PhoneBooks', '<PhoneBook><name>One more</name></PhoneBook>');
    expect(eleventh.error?.errorMessage).toBe('11 global phone books are more than 10');
    for (const [method, url] of [
      ['POST', '/ReasonCodes'],
      ['DELETE', '/PhoneBook/1'],
    ] as const) {
      const { status, error } = await write(method, url, undefined, '1001003');
      expect([status, error?.errorType]).toEqual([401, 'Authorization Failure']);
    }
    expect((await get('/ReasonCodes', '1001003')).status).toBe(401);
  });

  it('is changed on the primary only', async () => {
    w = world({ node: 'secondary' });
    const { status, error } = await write('DELETE', '/ReasonCode/16');
    expect([status, error?.errorType]).toEqual([403, 'Forbidden']);
    expect((await get('/ReasonCode/16', 'admin')).status).toBe(200);
  });
});

describe('serviceability', () => {
  it('takes what a client logs, from the client itself', async () => {
    const body = '<ClientLog><logData>line 1\nline 2 &lt;tag&gt;</logData></ClientLog>';
    expect((await write('POST', `/User/${ADA}/ClientLog`, body, ADA)).status).toBe(202);
    expect(w.clientLogs).toEqual([{ agentId: ADA, text: 'line 1\nline 2 <tag>' }]);
    expect((await write('POST', `/User/${DAN}/ClientLog`, body, ADA)).status).toBe(401);
    expect((await write('POST', '/User/4711/ClientLog', body, ADA)).status).toBe(404);
    const empty = await write('POST', `/User/${ADA}/ClientLog`, '<ClientLog/>', ADA);
    expect(empty.error).toMatchObject({ errorType: 'Parameter Missing', errorData: 'logData' });
  });

  it('tells administrators who is connected', async () => {
    const [ada, dan] = [w.agents.get(ADA), w.agents.get(DAN)];
    if (ada === undefined || dan === undefined) throw new Error('unreachable');
    w.connectedUsers.presence(ada, 'desktop', true, Date.now() - 61_000);
    w.connectedUsers.presence(dan, 'other', true, Date.now());
    w.connectedUsers.presence(dan, 'gone', true, Date.now());
    w.connectedUsers.presence(dan, 'gone', false, Date.now());
    const summary = (await get('/ConnectedUsersInfo', 'admin')).body;
    expect(summary).toContain(
      '<desktopUsers>1</desktopUsers><fippaUsers>0</fippaUsers><thirdPartyUsers>1</thirdPartyUsers><totalConnectedUsers>2</totalConnectedUsers>',
    );
    expect(summary).not.toContain('userDetails');
    const details = (await get('/ConnectedUsersInfo?userDetails=true', 'admin')).body;
    expect(details).toContain(
      `<userType>DESKTOP</userType><xmppJID>${ADA}@node-a.test/desktop</xmppJID><teamName>Sales</teamName>`,
    );
    expect(details).toContain('<connectedDuration>61</connectedDuration>');
    expect((await get('/ConnectedUsersInfo', '1001003')).error).toMatchObject({ errorType: 'Forbidden' });
  });

  it('goes into maintenance and out of it, for administrators, and only where there is an alternate', async () => {
    const url = '/FinesseMaintenanceMode';
    expect((await get(url, ADA)).status).toBe(403);
    w.setAlternate(false);
    expect((await write('POST', url)).error?.errorMessage).toContain('alternate');
    w.setAlternate(true);
    const begun = await write('POST', url);
    expect([begun.status, begun.body]).toEqual([
      202,
      expect.stringContaining('<status>IN_PROGRESS</status>'),
    ]);
    expect((await write('POST', url)).error?.errorType).toBe('Invalid State');
    expect((await write('DELETE', url)).status).toBe(200);
    expect((await get(url, 'admin')).body).toContain('<status></status>');
    expect((await write('DELETE', url)).status).toBe(404);
  });
});
