/** Reading the XML body of a request: what every resource that takes one has in common. */
import { type Element, parseXml, XmlError } from '@finesse-ha/protocol';
import type { FastifyRequest } from 'fastify';
import { badRequest } from './errors.js';

/** The body of a request, empty when it has none. */
export function bodyOf(request: FastifyRequest): string {
  return typeof request.body === 'string' ? request.body : '';
}

/**
 * Reads a body.
 * @param rootName name that the root element must have
 * @throws ApiError 400 when the body is empty, no XML, or of another kind
 */
export function parseBody(body: string, rootName: string): Element {
  if (body.trim() === '') throw badRequest(`The body is empty; a <${rootName}> is expected`);
  let root: Element;
  try {
    root = parseXml(body);
  } catch (error) {
    if (error instanceof XmlError) throw badRequest(`The body is not acceptable XML: ${error.message}`);
    throw error;
  }
  if (root.name !== rootName) {
    throw badRequest(`The root element is <${shorten(root.name)}>; <${rootName}> is expected`);
  }
  return root;
}

/** The text of a child, absent when there is none or it is blank. */
export function textOf(root: Element, name: string): string | undefined {
  const value = root.getChildText(name)?.trim();
  return value === undefined || value === '' ? undefined : value;
}

/** Makes what a client sent fit to be shown in an error. */
export function shorten(value: string): string {
  return value.length > 40 ? `${value.slice(0, 40)}…` : value;
}
