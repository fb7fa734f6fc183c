// Messages: good news goes after a while, unless it is being read; bad news stays.

const words = document.getElementById("words").dataset;
const STAYS = 8000;
const region = document.getElementById("toasts");
const LOOKS = { success: "circle-check", warning: "alert-triangle", error: "alert-octagon" };

function wait(toast) {
  if (!["success", "info"].includes(toast.dataset.toast)) return;
  const attended = () => toast.matches(":hover, :focus-within");
  const go = () => (attended() ? setTimeout(go, STAYS) : toast.remove());
  setTimeout(go, STAYS);
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${words.icons}#${name}`);
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

function say(kind, text) {
  // The same trouble once more is one note, begun anew; what was done twice is said twice.
  if (kind === "error") [...region.querySelectorAll(".note-error")].find((shown) => shown.querySelector("p").textContent === text)?.remove();
  const toast = document.createElement("div");
  toast.className = `toast-note note-${kind}`;
  toast.dataset.toast = kind;
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "toast-close" });
  button.dataset.closes = "toast";
  button.setAttribute("aria-label", words.close);
  button.append(icon("x"));
  toast.append(icon(LOOKS[kind] ?? "info-circle"), paragraph, button);
  region.append(toast);
  wait(toast);
}

region.querySelectorAll("[data-toast]").forEach(wait);
document.addEventListener("click", (event) => {
  if (event.target.closest('[data-closes="toast"]')) event.target.closest("[data-toast]").remove();
});

// The server may say something with any htmx answer: HX-Trigger: {"toast": {"kind": …, "text": …}}
document.addEventListener("toast", (event) => say(event.detail.kind, event.detail.text));
// A tablet works without network, and its badge says so: what it only looks up is no trouble.
function sayNoAnswer({ detail }) {
  const isLookUp = detail.requestConfig?.verb === "get";
  if (!(isLookUp && window.tabletLog?.isPossible)) say("error", words.noAnswer);
}
document.addEventListener("htmx:sendError", sayNoAnswer);
document.addEventListener("htmx:timeout", sayNoAnswer);
document.addEventListener("htmx:responseError", (event) => {
  const refused = [401, 403].includes(event.detail.xhr.status);
  say("error", refused ? words.refused : words.noAnswer);
});
