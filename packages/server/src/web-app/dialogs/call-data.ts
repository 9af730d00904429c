/** Call variables and the wrap-up reason as a request sets them ("Dialog—Update Call Variable Data", dev guide 12.5 p.87-91). */
import type { Element } from '@finesse-ha/protocol';
import { invalidInput, parameterMissing } from '../errors.js';
import { shorten, textOf } from '../request-body.js';

/** What is to be set; what is not named stays as it is. */
export interface CallData {
  /** callVariable1 to callVariable10. */
  readonly callVariables: Readonly<Record<string, string>>;
  /** ECC variables by their names, `user.` in front; an element of an array has its index at the end. */
  readonly ecc: Readonly<Record<string, string>>;
  readonly wrapUpReason: string | undefined;
}

const PLAIN = /^callVariable([1-9]|10)$/;
const EXTENDED = /^user\.[A-Za-z0-9_.-]{1,32}(\[([0-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5])\])?$/;
/** A call variable (dev guide 12.5 p.118), and CallWrapupData of GED-188. */
const MAX_BYTES = 40;
/** One ECC variable (GED-188, NAMED_VARIABLE); their names and values together (dev guide 12.5 p.118). */
const MAX_ECC_BYTES = 210;
const MAX_ALL_ECC_BYTES = 2_000;

/**
 * Reads `mediaProperties` of a request; nothing is set where there is none.
 * @throws ApiError 400 naming the variable and the problem
 */
export function parseCallData(media: Element | undefined): CallData {
  const callVariables: Record<string, string> = {};
  const ecc: Record<string, string> = {};
  let eccBytes = 0;
  for (const element of media?.getChild('callvariables')?.getChildren('CallVariable') ?? []) {
    const name = textOf(element, 'name');
    if (name === undefined) throw parameterMissing('name');
    // Blanks in a value may mean something to the application.
    const value = element.getChildText('value') ?? '';
    if (name in callVariables || name in ecc) {
      throw invalidInput(shorten(name), 'The variable is named twice');
    }
    if (PLAIN.test(name)) {
      limit(name, value, MAX_BYTES);
      callVariables[name] = value;
    } else if (EXTENDED.test(name)) {
      limit(name, value, MAX_ECC_BYTES);
      eccBytes += Buffer.byteLength(name) + Buffer.byteLength(value);
      ecc[name] = value;
    } else {
      throw invalidInput(shorten(name), 'It is neither callVariable1 to callVariable10 nor a user. variable');
    }
  }
  if (eccBytes > MAX_ALL_ECC_BYTES) {
    throw invalidInput(
      'callvariables',
      `All user. variables together have at most ${MAX_ALL_ECC_BYTES} bytes`,
    );
  }
  const reason = media?.getChild('wrapUpReason');
  const wrapUpReason = reason?.text().trim();
  if (wrapUpReason !== undefined) limit('wrapUpReason', wrapUpReason, MAX_BYTES);
  return { callVariables, ecc, wrapUpReason };
}

function limit(name: string, value: string, bytes: number): void {
  if (Buffer.byteLength(value) > bytes) {
    throw invalidInput(name, `The value has more than ${bytes} bytes`);
  }
}
