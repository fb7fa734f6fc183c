// The tablet's pages: forms go into the log (tablet-log.js), the page shows what they change as
// waiting, and the badge says how it stands. Without a secure context all is as on any page.

const log = window.tabletLog;
const root = document.querySelector("[data-tablet]");
const here = root?.dataset ?? {};
const badge = document.querySelector("[data-connection]");
const list = document.getElementById("waiting");
const page = document.querySelector("[data-work]");
const number = page?.dataset.work;
const words = list?.dataset ?? {};
const PATIENCE = 8_000; // how long a tap waits for the server before it waits in the log
const EVERY = 15_000;
const FRESH = 120_000; // a page younger than this was just made by the server
const template = (name) => document.querySelector(`template[data-part="${name}"]`)?.content;
const clone = (name) => template(name).cloneNode(true);
const free = (form) => form.dispatchEvent(new CustomEvent("form:free", { bubbles: true }));
const clock = (at) => new Date(at).toLocaleTimeString(document.documentElement.lang, { hour: "2-digit", minute: "2-digit" });
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);

let items = [];
let isOn = false;
let offset = 0; // of the device's clock to the server's
let statuses = {}; // what the server has taken, for pages that are older than that

const ofMine = (item) => item.user === Number(here.user);
const mine = () => items.filter(ofMine);
const waitingFor = (task) => mine().filter((item) => item.task === task && item.state === "waiting");
const troubled = () => mine().filter((item) => item.state !== "waiting");

// --- What a form says ---------------------------------------------------------------------------

const NEVER = new Set(["csrfmiddlewaretoken", "once"]);

function fieldsOf(form) {
  const fields = {};
  for (const [name, value] of new FormData(form)) {
    if (NEVER.has(name) || typeof value !== "string") continue;
    fields[name] = name in fields ? [fields[name], value].flat() : value;
  }
  return fields;
}

function statusOf(task, fromServer) {
  const taken = waitingFor(task).filter((item) => item.becomes);
  if (taken.length) return taken.at(-1).becomes;
  const known = statuses[task];
  return known && known.at > Number(page?.dataset.madeAt ?? here.madeAt) ? known.status : fromServer;
}

// --- What is drafted ----------------------------------------------------------------------------

const rest = window.tabletDraft; // what the server keeps no draft of
const report = document.querySelector("form[data-drafts]");
const place = report && `${here.user} ${number} ${report.dataset.verb}`;
const drafted = report ? report.dataset.drafts.split(" ") : [];
const kept = document.getElementById("kept");
let base = {}; // what the server has of the report, as far as this tablet knows
const shown = {}; // what stood in the form before anybody typed: usual values are nobody's words
const touched = new Set();
function usualOf(field) {
  if (field instanceof RadioNodeList) return [...field].find((each) => each.defaultChecked)?.value ?? "";
  if (field.type === "checkbox") return field.defaultChecked ? field.value : "";
  return field.type === "select-one" ? ([...field.options].find((each) => each.defaultSelected) ?? field.options[0])?.value ?? "" : field.defaultValue;
}
for (const name of drafted) {
  const field = report.elements[name];
  if (field) shown[name] = usualOf(field);
}

function valuesOf(names) {
  const data = new FormData(report);
  return Object.fromEntries(names.filter((name) => report.elements[name]).map((name) => [name, data.get(name) ?? ""]));
}

