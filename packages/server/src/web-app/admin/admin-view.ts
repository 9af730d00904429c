/** Reason codes, wrap-up reasons, phone books and contacts as the REST API shows them (dev guide 12.5 p.237-260). */
import { type Element, type ReasonCode, xml } from '@finesse-ha/protocol';
import type { ContactRecord, PhoneBookRecord, ReasonCodeRecord, WrapUpReasonRecord } from './records.js';

const leaf = (name: string, value: string | boolean) => xml(name, {}, String(value));

/** A reason code of the deployment. */
export function reasonCodeView({ id, category, code, label, forAll }: ReasonCodeRecord): ReasonCode {
  return {
    uri: `/finesse/api/ReasonCode/${id}`,
    id,
    category,
    code: String(code),
    label,
    forAll,
    systemCode: false,
    unknown: [],
  };
}

/** @param of the resource that it is shown as one of: a user's, or everybody's */
export function wrapUpReasonElement({ id, label, forAll }: WrapUpReasonRecord, of = '/finesse/api'): Element {
  return xml(
    'WrapUpReason',
    {},
    leaf('uri', `${of}/WrapUpReason/${id}`),
    leaf('label', label),
    leaf('forAll', forAll),
  );
}

/** URI of a phone book. */
export function phoneBookUri(id: string): string {
  return `/finesse/api/PhoneBook/${id}`;
}

/** @param contacts shown in place of their URI */
export function phoneBookElement(book: PhoneBookRecord, contacts?: readonly ContactRecord[]): Element {
  const uri = phoneBookUri(book.id);
  return xml(
    'PhoneBook',
    {},
    leaf('uri', uri),
    leaf('name', book.name),
    leaf('type', book.type),
    contacts === undefined ? leaf('contacts', `${uri}/Contacts`) : contactsElement(book.id, contacts),
  );
}

export function contactElement(phoneBookId: string, contact: ContactRecord): Element {
  return xml(
    'Contact',
    {},
    leaf('uri', `${phoneBookUri(phoneBookId)}/Contact/${contact.id}`),
    leaf('firstName', contact.firstName),
    leaf('lastName', contact.lastName),
    leaf('phoneNumber', contact.phoneNumber),
    leaf('description', contact.description),
  );
}

export function contactsElement(phoneBookId: string, contacts: readonly ContactRecord[]): Element {
  return xml('Contacts', {}, ...contacts.map((contact) => contactElement(phoneBookId, contact)));
}
