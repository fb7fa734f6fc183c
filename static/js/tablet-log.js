// The tablet's log: what was done is appended here with the device's time and a key of its own, and
// told to the server in order, exactly once. Nothing counts as saved before the server said so.
//
// window.tabletLog is for tablet.js, which shows it; tablet-worker.js reads "usedAt" of the same store.

const NAME = "tablet";
const PAGES = "tablet-pages";
const AT_ONCE = 20; // actions of one request
const MOST_BYTES = 1_500_000;
const ANSWERS_WITHIN = 20_000; // milliseconds
const IDLE = 72 * 3_600_000;
const GIVES_WAY_AFTER = 3; // a failing action then lets other tasks pass
const NOT_SENT = new Set(["seq", "label", "becomes", "state", "answer", "tries", "sent", "live", "shows"]);

let opened;
function open() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("actions", { keyPath: "seq", autoIncrement: true });
      request.result.createObjectStore("meta");
    };
    request.onsuccess = () => {
      // Another page wipes the device: it must not wait for this one.
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
  return opened;
}

// One transaction; `work` gets the store and returns a request, whose result is answered once all is
// on the disk.
async function within(name, mode, work) {
  const db = await open();
  return new Promise((resolve, reject) => {
    const transaction = db.transaction(name, mode, mode === "readwrite" ? { durability: "strict" } : {});
    const request = work(transaction.objectStore(name));
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onerror = transaction.onabort = () => reject(transaction.error);
  });
}

const get = (key) => within("meta", "readonly", (store) => store.get(key));
const set = (key, value) => within("meta", "readwrite", (store) => store.put(value, key));
// Make it anew of what it is, in one transaction.
const update = (key, make) =>
  within("meta", "readwrite", (store) => {
    const asked = store.get(key);
    asked.onsuccess = () => store.put(make(asked.result), key);
  });
const all = () => within("actions", "readonly", (store) => store.getAll());

// Change one as it is now, if it is still there and `fits`; in one transaction, since another page or
// the telling may change it, too. Returns it as it is then.
async function change(seq, values, fits = () => true) {
  let found = null;
  await within("actions", "readwrite", (store) => {
    const asked = store.get(seq);
    asked.onsuccess = () => {
      if (!asked.result || !fits(asked.result)) return;
      found = { ...asked.result, ...values };
      store.put(found);
    };
  });
  return found;
}

const remove = (item) => within("actions", "readwrite", (store) => store.delete(item.seq));

function key() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function device() {
  const known = await get("device");
  if (known) return known;
  const made = key();
  await set("device", made);
  return made;
}

const changed = (detail = {}) => dispatchEvent(new CustomEvent("tablet:change", { detail }));

async function append(item) {
  const whole = { key: key(), at: Date.now(), state: "waiting", tries: 0, ...item };
  whole.seq = await within("actions", "readwrite", (store) => store.add(whole));
  changed();
  return whole;
}

async function wipe() {
  await caches.delete(PAGES);
  const kept = await get("device");
  await within("actions", "readwrite", (store) => store.clear());
  await within("meta", "readwrite", (store) => store.clear());
  if (kept) await set("device", kept);
  changed();
}

// --- Telling the server ------------------------------------------------------------------------

let connection = navigator.onLine ? "online" : "offline"; // or "login", "other", "trouble"
function say(state) {
  connection = navigator.onLine ? state : "offline";
}

// What the server answers, or nothing when it cannot be reached.
async function ask(url, options = {}) {
  try {
    return await fetch(url, {
      cache: "no-store",
      redirect: "manual",
      signal: AbortSignal.timeout(ANSWERS_WITHIN),
      ...options,
    });
  } catch {
    return null;
  }
}

function isUnusable(answer) {
  if (!answer) say("offline-server");
  else if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) say("login");
  else if (!answer.ok) say("trouble");
  else return false;
  return true;
}

function body(action, live) {
  const told = Object.fromEntries(Object.entries(action).filter(([name]) => !NOT_SENT.has(name)));
  return live ? { ...told, live: true } : told;
}

// The next ones in their order. Whoever stands before a form gets an answer of its own.
function batch(waiting, size) {
  const told = [];
  let bytes = 0;
  for (const item of waiting.slice(0, size)) {
    bytes += JSON.stringify(item.fields).length;
    if (told.length && (bytes > MOST_BYTES || item.live)) break;
    told.push(item);
    if (item.live) break;
  }
  return told;
}

// What the server has of a report, for pages that are older than that: known before the entry leaves
// the log.
async function learnBase(item) {
  if (item.verb !== "save_draft") return;
  const at = Date.now() + ((await get("offset")) ?? 0);
  await update("bases", (bases = {}) => ({ ...bases, [item.task]: { at, values: { ...bases[item.task]?.values, ...item.fields } } }));
}

// What the tasks are now, by the server's word and time: a page that is kept from before must not
// offer what is done, and an old step that is told once more takes none back.
async function learnStatuses({ tasks = {}, now }) {
  const known = Object.fromEntries(Object.entries(tasks).map(([task, status]) => [task, { at: now, status }]));
  await update("statuses", (statuses = {}) => ({ ...statuses, ...known }));
}

