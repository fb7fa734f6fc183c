// Single keys: off while typing, and off altogether for whoever switches them off (WCAG 2.1.4).

const SWITCH = "single-keys";
const PAUSE = 1200;
const dialog = document.getElementById("keys");
const box = document.querySelector("[data-keys-switch]");
let went = 0;

const on = () => localStorage.getItem(SWITCH) !== "off";
const writing = (target) => target.closest("input, textarea, select, [contenteditable], .ts-control");

function follow(selector) {
  const target = document.querySelector(selector);
  target?.focus();
  target?.click();
  return Boolean(target);
}

function focusSearch() {
  const field = document.getElementById("search-field");
  field?.focus();
  field?.select();
  return Boolean(field);
}

// What this page's own keys do, in the words of their buttons and fields.
function named(element) {
  const words = element.labels?.[0] ?? element;
  return [...words.childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? node.data : "")).join("").trim();
}

function listHere() {
  const rows = [...document.querySelectorAll("main [data-key]:not(.back a)")].map((element) => {
    const row = document.createElement("div");
    row.append(document.createElement("dt"), document.createElement("dd"));
    row.firstChild.append(document.createElement("kbd"));
    row.firstChild.firstChild.textContent = element.dataset.key;
    row.lastChild.textContent = named(element);
    return row;
  });
  document.getElementById("keys-here").replaceChildren(...rows);
}

function showKeys() {
  if (dialog && !dialog.open) {
    listHere();
    dialog.showModal();
  }
  return Boolean(dialog);
}

function single(key) {
  if (Date.now() - went < PAUSE) {
    went = 0;
    return follow(`[data-go="${CSS.escape(key)}"]`);
  }
  if (key === "g") went = Date.now();
  if (key === "/") return focusSearch();
  if (key === "?") return showKeys();
  return follow(`main [data-key="${CSS.escape(key)}"], .topbar [data-key="${CSS.escape(key)}"]`);
}

document.addEventListener("keydown", (event) => {
  const command = event.ctrlKey || event.metaKey;
  if (command && event.key.toLowerCase() === "k" && focusSearch()) event.preventDefault();
  if (command && event.key === "Enter") event.target.closest("form")?.requestSubmit();
  if (command || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (!on() || dialog?.open || writing(event.target)) return;
  if (single(event.key)) event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest('[data-opens="keys"]')) showKeys();
  if (event.target === dialog) dialog.close();
});

if (box) {
  box.checked = on();
  box.addEventListener("change", () => localStorage.setItem(SWITCH, box.checked ? "on" : "off"));
}
