import { ChildReader, copies, type Extensible, kept, readList, record, rootOf } from './codec.js';
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

/** A reason code as REST and notifications write it. */
export function reasonCodeElement(code: ReasonCode): Element {
  const { uri, category, label, forAll, systemCode, id, unknown } = code;
  return record(
    'ReasonCode',
    { category, uri, code: code.code, label, forAll, systemCode, id },
    ...copies(unknown),
  );
}

/** The reason codes of a category (dev guide 12.5 p.52). */
export interface ReasonCodes extends Extensible {
  category: string;
  reasonCodes: ReasonCode[];
}

/** @throws {XmlError | CodecError} */
export function parseReasonCodes(input: string | Element): ReasonCodes {
  const root = rootOf(input, 'ReasonCodes');
  const { entries, unknown } = readList(root, 'ReasonCode', parseReasonCode);
  return { category: root.attrs.category ?? '', reasonCodes: entries, ...kept(unknown) };
}

/** The body of a REST answer. */
export function formatReasonCodes(
  category: string,
  reasonCodes: readonly ReasonCode[],
  unknown?: readonly Element[],
): string {
  return xml(
    'ReasonCodes',
    { category },
    ...reasonCodes.map(reasonCodeElement),
    ...copies(unknown),
  ).toString();
}
