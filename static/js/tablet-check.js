// What the server refuses is said before it goes into the log: hours later, away from the customer,
// nobody can put it right. The server's own rules stay; these are the ones that a form can know.

const words = document.getElementById("waiting")?.dataset ?? {};
const isOn = () => document.documentElement.dataset.log === "on";
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_all, name) => values[name]);
const isFigure = (field) => field.type === "number" || field.inputMode === "decimal";
const isSeen = (field) => field.offsetParent !== null;

// A comma and the wide figures of a Chinese keyboard are figures, too.
const figure = (text) => Number(text.normalize("NFKC").replace(",", "."));

function faultOf(field) {
  if (!field.willValidate || !field.name) return "";
  const { badInput, valueMissing, rangeUnderflow, rangeOverflow } = field.validity;
  if (badInput) return isFigure(field) ? words.noFigure : words.noMoment;
  const isEmpty = !field.value.trim();
  const isNeeded = field.required || (field.closest("[data-needed]") && isSeen(field));
  if (valueMissing || (isEmpty && isNeeded)) return words.required;
  if (isEmpty) return "";
  if (rangeUnderflow) return fill(words.least, { least: field.min });
  if (rangeOverflow) return fill(words.most, { most: field.max });
  return isFigure(field) && !Number.isFinite(figure(field.value)) ? words.noFigure : "";
}

// At a customer's somebody signs with name, or the engineer says why nobody did.
function unsigned({ elements }) {
  if (!elements.signature) return [];
  if (!elements.signature.value) return elements.unsigned_reason.value.trim() ? [] : [[elements.unsigned_reason, words.unsigned]];
  return elements.signed_by.value.trim() ? [] : [[elements.signed_by, words.nameless]];
}

function faultsOf(form) {
  const found = [...form.elements].map((field) => [field, faultOf(field)]).filter(([, fault]) => fault);
  return [...found, ...unsigned(form)];
}

function line([field, fault]) {
  const made = document.createElement("li");
  const label = field.labels?.[0]?.textContent.replace("*", "").trim();
  if (!label) return Object.assign(made, { textContent: fault });
  made.append(Object.assign(document.createElement("a"), { href: `#${field.id}`, textContent: label }), `: ${fault}`);
  return made;
}

function say(faults) {
  const box = document.querySelector('template[data-part="errors"]').content.cloneNode(true).firstElementChild;
  box.querySelector("ul").append(...faults.map(line));
  document.querySelector("main").prepend(box);
  for (const [field] of faults) {
    field.classList.add("is-invalid");
    field.setAttribute("aria-invalid", "true");
    const details = field.closest("details");
    if (details) details.open = true;
  }
  box.focus();
}

function forget(form) {
  document.querySelector("[data-errors]")?.remove();
  for (const field of form.querySelectorAll(".is-invalid")) {
    field.classList.remove("is-invalid");
    field.removeAttribute("aria-invalid");
  }
}

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (!isOn() || !form.dataset.verb || event.defaultPrevented) return;
    forget(form);
    const faults = faultsOf(form);
    if (!faults.length) return;
    event.preventDefault();
    form.dispatchEvent(new CustomEvent("form:free", { bubbles: true }));
    say(faults);
  },
  true,
);
