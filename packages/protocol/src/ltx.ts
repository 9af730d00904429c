/**
 * The part of ltx in use, by its module: the root brings a parser of its own and Node's `events` along, which a browser
 * does not have. The published types describe the root only, hence the assertion.
 */
import type { Element as LtxElement } from 'ltx';
import * as elementModule from 'ltx/src/Element.js';

/** An XML element. */
export type Element = LtxElement;
/** An XML element: name, attributes, children. */
export const Element = (elementModule as unknown as { default: typeof LtxElement }).default;
