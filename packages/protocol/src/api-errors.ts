import { ChildReader, copies, type Extensible, kept, readList, record, rootOf } from './codec.js';
import type { Element } from './ltx.js';
import { xml } from './xml.js';

/** One error of the REST API or of CTI (dev guide 12.5 p.7, p.30). */
export interface ApiError extends Extensible {
  errorType: string;
  errorData: string;
  errorMessage: string;
  /** The media routing domain, for non-voice errors. */
  errorMedia?: string | undefined;
}

/** What Finesse answers to a request that it refuses, and what it publishes when CTI refuses one. */
export interface ApiErrors extends Extensible {
  errors: readonly ApiError[];
}

/** Over REST the elements begin in upper case, in notifications in lower case. @throws {XmlError | CodecError} */
export function parseApiErrors(input: string | Element): ApiErrors {
  const { entries, unknown } = readList(rootOf(input, 'ApiErrors'), 'ApiError', parseApiError);
  return { errors: entries, ...kept(unknown) };
}

function parseApiError(element: Element): ApiError {
  const read = new ChildReader(element);
  return {
    errorType: read.text('errorType'),
    errorData: read.text('errorData'),
    errorMessage: read.text('errorMessage'),
    errorMedia: read.optionalText('errorMedia'),
    ...kept(read.unknown()),
  };
}

/**
 * Errors as an element.
 * @param style how REST and how notifications write the names
 */
export function apiErrorsElement(
  { errors, unknown }: ApiErrors,
  style: 'rest' | 'notification' = 'rest',
): Element {
  const name = style === 'rest' ? 'ApiErrors' : 'apiErrors';
  return xml(name, {}, ...errors.map((error) => apiErrorElement(error, style)), ...copies(unknown));
}

function apiErrorElement(error: ApiError, style: 'rest' | 'notification'): Element {
  const { errorType, errorData, errorMessage, errorMedia } = error;
  const unknown = copies(error.unknown);
  if (style === 'notification')
    return record('apiError', { errorData, errorMedia, errorMessage, errorType }, ...unknown);
  return record(
    'ApiError',
    { ErrorType: errorType, ErrorData: errorData, ErrorMessage: errorMessage, ErrorMedia: errorMedia },
    ...unknown,
  );
}

/** The body of a REST answer. */
export function formatApiErrors(errors: ApiErrors): string {
  return apiErrorsElement(errors).toString();
}
