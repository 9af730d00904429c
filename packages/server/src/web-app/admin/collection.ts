/**
 * A collection that administrators keep over REST: its list, its members, and what adding, changing and removing one answers
 * ("Cisco Finesse Configuration APIs", dev guide 12.5 p.237-260). Changes are made on the primary node only.
 */
import type { Element } from '@finesse-ha/protocol';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import { isAdministrator } from '../auth.js';
import type { NodeConfig } from '../config.js';
import {
  badRequest,
  finesseApiError,
  forbiddenOnSecondary,
  maximumExceeded,
  notAuthorized,
  notFound,
} from '../errors.js';
import { bodyOf, parseBody, textOf } from '../request-body.js';
import { callerOf, type ResourceHandlers, sendXml } from '../rest-api.js';
import { ContradictionError } from './admin-store.js';

/** What distinguishes one collection from another. */
export interface CollectionKind<R extends { readonly id: string }> {
  /** Name of a member's element, and of its resource. */
  readonly name: string;
  /** URI of a member without its id. */
  uri(request: FastifyRequest): string;
  readonly schema: z.ZodType<R>;
  /** Children of the body that a client may set, and how each is read. */
  readonly fields: Readonly<Record<string, 'text' | 'number' | 'boolean'>>;
  /** The most members that there can be. */
  readonly most: number;
  list(request: FastifyRequest): readonly R[];
  save(request: FastifyRequest, records: readonly R[]): void;
  element(request: FastifyRequest, record: R): Element;
}

/** Whoever is no administrator is turned away. @throws ApiError 401 */
export function requireAdministrator(request: FastifyRequest): void {
  const caller = callerOf(request);
  if (!isAdministrator(caller)) throw notAuthorized(caller.id);
}

/** Handlers of a collection's changes and of its members. */
export class Collection<R extends { readonly id: string }> {
  readonly #kind: CollectionKind<R>;
  readonly #config: NodeConfig;

  constructor(kind: CollectionKind<R>, config: NodeConfig) {
    this.#kind = kind;
    this.#config = config;
  }

  /** GET, PUT and DELETE of `/{name}/:id`; the parameter that holds the id is named. */
  members(parameter: string): ResourceHandlers {
    return {
      GET: (request, reply) => {
        requireAdministrator(request);
        return sendXml(reply, this.#kind.element(request, this.#member(request, parameter)).toString());
      },
      PUT: (request, reply) => {
        this.#requireWritable(request);
        const before = this.#member(request, parameter);
        const given = this.#read(request);
        if (Object.keys(given).length === 0) throw badRequest('The body sets nothing');
        const after = this.#check({ ...before, ...given });
        return this.#save(request, reply, (all) => all.map((one) => (one === before ? after : one)));
      },
      DELETE: (request, reply) => {
        this.#requireWritable(request);
        const member = this.#member(request, parameter);
        return this.#save(request, reply, (all) => all.filter((one) => one !== member));
      },
    };
  }

  /** POST of the list: adds a member, whose URI the answer names. */
  readonly add = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    this.#requireWritable(request);
    const all = this.#kind.list(request);
    if (all.length >= this.#kind.most) throw maximumExceeded(this.#kind.name, this.#kind.most);
    const id = String(Math.max(0, ...all.map((one) => Number(one.id))) + 1);
    const added = this.#check({ ...this.#read(request), id });
    reply.header('location', `${this.#kind.uri(request)}/${id}`);
    return this.#save(request, reply, (before) => [...before, added]);
  };

  #requireWritable(request: FastifyRequest): void {
    requireAdministrator(request);
    if (this.#config.node === 'secondary') throw forbiddenOnSecondary();
  }

  #member(request: FastifyRequest, parameter: string): R {
    const id = (request.params as Record<string, string>)[parameter] ?? '';
    const member = this.#kind.list(request).find((one) => one.id === id);
    if (member === undefined) throw notFound(`${this.#kind.uri(request)}/${id}`);
    return member;
  }

  #read(request: FastifyRequest): Record<string, unknown> {
    const root = parseBody(bodyOf(request), this.#kind.name);
    const given: Record<string, unknown> = {};
    for (const [field, kind] of Object.entries(this.#kind.fields)) {
      const text = textOf(root, field);
      if (text === undefined) continue;
      if (kind === 'number') given[field] = Number(text);
      else if (kind === 'boolean') given[field] = text === 'true' ? true : text === 'false' ? false : text;
      else given[field] = text;
    }
    return given;
  }

  #check(value: object): R {
    const result = this.#kind.schema.safeParse(value);
    if (result.success) return result.data;
    const [issue] = result.error.issues;
    throw badRequest(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''}`);
  }

  #save(request: FastifyRequest, reply: FastifyReply, change: (all: readonly R[]) => R[]): FastifyReply {
    try {
      this.#kind.save(request, change(this.#kind.list(request)));
    } catch (error) {
      if (error instanceof ContradictionError) throw finesseApiError(error.message);
      throw error;
    }
    return reply.code(200).send();
  }
}
