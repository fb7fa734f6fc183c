// What the server keeps no draft of — ticks, choices, the signature — lies on the tablet until the form
// is handed in, so that an empty battery takes nothing of it away. Each person's own.

const log = window.tabletLog;
const AS_LONG = 8 * 24 * 3_600_000;
const PLACE = "drafts";
const isSignature = (field) => field.type === "hidden" && field.closest("[data-signature]");
const isAsked = (field) => field.name && (isSignature(field) || !["hidden", "file", "submit", "button"].includes(field.type));
const isTick = (field) => field.type === "checkbox" || field.type === "radio";

function valueOf(field) {
  if (isTick(field)) return field.checked;
  return field.multiple ? [...field.selectedOptions].map((option) => option.value) : field.value;
}

function firstValue(field) {
  if (isTick(field)) return field.defaultChecked;
  if (!field.options) return isSignature(field) ? "" : field.defaultValue;
  const chosen = [...field.options].filter((option) => option.defaultSelected).map((option) => option.value);
  return field.multiple ? chosen : (chosen.at(-1) ?? field.options[0]?.value ?? "");
}

// Each field under a key of its own: the name, and for what there is several of, which one.
function fields(form, without) {
  const found = new Map();
  for (const field of form.elements) {
    if (!isAsked(field) || without.includes(field.name)) continue;
    const name = isTick(field) ? `${field.name}=${field.value}` : field.name;
    let key = name;
    for (let n = 2; found.has(key); n++) key = `${name} ${n}`;
    found.set(key, field);
  }
  return found;
}

const isSame = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// The customer signs what stands there: under another text the signature does not come back.
const signedText = (form) => ["result", "readings", "remaining"].map((name) => form.elements[name]?.value ?? "").join("\n");

function put(field, value) {
  if (isTick(field)) field.checked = value;
  else if (field.tomselect) field.tomselect.setValue(value, true);
  else if (field.multiple) for (const option of field.options) option.selected = value.includes(option.value);
  else field.value = value;
  if (isSignature(field)) field.dispatchEvent(new CustomEvent("signature:shown"));
}

async function keep(place, form, without) {
  const values = {};
  for (const [key, field] of fields(form, without)) {
    const value = valueOf(field);
    if (!isSame(value, firstValue(field))) values[key] = value;
  }
  const isEmpty = !Object.keys(values).length;
  await log.update(PLACE, (all = {}) => {
    const living = Object.entries(all).filter(([name, each]) => name !== place && Date.now() - each.at < AS_LONG);
    const kept = isEmpty ? [] : [[place, { at: Date.now(), values, under: signedText(form) }]];
    return Object.fromEntries([...living, ...kept]);
  });
  return !isEmpty;
}

// Says whether something came back. What somebody has changed meanwhile stays.
async function restore(place, form, without) {
  const kept = (await log.get(PLACE))?.[place];
  if (!kept) return false;
  for (const [key, field] of fields(form, without)) {
    if (!(key in kept.values) || !isSame(valueOf(field), firstValue(field))) continue;
    if (!isSignature(field) || kept.under === signedText(form)) put(field, kept.values[key]);
  }
  return true;
}

const forget = (test) =>
  log.update(PLACE, (all = {}) => Object.fromEntries(Object.entries(all).filter(([name]) => !test(name))));

window.tabletDraft = { keep, restore, forget };
