// Toasts leave by themselves, but not while somebody reads them.
const STAY_MS = 6000;

function leave(toast) {
  let timer = setTimeout(() => toast.remove(), STAY_MS);
  toast.addEventListener("pointerenter", () => clearTimeout(timer));
  toast.addEventListener("pointerleave", () => {
    timer = setTimeout(() => toast.remove(), STAY_MS);
  });
}

const start = () => {
  for (const toast of document.querySelectorAll("[data-toast]:not([data-leaving])")) {
    toast.dataset.leaving = "";
    leave(toast);
  }
};

document.addEventListener("click", (event) => {
  event.target.closest("[data-dismiss]")?.closest("[data-toast]").remove();
});
document.addEventListener("htmx:oobAfterSwap", start);
for (const failed of ["htmx:responseError", "htmx:sendError"]) {
  document.addEventListener(failed, () => {
    const toast = document.getElementById("toast-failed").content.cloneNode(true);
    document.getElementById("toasts").append(toast);
    start();
  });
}
start();
