// Rows by key: j and k move, o and Enter open, x chooses. A click on a row opens it too.

const KEYS = { j: 1, k: -1 };
const on = () => localStorage.getItem("single-keys") !== "off";
const rows = () => [...document.querySelectorAll("table[data-rows] tr[data-row]")];
const address = (row) => row.dataset.row || row.querySelector("a[href]").href;
const busy = "a, button, input, label, summary, select, textarea";

function move(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.findIndex((row) => row.classList.contains("at"));
  settle(all[Math.min(all.length - 1, Math.max(0, at < 0 ? 0 : at + by))]);
}

function settle(row) {
  for (const other of document.querySelectorAll("tr.at")) other.classList.remove("at");
  row.classList.add("at");
  row.tabIndex = -1;
  row.focus();
  row.scrollIntoView({ block: "nearest" });
}

function choose(row) {
  const box = row.querySelector("input[type=checkbox]");
  box?.click();
  return Boolean(box);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const row = event.target.closest("tr[data-row]");
  if (event.key === "Enter" && row === event.target) return location.assign(address(row));
  if (!on() || event.target.closest("input, textarea, select, dialog, [contenteditable]")) return;
  const at = document.querySelector("tr.at");
  if (KEYS[event.key]) move(KEYS[event.key]);
  else if (event.key === "o" && at) location.assign(address(at));
  else if (!(event.key === "x" && at && choose(at))) return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-row]");
  if (!row || event.target.closest(busy) || String(getSelection())) return;
  if (event.ctrlKey || event.metaKey) open(address(row), "_blank", "noopener");
  else location.assign(address(row));
});
