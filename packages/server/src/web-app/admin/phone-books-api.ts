/** Phone books and their contacts: kept by administrators, read by whoever has them (dev guide 12.5 p.251-262). */
import { xml } from '@finesse-ha/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isAdministrator } from '../auth.js';
import { notAuthorized, notFound } from '../errors.js';
import { callerOf, resource, sendXml } from '../rest-api.js';
import type { AdminStore } from './admin-store.js';
import { contactElement, contactsElement, phoneBookElement, phoneBookUri } from './admin-view.js';
import { Collection, requireAdministrator } from './collection.js';
import { inRange, rangeOf } from './range.js';
import { type AdminContext, sendPart } from './reasons-api.js';
import { contactSchema, limits, type PhoneBookRecord, phoneBookSchema } from './records.js';

/** Adds the resources. */
export function addPhoneBookResources(api: FastifyInstance, { config, admin }: AdminContext): void {
  const phoneBooks = new Collection(
    {
      name: 'PhoneBook',
      uri: () => '/finesse/api/PhoneBook',
      schema: phoneBookSchema,
      fields: { name: 'text', type: 'text' },
      most: limits.globalPhoneBooks + limits.teamPhoneBooks,
      list: () => admin.records.phoneBooks,
      save: (_request, records) => admin.change({ phoneBooks: records }),
      element: (_request, record) => phoneBookElement(record),
    },
    config,
  );
  resource(api, '/finesse/api/PhoneBooks', {
    GET: (request, reply) => {
      requireAdministrator(request);
      const elements = admin.records.phoneBooks.map((book) => phoneBookElement(book));
      return sendXml(reply, xml('PhoneBooks', {}, ...elements).toString());
    },
    POST: phoneBooks.add,
  });
  resource(api, '/finesse/api/PhoneBook/:id', phoneBooks.members('id'));

  const contacts = new Collection(
    {
      name: 'Contact',
      uri: (request) => `${phoneBookUri(bookIn(request, admin).id)}/Contact`,
      schema: contactSchema,
      fields: { firstName: 'text', lastName: 'text', phoneNumber: 'text', description: 'text' },
      most: limits.contacts,
      list: (request) => bookIn(request, admin).contacts,
      save: (request, records) => {
        const book = bookIn(request, admin);
        const changed = { ...book, contacts: [...records] };
        admin.change({
          phoneBooks: admin.records.phoneBooks.map((one) => (one === book ? changed : one)),
        });
      },
      element: (request, record) => contactElement(bookIn(request, admin).id, record),
    },
    config,
  );
  resource(api, '/finesse/api/PhoneBook/:id/Contacts', {
    GET: (request, reply) => {
      const book = readableBook(request, admin);
      const { objects, part } = inRange(book.contacts, rangeOf(request));
      return sendPart(reply, contactsElement(book.id, objects).toString(), part);
    },
    POST: contacts.add,
  });
  resource(api, '/finesse/api/PhoneBook/:id/Contact/:contactId', contacts.members('contactId'));
}

function bookIn(request: FastifyRequest, admin: AdminStore): PhoneBookRecord {
  const { id } = request.params as { id: string };
  const book = admin.records.phoneBooks.find((one) => one.id === id);
  if (book === undefined) throw notFound(phoneBookUri(id));
  return book;
}

/** @throws ApiError 404, or 401 for a phone book of another team */
function readableBook(request: FastifyRequest, admin: AdminStore): PhoneBookRecord {
  const caller = callerOf(request);
  const book = bookIn(request, admin);
  const own = admin.phoneBooksOf(caller.teamId).includes(book);
  if (!own && !isAdministrator(caller)) throw notAuthorized(caller.id);
  return book;
}
