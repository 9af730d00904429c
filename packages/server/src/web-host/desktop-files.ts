/** The agent's desktop as the web host serves it: files of a bundle, and where the nodes are. The web app has no part in it. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import type { NodeConfig } from '../web-app/config.js';

/** Where the desktop lives. */
const BASE = '/desktop/';
/** Names with a hash of their content in them (the bundler's `assets/`) never mean anything else. */
const HASHED = /^assets\//;
const FOREVER = 'public, max-age=31536000, immutable';
/** May be kept, but is asked for anew each time: that is how a new version is found. */
const REVALIDATE = 'no-cache';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
};

type DesktopConfig = NonNullable<NodeConfig['desktop']>;

interface DesktopFile {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** All files in memory: the bundle is small, and a request can name nothing but what was read when the host started. */
export class DesktopFiles {
  readonly #files: ReadonlyMap<string, DesktopFile>;

  /** @throws Error when the directory cannot be read */
  constructor(config: DesktopConfig) {
    const policy = contentSecurityPolicy(config);
    const { nodes, lab } = config;
    const deployment = Buffer.from(JSON.stringify({ nodes, ...(lab === undefined ? {} : { lab }) }));
    this.#files = new Map(
      [...readFiles(config.directory), ['deployment.json', deployment] as const].map(([name, body]) => [
        name,
        { body, headers: headersOf(name, body, policy) },
      ]),
    );
  }

  /** Answers a request under `/desktop/`, and sends the start page of the host there. Returns false for any other. */
  serve(request: IncomingMessage, response: ServerResponse): boolean {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    if (path === '/' || path === BASE.slice(0, -1)) {
      request.resume();
      response.writeHead(302, { location: BASE, 'content-length': 0 }).end();
      return true;
    }
    const file = path.startsWith(BASE) ? this.#files.get(path.slice(BASE.length) || 'index.html') : undefined;
    if (file === undefined) return false;
    request.resume();
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD', 'content-length': 0 }).end();
    } else if (request.headers['if-none-match'] === file.headers.etag) {
      response.writeHead(304, file.headers).end();
    } else {
      response.writeHead(200, { ...file.headers, 'content-length': file.body.length });
      response.end(request.method === 'HEAD' ? undefined : file.body);
    }
    return true;
  }
}

function readFiles(directory: string): (readonly [string, Buffer])[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      return [relative(directory, file).split(sep).join('/'), readFileSync(file)] as const;
    });
}

function headersOf(name: string, body: Buffer, policy: string): Record<string, string> {
  const type = TYPES[extname(name)] ?? 'application/octet-stream';
  return {
    'content-type': type,
    'cache-control': HASHED.test(name) ? FOREVER : REVALIDATE,
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    ...(type.startsWith('text/html') ? { 'content-security-policy': policy } : {}),
  };
}

/** The page may talk to both nodes and, in a lab, to its faults; to nobody else, whatever finds its way into it. */
function contentSecurityPolicy({ nodes, lab }: DesktopConfig): string {
  const hosts = [
    ...nodes.flatMap(({ restUrl, webSocketUrl }) => [restUrl, new URL(webSocketUrl).origin]),
    ...(lab === undefined ? [] : [new URL(lab.controlUrl).origin]),
  ];
  return [
    "default-src 'self'",
    `connect-src 'self' ${hosts.join(' ')}`,
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
  ].join('; ');
}
