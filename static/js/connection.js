// Whether there is a network, as far as the device knows; said in words, never by colour alone.

const badge = document.querySelector("[data-connection]");
const show = () => {
  const state = navigator.onLine ? "online" : "offline";
  if (badge && badge.dataset.connection !== state) badge.dataset.connection = state;
};

show();
addEventListener("online", show);
addEventListener("offline", show);
