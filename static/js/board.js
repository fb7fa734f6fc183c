// The schedule board: what is dragged is checked before it is dropped, and the server has the last word.
// Every few seconds it asks what others have moved. All times are the wall's: no zone is reckoned here.

const board = document.querySelector("[data-board]");
const { feed, first, offset, mayPlan, ...words } = board.dataset;
const isWeek = board.dataset.days !== "1"; // where a way is a hair, and its warning is enough
const [side, time] = [board.querySelector("[data-waiting]"), board.querySelector("[data-time]")];
const [cards, chosen] = [board.querySelector("[data-cards]"), board.querySelector("[data-chosen]")];
const [note, tip] = [document.querySelector("[data-note]"), document.querySelector("[data-tip]")];
const sprite = document.getElementById("words").dataset.icons;
const token = JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const EVERY = 3000;
const LONGEST = 60000;
const QUARTER = 15 * 60000;
const CHECK_AFTER = 100;
const FAR = 5;
const EDGE = 48;
const ABOVE_THE_FOLD = 12; // rows, as many as the first answer has bars for
const DAYS_AT_FIRST = 4; // of a week, as wide as a screen
const DAY = 24 * 3600000;
// An icon of the sprite costs ten nodes, and a week has hundreds of bars; the words stand in the title.
const GLYPHS = { assigned: "○", accepted: "✓", travelling: "→", on_site: "⌂", working: "●", done: "✓✓", not_solved: "✕" };
let calendar;
let tag = "";
let wait = EVERY;
let asking = null;
let held = null; // what is being dragged
let shown = ""; // the people and the hours, as they were given to the calendar
let filling = null; // what waits to be drawn
const placed = new Map(); // what the calendar has, by its id, as it was given
const pictures = new WeakMap();
let open = ""; // the task beside the board

