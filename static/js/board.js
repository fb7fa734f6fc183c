// The schedule board: what is dragged is checked before it is dropped, and the server has the last word.
// Every few seconds it asks what others have moved. All times are the wall's: no zone is reckoned here.

const board = document.querySelector("[data-board]");
const { feed, top, first, offset, mayPlan, ...words } = board.dataset;
const isWeek = board.dataset.days !== "1"; // where a way is a hair, and its warning is enough
const [side, time] = [board.querySelector("[data-waiting]"), board.querySelector("[data-time]")];
const grid = time.shadowRoot; // the desk's stylesheets would make each change of the grid dear
const [cards, chosen] = [board.querySelector("[data-cards]"), board.querySelector("[data-chosen]")];
const [note, tip] = [document.querySelector("[data-note]"), document.querySelector("[data-tip]")];
const sprite = document.getElementById("words").dataset.icons;
const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const EVERY = 3000;
const LONGEST = 60000;
const MINUTE = 60000;
const QUARTER = 15 * MINUTE;
const DAY = 24 * 60 * MINUTE;
const CHECK_AFTER = 100;
const FAR = 5;
const EDGE = 48;
const NEAR = "240px"; // above and below the screen
const ROWS_A_FRAME = 4;
const BESIDE = 172; // px: the names, and what scrolls
const [BAR, GAP] = [3.25, 0.2]; // rem: how high a bar is, and what is between two of the same time
// An icon of the sprite costs ten nodes, and a week has hundreds of bars; the words stand in the title.
const GLYPHS = { assigned: "○", accepted: "✓", travelling: "→", on_site: "⌂", working: "●", done: "✓✓", not_solved: "✕" };
let calendar;
let tag = "";
let wait = EVERY;
let asking = null;
let held = null; // what is being dragged
let shown = ""; // the people and the hours, as they were given to the calendar
let hours = [0, 24]; // of each day
let hourWide = isWeek ? 30 : 64; // px at least
let open = ""; // the task beside the board

// A slash within a number is written as the server writes it (crmservice/web/numbers.py).
const oneStep = (number) => encodeURIComponent(number.replaceAll("%", "%25").replaceAll("/", "%2F"));
const address = (number, verb = "") => words.task.replace("NUMBER", oneStep(number)) + (verb && `${verb}/`);
const say = (kind, text) => document.dispatchEvent(new CustomEvent("toast", { detail: { kind, text } }));
const two = (number) => String(number).padStart(2, "0");
// Moments as the wall has them, counted as if they were UTC.
const reckoned = (wall) => Date.parse(`${wall}Z`);
const wall = (moment) => new Date(moment).toISOString().slice(0, 16);
const ofCalendar = (at) =>
  Date.UTC(at.getFullYear(), at.getMonth(), at.getDate(), at.getHours(), at.getMinutes(), at.getSeconds());
const newKey = () => [...crypto.getRandomValues(new Uint8Array(18))].map((byte) => two(byte.toString(16))).join("");

// --- What is on the board

// The first answer is asked for by the page's head, before any script runs; the grid is measured when it is made, so its
// styles come first.
const ready = Promise.all(
  [...grid.querySelectorAll("link")].map((link) => link.sheet ?? new Promise((done) => (link.onload = link.onerror = done))),
);

async function ask() {
  clearTimeout(asking);
  if (document.visibilityState === "visible" && !held) {
    try {
      const answer = await (calendar ? fetch(feed, { headers: tag ? { "If-None-Match": tag } : {}, redirect: "error", cache: "no-store" }) : fetch(top));
      wait = answer.ok || answer.status === 304 ? EVERY : Math.min(wait * 2, LONGEST);
      if (answer.status === 304) tag = answer.headers.get("ETag");
      else if (answer.ok && !held) {
        const isFirst = !calendar;
        const found = await answer.json();
        await ready;
        show(found);
        if (isFirst) wait = 0; // and now all of it
        else tag = answer.headers.get("ETag");
      }
    } catch {
      wait = Math.min(wait * 2, LONGEST);
    }
  }
  clearTimeout(asking);
  asking = setTimeout(ask, wait);
}

