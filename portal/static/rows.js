// Lists in forms: one more row without asking the server, which would draw the same.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-add-row]");
  if (!button) return;
  event.preventDefault();
  const list = button.closest("[data-rows]");
  const template = list.querySelector(":scope > template");
  const number = list.dataset.next++;
  const row = template.content.firstElementChild.cloneNode(true);
  for (const each of [row, ...row.querySelectorAll("*")]) {
    for (const attribute of each.attributes) {
      attribute.value = attribute.value.replaceAll("__", number);
    }
  }
  template.before(row);
  row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
});