async function learn(item, answer, done) {
  if (answer.is_applied) await learnBase(item);
  if (answer.status === 200) {
    dispatchEvent(new CustomEvent("tablet:taken", { detail: item }));
    await remove(item);
    done.push(item);
  } else if (item.live && answer.outcome === "refused") {
    await remove(item);
    done.push({ ...item, refused: answer });
  } else if (answer.status === 500) {
    await change(item.seq, { tries: item.tries + 1 });
    return false;
  } else {
    await change(item.seq, { live: false, state: answer.outcome || "refused", answer });
    if (answer.is_applied) done.push(item);
  }
  return true;
}

// Tell what waits, in order. Returns what became of it: {done, may}.
async function flush(url) {
  const done = [];
  let size = AT_ONCE;
  const passed = new Set(); // tasks whose action fails again and again
  for (;;) {
    const who = await get("user");
    const items = (await all()).filter((item) => item.state === "waiting" && item.user === who);
    const waiting = items.filter((item) => !passed.has(item.task));
    if (!navigator.onLine) {
      say("offline");
      break;
    }
    const token = await ask(url);
    if (isUnusable(token)) break;
    const known = await token.json();
    await set("offset", known.now - Date.now());
    if (who !== undefined && known.user !== who) {
      say("other");
      break;
    }
    say("online");
    if (!waiting.length) {
      if (!known.may) await loseRights(done);
      break;
    }
    // From here on it may have come to the server: its text does not change any more.
    const told = [];
    for (const item of batch(waiting, size)) told.push(await change(item.seq, { sent: true }));
    if (told.includes(null)) continue; // taken off meanwhile
    const answer = await ask(url, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": known.token },
      body: JSON.stringify({
        device: await device(),
        sent_at: Date.now(),
        package: await get("seal"),
        actions: told.map((item) => body(item, item.live)),
      }),
    });
    if (isUnusable(answer)) {
      if (connection !== "trouble" || size > 1) {
        if (connection !== "trouble") break;
        size = 1; // which of them it is
        continue;
      }
      await change(told[0].seq, { live: false, tries: told[0].tries + 1 });
      if (told[0].tries + 1 < GIVES_WAY_AFTER) break;
      passed.add(told[0].task);
      continue;
    }
    const heard = await answer.json();
    await learnStatuses(heard);
    let failed = null;
    for (const [index, each] of heard.answers.entries()) {
      if (!(await learn(told[index], each, done))) failed = told[index];
    }
    changed();
    if (failed) {
      say("trouble");
      if (failed.tries + 1 < GIVES_WAY_AFTER) break;
      passed.add(failed.task);
    }
  }
  if (passed.size) say("trouble");
  changed({ done });
  return done;
}

async function loseRights(done) {
  await wipe();
  done.push({ lostRights: true });
}

// One page of several tells; the others wait and then find nothing to tell.
let url = "";
const tell = () => navigator.locks.request("tablet-log", () => flush(url));

// --- The package ---------------------------------------------------------------------------------

// The work of the next seven days, and the pages of what has changed since the last time.
async function fetchPackage(address, always) {
  if (await get("leaving")) return false;
  const [etag, before] = [await get("etag"), (await get("tasks")) ?? []];
  const answer = await ask(address, etag ? { headers: { "If-None-Match": etag } } : {});
  if (!answer || answer.type === "opaqueredirect") return false;
  if (answer.status === 403) {
    await wipe();
    return false;
  }
  const pages = await caches.open(PAGES);
  const isNew = answer.status === 200;
  if (isNew) {
    const made = await answer.json();
    const versions = new Map(before.map((task) => [task.number, task.version]));
    const fresh = made.tasks.filter((task) => versions.get(task.number) !== task.version);
    const wanted = new Set([...always, ...made.tasks.flatMap((task) => task.pages)]);
    for (const request of await pages.keys()) {
      if (!wanted.has(new URL(request.url).pathname)) await pages.delete(request);
    }
    const kept = new Set((await pages.keys()).map((request) => new URL(request.url).pathname));
    const missing = [...wanted].filter((page) => !kept.has(page));
    if (!(await keepPages([...new Set([always[0], ...fresh.flatMap((task) => task.pages), ...missing])]))) return false;
    await set("tasks", made.tasks);
    await set("parts", made.parts);
    await set("seal", made.seal);
    await set("etag", answer.headers.get("ETag"));
  } else if (answer.status !== 304) return false;
  await set("packedAt", Date.now());
  changed();
  return isNew;
}

async function keepPages(addresses) {
  const pages = await caches.open(PAGES);
  for (const address of addresses) {
    const page = await ask(address);
    if (!page || page.type === "opaqueredirect") return false;
    if (page.status === 200) await pages.put(address, page);
    else if (page.status >= 500) return false;
  }
  return true;
}

// --- Whose device it is --------------------------------------------------------------------------

// Left alone for three days it forgets everything; another person finds nothing of the one before,
// whose untold actions wait unseen for that person's log-in.
async function begin(user) {
  const [usedAt, before] = [await get("usedAt"), await get("user")];
  if (usedAt !== undefined && Date.now() - usedAt > IDLE) await wipe();
  else if (before !== undefined && before !== user) {
    await caches.delete(PAGES);
    for (const name of ["tasks", "parts", "seal", "etag", "packedAt", "offset", "bases", "statuses"]) await set(name, undefined);
  }
  await set("user", user);
  await used();
}

const used = () => set("usedAt", Date.now());

window.tabletLog = {
  isPossible: isSecureContext && "serviceWorker" in navigator && "indexedDB" in window && "locks" in navigator,
  connection: () => connection,
  at: (address) => (url = address),
  all, append, begin, change, fetchPackage, get, key, remove, set, tell, update, used, wipe,
};
