import { describe, expect, it } from 'vitest';
import { parseCallId, parseDialogRequest, parseNewDialog } from '../../src/web-app/dialogs/dialog-request.ts';
import { ApiError } from '../../src/web-app/errors.ts';

const dialog = (...children: string[]) => `<Dialog>${children.join('')}</Dialog>`;
const action = (name: string) => `<requestedAction>${name}</requestedAction>`;
const from = (extension: string) => `<fromAddress>${extension}</fromAddress>`;
const to = (extension: string) => `<toAddress>${extension}</toAddress>`;
const target = (extension: string) => `<targetMediaAddress>${extension}</targetMediaAddress>`;
const variable = (name: string, value: string) =>
  `<CallVariable><name>${name}</name><value>${value}</value></CallVariable>`;
const media = (...variables: string[]) =>
  `<mediaProperties><callvariables>${variables.join('')}</callvariables></mediaProperties>`;
const digits = (value: string) =>
  `<actionParams><ActionParam><name>dtmfString</name><value>${value}</value></ActionParam></actionParams>`;

function refusal(parse: () => unknown): { status: number; type: string; data: string } {
  try {
    parse();
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, type: error.type, data: error.data };
    throw error;
  }
  throw new Error('it was accepted');
}

describe('POST /User/{id}/Dialogs', () => {
  it('makes a call, with call data under Unified CCE only', () => {
    const plain = dialog(action('MAKE_CALL'), from('1001001'), to('(0)1-23'));
    const nothing = { callVariables: {}, ecc: {}, wrapUpReason: undefined };
    expect(parseNewDialog(plain, 'UCCX')).toEqual({
      action: 'MAKE_CALL',
      from: '1001001',
      to: '(0)1-23',
      data: nothing,
    });
    const variables = media(variable('callVariable1', 'A &amp; B '), variable('user.order[2]', '7'));
    const rich = dialog(action('MAKE_CALL'), from('1001001'), to('2000'), variables);
    expect(parseNewDialog(rich, 'UCCE')).toMatchObject({
      data: { callVariables: { callVariable1: 'A & B ' }, ecc: { 'user.order[2]': '7' } },
    });
    expect(refusal(() => parseNewDialog(rich, 'UCCX'))).toEqual({
      status: 400,
      type: 'Invalid Input',
      data: 'mediaProperties',
    });
  });

  it('listens and barges in', () => {
    const ends = [from('1001003'), to('1001001')];
    expect(parseNewDialog(dialog(action('SILENT_MONITOR'), ...ends), 'UCCE')).toEqual({
      action: 'SILENT_MONITOR',
      from: '1001003',
      to: '1001001',
    });
    const uri = '<associatedDialogUri>/finesse/api/Dialog/77</associatedDialogUri>';
    expect(parseNewDialog(dialog(action('BARGE_CALL'), ...ends, uri), 'UCCE')).toMatchObject({ callId: 77 });
  });

  it.each([
    ['', 400, 'Bad Request', ''],
    ['<User/>', 400, 'Bad Request', ''],
    [dialog(from('1'), to('2')), 400, 'Parameter Missing', 'requestedAction'],
    [dialog(action('MAKE_CALL'), to('2')), 400, 'Parameter Missing', 'fromAddress'],
    [dialog(action('MAKE_CALL'), from('1')), 400, 'Parameter Missing', 'toAddress'],
    [dialog(action('MAKE_CALL'), from('1'), to('1')), 400, 'Invalid Destination', '1'],
    [dialog(action('MAKE_CALL'), from('1'), to('2 3')), 400, 'Invalid Input', 'toAddress'],
    [dialog(action('MAKE_CALL'), from('1'), to('ü')), 400, 'Invalid Input', 'toAddress'],
    [dialog(action('HOLD'), from('1'), to('2')), 400, 'Invalid Input', 'requestedAction'],
    [dialog(action('BARGE_CALL'), from('1'), to('2')), 400, 'Parameter Missing', 'associatedDialogUri'],
    [
      dialog(action('BARGE_CALL'), from('1'), to('2'), '<associatedDialogUri>7</associatedDialogUri>'),
      400,
      'Invalid Input',
      'associatedDialogUri',
    ],
    [
      dialog(
        action('MAKE_CALL'),
        from('1'),
        to('2'),
        '<mediaProperties><wrapUpReason>x</wrapUpReason></mediaProperties>',
      ),
      400,
      'Invalid Input',
      'wrapUpReason',
    ],
  ])('refuses %j', (body, status, type, data) => {
    expect(refusal(() => parseNewDialog(body, 'UCCE'))).toEqual({ status, type, data });
  });
});

