// Figures that are left on the screen stay true: they are asked for anew every minute while they are seen. What somebody
// has opened, marked or come to by key is not taken from under the hands.

const EVERY = 60_000;
const figures = document.querySelector("[data-live]");

const isMarked = () => !getSelection().isCollapsed && figures.contains(getSelection().anchorNode);
const isInUse = () => isMarked() || figures.querySelector("details[open], :focus-visible") !== null;

async function renew() {
  if (document.visibilityState !== "visible" || isInUse()) return;
  try {
    const answer = await fetch(figures.dataset.live + location.search, { redirect: "error", cache: "no-store" });
    if (!answer.ok || isInUse()) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    figures.replaceChildren(...page.querySelector("[data-live]").childNodes);
  } catch {
    // No answer, or no log-in any more: the time beside the figures says how old they are.
  }
}

setInterval(renew, EVERY);
document.addEventListener("visibilitychange", renew);
