// Logged out without a network: the device is empty already, and the server is told as soon as it can be
// reached. The mark "leaving" is all that is kept, and says nothing of anybody.

const log = window.tabletLog;
const { sync, logOut, logIn } = document.querySelector("[data-left]").dataset;
const EVERY = 5_000;
const ask = (url, options) => fetch(url, { cache: "no-store", redirect: "manual", ...options });
const isLogIn = (answer) => answer.type === "opaqueredirect" || answer.status === 401;

async function isOut() {
  const asked = await ask(sync);
  if (isLogIn(asked)) return true;
  if (!asked.ok) return false;
  const { token } = await asked.json();
  await ask(logOut, { method: "POST", headers: { "X-CSRFToken": token } });
  return isLogIn(await ask(sync));
}

let isAsking = false;
async function leave() {
  if (isAsking) return;
  isAsking = true;
  const isDone = !(await log.get("leaving").catch(() => false)) || (await isOut().catch(() => false));
  isAsking = false;
  if (!isDone) return;
  // The server's answer has emptied the device's store: then the mark is gone with it.
  await log.set("leaving", false).catch(() => {});
  location.replace(logIn);
}

addEventListener("online", leave);
setInterval(leave, EVERY);
leave();