function show(answer) {
  note.textContent = answer.note;
  const focused = document.activeElement?.closest?.("[data-card]")?.dataset.card;
  cards.innerHTML = answer.waiting;
  if (focused) cards.querySelector(`[data-card="${CSS.escape(focused)}"] button`)?.focus();
  hours = answer.hours.map((hour) => Number.parseInt(hour, 10));
  const people = answer.people.map((each) => ({ id: each.id, title: each.name, extendedProps: each }));
  const now = JSON.stringify([people.map(({ id, title }) => [id, title]), answer.hours]);
  if (!calendar) widen();
  lay(people, thingsOf(answer));
  if (!calendar) begin(answer.hours, people);
  else if (now !== shown) {
    calendar.setOption("resources", people);
    calendar.setOption("slotMinTime", answer.hours[0]);
    calendar.setOption("slotMaxTime", answer.hours[1]);
  } else for (const each of people) tellLoad(each.extendedProps);
  shown = now;
  if (people.length && !layer.isConnected) seat();
  mark();
}

// A short day fills the screen; an hour is two slots of a day, so an even number.
function widen() {
  const all = (hours[1] - hours[0]) * (isWeek ? 7 : 1);
  hourWide = Math.max(hourWide, 2 * Math.floor((time.clientWidth - BESIDE) / all / 2));
}

function begin([from, until], people) {
  calendar = window.EventCalendar.create(grid.querySelector(".grid"), {
    view: isWeek ? "resourceTimelineWeek" : "resourceTimelineDay",
    date: first,
    firstDay: 1,
    locale: document.documentElement.lang.startsWith("zh") ? "zh-CN" : "en-GB",
    timeZone: `${offset.slice(0, 3)}:${offset.slice(3)}`,
    nowIndicator: true,
    headerToolbar: { start: "", center: "", end: "" },
    dayHeaderFormat: { weekday: "short", month: "numeric", day: "numeric" },
    slotLabelFormat: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
    slotDuration: isWeek ? "02:00" : "00:30",
    slotLabelInterval: isWeek ? "04:00" : "01:00",
    slotWidth: isWeek ? 2 * hourWide : hourWide / 2,
    slotMinTime: from,
    slotMaxTime: until,
    scrollTime: from,
    snapDuration: "00:15",
    selectable: false,
    resourceLabelContent: person,
    resources: people,
  });
}

function person({ resource }) {
  const below = line("person-sub", subOf(resource.extendedProps));
  below.dataset.person = resource.id;
  return { domNodes: [line("person-name", resource.extendedProps.name), below] };
}

const subOf = ({ sub, load }) => [sub, load].filter(Boolean).join(" · ");

function tellLoad(each) {
  const below = grid.querySelector(`[data-person="${CSS.escape(each.id)}"]`);
  if (below && below.textContent !== subOf(each)) below.textContent = subOf(each);
}

// --- The bars. The library has the days, the hours and the people, and says what lies under a point. It would work through
// every bar for every change, and make each anew; so bars are ours: those of a row are made when it comes near the screen,
// and of what changed only what changed is made anew.

const layer = document.createElement("div");
layer.className = "bars";
const rows = new Map(); // by person
const near = new Set(); // rows that have been near the screen, with what is in them
const coming = new Set(); // and those to be drawn, or drawn anew
const eye = new IntersectionObserver(
  (seen) => {
    for (const { isIntersecting, target } of seen) if (!near.has(target)) coming[isIntersecting ? "add" : "delete"](target);
    requestAnimationFrame(welcome);
  },
  { rootMargin: NEAR, scrollMargin: NEAR },
);

// A few at a time: whoever scrolls fast does not wait for all that passed.
function welcome() {
  for (const element of [...coming].slice(0, ROWS_A_FRAME)) {
    coming.delete(element);
    near.add(element);
    if (rows.has(element.dataset.row)) fill(rows.get(element.dataset.row));
  }
  if (coming.size) requestAnimationFrame(welcome);
  mark();
}

function seat() {
  grid.querySelector(".ec-body")?.append(layer);
}

