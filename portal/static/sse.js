// Live pages: <main data-sse="/events" data-events="conflicts effects">. Each event name becomes a
// DOM event on body, which hx-trigger="conflicts from:body" answers by fetching its own fragment.
for (const element of document.querySelectorAll("[data-sse]")) {
  const source = new EventSource(element.dataset.sse);
  for (const name of (element.dataset.events || "message").split(" ")) {
    source.addEventListener(name, () => htmx.trigger(document.body, name));
  }
  addEventListener("pagehide", () => source.close());
}