// The page's own values, unless they are older than what this tablet has told since.
async function beginDraft() {
  const bases = (await log.get("bases")) ?? {};
  const known = bases[number];
  const madeAt = Number(page.dataset.madeAt);
  base = { ...JSON.parse(page.dataset.report || "{}"), ...(known && known.at > madeAt ? known.values : {}) };
  const waiting = Object.assign({}, ...waitingFor(number).filter((item) => item.verb === "save_draft").map((item) => item.fields));
  for (const [name, value] of Object.entries({ ...(known && known.at > madeAt ? known.values : {}), ...waiting })) {
    write(name, value);
  }
  // Hours of a page that is not fresh would be wrong: the stamps' hours count where nothing is typed.
  const isOld = Date.now() + offset - madeAt > FRESH || waitingFor(number).some((item) => item.becomes);
  for (const name of ["travel_hours", "labour_hours"]) {
    if (isOld && !(name in waiting) && !base[name] && report.elements[name]) write(name, "");
  }
  // As on the server: with a next visit asked for, the request is usually not solved yet.
  const { resolves } = report.elements;
  if (resolves && waitingFor(number).some((item) => item.verb === "ask_for_next_visit")) resolves.checked = resolves.defaultChecked = false;
  const isRestored = await rest.restore(place, report, drafted);
  if (isRestored) kept.textContent = words.keptOnly;
  if (Object.keys(waiting).length) kept.textContent = words.keptHere;
  for (const name of Object.keys(waiting)) touched.add(name);
}

// What somebody has typed already stays.
function write(name, value) {
  const field = report.elements[name];
  if (!field || field.type === "hidden" || (valuesOf([name])[name] !== shown[name] && !touched.has(name))) return;
  if (field.type === "checkbox") field.checked = Boolean(value);
  else field.value = value;
  shown[name] = value;
}

// What a draft in conflict says was told, too: it is not told once more beside it.
function knownOfDraft(names) {
  const drafts = mine().filter((item) => item.task === number && item.verb === "save_draft");
  const told = Object.assign({}, ...drafts.map((item) => item.fields));
  return Object.fromEntries(names.map((name) => [name, String(told[name] ?? base[name] ?? "")]));
}

// One draft waits, not one a key: while it was not sent it takes up what is typed next.
async function appendDraft() {
  items = await log.all();
  const values = valuesOf(drafted);
  for (const [name, value] of Object.entries(values)) if (value !== shown[name]) touched.add(name);
  const last = waitingFor(number).at(-1);
  const open = last?.verb === "save_draft" && !last.sent ? last : null;
  const known = { ...knownOfDraft(drafted), ...open?.known };
  const fields = {};
  for (const name of touched) {
    if (name in values && (values[name] !== known[name] || name in (open?.fields ?? {}))) fields[name] = values[name];
  }
  if (!Object.keys(fields).length) return false;
  const status = statusOf(number, page.dataset.status);
  const before = Object.fromEntries(Object.keys(fields).map((name) => [name, known[name] ?? ""]));
  const draft = { at: Date.now(), fields, known: { status, ...before } };
  if (open) {
    const isUnsent = (item) => item.state === "waiting" && !item.sent;
    return (await log.change(open.seq, draft, isUnsent)) ? true : appendDraft();
  }
  await log.append({ user: Number(here.user), task: number, verb: "save_draft", label: report.dataset.draftLabel, ...draft });
  return true;
}

let appending = Promise.resolve();
let isHandedIn = false;
async function keepDraft() {
  let isRest = false;
  appending = appending.catch(() => {}).then(async () => {
    isRest = !isHandedIn && (await rest.keep(place, report, drafted));
    return appendDraft();
  });
  const isTold = await appending.catch((error) => sayFull(error, report));
  if (isTold) kept.textContent = words.keptHere;
  else if (isRest && !kept.textContent) kept.textContent = words.keptOnly;
  if (isTold) await log.tell();
}

// What the server has taken is what it has.
addEventListener("tablet:taken", ({ detail: item }) => {
  if (report && item.verb === "save_draft" && item.task === number) base = { ...base, ...item.fields };
});

let drafting;
function draftSoon(delay) {
  clearTimeout(drafting);
  drafting = setTimeout(keepDraft, delay);
}

function sayKept(done) {
  const isHere = report && done.some((item) => item.verb === "save_draft" && !item.refused && item.task === number);
  if (isHere && !waitingFor(number).length) kept.textContent = fill(words.keptThere, { time: clock(Date.now()) });
}

