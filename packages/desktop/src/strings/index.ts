import { en, type Strings } from './en.js';

export type { Strings } from './en.js';

/** The texts in the language of this desktop. */
export const strings: Strings = en;
