import { ChildReader, record, rootOf } from './codec.js';
import type { Element } from './ltx.js';
import { xml } from './xml.js';

/** One error of the REST API or of CTI (dev guide 12.5 p.7, p.30). */
export interface ApiError {
  errorType: string;
  errorData: string;
  errorMessage: string;
  /** The media routing domain, for non-voice errors. */
  errorMedia?: string | undefined;
}

export interface ApiErrors {
  errors: readonly ApiError[];
}

/** Over REST the elements begin in upper case, in notifications in lower case. @throws {XmlError | CodecError} */
export function parseApiErrors(input: string | Element): ApiErrors {
  return {
    errors: rootOf(input, 'ApiErrors')
      .getChildElements()
      .map((element) => {
        const read = new ChildReader(element);
        return {
          errorType: read.text('errorType'),
          errorData: read.text('errorData'),
          errorMessage: read.text('errorMessage'),
          errorMedia: read.optionalText('errorMedia'),
        };
      }),
  };
}

/** @param style how REST and how notifications write the names */
export function apiErrorsElement({ errors }: ApiErrors, style: 'rest' | 'notification' = 'rest'): Element {
  const entries = errors.map(({ errorType, errorData, errorMessage, errorMedia }) =>
    style === 'rest'
      ? record('ApiError', {
          ErrorType: errorType,
          ErrorData: errorData,
          ErrorMessage: errorMessage,
          ErrorMedia: errorMedia,
        })
      : record('apiError', { errorData, errorMedia, errorMessage, errorType }),
  );
  return xml(style === 'rest' ? 'ApiErrors' : 'apiErrors', {}, ...entries);
}

export function formatApiErrors(errors: ApiErrors): string {
  return apiErrorsElement(errors).toString();
}
