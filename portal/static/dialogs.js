// Dialogs that a popover opens without script become modal ones; copying a secret once.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const closer = event.target.closest("[data-close]");
  const copy = event.target.closest("[data-copy]");
  if (opener) {
    event.preventDefault();
    const dialog = document.getElementById(opener.dataset.dialog);
    dialog.showModal();
    dialog.querySelector(".body input:not([type=hidden]), .body select, .body textarea")?.focus();
  }
  if (closer) {
    event.preventDefault();
    closer.closest("dialog").close();
  }
  if (event.target.matches("dialog[open]:not(#palette)")) event.target.close();
  if (copy) {
    const source = copy.parentElement.querySelector("[data-copy-source]");
    navigator.clipboard?.writeText(source.textContent);
    copy.querySelector("span").textContent = copy.dataset.done;
  }
});
