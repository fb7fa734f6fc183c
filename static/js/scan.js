// Incoming goods: the field is free again at once, scans are answered one after another, each with
// a sound of its own, and Enter in the empty field opens what was scanned last.

const form = document.querySelector("[data-scan]");
const field = form.elements.code;
const answers = document.querySelector("[data-answers]");
const KEPT = 30;
const WAITS = 15_000;
const SOUNDS = {
  good: [[880, 0, 0.09]],
  warning: [[520, 0, 0.12], [520, 0.18, 0.12]],
  bad: [[200, 0, 0.35]],
};
const queue = [];
let isBusy = false;
let speaker = null;

// A browser lets a page sound after a key was pressed on it: then it is made.
function sound(tone) {
  if (!window.AudioContext) return;
  speaker ??= new AudioContext();
  speaker.resume();
  document.documentElement.dataset.sounded = tone;
  for (const [pitch, from, length] of SOUNDS[tone] ?? SOUNDS.bad) {
    const tune = speaker.createOscillator();
    const volume = speaker.createGain();
    const begins = speaker.currentTime + from;
    tune.type = tone === "bad" ? "square" : "sine";
    tune.frequency.value = pitch;
    volume.gain.setValueAtTime(0.2, begins);
    volume.gain.exponentialRampToValueAtTime(0.001, begins + length);
    tune.connect(volume).connect(speaker.destination);
    tune.start(begins);
    tune.stop(begins + length);
  }
}

function show(answer) {
  answers.prepend(answer);
  while (answers.children.length > KEPT) answers.lastElementChild.remove();
  sound(answer.dataset.tone);
  if (document.activeElement !== field) field.focus();
}

function lost(code) {
  const line = document.createElement("li");
  line.className = "scanned is-bad";
  line.dataset.tone = "bad";
  const words = document.createElement("p");
  words.className = "scanned-text";
  const name = document.createElement("strong");
  name.textContent = code;
  words.append(name, ` ${form.dataset.lost}`);
  line.append(words);
  return line;
}

const key = () => [...crypto.getRandomValues(new Uint8Array(18))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

async function ask(code) {
  const data = new FormData(form);
  data.set("code", code);
  data.set("once", key());
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: data,
      headers: { "X-Scan": "yes" },
      signal: AbortSignal.timeout(WAITS),
    });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    return page.querySelector(".scanned") ?? lost(code);
  } catch {
    return lost(code);
  }
}

async function work() {
  if (isBusy) return;
  isBusy = true;
  while (queue.length) show(await ask(queue.shift()));
  isBusy = false;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  form.dispatchEvent(new CustomEvent("form:free", { bubbles: true })); // the next scan may come at once
  const code = field.value.trim();
  field.value = "";
  field.focus();
  if (!code) {
    answers.querySelector("li:first-child [data-next]")?.click();
    return;
  }
  queue.push(code);
  work();
});

window.addEventListener("focus", () => field.focus());
field.focus();
