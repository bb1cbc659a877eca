/* <div id="x" data-poll="2000"> fetches its own page every 2 s and takes the new #x, until that has no data-poll.
   With data-poll-quiet it then just stops, otherwise it loads the whole page. It waits in a background tab, and while somebody types in it or has a dialog or menu open. */
"use strict";
{
  const MOST_FAILURES = 5;
  let failures = 0;

  const isBusy = (node) =>
    document.hidden ||
    document.querySelector("dialog[open], details.menu[open]") ||
    node.querySelector(":is(input, textarea, select):focus");

  /* Puts the new content in place; the focused link keeps the focus. */
  const replace = (node, fresh) => {
    const focused = node.contains(document.activeElement) && document.activeElement.getAttribute("href");
    node.replaceWith(fresh);
    if (focused) fresh.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
  };

  const refresh = async (node) => {
    const answer = await fetch(location.href, { credentials: "same-origin", redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(node.id);
    const ended = !fresh || !fresh.dataset.poll;
    if (ended && !("pollQuiet" in node.dataset)) location.reload(); // the head of the page changes too
    else if (fresh) replace(node, fresh);
    return fresh;
  };

  const watch = (node) => {
    if (!node || !node.dataset.poll) return;
    setTimeout(async () => {
      if (isBusy(node)) return watch(node);
      try {
        const fresh = await refresh(node);
        failures = 0;
        watch(fresh);
      } catch {
        failures += 1;
        if (failures < MOST_FAILURES) watch(node);
      }
    }, Number(node.dataset.poll));
  };
  document.querySelectorAll("[data-poll]").forEach(watch);
}
