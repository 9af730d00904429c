import { ChildReader, copies, record, rootOf } from './codec.js';
import type { Element } from './ltx.js';
import { xml } from './xml.js';

/** A reason code (dev guide 12.5 p.52, p.237). `code` is what CTI carries, `id` what the API refers to. */
export interface ReasonCode {
  uri: string;
  id?: string | undefined;
  /** `NOT_READY` or `LOGOUT`. */
  category: string;
  code: string;
  label: string;
  forAll?: boolean | undefined;
  systemCode?: boolean | undefined;
  unknown: readonly Element[];
}

/** @throws {XmlError | CodecError} */
export function parseReasonCode(input: string | Element): ReasonCode {
  const read = new ChildReader(rootOf(input, 'ReasonCode'));
  return {
    uri: read.text('uri'),
    id: read.optionalText('id'),
    category: read.text('category'),
    code: read.text('code'),
    label: read.text('label'),
    forAll: read.boolean('forAll'),
    systemCode: read.boolean('systemCode'),
    unknown: read.unknown(),
  };
}

export function reasonCodeElement(code: ReasonCode): Element {
  const { uri, category, label, forAll, systemCode, id, unknown } = code;
  return record(
    'ReasonCode',
    { category, uri, code: code.code, label, forAll, systemCode, id },
    ...copies(unknown),
  );
}

/** The list of a category. @throws {XmlError | CodecError} */
export function parseReasonCodes(input: string | Element): { category: string; reasonCodes: ReasonCode[] } {
  const root = rootOf(input, 'ReasonCodes');
  return {
    category: root.attrs.category ?? '',
    reasonCodes: root.getChildElements().map((element) => parseReasonCode(element)),
  };
}

export function formatReasonCodes(category: string, reasonCodes: readonly ReasonCode[]): string {
  return xml('ReasonCodes', { category }, ...reasonCodes.map(reasonCodeElement)).toString();
}
