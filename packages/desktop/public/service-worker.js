/**
 * Keeps the desktop's shell, so that a reload works while the node that served it is down. The agent's data goes past it:
 * it answers for nothing but the files under its own path, and what it keeps of them is the last that the node gave.
 */
const shell = 'finesse-ha-desktop';
/** A frozen node takes connections and says nothing: so long is it waited for. */
const patienceMs = 2_000;

/** The files are the same for whoever asks, although answers may name headers that they vary by. */
const anyAsker = { ignoreVary: true };

const scope = new URL(self.registration.scope);
/** Files with a hash in their name never change. */
const forGood = new URL('assets/', scope).pathname;

self.addEventListener('install', (event) => event.waitUntil(keepShell().then(() => self.skipWaiting())));
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()));

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname))
    return;
  event.respondWith(url.pathname.startsWith(forGood) ? kept(request) : fresh(request));
});

/** The page, what it names, and where the nodes are. */
async function keepShell() {
  const cache = await caches.open(shell);
  const page = await fetch(scope, { cache: 'no-cache' });
  const text = await page.clone().text();
  const named = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => new URL(path, scope).href);
  await cache.put(scope, page);
  await cache.addAll([...named, new URL('deployment.json', scope).href]);
  // What an older page named is of no use any more.
  const wanted = new Set([scope.href, new URL('deployment.json', scope).href, ...named]);
  for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request);
}

async function kept(request) {
  return (await caches.match(request.url, anyAsker)) ?? fetch(request);
}

/** From the node if it answers in time, otherwise what it gave last. */
async function fresh(request) {
  const key = request.mode === 'navigate' ? scope.href : request.url;
  const answer = fetch(request).then(async (response) => {
    if (!response.ok) throw new Error(`the node answered ${response.status}`);
    const cache = await caches.open(shell);
    await cache.put(key, response.clone());
    return response;
  });
  const late = new Promise((_resolve, reject) => setTimeout(reject, patienceMs, new Error('no answer')));
  try {
    return await Promise.race([answer, late]);
  } catch {
    return (await caches.match(key, anyAsker)) ?? answer;
  }
}
