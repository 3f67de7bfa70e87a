// Lists: filters apply when changed, rows are walked with j and k, ticked with x.
const rows = () => [...document.querySelectorAll("[data-grid] [data-row]")];
const here = () => rows().findIndex((row) => row.classList.contains("on"));

function mark(row) {
  if (!row) return;
  for (const each of rows()) each.classList.toggle("on", each === row);
  row.scrollIntoView({ block: "nearest" });
  row.querySelector("[data-open]")?.focus({ preventScroll: true });
}

function tick(box, on) {
  box.checked = on;
  count();
}

function count() {
  const ticked = document.querySelectorAll("[data-pick]:checked").length;
  document.documentElement.classList.toggle("has-selection", ticked > 0);
  for (const each of document.querySelectorAll("[data-pick-count]")) each.textContent = ticked;
}

const moves = {
  j: () => mark(rows()[here() + 1]),
  k: () => mark(rows()[here() - 1]),
  x: () => {
    const box = rows()[here()]?.querySelector("[data-pick]");
    if (box) tick(box, !box.checked);
  },
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.matches("textarea, select, input:not([type=checkbox])")) return;
  if (document.querySelector("dialog[open]") || !rows().length) return;
  moves[event.key]?.();
});

document.addEventListener("change", (event) => {
  const target = event.target;
  if (target.matches("[data-pick-all]")) {
    for (const box of document.querySelectorAll("[data-pick]")) box.checked = target.checked;
  }
  if (target.matches("[data-pick], [data-pick-all]")) count();
  if (target.matches("[data-submit-on-change] select")) target.form.requestSubmit();
});

document.addEventListener("submit", (event) => {
  // A shareable address holds only what was chosen.
  if (!event.target.matches("[data-submit-on-change]")) return;
  for (const each of event.target.elements) if (each.name && !each.value) each.disabled = true;
});

addEventListener("pageshow", () => {
  for (const each of document.querySelectorAll("[data-submit-on-change] :disabled")) {
    each.disabled = false;
  }
  count();
});
document.addEventListener("htmx:afterSettle", count);
