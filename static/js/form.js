// Forms: one submit at a time, the focus on what went wrong, choices by search, nothing lost unasked.

const words = document.getElementById("words").dataset;
const SHOW_PROGRESS_AFTER = 150;
const ANSWER_AGAIN_AFTER = 20_000;
const dirty = new Set();

// One submit at a time. The button is disabled after the form data were taken.
function begin(form) {
  if (form.dataset.busy) return false;
  form.dataset.busy = "yes";
  const button = form.querySelector("button[type=submit], button:not([type])");
  form.progress = setTimeout(() => {
    button?.setAttribute("aria-busy", "true");
    button?.setAttribute("aria-disabled", "true");
  }, SHOW_PROGRESS_AFTER);
  form.relief = setTimeout(() => end(form), ANSWER_AGAIN_AFTER);
  return true;
}

function end(form) {
  clearTimeout(form.progress);
  clearTimeout(form.relief);
  delete form.dataset.busy;
  for (const button of form.querySelectorAll("[aria-busy]")) {
    button.removeAttribute("aria-busy");
    button.removeAttribute("aria-disabled");
  }
}

// Back and the same once more is still one deed: the form then goes with the key that it went with.
// Only a number is remembered of what was typed, for this tab.
const arrival = performance.getEntriesByType("navigation")[0];
const cameBack = arrival?.type === "back_forward";
function typedAs(form) {
  const data = new FormData(form);
  let sum = 0;
  for (const [name, value] of data) {
    if (name === "once" || name === "csrfmiddlewaretoken") continue;
    for (const sign of `${name}=${value.name ?? value}&`) sum = (sum * 31 + sign.codePointAt(0)) % 4294967291;
  }
  return sum;
}
function knowAgain(form) {
  const once = form.elements.once;
  if (!once) return;
  const place = `sent ${location.pathname}${location.search} ${form.getAttribute("action")}`;
  const sum = typedAs(form);
  const [sentSum, sentKey] = (sessionStorage.getItem(place) ?? "").split(" ");
  if (cameBack && sentSum === String(sum)) once.value = sentKey;
  sessionStorage.setItem(place, `${sum} ${once.value}`);
}

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    dirty.delete(form);
    if (begin(form)) return knowAgain(form);
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form");
  if (form) end(form);
});
document.addEventListener("form:free", (event) => end(event.target));
addEventListener("pageshow", () => document.querySelectorAll("form[data-busy]").forEach(end));

// A usual value is put into its field, to be looked at and changed.
document.addEventListener("click", (event) => {
  const preset = event.target.closest("[data-fills]");
  const field = preset && document.getElementById(preset.dataset.fills);
  if (!field) return;
  field.value = preset.value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});

// What went wrong comes first.
function focusErrors(root) {
  const summary = root.querySelector?.("[data-errors]");
  summary?.focus();
}

// Unsaved text is asked about once, by the browser.
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-form]");
  if (form && event.target.matches("textarea, input[type=text], input[type=tel], input[type=email]")) dirty.add(form);
});
addEventListener("beforeunload", (event) => {
  if ([...dirty].some((form) => form.isConnected)) event.preventDefault();
});

// A refused form is the answer to a POST, and no page is kept: to come back to it, the browser would only
// offer to send it again. Its address is opened anew instead, and the browser puts in what was typed: it
// does so for fields that differ from what the page came with. None of it is saved yet.
const REFUSED = 422;
function comeBackTo(form) {
  for (const field of form.querySelectorAll("textarea, input:not([type=hidden], [type=file], [type=checkbox], [type=radio])")) {
    const { value } = field;
    field.defaultValue = "";
    field.value = value;
  }
  for (const field of form.querySelectorAll("[type=checkbox], [type=radio], select:not([multiple])")) {
    const name = field.type.startsWith("select") ? "selectedIndex" : "checked";
    const chosen = field[name];
    field[name] = chosen;
  }
  dirty.add(form);
}
if (arrival?.responseStatus === REFUSED) {
  history.replaceState(history.state, "", location.href);
  for (const form of document.querySelectorAll("form[data-form]")) if (form.action === location.href) comeBackTo(form);
}

// Whoever types is there: the log-in does not end meanwhile.
const SAY_SO_EVERY = 5 * 60_000;
let saidAt = Date.now();
document.addEventListener("input", () => {
  if (Date.now() - saidAt < SAY_SO_EVERY) return;
  saidAt = Date.now();
  fetch("/health", { method: "HEAD" }).catch(() => {});
});

