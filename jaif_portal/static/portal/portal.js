// Conveniences only: every page works without this file.

// A menu closes with Escape and with a click elsewhere.
const openMenus = () => document.querySelectorAll("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of openMenus()) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    const hadFocus = menu.contains(document.activeElement);
    menu.open = false;
    if (hadFocus) menu.querySelector("summary").focus();
  }
});

// <button type="button" data-copy="#id" hidden>: copies the text of an element.
for (const button of document.querySelectorAll("button[data-copy]")) {
  const source = document.querySelector(button.dataset.copy);
  if (!source || !navigator.clipboard) continue;
  const label = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(source.value ?? source.textContent.trim());
    button.textContent = button.dataset.copied || label;
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}

// A hidden tab does not poll; htmx asks again when the tab is looked at.
document.addEventListener("htmx:beforeRequest", (event) => {
  const { triggeringEvent } = event.detail.requestConfig;
  if (document.hidden && !triggeringEvent) event.preventDefault();
});

// After the session has ended, a poll is answered with the sign-in page: show it as a page.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { responseURL } = event.detail.xhr;
  if (new URL(responseURL, location.href).pathname.startsWith("/accounts/login/")) {
    event.preventDefault();
    location.reload();
  }
});

// <div data-live> asks for itself: what has not changed stays, and so do tables that are open.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  const tag = xhr.getResponseHeader("ETag");
  if (!("live" in target.dataset) || !tag) return;
  if (target.dataset.live === tag) event.detail.shouldSwap = false;
  target.dataset.live = tag;
  target.opened = [...target.querySelectorAll("details[open]")].map((details) => details.id);
});

document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  for (const id of target.opened ?? []) document.getElementById(id)?.setAttribute("open", "");
});
