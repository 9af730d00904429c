/** What users read of reasons and phone books (dev guide 12.5 p.52-60; TeamResource, p.152-163). */
import { formatReasonCodes, reasonCodeElement, xml } from '@finesse-ha/protocol';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Agents } from '../agents.js';
import { isAdministrator } from '../auth.js';
import type { NodeConfig } from '../config.js';
import { invalidInput, notFound, otherUser, parameterMissing } from '../errors.js';
import { ownOrAdministrators } from '../permissions.js';
import { callerOf, resource, sendXml } from '../rest-api.js';
import type { AdminStore } from './admin-store.js';
import { phoneBookElement, reasonCodeView, wrapUpReasonElement } from './admin-view.js';
import { inRange, rangeOf } from './range.js';
import type { PhoneBookRecord, ReasonCodeRecord } from './records.js';

/** What these resources need of the rest of the web app. */
export interface AdminContext {
  readonly config: NodeConfig;
  readonly agents: Agents;
  readonly admin: AdminStore;
}

/** Adds the resources. */
export function addReasonResources(api: FastifyInstance, context: AdminContext): void {
  const { agents, admin } = context;
  addListsOfTeam(api, context);

  resource(api, '/finesse/api/User/:id/ReasonCodes', {
    GET: (request, reply) => {
      const { teamId } = ownOrAdministrators(request, agents).who;
      return sendReasonCodes(request, reply, admin.reasonCodesOf(teamId));
    },
  });

  resource(api, '/finesse/api/User/:id/ReasonCode/:reasonCodeId', {
    GET: (request, reply) => {
      const { teamId } = ownOrAdministrators(request, agents).who;
      const { reasonCodeId } = request.params as { reasonCodeId: string };
      const code = admin.reasonCodesOf(teamId).find(({ id }) => id === reasonCodeId);
      if (code === undefined) throw notFound(`/finesse/api/ReasonCode/${reasonCodeId}`);
      return sendXml(reply, reasonCodeElement(reasonCodeView(code)).toString());
    },
  });

  resource(api, '/finesse/api/User/:id/WrapUpReasons', {
    GET: (request, reply) => {
      const { id, teamId } = ownOrAdministrators(request, agents).who;
      const reasons = admin
        .wrapUpReasonsOf(teamId)
        .map((reason) => wrapUpReasonElement(reason, `/finesse/api/User/${id}`));
      return sendXml(reply, xml('WrapUpReasons', {}, ...reasons).toString());
    },
  });

  resource(api, '/finesse/api/User/:id/WrapUpReason/:reasonId', {
    GET: (request, reply) => {
      const agent = ownOrAdministrators(request, agents).who;
      const { reasonId } = request.params as { reasonId: string };
      const of = `/finesse/api/User/${agent.id}`;
      const reason = admin.wrapUpReasonsOf(agent.teamId).find(({ id }) => id === reasonId);
      if (reason === undefined) throw notFound(`${of}/WrapUpReason/${reasonId}`);
      return sendXml(reply, wrapUpReasonElement(reason, of).toString());
    },
  });

  resource(api, '/finesse/api/User/:id/PhoneBooks', {
    GET: (request, reply) => {
      const { teamId } = ownOrAdministrators(request, agents).who;
      return sendPhoneBooks(request, reply, admin.phoneBooksOf(teamId));
    },
  });
}

/** What the members of a team have (12.5 and later; takes the place of the lists of a user). */
function addListsOfTeam(api: FastifyInstance, { config, admin }: AdminContext): void {
  const teamOf = (request: FastifyRequest) => {
    const { id } = request.params as { id: string };
    if (!config.teams.some((team) => team.id === id)) throw notFound(`/finesse/api/TeamResource/${id}`);
    const caller = callerOf(request);
    if (caller.teamId !== id && !isAdministrator(caller)) throw otherUser(caller.id);
    return id;
  };
  resource(api, '/finesse/api/TeamResource/:id/ReasonCodes', {
    GET: (request, reply) => sendReasonCodes(request, reply, admin.reasonCodesOf(teamOf(request))),
  });
  resource(api, '/finesse/api/TeamResource/:id/WrapUpReasons', {
    GET: (request, reply) => {
      const reasons = admin.wrapUpReasonsOf(teamOf(request)).map((reason) => wrapUpReasonElement(reason));
      return sendXml(reply, xml('WrapUpReasons', {}, ...reasons).toString());
    },
  });
  resource(api, '/finesse/api/TeamResource/:id/PhoneBooks', {
    GET: (request, reply) => sendPhoneBooks(request, reply, admin.phoneBooksOf(teamOf(request)), true),
  });
}

function sendReasonCodes(
  request: FastifyRequest,
  reply: FastifyReply,
  codes: readonly ReasonCodeRecord[],
): FastifyReply {
  const { category } = request.query as { category?: unknown };
  if (category === undefined) throw parameterMissing('category');
  if (category !== 'NOT_READY' && category !== 'LOGOUT') {
    throw invalidInput('category', 'The category is NOT_READY or LOGOUT');
  }
  const wanted = codes.filter((code) => code.category === category);
  return sendXml(reply, formatReasonCodes(category, wanted.map(reasonCodeView)));
}

/** A user's list names the contacts by URI unless a range asks for them; a team's has them always. */
function sendPhoneBooks(
  request: FastifyRequest,
  reply: FastifyReply,
  books: readonly PhoneBookRecord[],
  withContacts = false,
): FastifyReply {
  const range = rangeOf(request);
  if (range === undefined && !withContacts) {
    return sendXml(reply, xml('PhoneBooks', {}, ...books.map((book) => phoneBookElement(book))).toString());
  }
  const all = books.flatMap((book) => book.contacts.map((contact) => ({ book, contact })));
  const { objects, part } = inRange(all, range);
  const shown = books.map((book) => {
    const own = objects.flatMap((one) => (one.book === book ? one.contact : []));
    return phoneBookElement(book, own);
  });
  return sendPart(reply, xml('PhoneBooks', {}, ...shown).toString(), part);
}

/** Answers 206 with Content-Range where it is a part only. */
export function sendPart(reply: FastifyReply, document: string, part: string | undefined): FastifyReply {
  if (part === undefined) return sendXml(reply, document);
  return sendXml(reply.header('content-range', part), document, 206);
}
