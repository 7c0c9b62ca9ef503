/** Keeps the inspector's own pages on the phone, so that they open without a network. Answers of the centre are never
 * kept here: what is not sent yet lies in the outbox, and what was seen lies in its `round`. */
declare const self: ServiceWorkerGlobalScope;
declare const __KEPT__: { version: string; files: string[] }; // written in by the build

const NAME = `inspect-${__KEPT__.version}`;
const HOME = new URL("./", self.location.href).pathname;

self.addEventListener("install", (event) => {
  const fresh = __KEPT__.files.map((file) => new Request(HOME + file, { cache: "reload" }));
  event.waitUntil(caches.open(NAME).then((kept) => kept.addAll(fresh)).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  const clean = caches.keys().then((names) =>
    Promise.all(names.filter((name) => name.startsWith("inspect-") && name !== NAME).map((name) => caches.delete(name))),
  );
  event.waitUntil(clean.then(() => self.clients.claim()));
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin || !url.pathname.startsWith(HOME)) return;
  event.respondWith(event.request.mode === "navigate" ? page() : file(event.request));
});

/** The page of this version, so that page and files always belong together. */
async function page(): Promise<Response> {
  return (await caches.match(HOME, { cacheName: NAME })) ?? fetch(HOME);
}

async function file(request: Request): Promise<Response> {
  return (await caches.match(request, { cacheName: NAME, ignoreSearch: true })) ?? fetch(request);
}

export {};
