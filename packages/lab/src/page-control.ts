import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { LabError, nodeNames } from './deployment.js';
import {
  allFaultNames,
  type Fault,
  type FaultName,
  type FaultVariant,
  faultsOf,
  variantNames,
  variantsOf,
} from './faults.js';
import { type JsonAnswer, JsonServer, sameText } from './json-server.js';
import type { Lab } from './lab.js';

const faultSchema = z.strictObject({
  scenario: z.enum(allFaultNames),
  node: z.enum(nodeNames as ['primary', 'secondary']),
  variant: z.enum(variantNames).default('default'),
});

/** What `GET /state` answers. */
export interface PageControlState {
  nodes: { node: string; url: string; status: string }[];
  /** What can be broken, and in which ways. */
  scenarios: { name: FaultName; variants: readonly FaultVariant[] }[];
  /** What this lab was told to break and not to mend yet. */
  broken: readonly Fault[];
}

/**
 * The faults of a lab for the pages that its nodes serve: `GET /state`, `POST /faults`, `POST /heal`, on loopback. The
 * address has a token in it, which only those learn whom a node serves the desktop's `deployment.json`; browsers are
 * answered on the nodes' own pages only.
 */
export class PageControl {
  readonly #server = new JsonServer((request, body) => this.#answer(request, body));
  readonly #token = randomBytes(18).toString('base64url');
  #lab: Lab | null = null;

  /** Listens; until there is a lab it refuses everything. Resolves with the URL that pages use, with a slash at its end. */
  async start(): Promise<string> {
    return `${await this.#server.start()}/${this.#token}/`;
  }

  /** The lab whose faults these are. */
  serve(lab: Lab): void {
    this.#lab = lab;
  }

  stop(): void {
    this.#server.stop();
  }

  async #answer(request: IncomingMessage, body: () => Promise<unknown>): Promise<JsonAnswer> {
    const [, token = '', what] = (request.url ?? '').split('/');
    const lab = this.#lab;
    const { origin } = request.headers;
    const known = origin === undefined || lab?.nodes.some(({ url }) => url === origin);
    if (lab === null || !sameText(token, this.#token) || !known) {
      return { status: 403, body: { error: 'only pages of this lab may ask' } };
    }
    const headers =
      origin === undefined
        ? {}
        : {
            'access-control-allow-origin': origin,
            'access-control-allow-headers': 'content-type',
            vary: 'origin',
          };
    if (request.method === 'OPTIONS') return { status: 200, headers, body: {} };
    // Refusals too are to be readable for the page.
    return carryOut(lab, `${request.method} ${what}`, body).then(
      (result) => ({ ...result, headers }),
      (error: unknown) => {
        if (!(error instanceof LabError)) throw error;
        return { status: 400, headers, body: { error: error.message } };
      },
    );
  }
}

async function carryOut(lab: Lab, command: string, body: () => Promise<unknown>): Promise<JsonAnswer> {
  switch (command) {
    case 'GET state':
      break;
    case 'POST faults': {
      const { scenario, ...rest } = faultOf(await body());
      await lab.fault(scenario, rest);
      break;
    }
    case 'POST heal': {
      const { scenario, node } = faultOf(await body());
      await lab.heal(scenario, { node });
      break;
    }
    default:
      return { status: 404, body: { error: 'there are GET state, POST faults and POST heal' } };
  }
  return { body: await stateOf(lab) };
}

function faultOf(value: unknown): Fault {
  const parsed = faultSchema.safeParse(value);
  if (!parsed.success) throw new LabError(`not a fault: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

async function stateOf(lab: Lab): Promise<PageControlState> {
  return {
    nodes: await lab.nodeStatuses(),
    scenarios: faultsOf(lab).map((name) => ({ name, variants: variantsOf[name] })),
    broken: lab.broken,
  };
}
