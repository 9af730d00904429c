/**
 * The parts of ltx in use, by their modules: its root brings a parser of its own and Node's `events` along, which a browser
 * does not have. The published types describe the root only, hence the assertions.
 */
import type { clone as LtxClone, Element as LtxElement } from 'ltx';
import * as cloneModule from 'ltx/src/clone.js';
import * as elementModule from 'ltx/src/Element.js';

export type Element = LtxElement;
export const Element = (elementModule as unknown as { default: typeof LtxElement }).default;
export const clone = (cloneModule as unknown as { default: typeof LtxClone }).default;
