/**
 * Keeps the desktop's shell, so that a reload works while the node that served it is down. The agent's data goes past it:
 * it answers for nothing but the files under its own path, and what it keeps of them is the last that the node gave.
 */
const shell = 'finesse-ha-desktop';
/** A frozen node takes connections and says nothing: so long is it waited for. */
const patienceMs = 2_000;

const scope = new URL(self.registration.scope);
/** Files with a hash in their name never change. */
const forGood = new URL('assets/', scope).pathname;
/** Where the nodes are. */
const deployment = new URL('deployment.json', scope).href;

self.addEventListener('install', (event) => event.waitUntil(keepShell().then(() => self.skipWaiting())));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname))
    return;
  if (url.pathname.startsWith(forGood)) {
    event.respondWith(kept(request));
    return;
  }
  const answer = answerTo(request);
  const key = request.mode === 'navigate' ? scope.href : request.url;
  // What cannot be kept is still shown; what was kept before stays.
  event.waitUntil(answer.then((response) => keep(key, response.clone())).catch(() => undefined));
  event.respondWith(inTime(answer, key));
});

async function keepShell() {
  await keep(scope.href, await fetch(scope, { cache: 'no-cache' }));
}

/** Keeps an answer; of the page only together with all that it names. */
async function keep(key, response) {
  const cache = await caches.open(shell);
  if (key === scope.href) await keepNamed(cache, await response.clone().text());
  await cache.put(key, response);
}

/** What the page names, and nothing that only an older page named. */
async function keepNamed(cache, page) {
  const named = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => new URL(path, scope).href);
  const wanted = new Set([scope.href, deployment, ...named]);
  const present = await cache.keys();
  const urls = new Set(present.map(({ url }) => url));
  await cache.addAll([...wanted].filter((url) => url !== scope.href && !urls.has(url)));
  await Promise.all(present.filter(({ url }) => !wanted.has(url)).map((old) => cache.delete(old)));
}

async function kept(request) {
  return (await lastOf(request)) ?? fetch(request);
}

/** The nodes' answers vary by origin, which a page's own scripts are asked for with and this worker's files without. */
function lastOf(request) {
  return caches.match(request, { ignoreVary: true });
}

/** @throws {Error} when the node does not answer, or not with what was asked for */
async function answerTo(request) {
  const response = await fetch(request);
  if (!response.ok) throw new Error(`the node answered ${response.status}`);
  return response;
}

/** The node's answer if it comes in time, otherwise what it gave last. */
async function inTime(answer, key) {
  const late = new Promise((_resolve, reject) => setTimeout(reject, patienceMs, new Error('no answer')));
  try {
    return await Promise.race([answer, late]);
  } catch {
    return (await lastOf(key)) ?? answer;
  }
}
