import {
  type Element,
  formatApiErrors,
  formatDialog,
  formatDialogs,
  formatReasonCodes,
  formatSystemInfo,
  formatTeam,
  formatUpdate,
  formatUser,
  parseApiErrors,
  parseDialog,
  parseDialogs,
  parseReasonCodes,
  parseSystemInfo,
  parseTeam,
  parseUpdate,
  parseUser,
} from '../../src/index.js';
import { plain } from './trees.js';

/** Reading and writing of one kind of document, whatever the type of what is read. */
export interface Codec {
  /** What is read, with elements as texts. */
  read(input: string | Element): unknown;
  /** Written anew after reading. */
  rewrite(input: string | Element): string;
}

function codec<T>(parse: (input: string | Element) => T, format: (value: T) => string): Codec {
  return { read: (input) => plain(parse(input)), rewrite: (input) => format(parse(input)) };
}

export const codecs = {
  SystemInfo: codec(parseSystemInfo, formatSystemInfo),
  User: codec(parseUser, formatUser),
  Dialog: codec(parseDialog, formatDialog),
  Dialogs: codec(parseDialogs, formatDialogs),
  Team: codec(parseTeam, formatTeam),
  ApiErrors: codec(parseApiErrors, formatApiErrors),
  ReasonCodes: codec(parseReasonCodes, ({ category, reasonCodes, unknown }) =>
    formatReasonCodes(category, reasonCodes, unknown),
  ),
  Update: codec(parseUpdate, formatUpdate),
} as const;

/** The codec of a document, by its first name: `User.put.ready` is a User. */
export function codecOf(name: string): Codec | undefined {
  return new Map<string, Codec>(Object.entries(codecs)).get(name.split('.')[0] ?? '');
}
