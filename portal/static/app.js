// Starts the modules of the shell. Texts come from the page (data-label), never from here.
import "./theme.js";
import "./keys.js";
import "./palette.js";
import "./dialogs.js";
import "./grid.js";
import "./toasts.js";
import "./sse.js";

document.addEventListener("htmx:configRequest", (event) => {
  event.detail.headers["X-CSRF-Token"] = document.querySelector('meta[name="csrf-token"]').content;
});