// --- A tap ---------------------------------------------------------------------------------------

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!isOn || event.defaultPrevented) return;
  if (form.dataset.verb) {
    event.preventDefault();
    taps += 1;
    take(form).catch((error) => sayFull(error, form)).finally(() => {
      taps -= 1;
      free(form);
      if (isOld) renew();
    });
  } else if (form.action.endsWith(here.logOut)) {
    event.preventDefault();
    logOut(form).finally(() => free(form));
  }
});

async function take(form) {
  clearTimeout(drafting);
  const { verb, becomes = "", label } = form.dataset;
  const task = number;
  const fields = fieldsOf(form);
  const isReport = form === report;
  const known = { status: statusOf(task, page.dataset.status), ...(isReport ? knownOfDraft(drafted) : {}) };
  const item = await log.append({
    user: Number(here.user), task, verb, becomes, fields, known, live: navigator.onLine,
    label: label || form.querySelector("button")?.textContent.trim() || verb,
    shows: form.dataset.shows || form.querySelector("button")?.textContent.trim(),
  });
  const done = item.live ? await soon(log.tell()) : [];
  const told = done?.find((each) => each.key === item.key);
  if (told?.refused) return showErrors(told.refused, form);
  if (!told) await wait(item);
  await refresh();
  const now = items.find((each) => each.key === item.key);
  if (now && now.state !== "waiting") return openList();
  if (isReport) {
    isHandedIn = true;
    await appending;
    await rest.forget((name) => name.startsWith(`${here.user} ${task} `));
  }
  if (form.dataset.next) return location.assign(form.dataset.next);
  form.reset();
  if (verb === "add_part") forgetPart();
  if (told) renew();
}

// A page that has grown old is made anew when nobody is amid something on it: what is typed, and a
// tap that is still being kept, would be lost.
let taps = 0;
let isOld = false;
let goesOn = false; // to another page: to make this one anew would hold it back
function renew() {
  isOld = true;
  if (goesOn) return;
  const fields = [...document.querySelectorAll("main :is(input, textarea, select)")];
  if (!taps && !document.querySelector("dialog[open]") && !fields.some(isTyped)) location.reload();
}
document.addEventListener("focusout", () => isOld && renew());
addEventListener("beforeunload", () => {
  goesOn = true;
  setTimeout(() => (goesOn = false), PATIENCE);
});

function isTyped(field) {
  if (field.type === "hidden") return false;
  if (field.type === "file") return field.files.length > 0;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (!field.options) return field.value !== field.defaultValue;
  const usual = [...field.options].findIndex((option) => option.defaultSelected);
  return field.selectedIndex !== Math.max(usual, 0);
}

const soon = (promise) => Promise.race([promise, new Promise((resolve) => setTimeout(() => resolve(null), PATIENCE))]);

// Nobody stands before the form any more: a no is then kept, not only shown.
async function wait(item) {
  await log.change(item.seq, { live: false }, (each) => each.live);
}

// The device has no room left: said in words of its own, since nothing was kept.
function sayFull(error, form) {
  if (error?.name !== "QuotaExceededError") throw error;
  showErrors({ words: [words.full] }, form);
}

function showErrors(answer, form) {
  document.querySelector("[data-errors]")?.remove();
  const box = clone("errors").firstElementChild;
  const lines = Object.entries(answer.errors ?? {}).flatMap(([name, errors]) =>
    errors.map((error) => {
      const label = form.elements[name]?.labels?.[0]?.textContent.replace("*", "").trim();
      return label ? `${label}: ${error}` : error;
    }),
  );
  for (const line of lines.length ? lines : answer.words) {
    box.querySelector("ul").append(Object.assign(document.createElement("li"), { textContent: line }));
  }
  document.querySelector("main").prepend(box);
  box.focus();
}

