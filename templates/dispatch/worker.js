{% load static %}// Lets the tablet's pages open without a network. Static files come from the cache, pages from the
// network and else as they were last seen; what is posted is never touched (tablet-log.js keeps it).

const STATIC = "tablet-static-{{ version }}";
const PAGES = "tablet-pages";
const FILES = [{% for file in files %}"{{ file }}"{% if not forloop.last %}, {% endif %}{% endfor %}];
const HOME = "{% url "dispatch:my_day" %}";
const LEFT = "{% url "dispatch:left" %}";
const EMPTY = "{% url "dispatch:empty" %}";
const AWAY = "{% url "dispatch:away" %}";
const IDLE = 72 * 3600 * 1000;
const PATIENCE = 6000;

addEventListener("install", (event) => {
  event.waitUntil(caches.open(STATIC).then((cache) => cache.addAll([...FILES, LEFT, EMPTY])).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  event.waitUntil(
    caches.keys()
      .then((names) => Promise.all(names.filter((name) => name.startsWith("tablet-static-") && name !== STATIC).map((name) => caches.delete(name))))
      .then(() => clients.claim()),
  );
});

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== location.origin) return;
  if (FILES.includes(url.pathname)) event.respondWith(fromCache(request));
  else if (request.mode === "navigate") event.respondWith(go(request, url));
});

async function fromCache(request) {
  const found = await caches.match(request, { cacheName: STATIC, ignoreSearch: true });
  return found ?? fetch(request);
}

// Who has logged out without a network has left, though the server does not know it yet: nobody goes on
// with that log-in, on whatever page.
async function go(request, url) {
  if (await recall("leaving")) return (await caches.match(LEFT, { cacheName: STATIC })) ?? Response.error();
  return url.pathname.startsWith(HOME) && url.pathname !== LEFT ? page(request, url) : fetch(request);
}

// The device forgets what nobody used for three days, without the server, too.
async function page(request, url) {
  if (await isLeftAlone()) await wipe();
  const pages = await caches.open(PAGES);
  const kept = await pages.match(url.pathname);
  try {
    const signal = kept ? AbortSignal.timeout(PATIENCE) : undefined;
    const answer = await fetch(request, { signal });
    if (answer.status === 200 && !answer.redirected && kept) await pages.put(url.pathname, answer.clone());
    return answer;
  } catch {
    return kept ?? (await pages.match(AWAY)) ?? (await caches.match(EMPTY, { cacheName: STATIC })) ?? Response.error();
  }
}

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("tablet");
    request.onupgradeneeded = () => request.transaction.abort(); // nothing was kept yet
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function recall(key) {
  try {
    const db = await open();
    const found = await new Promise((resolve) => {
      const asked = db.transaction("meta").objectStore("meta").get(key);
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => resolve(undefined);
    });
    db.close();
    return found;
  } catch {
    return undefined;
  }
}

async function isLeftAlone() {
  const usedAt = await recall("usedAt");
  return usedAt !== undefined && Date.now() - usedAt > IDLE;
}

async function wipe() {
  await caches.delete(PAGES);
  const db = await open();
  await new Promise((resolve) => {
    const transaction = db.transaction(["actions", "meta"], "readwrite");
    transaction.objectStore("actions").clear();
    transaction.objectStore("meta").clear();
    transaction.oncomplete = transaction.onabort = resolve;
  });
  db.close();
}
