// Promises tick: the same words as the server's, from the same instants, without a reload.

const words = document.getElementById("words").dataset;
const ahead = Date.parse(words.now) - Date.now();
const offset = Math.abs(ahead) > 2000 ? ahead : 0; // a device whose clock is wrong follows the server
const LOOKS = {
  running: { tone: "tone-neutral", icon: "clock", state: words.onTime },
  at_risk: { tone: "tone-warning", icon: "hourglass", state: words.atRisk },
  overdue: { tone: "tone-bad", icon: "alert-triangle", state: "" }, // "late by …" says it
};

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

function spanWords(milliseconds) {
  const seconds = Math.floor(milliseconds / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (hours >= 48) return fill(words.days, { d: Math.floor(hours / 24), h: hours % 24 });
  if (hours) return fill(words.hours, { h: hours, m: minutes % 60 });
  if (minutes >= 5) return fill(words.minutes, { m: minutes });
  return `${minutes}:${String(seconds % 60).padStart(2, "0")}`;
}

function countdown(due, now) {
  const left = due - now;
  return left < 0
    ? fill(words.late, { span: spanWords(-left) })
    : fill(words.in, { span: spanWords(left) });
}

function stateAt(due, risk, now) {
  if (now > due) return "overdue";
  return risk && now >= risk ? "at_risk" : "running";
}

function tick(text, now) {
  const clock = text.closest("[data-clock]");
  const due = clock.dataset.due * 1000;
  const said = countdown(due, now);
  if (text.textContent !== said) text.textContent = said;
  const state = stateAt(due, (clock.dataset.risk ?? 0) * 1000, now);
  if (clock.dataset.clock !== state) turn(clock, state);
}

function turn(clock, state) {
  clock.classList.remove(LOOKS[clock.dataset.clock]?.tone);
  clock.classList.add(LOOKS[state].tone);
  clock.dataset.clock = state;
  clock.querySelector("use").setAttribute("href", `${words.icons}#${LOOKS[state].icon}`);
  const said = clock.querySelector("[data-clock-state]");
  if (said) said.textContent = LOOKS[state].state;
}

function tickAll() {
  if (document.hidden) return;
  const now = Date.now() + offset;
  for (const text of document.querySelectorAll(".clock-text.ticks")) tick(text, now);
}

function tickOnTheSecond() {
  tickAll();
  setTimeout(tickOnTheSecond, 1000 - ((Date.now() + offset) % 1000));
}

tickOnTheSecond();
document.addEventListener("visibilitychange", tickAll);
document.addEventListener("htmx:afterSettle", tickAll);