// --- What the page shows -------------------------------------------------------------------------

function show() {
  if (!badge) return;
  const waits = mine().filter((item) => item.state === "waiting").length;
  const troubles = troubled().length;
  const state = log.connection();
  const isAway = state === "offline" || state === "offline-server";
  badge.dataset.connection = !isOn ? (navigator.onLine ? "only" : "offline")
    : troubles || ["login", "other", "trouble"].includes(state) ? "error" : isAway ? "offline" : "online";
  const count = badge.querySelector("[data-count]");
  count.hidden = !waits;
  count.textContent = waits ? fill(words.countWords ?? "{n}", { n: waits }) : "";
  badge.querySelector("[data-away]").hidden = !(badge.dataset.connection === "error" && isAway);
  if (!isOn) return;
  if (page) showTask();
  for (const card of document.querySelectorAll("[data-card]")) showCard(card);
  showUnanswered();
  if (list.open) showList();
}

function showStatus(place, status, waits) {
  const slot = place.querySelector("[data-status-badge]");
  const label = document.querySelector(`template[data-status-label="${status}"]`);
  if (slot && label && slot.dataset.shown !== status) {
    slot.replaceChildren(label.content.cloneNode(true));
    slot.dataset.shown = status;
  }
  const mark = place.querySelector("[data-waits]");
  if (mark) mark.hidden = !waits;
}

function showCard(card) {
  showStatus(card, statusOf(card.dataset.card, card.dataset.status), waitingFor(card.dataset.card).length > 0);
}

// How many jobs still wait for a yes or no, with what was answered on this tablet.
function showUnanswered() {
  const line = document.querySelector("[data-unanswered]");
  if (!line) return;
  const own = [...document.querySelectorAll("[data-card][data-own]")];
  const n = own.filter(({ dataset }) => statusOf(dataset.card, dataset.status) === "assigned").length;
  line.hidden = !n;
  line.querySelector(".state").lastChild.data = n === 1 ? line.dataset.one : fill(line.dataset.many, { n });
}

function showTask() {
  const told = waitingFor(number);
  const status = statusOf(number, page.dataset.status);
  showStatus(document, status, told.length > 0);
  for (const part of document.querySelectorAll("[data-when]")) {
    const fits = part.dataset.when.split(" ").includes(status);
    if (part.hidden === fits) part.hidden = !fits;
  }
  showPath(told);
  showParts(told);
  showChecklist(told);
  showLines(told);
}

// The way of the job, with the steps that the server does not know of.
const way = document.querySelector(".path");
const wayFromServer = way?.innerHTML;
function showPath(told) {
  if (!way) return;
  const steps = told.filter((item) => item.becomes && item.becomes !== "paused");
  const key = steps.map((item) => item.key).join(" ");
  if ((way.dataset.shows ?? "") === key) return;
  way.dataset.shows = key;
  way.innerHTML = wayFromServer;
  for (const item of steps) {
    const step = way.querySelector(`[data-step="${item.becomes}"]`) ?? way.querySelector('[data-step="end"]');
    if (!step.classList.contains("step-todo")) continue; // carried on
    const before = way.querySelector(".step-now");
    if (before && before !== step) stand(before, "done");
    stand(step, "now");
    if (step.dataset.step === "end") step.querySelector(".step-label").textContent = labelOf(item.becomes);
    const sub = step.querySelector(".step-sub") ?? step.appendChild(Object.assign(document.createElement("span"), { className: "step-sub" }));
    sub.textContent = clock(item.at + offset);
  }
}

function stand(step, state) {
  step.className = `step-${state}`;
  step.removeAttribute("aria-current");
  if (state === "now") step.setAttribute("aria-current", "step");
  step.querySelector("svg").replaceWith(clone(`step-${state}`));
}

const labelOf = (status) => document.querySelector(`template[data-status-label="${status}"]`).content.textContent.trim();

