// The search field is a combobox: the focus stays in the field, arrows choose, Enter opens.

const field = document.querySelector("[data-search] input");
const list = document.getElementById("search-hits");
const options = () => [...list.querySelectorAll("a[role=option]")];
const chosen = () => list.querySelector("[aria-selected=true]");

function open(shown) {
  list.hidden = !shown;
  field.setAttribute("aria-expanded", String(shown));
  if (!shown) choose(null);
}

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  if (!option) return field.removeAttribute("aria-activedescendant");
  option.setAttribute("aria-selected", "true");
  option.scrollIntoView({ block: "nearest" });
  return field.setAttribute("aria-activedescendant", option.id);
}

function step(by) {
  const all = options();
  if (!all.length) return;
  if (list.hidden) open(true);
  const at = all.indexOf(chosen());
  choose(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : (at + by + all.length) % all.length]);
}

const KEYS = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Escape: () => (list.hidden ? field.blur() : open(false)),
};

if (field) {
  field.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && chosen()) {
      event.preventDefault();
      chosen().click();
    } else if (KEYS[event.key]) {
      event.preventDefault();
      KEYS[event.key]();
    }
  });
  field.addEventListener("input", () => field.value.trim() || open(false));
  field.addEventListener("focus", () => options().length && field.value.trim() && open(true));
  list.addEventListener("htmx:afterSwap", () => {
    open(Boolean(field.value.trim()) && document.activeElement === field);
    choose(options()[0]);
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-search]")) open(false);
  });
  field.closest("form").addEventListener("focusout", (event) => {
    if (!event.currentTarget.contains(event.relatedTarget)) open(false);
  });
}
