// The palette: jump to any page, or search in a list for what was typed.
const palette = document.getElementById("palette");

if (palette) {
  const input = palette.querySelector("input");
  const all = [...palette.querySelectorAll("[role=option]")];
  const none = palette.querySelector(".none");
  const shown = () => all.filter((each) => !each.hidden);
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

  function mark(option) {
    for (const each of all) each.ariaSelected = String(each === option);
    input.setAttribute("aria-activedescendant", option?.id ?? "");
    option?.scrollIntoView({ block: "nearest" });
  }

  function searchLink(option, typed) {
    const target = new URL(option.getAttribute("href"), location.origin);
    target.searchParams.set(option.dataset.search, typed);
    option.setAttribute("href", target.pathname + target.search);
    option.querySelector("[data-typed]").textContent = typed;
  }

  function filter() {
    const typed = input.value.trim();
    const words = plain(typed).split(/\s+/);
    for (const option of all) {
      const text = plain(option.textContent);
      const search = option.dataset.search;
      option.hidden = search ? !typed : !words.every((word) => text.includes(word));
      if (search && typed) searchLink(option, typed);
    }
    none.hidden = shown().length > 0;
    mark(shown()[0]);
  }

  function step(by) {
    const list = shown();
    const at = list.findIndex((each) => each.ariaSelected === "true");
    mark(list[(at + by + list.length) % list.length]);
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-open-palette]")) return;
    input.value = "";
    filter();
    palette.showModal();
  });
  palette.addEventListener("click", (event) => {
    if (event.target === palette) palette.close();
  });
  input.addEventListener("input", filter);
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Enter") palette.querySelector('[aria-selected="true"]')?.click();
    else return;
    event.preventDefault();
  });
}