function showParts(told) {
  const used = document.querySelector("[data-used-parts]");
  if (!used) return;
  used.querySelectorAll("[data-waiting-part]").forEach((line) => line.remove());
  const off = new Set(told.filter((item) => item.verb === "remove_part").map((item) => item.fields.part_use));
  for (const line of used.querySelectorAll("[data-part-use]")) line.hidden = off.has(line.dataset.partUse);
  for (const item of told.filter((each) => each.verb === "add_part")) {
    const line = clone("waiting-part").firstElementChild;
    const serials = [item.fields.serial_no, item.fields.removed_serial_no].filter(Boolean).join(" ← ");
    line.querySelector("[data-name]").textContent = `${item.fields.quantity || 1} × ${item.shows}`;
    line.querySelector("[data-serials]").textContent = serials;
    const button = line.querySelector("button");
    button.hidden = item.sent; // it may have been done already
    button.addEventListener("click", async () => {
      const now = (await log.all()).find((each) => each.seq === item.seq);
      if (now && !now.sent) await log.remove(now);
      await refresh();
    });
    used.append(line);
  }
}

const pointOf = (form) => form.elements.namedItem("item")?.value; // `elements.item` is a function

// Points answered on this tablet stand as they were answered, while the server does not know.
function showChecklist(told) {
  const answers = new Map(told.filter((item) => item.verb === "answer_item").map(({ fields }) => [fields.item, fields]));
  for (const form of document.querySelectorAll("form[data-verb=answer_item]")) {
    const given = answers.get(pointOf(form));
    const mark = form.parentElement.querySelector("[data-waits]");
    if (mark) mark.hidden = !given;
    if (!given) continue;
    const { answer } = form.elements;
    const isAnswered = Boolean(given.answer || given.photo);
    form.parentElement.classList.toggle("is-answered", isAnswered);
    form.querySelector("[aria-pressed]")?.setAttribute("aria-pressed", isAnswered);
    form.querySelector("[aria-pressed], label.btn")?.classList.toggle("is-on", isAnswered);
    if (answer?.type === "hidden") answer.value = isAnswered ? "" : "yes";
    else if (answer && answer !== document.activeElement) answer.value = answer.defaultValue = given.answer;
  }
}

// What was typed or chosen; the button's own words only where that is nothing, a tick's not at all.
const SAYING = ["answer", "caption", "amount", "kilometres", "hours", "reason", "question", "text", "what", "on", "result"];
function saidIn({ verb, label, shows, fields }) {
  const typed = SAYING.map((name) => fields[name]).filter((value) => value && value !== "yes");
  const about = ["answer_item", "attach_photo", "add_part", "remove_part"].includes(verb) || !typed.length;
  return [about && shows !== label ? shows : "", ...typed].filter(Boolean).join(" · ");
}

// Other verbs that wait, each a line.
function showLines(told) {
  const lines = document.querySelector("[data-waiting-lines]");
  if (!lines) return;
  const shown = told.filter((item) => !["add_part", "remove_part", "save_draft"].includes(item.verb));
  lines.replaceChildren(
    ...shown.map((item) => {
      const text = [clock(item.at + offset), item.label, saidIn(item)].filter(Boolean).join(" · ");
      return Object.assign(document.createElement("li"), { textContent: text });
    }),
  );
  lines.closest("[data-waiting-box]").hidden = !shown.length;
}

// --- The list of what waits ----------------------------------------------------------------------

function openList() {
  showList();
  if (!list.open) list.showModal();
}

