/* <div data-run="12" data-progress="/address/"> is kept up to date while run 12 goes on: one request every 1.5 s for all runs of the page.
   In it [data-run-text] and <progress>; anywhere on the page [data-run-badge="12"] and [data-run-count="12:created"].
   With data-progress-reload the page is loaded once when the run has ended. It waits in a background tab, and while somebody types or has a dialog or menu open. */
"use strict";
{
  const EVERY_MS = 1500;
  const QUEUED_MS = 5000;
  const MOST_FAILURES = 5;
  const nodes = new Map([...document.querySelectorAll("[data-run]")].map((node) => [node.dataset.run, node]));
  let failures = 0;
  let reloads = false;

  const isBusy = () =>
    document.hidden ||
    document.querySelector("dialog[open], details.menu[open], input.action-select:checked") ||
    document.querySelector(":is(input, textarea, select):focus");

  const badgeOf = (html) => new DOMParser().parseFromString(html, "text/html").body.firstElementChild;

  /* Words are only written where they differ, so that they are not read out again. */
  const write = (node, text) => { if (node && node.textContent !== text) node.textContent = text; };

  const show = (id, node, run) => {
    const bar = node.querySelector("progress");
    if (bar) bar.hidden = run.percent === null;
    if (bar && run.percent !== null) bar.value = run.percent;
    write(node.querySelector("[data-run-text]"), run.text);
    for (const badge of document.querySelectorAll(`[data-run-badge="${id}"]`)) {
      const fresh = badgeOf(run.badge);
      if (badge.textContent !== fresh.textContent) badge.replaceChildren(fresh);
    }
    for (const [name, number] of Object.entries(run.counts)) {
      document.querySelectorAll(`[data-run-count="${id}:${name}"]`).forEach((one) => write(one, number));
    }
  };

  const ask = async () => {
    const url = new URL([...nodes.values()][0].dataset.progress, location.href);
    for (const id of nodes.keys()) url.searchParams.append("run", id);
    const answer = await fetch(url, { credentials: "same-origin", redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).runs;
  };

  /* Returns how long to wait for the next time. */
  const refresh = async () => {
    const runs = await ask();
    let wait = QUEUED_MS;
    for (const [id, node] of [...nodes]) {
      const run = runs[id];
      if (run) show(id, node, run);
      if (run && run.running) wait = EVERY_MS;
      if (run && run.alive) continue;
      nodes.delete(id);
      reloads ||= "progressReload" in node.dataset;
    }
    return wait;
  };

  const watch = (wait) => {
    if (!nodes.size && !reloads) return;
    setTimeout(async () => {
      if (isBusy()) return watch(EVERY_MS);
      if (reloads) return location.reload(); // its head and its tables change too
      try {
        wait = await refresh();
        failures = 0;
      } catch {
        failures += 1;
      }
      if (failures < MOST_FAILURES) watch(reloads ? 0 : wait);
    }, wait);
  };
  watch(EVERY_MS);
}
