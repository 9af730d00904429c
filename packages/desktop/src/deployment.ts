/** One node of the pair, as the web host knows it from its own configuration. */
export interface DeploymentNode {
  /** `primary` or `secondary`. */
  readonly name: string;
  /** Origin of the REST API, such as `https://fin-a.example:8445`. */
  readonly restUrl: string;
  /** The notification service, such as `wss://fin-a.example:8445/ws`. */
  readonly webSocketUrl: string;
  /** The node's XMPP domain. */
  readonly domain: string;
}

/** What the desktop must know before anybody signs in (`GET /desktop/deployment.json`). */
export interface Deployment {
  readonly nodes: readonly DeploymentNode[];
  /** Present in a lab only: where its faults are switched. */
  readonly lab?: { readonly controlUrl: string };
}

/** The file that says where the nodes are cannot be used; the message says why. */
export class DeploymentError extends Error {
  readonly kind = 'deployment';
  constructor(problem: string, options?: ErrorOptions) {
    super(`deployment.json: ${problem}`, options);
    this.name = 'DeploymentError';
  }
}

/**
 * Fetches where the nodes are, from the node that served this page (or the service worker's cache of it).
 * @throws {DeploymentError}
 */
export async function loadDeployment(url: string): Promise<Deployment> {
  let value: unknown;
  try {
    const response = await fetch(url, { credentials: 'omit' });
    if (!response.ok) throw new DeploymentError(`the server answered ${response.status}`);
    value = await response.json();
  } catch (error) {
    if (error instanceof DeploymentError) throw error;
    throw new DeploymentError(error instanceof Error ? error.message : String(error), { cause: error });
  }
  return checkDeployment(value);
}

/**
 * Checks what the server gave.
 * @throws {DeploymentError} naming the first field that is not as it must be.
 */
export function checkDeployment(value: unknown): Deployment {
  const { nodes, lab } = object('(all)', value);
  if (!Array.isArray(nodes) || nodes.length < 1 || nodes.length > 2) {
    throw new DeploymentError('nodes must be a list of one or two nodes');
  }
  return {
    nodes: nodes.map((node, index) => checkNode(`nodes[${index}]`, node)),
    ...(lab === undefined
      ? {}
      : { lab: { controlUrl: url('lab.controlUrl', object('lab', lab).controlUrl) } }),
  };
}

function checkNode(where: string, value: unknown): DeploymentNode {
  const node = object(where, value);
  return {
    name: text(`${where}.name`, node.name),
    restUrl: url(`${where}.restUrl`, node.restUrl),
    webSocketUrl: url(`${where}.webSocketUrl`, node.webSocketUrl),
    domain: text(`${where}.domain`, node.domain),
  };
}

function object(where: string, value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new DeploymentError(`${where} must be an object`);
  return value as Record<string, unknown>;
}

function text(where: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') throw new DeploymentError(`${where} must be a text`);
  return value;
}

function url(where: string, value: unknown): string {
  const given = text(where, value);
  if (!URL.canParse(given)) throw new DeploymentError(`${where} is not a URL: ${JSON.stringify(given)}`);
  return given;
}