function showList() {
  const state = log.connection();
  const note = list.querySelector("[data-note]");
  note.textContent = { login: words.logIn, other: words.other, trouble: words.trouble }[state] ?? "";
  list.querySelector("[data-log-in]").hidden = !["login", "other"].includes(state);
  const others = items.filter((item) => !ofMine(item)).length;
  list.querySelector("[data-others]").textContent = others ? fill(words.others, { n: others }) : "";
  const rows = mine();
  list.querySelector("[data-nothing]").hidden = rows.length > 0;
  list.querySelector("[data-export-all]").hidden = !rows.length;
  list.querySelector("[data-items]").replaceChildren(...rows.map(row));
  log.get("packedAt").then(async (at) => {
    const tasks = (await log.get("tasks")) ?? [];
    list.querySelector("[data-ready]").textContent = at ? fill(words.ready, { n: tasks.length, time: new Date(at).toLocaleString(document.documentElement.lang) }) : words.notReady;
  });
}

function row(item) {
  const line = clone("item").firstElementChild;
  const put = (name, text) => (line.querySelector(`[data-${name}]`).textContent = text);
  put("what", item.label);
  put("said", saidIn(item));
  put("where", item.task);
  put("time", new Date(item.at + offset).toLocaleString(document.documentElement.lang));
  const isWaiting = item.state === "waiting";
  put("state", isWaiting ? (item.tries ? fill(words.tried, { n: item.tries }) : words.waitsWord) : words[item.state] ?? words.refused);
  line.dataset.state = item.state;
  put("words", isWaiting ? "" : (item.answer?.words ?? []).join(" "));
  const differences = item.answer?.differences ?? [];
  const table = line.querySelector("table");
  table.hidden = !differences.length;
  const mayChoose = item.verb === "save_draft" && item.answer?.is_applied;
  for (const each of differences) table.tBodies[0].append(difference(item, each, mayChoose));
  line.querySelector("[data-choose]").hidden = !mayChoose;
  line.querySelector("[data-choose]").addEventListener("click", () => choose(item, line));
  line.querySelector("[data-retry]").hidden = mayChoose || item.answer?.is_applied;
  line.querySelector("[data-retry]").addEventListener("click", () => retry(item));
  line.querySelector("[data-export]").addEventListener("click", () => exportItems([item]));
  line.querySelector("[data-delete]").addEventListener("click", (event) => forget(item, event.currentTarget));
  return line;
}

function difference(item, each, mayChoose) {
  const line = clone("difference").firstElementChild;
  line.querySelector("th").textContent = each.label;
  for (const side of ["mine", "theirs"]) {
    const cell = line.querySelector(`[data-side="${side}"]`);
    cell.querySelector("span").textContent = each[side];
    const radio = cell.querySelector("input");
    Object.assign(radio, { name: `${item.key} ${each.name}`, value: side, checked: side === "mine" });
    radio.hidden = !mayChoose;
  }
  return line;
}

// The choice is told as a new draft that knows what the other device wrote.
async function choose(item, line) {
  const fields = {};
  const known = { status: item.known.status };
  for (const each of item.answer.differences) {
    const radio = [...line.querySelectorAll("input:checked")].find((input) => input.name === `${item.key} ${each.name}`);
    fields[each.name] = each[radio?.value ?? "mine"];
    known[each.name] = each.theirs;
    if (item.task === number && report) write(each.name, fields[each.name]);
  }
  await again(item, { fields, known });
}

async function retry(item) {
  if (item.state === "waiting") await log.change(item.seq, { tries: 0 });
  else await again(item, {});
  await log.tell();
  await refresh();
}

// Told anew under a key of its own: the first key keeps its answer.
async function again(item, change) {
  const { seq, answer, sent, tries, ...rest } = item;
  const status = (answer?.differences ?? []).find((each) => each.name === "status") ? {} : { status: item.known.status };
  await log.remove(item);
  await log.append({ ...rest, known: { ...item.known, ...status }, ...change, key: log.key(), at: item.at, state: "waiting", instead_of: item.key });
  await log.tell();
  await refresh();
}

