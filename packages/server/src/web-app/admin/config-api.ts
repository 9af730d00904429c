/** The configuration resources: reason codes and wrap-up reasons, kept by administrators (dev guide 12.5 p.237-250). */
import { reasonCodeElement, xml } from '@finesse-ha/protocol';
import type { FastifyInstance } from 'fastify';
import { invalidInput } from '../errors.js';
import { resource, sendXml } from '../rest-api.js';
import { reasonCodeView, wrapUpReasonElement } from './admin-view.js';
import { Collection, requireAdministrator } from './collection.js';
import type { AdminContext } from './reasons-api.js';
import { reasonCodeSchema, wrapUpReasonSchema } from './records.js';

/** Reason codes of a category, and wrap-up reasons: the most that Finesse takes (ReasonCode, WrapUpReason). */
const MOST_REASON_CODES = 200;
const MOST_WRAP_UP_REASONS = 1_500;

/** Adds the resources. */
export function addConfigurationResources(api: FastifyInstance, { config, admin }: AdminContext): void {
  const reasonCodes = new Collection(
    {
      name: 'ReasonCode',
      uri: () => '/finesse/api/ReasonCode',
      schema: reasonCodeSchema,
      fields: { category: 'text', code: 'number', label: 'text', forAll: 'boolean' },
      most: MOST_REASON_CODES,
      list: () => admin.records.reasonCodes,
      save: (_request, records) => admin.change({ reasonCodes: records }),
      element: (_request, record) => reasonCodeElement(reasonCodeView(record)),
    },
    config,
  );
  resource(api, '/finesse/api/ReasonCode/:id', reasonCodes.members('id'));
  resource(api, '/finesse/api/ReasonCodes', {
    GET: (request, reply) => {
      requireAdministrator(request);
      const { category } = request.query as { category?: unknown };
      if (category !== undefined && category !== 'NOT_READY' && category !== 'LOGOUT') {
        throw invalidInput('category', 'The category is NOT_READY or LOGOUT');
      }
      const wanted = admin.records.reasonCodes.filter(
        (code) => category === undefined || code.category === category,
      );
      const attributes = category === undefined ? {} : { category };
      const elements = wanted.map((code) => reasonCodeElement(reasonCodeView(code)));
      return sendXml(reply, xml('ReasonCodes', attributes, ...elements).toString());
    },
    POST: reasonCodes.add,
  });

  const wrapUpReasons = new Collection(
    {
      name: 'WrapUpReason',
      uri: () => '/finesse/api/WrapUpReason',
      schema: wrapUpReasonSchema,
      fields: { label: 'text', forAll: 'boolean' },
      most: MOST_WRAP_UP_REASONS,
      list: () => admin.records.wrapUpReasons,
      save: (_request, records) => admin.change({ wrapUpReasons: records }),
      element: (_request, record) => wrapUpReasonElement(record),
    },
    config,
  );
  resource(api, '/finesse/api/WrapUpReason/:id', wrapUpReasons.members('id'));
  resource(api, '/finesse/api/WrapUpReasons', {
    GET: (request, reply) => {
      requireAdministrator(request);
      const elements = admin.records.wrapUpReasons.map((reason) => wrapUpReasonElement(reason));
      return sendXml(reply, xml('WrapUpReasons', {}, ...elements).toString());
    },
    POST: wrapUpReasons.add,
  });
}