const address = (number, verb = "") => words.task.replace("NUMBER", encodeURIComponent(number)) + (verb && `${verb}/`);
const say = (kind, text) => document.dispatchEvent(new CustomEvent("toast", { detail: { kind, text } }));
const two = (number) => String(number).padStart(2, "0");
const wall = (at) =>
  `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
const minutesOf = (event) => Math.round((event.end - event.start) / 60000);
const newKey = () => [...crypto.getRandomValues(new Uint8Array(18))].map((byte) => two(byte.toString(16))).join("");

// --- What is on the board

async function ask() {
  clearTimeout(asking);
  if (document.visibilityState === "visible" && !held) {
    try {
      const answer = await fetch(calendar ? feed : `${feed}&top`, {
        headers: tag ? { "If-None-Match": tag } : {},
        redirect: "error",
        cache: "no-store",
      });
      wait = answer.ok || answer.status === 304 ? EVERY : Math.min(wait * 2, LONGEST);
      if (answer.ok && !held) {
        const isFirst = !calendar;
        show(await answer.json());
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
  const events = [
    ...answer.closed.map((each) => background(each, "is-closed")),
    ...answer.away.map((each) => background(each, "is-away")),
    ...(isWeek ? [] : answer.ways).map((each) => background(each, each.short ? "is-way is-short" : "is-way")),
    ...answer.tasks.map(bar),
  ];
  const people = answer.people.map((each) => ({ id: each.id, title: each.name, extendedProps: each }));
  const now = JSON.stringify([people.map(({ id, title }) => [id, title]), answer.hours]);
  if (!calendar) begin(answer.hours, people, events);
  else {
    if (now !== shown) {
      drawn = people.length;
      calendar.setOption("resources", people);
      calendar.setOption("slotMinTime", answer.hours[0]);
      calendar.setOption("slotMaxTime", answer.hours[1]);
    } else for (const each of people) tellLoad(each.extendedProps);
    fill(people, events);
  }
  shown = now;
}

// The library works through every bar for every change, and makes each anew that is given again. So a row has its bars
// when it comes near the screen, what did not change is left alone, with its focus, and all is given at once, when
// nothing else is to be done.
let drawn = 0; // how many rows there are, with bars or without
let all = [[], []]; // the people and what they have, of the last answer
const near = new Set(); // the people whose row has been near the screen
const eye = new IntersectionObserver(
  (rows) => {
    const before = near.size;
    for (const { isIntersecting, target } of rows) if (isIntersecting) near.add(target.dataset.person);
    if (near.size > before) fill(...all);
  },
  { rootMargin: "400px", scrollMargin: "400px" },
);

function fill(people, events) {
  all = [people, events];
  cancel(filling);
  filling = later(lay);
}

function lay() {
  const [people, events] = all;
  if (!people.length || !calendar) return;
  if (held) return void (tag = ""); // and the next answer is shown whole
  if (drawn !== people.length) {
    drawn = people.length;
    calendar.setOption("resources", people);
  }
  const gone = new Set(placed.keys());
  for (const event of events) {
    if (!event.resourceIds.some((id) => near.has(id))) continue;
    gone.delete(event.id);
    const [before, text] = [placed.get(event.id), JSON.stringify(event)];
    if (before === undefined) calendar.addEvent(event);
    else if (before !== text) calendar.updateEvent(event);
    placed.set(event.id, text);
  }
  for (const id of gone) {
    calendar.removeEventById(id);
    placed.delete(id);
  }
  mark();
}

addEventListener("beforeprint", () => {
  for (const { id } of all[0]) near.add(id);
  lay();
});

const later = window.requestIdleCallback ? (work) => requestIdleCallback(work, { timeout: 500 }) : setTimeout;
const cancel = window.cancelIdleCallback ?? clearTimeout;

function background(each, className) {
  const { who, start, end } = each;
  return { id: [className, start, end, ...who].join(" "), resourceIds: who, start, end, title: each.text ?? "", display: "background", classNames: className.split(" ") };
}

function bar(each) {
  const marks = ["late", "short", "locked", "along", "against", "over", "other"].filter((name) => each[name]);
  return {
    id: each.id,
    resourceIds: [each.who],
    start: each.start,
    end: each.end,
    title: each.title,
    startEditable: each.movable,
    durationEditable: each.movable,
    classNames: ["job", `job-${each.status}`, ...marks.map((name) => `is-${name}`)],
    extendedProps: each,
  };
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

// What is dragged is shown twice, and has a picture of its own.
function content({ event }) {
  if (event.display !== "auto") return draw(event);
  if (!pictures.has(event.extendedProps)) pictures.set(event.extendedProps, draw(event));
  return pictures.get(event.extendedProps);
}

function draw(event) {
  const task = event.extendedProps;
  if (event.display === "background") return { domNodes: event.title ? [line("away-text", event.title)] : [] };
  const head = line("job-head", `${GLYPHS[task.status] ?? ""} ${task.start?.slice(11) ?? ""}`);
  if (task.along) head.append(icon("users"));
  if (task.locked) head.append(icon("lock"));
  if (task.short) head.append(icon("car"));
  if (task.against) head.append(icon("alert-triangle"));
  if (task.promise) head.append(line("job-promise", icon(task.late ? "alert-octagon" : "flag"), task.promise));
  const body = line("job-body", head, line("job-name", event.title), line("job-sub", task.sub ?? ""));
  body.title = task.text ?? "";
  body.dataset.task = task.id ?? "";
  return { domNodes: [body] };
}

function person({ resource }) {
  const { name } = resource.extendedProps;
  const below = line("person-sub", subOf(resource.extendedProps));
  below.dataset.person = resource.id;
  eye.observe(below);
  return { domNodes: [line("person-name", name), below] };
}

const subOf = ({ sub, load }) => [sub, load].filter(Boolean).join(" · ");

function tellLoad(each) {
  const below = time.querySelector(`[data-person="${CSS.escape(each.id)}"]`);
  if (below && below.textContent !== subOf(each)) below.textContent = subOf(each);
}

function begin([from, until], people, events) {
  const seen = isWeek ? ofFirstDays(events) : events;
  for (const event of seen) placed.set(event.id, JSON.stringify(event));
  drawn = Math.min(people.length, ABOVE_THE_FOLD);
  for (const { id } of people.slice(0, drawn)) near.add(id);
  calendar = window.EventCalendar.create(time, {
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
    slotWidth: isWeek ? 60 : 32,
    slotMinTime: from,
    slotMaxTime: until,
    scrollTime: from,
    snapDuration: "00:15",
    editable: mayPlan !== undefined,
    eventContent: content,
    eventTimeFormat: () => "", // it stands in the picture; to reckon it for each bar costs more than the bar
    resourceLabelContent: person,
    eventClick: ({ event }) => choose(event.extendedProps.number ?? event.id),
    eventDragStart: ({ event, jsEvent }) => hold(event, jsEvent),
    eventDragStop: ({ jsEvent }) => letGo(jsEvent),
    eventDrop: (info) => drop(info, info.newResource?.id ?? info.event.resourceIds[0]),
    eventResizeStart: ({ event, jsEvent }) => hold(event, jsEvent),
    eventResizeStop: ({ jsEvent }) => letGo(jsEvent),
    eventResize: (info) => drop(info, info.event.resourceIds[0]),
    resources: people.slice(0, drawn),
    events: seen,
  });
}

// Of a week the days to which it opens: from today on, or from Monday.
function ofFirstDays(events) {
  const [monday, today] = [Date.parse(`${first}T00:00Z`), Date.parse(`${wall(new Date()).slice(0, 10)}T00:00Z`)];
  const since = today < monday || today >= monday + 7 * DAY ? monday : Math.min(today, monday + (7 - DAYS_AT_FIRST) * DAY);
  const [from, until] = [since, since + DAYS_AT_FIRST * DAY].map((at) => new Date(at).toISOString().slice(0, 16));
  return events.filter((each) => each.start < until && each.end > from);
}

// --- What stands against a place, said while it is still in the hand

function hold(event, jsEvent) {
  const at = calendar.dateFromPoint(jsEvent.clientX, jsEvent.clientY);
  held = { task: event.id, event, grabbed: at?.date ?? event.start, minutes: minutesOf(event) };
}

function letGo(jsEvent) {
  if (held) held.overSide = within(side, jsEvent);
}

const within = (element, { clientX, clientY }) => {
  const box = element.getBoundingClientRect();
  return clientX > box.left && clientX < box.right && clientY > box.top && clientY < box.bottom;
};

function planAt(x, y) {
  const at = calendar.dateFromPoint(x, y);
  if (!at?.resource) return null;
  const moved = held.event ? held.event.start.getTime() + (at.date - held.grabbed) : at.date.getTime();
  const starts = new Date(Math.round(moved / QUARTER) * QUARTER);
  return { task: held.task, engineer: at.resource.id, starts: wall(starts), minutes: held.minutes };
}

function look(plan, x, y) {
  Object.assign(tip.style, { left: `${Math.min(x + 16, innerWidth - 340)}px`, top: `${Math.min(y + 20, innerHeight - 140)}px` });
  const key = plan && `${plan.engineer} ${plan.starts}`;
  if (key === held.looked) return;
  held.looked = key;
  clearTimeout(held.checking);
  tip.hidden = !plan;
  if (!plan) return;
  tip.className = "board-tip";
  tip.replaceChildren(line("tip-slot", plan.starts.slice(11)), line("tip-line", words.checking));
  held.checking = setTimeout(() => check(plan, key), CHECK_AFTER);
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
  held = null;
  tip.hidden = true;
}

addEventListener("pointermove", ({ clientX, clientY }) => {
  if (!held || (held.card && !held.ghost)) return;
  if (held.event && minutesOf(held.event) !== held.minutes) return;
  look(planAt(clientX, clientY), clientX, clientY);
});

// --- Dropped

async function drop({ event, revert }, engineer) {
  const backToSide = held?.overSide;
  placed.set(event.id, ""); // moved by hand: the next answer has the last word
  release();
  if (backToSide) {
    revert();
    return takeBack(event.id);
  }
  const plan = { engineer, starts: wall(event.start), minutes: minutesOf(event), version: event.extendedProps.version };
  if (!(await place(event.id, plan))) revert();
  ask();
}

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

// --- Dragged from beside the board: with the mouse; a finger or a key opens the task and its form

cards.addEventListener("pointerdown", (event) => {
  const card = event.target.closest("[data-card]");
  if (!card || mayPlan === undefined || event.pointerType === "touch" || event.button !== 0 || !calendar) return;
  const { card: task, minutes, version } = card.dataset;
  held = { task, card, minutes: Number(minutes), version, x: event.clientX, y: event.clientY };
  event.preventDefault();
});

addEventListener("pointermove", (event) => {
  if (!held?.card) return;
  const { clientX: x, clientY: y } = event;
  if (!held.ghost) {
    if (Math.hypot(x - held.x, y - held.y) < FAR) return;
    held.ghost = held.card.cloneNode(true);
    held.ghost.classList.add("card-ghost");
    held.ghost.removeAttribute("data-card");
    document.body.append(held.ghost);
  }
  Object.assign(held.ghost.style, { left: `${x - 24}px`, top: `${y - 56}px` });
  scrollAtTheEdge(x, y);
});

function scrollAtTheEdge(x, y) {
  const main = time.querySelector(".ec-main");
  const box = main.getBoundingClientRect();
  if (x < box.left) return;
  if (x > box.right - EDGE) main.scrollLeft += EDGE / 2;
  if (y > box.bottom - EDGE) main.scrollTop += EDGE / 2;
  if (y < box.top + EDGE) main.scrollTop -= EDGE / 2;
}

addEventListener("pointerup", async ({ clientX, clientY }) => {
  if (!held?.card) return;
  const { task, version, ghost } = held;
  const plan = ghost ? planAt(clientX, clientY) : null;
  release();
  if (!ghost) return choose(task);
  if (!plan) return;
  const { engineer, starts, minutes } = plan;
  await place(task, { engineer, starts, minutes, version });
  ask();
});

addEventListener("pointercancel", release);
addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  if (held?.card) release();
  else if (open && !document.querySelector("dialog[open]")) close();
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
  (cards.querySelector(from) ?? time.querySelector(`[data-task="${CSS.escape(number)}"]`)?.closest("article"))?.focus();
}

function mark() {
  for (const each of board.querySelectorAll(".is-chosen")) each.classList.remove("is-chosen");
  if (!open) return;
  cards.querySelector(`[data-card="${CSS.escape(open)}"]`)?.classList.add("is-chosen");
  time.querySelector(`[data-task="${CSS.escape(open)}"]`)?.closest("article").classList.add("is-chosen");
}

board.addEventListener("click", (event) => {
  const target = event.target.closest("[data-opens-task], [data-closes-task], [data-takes-back]");
  if (!target) return;
  if (target.dataset.opensTask && event.detail === 0) choose(target.dataset.opensTask);
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
  delete form.dataset.busy;
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
  delete form.dataset.busy;
  ask();
});

addEventListener("focus", ask);
document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && ask());
ask();