// Bars, and what lies behind them, by person.
function thingsOf(answer) {
  const found = new Map(answer.people.map(({ id }) => [id, []]));
  const behind = (kind) => (each) => {
    for (const who of each.who) found.get(who)?.push({ ...each, kind, key: `${kind} ${each.start} ${each.end}` });
  };
  answer.closed.forEach(behind("is-closed"));
  answer.away.forEach(behind("is-away"));
  if (!isWeek) for (const each of answer.ways) behind(each.short ? "is-way is-short" : "is-way")(each);
  for (const each of answer.tasks) found.get(each.who)?.push({ ...each, kind: "", key: each.id });
  return found;
}

function lay(people, things) {
  const heights = [];
  for (const [id, row] of rows) if (!things.has(id)) row.element.remove(), eye.unobserve(row.element), rows.delete(id);
  for (const { id } of people) {
    if (!rows.has(id)) {
      const element = document.createElement("div");
      element.className = "row";
      element.dataset.row = id;
      rows.set(id, { element, made: new Map() });
      eye.observe(element);
    }
    const row = rows.get(id);
    row.things = inLines(things.get(id));
    const lines = Math.max(1, ...row.things.map((each) => each.line + 1));
    heights.push(`${lines * (BAR + GAP) + GAP}rem`);
    row.element.style.height = heights.at(-1);
    if (layer.children[heights.length - 1] !== row.element) layer.insertBefore(row.element, layer.children[heights.length - 1]);
    if (near.has(row.element)) coming.add(row.element);
  }
  time.style.setProperty("--board-day", `${(hours[1] - hours[0]) * hourWide}px`);
  time.style.setProperty("--board-bar", `${BAR}rem`);
  time.style.setProperty("--board-rows", heights.join(" "));
  requestAnimationFrame(welcome);
}

// What is at the same time stands one below the other.
function inLines(things) {
  const taken = [];
  for (const each of things.toSorted((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0))) {
    if (each.kind) continue;
    const free = taken.findIndex((until) => until <= each.start);
    each.line = free < 0 ? taken.length : free;
    taken[each.line] = each.end;
  }
  return things.map((each) => ({ line: 0, ...each }));
}

function fill(row) {
  const gone = new Map(row.made);
  for (const each of row.things) {
    gone.delete(each.key);
    const text = JSON.stringify([each, hours]);
    const before = row.made.get(each.key);
    if (before?.text === text) continue;
    const element = each.kind ? behindBars(each) : bar(each);
    Object.assign(element.style, spot(each));
    const isFocused = before && grid.activeElement === before.element;
    if (before) before.element.replaceWith(element);
    else row.element.append(element);
    if (isFocused) element.focus();
    row.made.set(each.key, { element, text });
  }
  for (const [key, { element }] of gone) {
    element.remove();
    row.made.delete(key);
  }
}

const across = (moment) => {
  const since = moment - reckoned(`${first}T00:00`);
  const day = Math.floor(since / DAY);
  const hour = Math.min(Math.max((since - day * DAY) / (60 * MINUTE), hours[0]), hours[1]) - hours[0];
  const all = isWeek ? 7 : 1;
  return Math.min(Math.max(day * (hours[1] - hours[0]) + hour, 0), all * (hours[1] - hours[0])) * hourWide;
};

function spot({ start, end, line, kind }) {
  const [left, right] = [across(reckoned(start)), across(reckoned(end))];
  const above = kind ? {} : { top: `${line * (BAR + GAP) + GAP}rem` };
  return { left: `${left}px`, width: `${Math.max(right - left, 0)}px`, ...above };
}

function behindBars(each) {
  const element = document.createElement("div");
  element.className = `behind ${each.kind}`;
  if (each.text) element.append(line("away-text", each.text));
  return element;
}

