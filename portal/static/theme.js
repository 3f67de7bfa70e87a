// Light, dark or like the system: shown at once, then kept by the ordinary form.
document.documentElement.classList.add("js");

document.addEventListener("click", (event) => {
  const choice = event.target.closest("[data-theme-choice]");
  if (!choice) return;
  event.preventDefault();
  document.documentElement.dataset.theme = choice.value;
  for (const each of choice.form.querySelectorAll("[data-theme-choice]")) {
    each.ariaPressed = String(each === choice);
  }
  const body = new URLSearchParams(new FormData(choice.form));
  body.set("theme", choice.value);
  fetch(choice.form.action, { method: "POST", body, redirect: "manual" });
});
