// Shortcuts are declared in the page: data-key="c", "ctrl+k", "?" or "g c" (one after the other).
// The help writes itself from the same attributes.
const SEQUENCE_MS = 900;
let first = "";
let timer;

const typing = (target) =>
  target.matches("textarea, select, [contenteditable], input:not([type=radio], [type=checkbox])");

function pressed(event) {
  return (event.ctrlKey || event.metaKey ? "ctrl+" : "") + event.key.toLowerCase();
}

function find(key) {
  const all = document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`);
  return [...all].find((each) => !each.disabled);
}

function act(element) {
  if (element.matches("[type=radio], [type=checkbox]")) {
    element.click();
    element.focus();
  } else if (element.matches("input, select, textarea")) {
    element.focus();
    element.select?.();
  } else {
    element.click();
  }
}

document.addEventListener("keydown", (event) => {
  const key = pressed(event);
  const open = document.querySelector("dialog[open]");
  if (open || event.altKey || event.isComposing) return;
  if (typing(event.target)) {
    if (key === "escape") event.target.blur();
    if (!key.startsWith("ctrl+")) return;
  }
  const element = (first && find(`${first} ${key}`)) || find(key);
  clearTimeout(timer);
  first = key.length === 1 ? key : "";
  timer = setTimeout(() => (first = ""), SEQUENCE_MS);
  if (element) {
    event.preventDefault();
    first = "";
    act(element);
  }
});

function say(key) {
  return key.split(/[ +]/).map((part) => part[0].toUpperCase() + part.slice(1));
}

function line(keys, label) {
  const name = document.createElement("dt");
  const value = document.createElement("dd");
  name.textContent = label;
  for (const key of keys) {
    const cap = document.createElement("kbd");
    cap.textContent = key;
    value.append(cap, " ");
  }
  return [name, value];
}

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-open-help]")) return;
  const help = document.getElementById("help");
  const lines = [];
  for (const each of document.querySelectorAll("[data-key-note]")) {
    lines.push(...line([each.dataset.keyNote], each.dataset.label));
  }
  for (const each of document.querySelectorAll("[data-key]")) {
    const label = each.dataset.label || each.ariaLabel || each.textContent.trim();
    lines.push(...line(say(each.dataset.key), label));
  }
  help.querySelector("dl").replaceChildren(...lines);
  help.showModal();
});
