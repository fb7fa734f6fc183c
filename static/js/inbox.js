// The badge asks every few seconds while the page is seen; a link that is followed counts as read.

const EVERY = 5000;
const LONGEST = 60000;
const bell = document.querySelector("[data-inbox]");
let tag = "";
let wait = EVERY;

async function ask() {
  if (document.visibilityState === "visible") {
    try {
      const answer = await fetch(bell.dataset.inbox, {
        headers: tag ? { "If-None-Match": tag } : {},
        redirect: "error",
        cache: "no-store",
      });
      if (answer.ok) {
        tag = answer.headers.get("ETag");
        show(await answer.json());
      }
      wait = answer.ok || answer.status === 304 ? EVERY : Math.min(wait * 2, LONGEST);
    } catch {
      wait = Math.min(wait * 2, LONGEST);
    }
  }
  setTimeout(ask, wait);
}

function show({ count, shown, text }) {
  const badge = bell.querySelector("[data-unread]");
  badge.hidden = count === 0;
  badge.textContent = shown;
  bell.querySelector("[data-unread-text]").textContent = text;
}

if (bell) setTimeout(ask, EVERY);

document.addEventListener("click", (event) => {
  const form = event.target.closest("a[data-notice]")?.parentElement.querySelector("form");
  if (form) fetch(form.action, { method: "POST", body: new FormData(form), keepalive: true });
});
