import { ActionError, EndedError, OptionError, RestError } from '@finesse-ha/client';
import { describe, expect, test } from 'vitest';
import { actionWording, signInWording, wasDone } from '../src/failures/wording.ts';

const apiErrors = (errorType: string, errorMessage = '') => ({
  errors: [{ errorType, errorData: '', errorMessage }],
});

const refused = (errorType: string) =>
  new ActionError('refused', 'refused', {
    requestId: 'r',
    outcome: 'not-applied',
    apiErrors: apiErrors(errorType),
  });

const interrupted = (outcome: 'applied' | 'not-applied' | 'unknown') =>
  new ActionError('interrupted', 'a failure', { requestId: 'r', outcome });

describe('why an action did not work', () => {
  test('says what was tried, and Finesse’s reason in plain words', () => {
    expect(actionWording('hold', refused('Invalid State'))).toEqual({
      title: 'The call could not be put on hold',
      detail: 'Finesse refused it: this is not possible in the present state.',
    });
  });

  test('keeps the words of a reason that it does not know', () => {
    expect(actionWording('drop', refused('Brand New Error')).detail).toContain('Brand New Error');
  });

  test('reads the errors of REST too', () => {
    const error = new RestError('http', 'HTTP 400', {
      status: 400,
      apiErrors: apiErrors('Invalid Input', 'toAddress'),
    });
    expect(actionWording('makeCall', error).detail).toBe(
      'Finesse refused it: the input is not valid (toAddress).',
    );
  });

  test('tells after an interruption whether to try again', () => {
    expect(actionWording('drop', interrupted('not-applied')).detail).toMatch(/was not done\. Try again/);
    expect(actionWording('drop', interrupted('unknown')).detail).toMatch(/look whether/);
    expect(wasDone(interrupted('applied'))).toBe(true);
    expect(wasDone(interrupted('unknown'))).toBe(false);
  });
});

describe('why a sign-in did not work', () => {
  test('points to the field that it is about', () => {
    const wrong = new EndedError('unauthorized', 'https://fin-a.example:8445', '401');
    expect(signInWording(wrong)).toMatchObject({ title: 'Agent ID or password is wrong', field: 'password' });
    expect(signInWording(refused('Invalid Device'))).toMatchObject({ field: 'extension' });
    expect(signInWording(new OptionError('user', 'cannot be part of a JID'))).toMatchObject({
      field: 'user',
    });
  });

  test('has words for every end', () => {
    for (const cause of ['license', 'certificate', 'conflict', 'closed'] as const) {
      expect(signInWording(new EndedError(cause, 'n', 'd')).title).not.toBe('');
    }
  });

  test('does not hide what it does not know', () => {
    expect(signInWording(new Error('the sky fell'))).toMatchObject({ detail: 'the sky fell', field: null });
  });
});