function bar(task) {
  const marks = ["late", "short", "locked", "along", "against", "over", "other"].filter((name) => task[name]);
  const head = line("job-head", `${GLYPHS[task.status] ?? ""} ${task.start.slice(11)}`);
  if (task.along) head.append(icon("users"));
  if (task.locked) head.append(icon("lock"));
  if (task.short) head.append(icon("car"));
  if (task.against) head.append(icon("alert-triangle"));
  if (task.promise) head.append(line("job-promise", icon(task.late ? "alert-octagon" : "flag"), task.promise));
  const element = document.createElement("button");
  element.type = "button";
  element.className = ["job", `job-${task.status}`, ...marks.map((name) => `is-${name}`)].join(" ");
  element.title = task.text;
  element.dataset.task = task.id;
  element.append(head, line("job-name", task.title), line("job-sub", task.sub));
  if (task.movable && mayPlan !== undefined) element.append(line("job-end"));
  return element;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${sprite}#${name}`);
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

function line(className, ...parts) {
  const span = document.createElement("span");
  span.className = className;
  span.append(...parts);
  return span;
}

addEventListener("beforeprint", () => {
  for (const row of rows.values()) fill(row);
});

// --- What stands against a place, said while it is still in the hand

const within = (element, { clientX, clientY }) => {
  const box = element.getBoundingClientRect();
  return clientX > box.left && clientX < box.right && clientY > box.top && clientY < box.bottom;
};

// A card lands with its beginning under the hand, a bar as it was taken, an end where it is let go.
function planAt(x, y) {
  const at = calendar.dateFromPoint(x, y);
  if (!at?.resource) return null;
  const moment = Math.round((ofCalendar(at.date) - (held.within ?? 0)) / QUARTER) * QUARTER;
  const { task, minutes } = held;
  if (!held.stretches) return { task, engineer: at.resource.id, starts: wall(moment), minutes };
  const starts = reckoned(held.bar.start);
  const length = Math.max(moment + QUARTER - starts, QUARTER);
  return { task, engineer: held.bar.who, starts: held.bar.start, minutes: length / MINUTE };
}

function look(plan, x, y) {
  Object.assign(tip.style, { left: `${Math.min(x + 16, innerWidth - 340)}px`, top: `${Math.min(y + 20, innerHeight - 140)}px` });
  const key = plan && `${plan.engineer} ${plan.starts} ${plan.minutes}`;
  if (key === held.looked) return;
  held.looked = key;
  preview(plan);
  clearTimeout(held.checking);
  tip.hidden = !plan;
  if (!plan) return;
  tip.className = "board-tip";
  tip.replaceChildren(line("tip-slot", plan.starts.slice(11)), line("tip-line", words.checking));
  held.checking = setTimeout(() => check(plan, key), CHECK_AFTER);
}

// Where it would stand.
function preview(plan) {
  held.there?.remove();
  if (!plan) return;
  held.there = document.createElement("div");
  held.there.className = "job is-preview";
  const end = wall(reckoned(plan.starts) + plan.minutes * MINUTE);
  Object.assign(held.there.style, spot({ start: plan.starts, end, line: 0, kind: "" }));
  rows.get(plan.engineer)?.element.append(held.there);
}

async function check(plan, key) {
  const { engineer, starts, minutes } = plan;
  try {
    const answer = await fetch(`${address(plan.task, "check")}?${new URLSearchParams({ engineer, starts, minutes })}`, {
      redirect: "error",
    });
    if (!answer.ok || held?.looked !== key) return;
    const { slot, refused, conflicts, warnings } = await answer.json();
    const against = [refused, ...conflicts].filter(Boolean);
    tip.className = `board-tip ${against.length ? "is-bad" : warnings.length ? "is-warning" : "is-good"}`;
    tip.replaceChildren(
      line("tip-slot", slot ?? ""),
      ...against.map((text) => line("tip-line", icon("alert-octagon"), text)),
      ...warnings.map((text) => line("tip-line", icon("alert-triangle"), text)),
    );
    if (!against.length && !warnings.length) tip.append(line("tip-line", icon("circle-check"), words.fits));
  } catch {
    // the server says it when it is dropped
  }
}

function release() {
  clearTimeout(held?.checking);
  held?.ghost?.remove();
  held?.there?.remove();
  held?.from?.classList.remove("is-held");
  held = null;
  tip.hidden = true;
}

// --- Dropped

async function place(number, plan, once = newKey()) {
  const answer = await send(address(number, "place"), { ...plan, once });
  if (!answer) return false;
  if (answer.ok) {
    say("success", answer.said);
    if (open === number) choose(number);
    return true;
  }
  if (!answer.against.length) {
    say("error", answer.said);
    return false;
  }
  const why = await askWhy("conflict", answer.against);
  return why ? place(number, { ...plan, conflict_reason: why }, once) : false;
}

async function takeBack(number) {
  const why = await askWhy("back");
  if (!why) return;
  const answer = await send(address(number, "take-back"), { reason: why, once: newKey() });
  if (answer) say(answer.ok ? "success" : "error", answer.said);
  if (answer?.ok && open === number) choose(number);
  ask();
}

async function send(url, values) {
  try {
    const body = new URLSearchParams(values);
    const answer = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token }, redirect: "error" });
    if (!answer.ok && answer.status !== 422) throw new Error(answer.status);
    return { ok: answer.ok, ...(await answer.json()) };
  } catch {
    say("error", words.gone);
    return null;
  }
}