function exportItems(chosen) {
  const blob = new Blob([JSON.stringify(chosen, null, 2)], { type: "application/json" });
  const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(blob), download: `tablet-${chosen[0].task}.json` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

// Asked once: the second tap means it.
async function forget(item, button) {
  if (!button.dataset.sure) {
    button.dataset.sure = "yes";
    button.querySelector("span").textContent = words.sure;
    return;
  }
  await log.remove(item);
  await refresh();
  showList();
}

badge?.addEventListener("click", () => isOn && openList());
list?.querySelector("[data-send]").addEventListener("click", async (event) => {
  event.currentTarget.setAttribute("aria-busy", "true");
  await synchronise();
  list.querySelector("[data-send]").removeAttribute("aria-busy");
  showList();
});
list?.querySelector("[data-export-all]").addEventListener("click", () => exportItems(mine()));

// --- Parts without a network -------------------------------------------------------------------

const search = document.getElementById("part-search");
async function findHere() {
  const typed = search.value.trim().toLowerCase();
  const parts = (await log.get("parts")) ?? [];
  const found = typed ? parts.filter(([, name]) => name.toLowerCase().includes(typed)).slice(0, 8) : [];
  const place = document.getElementById("found-parts");
  const lines = clone("found-parts").firstElementChild;
  for (const [pk, name] of found) {
    const line = clone("found-part").firstElementChild;
    line.querySelector("[name=part]").value = pk;
    line.querySelector("[data-name]").textContent = name;
    lines.append(line);
  }
  place.replaceChildren(found.length || !typed ? lines : Object.assign(document.createElement("p"), { className: "muted", textContent: words.noPart }));
}
function forgetPart() {
  for (const field of [search, ...document.querySelectorAll("[data-serial]")]) if (field) field.value = "";
  document.getElementById("found-parts")?.replaceChildren();
}
const isAway = () => isOn && log.connection().startsWith("offline");
document.addEventListener("htmx:beforeRequest", (event) => {
  if (isOn && event.target === report) event.preventDefault(); // the log keeps the draft
  else if (event.target === search && (isAway() || !navigator.onLine)) {
    event.preventDefault();
    findHere();
  }
});
document.addEventListener("htmx:sendError", (event) => event.target === search && findHere());

// Serial numbers go with the part that is tapped next.
document.addEventListener("formdata", (event) => {
  if (!event.target.action?.endsWith("/parts/add/")) return;
  for (const name of ["serial_no", "removed_serial_no"]) {
    const field = document.querySelector(`[data-serial="${name}"]`);
    if (field?.value) event.formData.set(name, field.value);
  }
});

// --- Photos: shrunk on the device, then told like anything else ----------------------------------

const LONGEST_SIDE = 1600;
const MOST_PHOTO = 500_000 * 1.37; // characters of base64
async function shrink(file) {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" });
  let scale = Math.min(1, LONGEST_SIDE / Math.max(picture.width, picture.height));
  for (let quality = 0.82; ; quality -= 0.12) {
    if (quality < 0.4) [quality, scale] = [0.7, scale * 0.7];
    const canvas = Object.assign(document.createElement("canvas"), { width: Math.round(picture.width * scale), height: Math.round(picture.height * scale) });
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    const photo = canvas.toDataURL("image/jpeg", quality);
    if (photo.length <= MOST_PHOTO) return photo;
  }
}

document.addEventListener("change", async (event) => {
  const field = event.target.closest("[data-photo]");
  const file = field?.files[0];
  if (!file) return;
  const form = field.form;
  if (!isOn) return form.requestSubmit();
  const at = Date.now();
  const photo = await shrink(file).catch(() => null);
  field.value = "";
  if (!photo) return showErrors({ words: [words.noPhoto] }, form);
  const point = pointOf(form) ? { item: pointOf(form) } : {};
  const item = {
    user: Number(here.user), task: number, verb: form.dataset.verb, label: form.dataset.label, at,
    shows: form.dataset.shows || file.name, fields: { ...point, photo }, known: { status: statusOf(number, page.dataset.status) },
  };
  await log.append(item).then(synchronise, (error) => sayFull(error, form));
});

// A photo that is part of a form: shrunk into a hidden field, told with the rest.
document.addEventListener("change", async (event) => {
  const field = event.target.closest("[data-shrinks]");
  if (!field?.files[0] || !isOn) return;
  const { form } = field;
  const button = form.querySelector("button[type=submit]");
  button.disabled = true;
  const photo = await shrink(field.files[0]).catch(() => null);
  button.disabled = false;
  field.value = "";
  carry(form, field, photo ?? "");
  if (!photo) showErrors({ words: [words.noPhoto] }, form);
});
document.addEventListener("reset", ({ target: form }) => {
  for (const field of form.querySelectorAll("[data-shrinks]")) carry(form, field, "");
});
function carry(form, field, photo) {
  form.elements[field.dataset.shrinks].value = photo;
  form.querySelector("[data-shrunk]").hidden = !photo;
}

// --- Log-out and start ---------------------------------------------------------------------------

async function logOut(form) {
  await soon(log.tell());
  await refresh();
  const left = mine();
  if (left.length && !(await isSure(left.length))) return;
  await log.wipe();
  await log.set("leaving", true);
  if (!isAway()) return form.submit();
  location.assign(here.left);
}

function isSure(n) {
  const dialog = document.getElementById("log-out");
  dialog.querySelector("[data-text]").textContent = fill(words.logOut, { n });
  dialog.querySelector("[data-export-left]").onclick = () => exportItems(mine());
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}

async function refresh() {
  items = await log.all();
  offset = (await log.get("offset")) ?? 0;
  statuses = (await log.get("statuses")) ?? {};
  show();
}

// The pages of the tasks that moved are made anew, this one too unless somebody types on it.
async function afterTelling(done) {
  if (done.some((item) => item.lostRights)) return location.assign(here.home);
  sayKept(done);
  const told = done.filter((item) => !item.refused);
  if (!told.length) return;
  await log.fetchPackage(here.package, [here.home, here.away]);
  const isHere = !report && (page ? told.some((item) => item.task === number) : true);
  if (isHere && !told.some((item) => item.live)) renew();
}

async function synchronise() {
  const done = await log.tell();
  await refresh();
  return done;
}

addEventListener("tablet:change", async (event) => {
  await refresh();
  if (event.detail?.done?.length) await afterTelling(event.detail.done);
});

async function begin() {
  isOn = Boolean(log?.isPossible && root);
  if (!isOn) {
    for (const part of document.querySelectorAll("[data-without-log]")) part.hidden = false;
    show();
    addEventListener("online", show);
    addEventListener("offline", show);
    return;
  }
  if (await log.get("leaving")) return location.replace(here.left); // without a worker
  log.at(here.sync);
  await log.begin(Number(here.user));
  await refresh();
  if (report) {
    await beginDraft();
    draftSoon(0);
    report.addEventListener("input", () => draftSoon(700));
    report.addEventListener("change", () => draftSoon(200));
  }
  document.documentElement.dataset.log = "on";
  for (const part of document.querySelectorAll("[data-with-log]")) part.hidden = false;
  navigator.serviceWorker.register(here.worker, { scope: "/" }).catch(() => {});
  addEventListener("online", synchronise);
  addEventListener("offline", synchronise);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) synchronise();
    else if (report && !isHandedIn) keepDraft();
  });
  setInterval(() => (mine().length || log.connection() !== "online") && synchronise(), EVERY);
  setInterval(() => log.used(), 60_000);
  await synchronise();
  if (!navigator.onLine || log.connection() !== "online") return;
  const isNew = await log.fetchPackage(here.package, [here.home, here.away]);
  if (isNew && !report && isOlderThanTold()) renew();
}

// On a slow network the page that was kept is shown, though the server has taken what was just told.
const isOlderThanTold = () => statuses[number]?.at > Number(page?.dataset.madeAt ?? here.madeAt);

begin();
