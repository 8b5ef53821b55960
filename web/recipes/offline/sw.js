// Keeps the page and pageleap's files, so that visits are scored without a network. Another VERSION fetches them anew.
const VERSION = 'pageleap-1';
const FILES = ['./', 'main.mjs', 'pageleap/pageleap.mjs', 'pageleap/scorer.wasm', 'pageleap/visitor.zip'];

self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(VERSION).then((cache) => cache.addAll(FILES)));
});
self.addEventListener('activate', (event) => {
  const old = (names) => Promise.all(names.filter((name) => name !== VERSION).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(old));
});
self.addEventListener('fetch', (event) => {
  if (event.request.method !== 'GET') return;
  event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
});