function askWhy(name, against = []) {
  const dialog = document.querySelector(`[data-asks="${name}"]`);
  const field = dialog.querySelector("[name=why]");
  dialog.querySelector("[data-against]")?.replaceChildren(
    ...against.map((text) => Object.assign(document.createElement("li"), { textContent: text })),
  );
  field.value = "";
  dialog.returnValue = "";
  dialog.showModal();
  field.focus();
  return new Promise((resolve) => {
    const done = () => resolve(dialog.returnValue === "yes" ? field.value.trim() : "");
    dialog.addEventListener("close", done, { once: true });
  });
}

// --- Dragged with the mouse, a card from beside the board or a bar on it; a finger or a key opens the task and its form

function take(event, from, what) {
  if (mayPlan === undefined || event.pointerType === "touch" || event.button !== 0 || !calendar) return;
  held = { from, x: event.clientX, y: event.clientY, ...what };
  event.preventDefault();
}

cards.addEventListener("pointerdown", (event) => {
  const card = event.target.closest("[data-card]");
  if (!card) return;
  const { card: task, minutes, version } = card.dataset;
  take(event, card, { task, minutes: Number(minutes), version });
});

layer.addEventListener("pointerdown", (event) => {
  const from = event.target.closest(".job");
  const bar = from && thingOf(from);
  if (!bar?.movable) return;
  const at = calendar.dateFromPoint(event.clientX, event.clientY);
  const start = reckoned(bar.start);
  take(event, from, {
    task: bar.number,
    minutes: (reckoned(bar.end) - start) / MINUTE,
    version: bar.version,
    bar,
    within: at ? ofCalendar(at.date) - start : 0,
    stretches: event.target.className === "job-end",
  });
  if (held?.stretches) held.within = 0;
});

const thingOf = (element) => {
  const row = rows.get(element.parentElement.dataset.row);
  return row.things.find(({ key, kind }) => !kind && key === element.dataset.task);
};

addEventListener("pointermove", (event) => {
  if (!held) return;
  const { clientX: x, clientY: y } = event;
  if (!held.ghost) {
    if (Math.hypot(x - held.x, y - held.y) < FAR) return;
    held.ghost = held.bar ? document.createElement("i") : held.from.cloneNode(true);
    held.ghost.classList.add("card-ghost");
    held.ghost.removeAttribute("data-card");
    held.from.classList.add("is-held");
    document.body.append(held.ghost);
  }
  if (!held.bar) Object.assign(held.ghost.style, { left: `${x - 24}px`, top: `${y - 56}px` });
  scrollAtTheEdge(x, y);
  look(planAt(x, y), x, y);
});

function scrollAtTheEdge(x, y) {
  const main = grid.querySelector(".ec-main");
  const box = main.getBoundingClientRect();
  const side = box.left + main.querySelector(".ec-sidebar").offsetWidth;
  if (x < box.left) return;
  if (x > box.right - EDGE) main.scrollLeft += EDGE / 2;
  if (x < side + EDGE && held.bar) main.scrollLeft -= EDGE / 2;
  if (y > box.bottom - EDGE) main.scrollTop += EDGE / 2;
  if (y < box.top + EDGE) main.scrollTop -= EDGE / 2;
}