describe('PUT /Dialog/{id}', () => {
  it.each(['ANSWER', 'HOLD', 'RETRIEVE', 'DROP', 'TRANSFER', 'CONFERENCE', 'PARTICIPANT_DROP'])(
    'takes %s',
    (name) => {
      const body = dialog(action(name), target('1001001'));
      expect(parseDialogRequest(body, 'UCCE')).toEqual({ action: name, target: '1001001' });
    },
  );

  it('takes what needs more', () => {
    const consult = dialog(action('CONSULT_CALL'), target('1001001'), to('2000'));
    expect(parseDialogRequest(consult, 'UCCX')).toEqual({
      action: 'CONSULT_CALL',
      target: '1001001',
      to: '2000',
    });
    const dtmf = dialog(action('SEND_DTMF'), target('1001001'), digits('12*#AD'));
    expect(parseDialogRequest(dtmf, 'UCCE')).toEqual({
      action: 'SEND_DTMF',
      target: '1001001',
      digits: '12*#AD',
    });
    const wrapUp = dialog(
      action('UPDATE_CALL_DATA'),
      '<mediaProperties><wrapUpReason> Sales </wrapUpReason></mediaProperties>',
    );
    expect(parseDialogRequest(wrapUp, 'UCCE')).toEqual({
      action: 'UPDATE_CALL_DATA',
      target: undefined,
      data: { callVariables: {}, ecc: {}, wrapUpReason: 'Sales' },
    });
  });

  const update = (...variables: string[]) => dialog(action('UPDATE_CALL_DATA'), media(...variables));
  it.each([
    [dialog(target('1')), 'Parameter Missing', 'requestedAction'],
    [dialog(action('HOLD')), 'Parameter Missing', 'targetMediaAddress'],
    [dialog(action('hold'), target('1')), 'Invalid Input', 'requestedAction'],
    [dialog(action('CONSULT_CALL'), target('1')), 'Parameter Missing', 'toAddress'],
    [dialog(action('TRANSFER_SST'), target('1'), to('1')), 'Invalid Destination', '1'],
    [dialog(action('SEND_DTMF'), target('1')), 'Parameter Missing', 'dtmfString'],
    [dialog(action('SEND_DTMF'), target('1'), digits('E')), 'Invalid Input', 'dtmfString'],
    [dialog(action('UPDATE_CALL_DATA')), 'Parameter Missing', 'mediaProperties'],
    [update(variable('callVariable11', 'x')), 'Invalid Input', 'callVariable11'],
    [update(variable('BAStatus', 'x')), 'Invalid Input', 'BAStatus'],
    [update(variable('callVariable1', 'x'.repeat(41))), 'Invalid Input', 'callVariable1'],
    [update(variable('callVariable1', 'ü'.repeat(21))), 'Invalid Input', 'callVariable1'],
    [
      update(variable('callVariable1', '1'), variable('callVariable1', '2')),
      'Invalid Input',
      'callVariable1',
    ],
    [
      update(...Array.from({ length: 10 }, (_none, index) => variable(`user.v${index}`, 'x'.repeat(200)))),
      'Invalid Input',
      'callvariables',
    ],
  ])('refuses %j', (body, type, data) => {
    expect(refusal(() => parseDialogRequest(body, 'UCCE'))).toEqual({ status: 400, type, data });
  });

  it.each([
    ['START_RECORDING', 'UCCE'],
    ['ACCEPT', 'UCCE'],
    ['TRANSFER_SST', 'UCCX'],
    ['PARTICIPANT_DROP', 'UCCX'],
  ] as const)('%s is not implemented under %s', (name, deploymentType) => {
    const body = dialog(action(name), target('1'), to('2'));
    expect(refusal(() => parseDialogRequest(body, deploymentType)).status).toBe(501);
  });
});

it('a call id is a number', () => {
  expect(parseCallId('16804377')).toBe(16_804_377);
  expect(parseCallId('-1')).toBeUndefined();
  expect(parseCallId('151635_312_1')).toBeUndefined();
});