// Filters submit themselves.
let typing;
function submitSoon(event) {
  const form = event.target.closest("form[data-autosubmit]");
  if (!form) return;
  const typed = event.type === "input" && event.target.matches("input:not([type]), [type=text], [type=search]");
  if (event.type === "input" && !typed) return;
  clearTimeout(typing);
  typing = setTimeout(() => form.isConnected && form.requestSubmit(), typed ? 400 : 0);
}
document.addEventListener("input", submitSoon);
document.addEventListener("change", submitSoon);

// Choices by search: <select data-search data-url="…">, loaded only where there is one.
const escape = (text) => {
  const span = document.createElement("span");
  span.textContent = text ?? "";
  return span.innerHTML;
};
const line = (item) =>
  `<div>${escape(item.text)}${item.hint ? `<span class="sub">${escape(item.hint)}</span>` : ""}</div>`;

let library;
function loadTomSelect() {
  library ??= new Promise((resolve, reject) => {
    const style = document.createElement("link");
    Object.assign(style, { rel: "stylesheet", href: words.tomSelectCss });
    const ours = document.querySelector('link[href*="tokens"]');
    document.head.insertBefore(style, ours);
    const script = document.createElement("script");
    Object.assign(script, { src: words.tomSelect, onload: resolve, onerror: reject });
    document.head.append(script);
  });
  return library;
}

async function fetchChoices(select, query) {
  const url = new URL(select.dataset.url, location.href);
  url.searchParams.set("q", query);
  for (const name of (select.dataset.with ?? "").split(" ").filter(Boolean)) {
    url.searchParams.set(name, select.form?.elements[name]?.value ?? "");
  }
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  return answer.ok ? answer.json() : [];
}

// The server finds; only what it answered to this very text is offered, so that Enter never takes
// what another search had found.
function searchedAtTheServer(select) {
  const answers = new Map();
  const load = async (query, done) => {
    const choices = await fetchChoices(select, query).catch(() => []);
    answers.set(query.trim(), new Set(choices.map((choice) => String(choice.value))));
    done(choices);
  };
  return {
    answers,
    settings: {
      load,
      shouldLoad: (query) => query.length > 0,
      preload: select.hasAttribute("data-preload") ? "focus" : false,
      loadThrottle: 120,
      refreshThrottle: 0,
      searchField: [],
      score: (query) => (item) => (answers.get(query.trim())?.has(String(item.value)) ? 1 : 0),
    },
  };
}

// What was found for another customer is forgotten with that customer.
function forgetWithItsGivers(select, control, answers) {
  const names = (select.dataset.with ?? "").split(" ").filter(Boolean);
  select.form?.addEventListener("change", (event) => {
    if (!names.includes(event.target.name)) return;
    answers.clear();
    control.clear(true);
    control.clearOptions();
    control.wrapper.classList.remove("preloaded");
  });
}

function enrich(select) {
  const remote = select.dataset.url && searchedAtTheServer(select);
  const isAnswered = (query) => !remote || remote.answers.has(query.trim());
  // Tom Select gives the label to its own field: the select keeps the same name.
  select.setAttribute("aria-label", select.labels[0]?.textContent.replace("*", "").trim() || select.name);
  const control = new window.TomSelect(select, {
    valueField: "value",
    labelField: "text",
    searchField: ["text", "hint"],
    maxOptions: 50,
    placeholder: select.getAttribute("placeholder") ?? "",
    selectOnTab: true,
    plugins: select.multiple ? { remove_button: { title: words.remove } } : [],
    render: {
      option: line,
      item: (item) => `<div>${escape(item.text)}</div>`,
      no_results: ({ input }) =>
        isAnswered(input) ? `<div class="no-results">${escape(words.none)}</div>` : null,
    },
    ...remote?.settings,
  });
  if (remote) forgetWithItsGivers(select, control, remote.answers);
  if (select.autofocus) control.focus();
}

async function enrichAll(root) {
  const selects = [...root.querySelectorAll("select[data-search]:not(.tomselected)")];
  if (!selects.length) return;
  await loadTomSelect();
  selects.filter((select) => !select.tomselect).forEach(enrich);
}

function prepare(root) {
  focusErrors(root);
  enrichAll(root);
}

prepare(document);
document.addEventListener("htmx:afterSettle", (event) => prepare(event.target));
