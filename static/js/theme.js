// The look: light, dark, or as the device; and the small menus that open and close.

const root = document.documentElement;
const choices = () => document.querySelectorAll("[data-look]");

function show(theme) {
  if (theme === "auto") root.removeAttribute("data-bs-theme");
  else root.setAttribute("data-bs-theme", theme);
  for (const button of choices()) {
    button.setAttribute("aria-pressed", String(button.dataset.look === theme));
  }
}

function remember(theme) {
  const secure = location.protocol === "https:" ? ";secure" : "";
  document.cookie = `theme=${theme};path=/;max-age=31536000;samesite=lax${secure}`;
}

show(root.getAttribute("data-bs-theme") ?? "auto");

document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-look]");
  if (choice) {
    remember(choice.dataset.look);
    show(choice.dataset.look);
  }
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
  const toggle = event.target.closest("[data-toggles]");
  const drawer = document.getElementById(toggle?.dataset.toggles ?? "rail");
  if (toggle) {
    toggle.setAttribute("aria-expanded", String(drawer.classList.toggle("open")));
    if (drawer.classList.contains("open")) drawer.querySelector("a")?.focus();
  } else if (drawer?.classList.contains("open") && !drawer.contains(event.target)) close(drawer);
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("[data-menu][open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
  const drawer = document.querySelector(".rail.open");
  if (drawer) close(drawer)?.focus();
});

function close(drawer) {
  drawer.classList.remove("open");
  const toggle = document.querySelector(`[data-toggles="${drawer.id}"]`);
  toggle?.setAttribute("aria-expanded", "false");
  return toggle;
}