addEventListener("pointerup", async (event) => {
  if (!held) return;
  const { task, version, ghost, bar } = held;
  const plan = ghost ? planAt(event.clientX, event.clientY) : null;
  const isBack = bar && ghost && within(side, event);
  release();
  if (!ghost) return choose(task);
  if (isBack) return takeBack(task);
  const isSame = plan && bar && plan.engineer === bar.who && plan.starts === bar.start;
  if (!plan || (isSame && plan.minutes * MINUTE === reckoned(bar.end) - reckoned(bar.start))) return;
  const { engineer, starts, minutes } = plan;
  await place(task, { engineer, starts, minutes, version });
  ask();
});

addEventListener("pointercancel", release);
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (held) release();
  else if (open && !document.querySelector("dialog[open]")) close();
});

// What cannot be dragged, and every one by key.
layer.addEventListener("click", (event) => {
  const from = event.target.closest(".job");
  const task = from && thingOf(from);
  if (task && (event.detail === 0 || event.pointerType === "touch" || !task.movable || mayPlan === undefined)) choose(task.number);
});

// --- The task beside the board

async function choose(number) {
  try {
    const query = new URLSearchParams({ view: isWeek ? "week" : "day", on: first });
    const answer = await fetch(`${address(number)}?${query}`, { redirect: "error" });
    if (!answer.ok) throw new Error(answer.status);
    redraw(await answer.text());
  } catch {
    return say("error", words.gone);
  }
  const isOther = open !== number;
  open = number;
  chosen.hidden = false;
  mark();
  if (isOther) chosen.querySelector("h2").focus();
}

// Drawn anew under somebody's hands, the key that is about to be pressed still finds its button.
function redraw(html) {
  const isButton = (each) => each.tagName === "BUTTON" || each.tagName === "A";
  const same = (each) => `${each.tagName} ${each.name ?? ""} ${isButton(each) ? each.textContent.trim() : ""}`;
  const before = chosen.contains(document.activeElement) ? document.activeElement : null;
  chosen.innerHTML = html;
  if (!before) return;
  const able = chosen.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary, h2");
  [...able].find((each) => same(each) === same(before))?.focus();
}

function close() {
  const number = open;
  open = "";
  chosen.hidden = true;
  chosen.replaceChildren();
  mark();
  const from = `[data-card="${CSS.escape(number)}"] button`;
  (cards.querySelector(from) ?? grid.querySelector(`[data-task="${CSS.escape(number)}"]`))?.focus();
}

function mark() {
  for (const from of [board, grid]) for (const each of from.querySelectorAll(".is-chosen")) each.classList.remove("is-chosen");
  if (!open) return;
  cards.querySelector(`[data-card="${CSS.escape(open)}"]`)?.classList.add("is-chosen");
  grid.querySelector(`[data-task="${CSS.escape(open)}"]`)?.classList.add("is-chosen");
}

board.addEventListener("click", (event) => {
  const target = event.target.closest("[data-opens-task], [data-closes-task], [data-takes-back]");
  if (!target) return;
  if (target.dataset.opensTask && (event.detail === 0 || event.pointerType === "touch")) choose(target.dataset.opensTask);
  else if (target.dataset.opensTask && mayPlan === undefined) choose(target.dataset.opensTask);
  else if (target.dataset.takesBack) takeBack(target.dataset.takesBack);
  else if ("closesTask" in target.dataset) close();
});

// Who goes along: a no that a reason gets past asks for the reason.
board.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-crew]");
  if (!form) return;
  event.preventDefault();
  const values = Object.fromEntries(new FormData(form));
  let answer = await send(form.action, values);
  if (answer && !answer.ok && answer.against.length) {
    const why = await askWhy("conflict", answer.against);
    answer = why ? await send(form.action, { ...values, conflict_reason: why }) : null;
  }
  form.dispatchEvent(new CustomEvent("form:free", { bubbles: true }));
  if (!answer) return;
  say(answer.ok ? "success" : "error", answer.said);
  if (answer.ok && open === form.dataset.crew) choose(open);
  ask();
});

board.addEventListener("submit", async (event) => {
  const form = event.target.closest("form[data-place]");
  if (!form) return;
  event.preventDefault();
  const { csrfmiddlewaretoken, once, ...plan } = Object.fromEntries(new FormData(form));
  await place(form.dataset.place, plan, once);
  form.dispatchEvent(new CustomEvent("form:free", { bubbles: true }));
  ask();
});

addEventListener("focus", ask);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && ask());
ask();
