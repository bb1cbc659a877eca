/* Crossdock admin kit. Everything here is a convenience: each page works without it. No inline handlers, no eval. */
"use strict";
{
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];

  /* Runs when an event happens on, or inside, an element the selector fits. */
  const on = (type, selector, run) =>
    document.addEventListener(type, (event) => {
      const found = event.target.closest && event.target.closest(selector);
      if (found) run(found, event);
    });

  /* Ticks everything between two boxes to the state of the last one. */
  const tickRange = (boxes, from, to, state) =>
    boxes.slice(Math.min(from, to), Math.max(from, to) + 1).forEach((box) => { box.checked = state; });

  /* ---- Lists: tick all, tick a range with shift, count, all pages ---- */
  const listForm = document.getElementById("changelist-form");
  const ticks = listForm ? all("input.action-select", listForm) : [];
  if (ticks.length) {
    const toggle = document.getElementById("action-toggle");
    const label = listForm.querySelector("[data-selected]");
    const across = listForm.querySelector("[data-across]");
    const acrossInput = listForm.querySelector("[name=select_across]");
    const clear = listForm.querySelector("[data-clear]");
    let lastTick = null;

    const showCount = () => {
      const ticked = ticks.filter((box) => box.checked).length;
      const everything = acrossInput && acrossInput.value === "1";
      if (label) label.textContent = everything ? `All ${across.dataset.across} ticked` : `${ticked} ticked`;
      if (toggle) {
        toggle.checked = ticked === ticks.length;
        toggle.indeterminate = ticked > 0 && ticked < ticks.length;
      }
      if (across) across.hidden = ticked !== ticks.length || everything;
    };
    const leaveAcross = () => { if (acrossInput) acrossInput.value = "0"; };
    const tickAll = (state) => {
      ticks.forEach((box) => { box.checked = state; });
      leaveAcross();
      showCount();
    };

    if (clear) {
      clear.hidden = false;
      clear.addEventListener("click", () => tickAll(false));
    }
    if (toggle) toggle.addEventListener("change", () => tickAll(toggle.checked));
    if (across) across.addEventListener("click", () => { acrossInput.value = "1"; showCount(); });
    listForm.addEventListener("click", (event) => {
      const at = ticks.indexOf(event.target);
      if (at < 0) return;
      if (event.shiftKey && lastTick !== null) tickRange(ticks, lastTick, at, event.target.checked);
      lastTick = at;
      leaveAcross();
      showCount();
    });
    window.addEventListener("pageshow", showCount);
  }

  on("change", "[data-check-all]", (box) =>
    all("input[type=checkbox]", box.form).forEach((other) => { other.checked = box.checked; }));

  /* ---- Dialogs: a popover without script, a modal with it ---- */
  on("click", "[popovertarget]", (button, event) => {
    const dialog = document.getElementById(button.getAttribute("popovertarget"));
    if (!(dialog instanceof HTMLDialogElement)) return;
    event.preventDefault();
    if (button.getAttribute("popovertargetaction") === "hide") {
      dialog.close();
      return;
    }
    const menu = button.closest("details.menu");
    const back = menu ? menu.querySelector("summary") : button; // an entry of a closed menu takes no focus
    dialog.removeAttribute("popover");
    dialog.showModal();
    dialog.addEventListener("close", () => back.focus(), { once: true });
    const first = dialog.querySelector(".dialog-body :is(input:not([type=hidden]), select, textarea)");
    if (first) first.focus();
    menu?.removeAttribute("open");
  });
  on("click", "dialog.dialog", (dialog, event) => { if (event.target === dialog) dialog.close(); });

  /* Typing the number unlocks the button; the server checks it again. */
  const lockUntilTyped = (field) => {
    const button = field.form.querySelector(".confirm-row [type=submit]");
    if (button) button.disabled = field.value.trim() !== field.dataset.mustEqual;
  };
  on("input", "[data-must-equal]", lockUntilTyped);
  all("[data-must-equal]").forEach(lockUntilTyped);

  /* ---- Menus: one open at a time, closed by a click outside or Escape ---- */
  const closeMenus = (except) =>
    all("details.menu[open]").forEach((menu) => { if (menu !== except) menu.open = false; });
  document.addEventListener("click", (event) => closeMenus(event.target.closest("details.menu")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.menu[open]");
    if (open) {
      open.open = false;
      open.querySelector("summary").focus();
    }
  });

  /* ---- Copy ---- */
  const spoken = Object.assign(document.createElement("p"), { className: "vh" });
  spoken.setAttribute("role", "status");
  document.body.append(spoken);
  on("click", "[data-copy]", async (button, event) => {
    event.preventDefault();
    const text = button.dataset.copy || button.previousElementSibling.textContent;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      return;
    }
    button.classList.add("done");
    spoken.textContent = `Copied ${text}`;
    setTimeout(() => button.classList.remove("done"), 1200);
  });

  /* ---- Forms: no second submit, say when something is unsaved ---- */
  const DOWNLOAD_MS = 10000; // the answer may be a file, which leaves this page standing
  document.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (event.target.method !== "post" || !button || "stay" in button.dataset) return;
    const setBusy = (busy) => {
      button.toggleAttribute("aria-busy", busy);
      if (busy) button.setAttribute("aria-busy", "true");
      button.disabled = busy;
    };
    setTimeout(() => setBusy(true), 0);
    setTimeout(() => setBusy(false), DOWNLOAD_MS);
    event.target.classList.remove("is-dirty");
  });
  all("form[data-guard]").forEach((form) =>
    form.addEventListener("input", () => {
      form.classList.add("is-dirty");
      /* They act on what is saved, not on what stands in the form. */
      all(".object-tools button").forEach((button) => { button.disabled = true; button.title = "Save first"; });
    }));
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form.is-dirty")) event.preventDefault();
  });
  window.addEventListener("pageshow", () =>
    all("[aria-busy]").forEach((button) => {
      button.disabled = false;
      button.removeAttribute("aria-busy");
    }));

  /* ---- Keyboard: / search, g then a letter to go, j k x on lists, Enter opens, ? lists them. Who
     dictates would set them off by speaking, so they can be switched off. ---- */
  const OFF = "shortcuts-off";
  const areOff = () => OFF in localStorage;
  const switchShortcuts = document.querySelector("[data-shortcuts]");
  const keyList = document.getElementById("keys");
  const searchBox = document.getElementById("searchbar") || document.getElementById("jump");
  const slash = Object.assign(document.createElement("kbd"), { textContent: "/" });
  searchBox?.after(slash);
  const showShortcuts = () => {
    slash.hidden = areOff();
    if (areOff()) searchBox?.removeAttribute("aria-keyshortcuts");
    else searchBox?.setAttribute("aria-keyshortcuts", "/");
    switchShortcuts.hidden = false;
    switchShortcuts.textContent = `Turn keyboard shortcuts ${areOff() ? "on" : "off"}`;
  };
  if (switchShortcuts) {
    switchShortcuts.addEventListener("click", () => {
      if (areOff()) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "1");
      showShortcuts();
    });
    showShortcuts();
    document.querySelector("[popovertarget=keys]").hidden = false;
  }
  const TYPING = "input:not([type=checkbox], [type=radio]), textarea, select, dialog";
  const GO_MS = 1200;
  let goSince = 0;
  let cursor = -1;
  const moveCursor = (rows, step) => {
    rows[cursor]?.classList.remove("cursor");
    cursor = Math.max(0, Math.min(rows.length - 1, cursor + step));
    rows[cursor].classList.add("cursor");
    rows[cursor].scrollIntoView({ block: "nearest" });
  };
  const focusSearch = (event) => {
    event.preventDefault();
    searchBox?.focus();
    searchBox?.select();
  };
  const listKeys = () => {
    keyList?.removeAttribute("popover");
    keyList?.showModal();
  };
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      document.getElementById("jump")?.focus();
      return;
    }
    if (areOff() || event.ctrlKey || event.metaKey || event.altKey || event.target.closest(TYPING)) return;
    if (Date.now() - goSince < GO_MS) {
      document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)?.click();
      goSince = 0;
      return;
    }
    const rows = all("#result_list tbody tr");
    const onRow = rows[cursor];
    if (event.key === "g") goSince = Date.now();
    else if (event.key === "/") focusSearch(event);
    else if (event.key === "?") listKeys();
    else if (event.key === "j" && rows.length) moveCursor(rows, 1);
    else if (event.key === "k" && rows.length) moveCursor(rows, -1);
    else if (event.key === "x" && onRow) onRow.querySelector("input.action-select")?.click();
    else if (event.key === "Enter" && onRow && event.target === document.body) onRow.querySelector("th a")?.click();
  });

  /* ---- A select that changes what the page shows; without script its button does it. ---- */
  all("select[data-submit]").forEach((select) =>
    select.addEventListener("change", () => select.form.requestSubmit()));

  /* ---- Partner catalog: live price, margin and count. The server computes the same again. ---- */
  const catalog = document.querySelector("form[data-catalog]");
  if (catalog) {
    const { markup, rounding } = catalog.elements;
    const picks = all("input.pick", catalog);
    const LOW_MARGIN = Number(catalog.dataset.lowMargin || 15);
    let lastPick = null;

    const roundUp = (value) => {
      if (rounding.value === "none") return value;
      const price = Math.floor(value) + Number(rounding.value);
      return price >= value ? price : price + 1;
    };
    const recount = () => {
      const chosen = picks.filter((pick) => pick.checked);
      const noun = chosen.length === 1 ? "variant" : "variants";
      catalog.querySelector("[data-count]").textContent =
        chosen.length ? `${chosen.length} ${noun} selected` : "Nothing selected";
      catalog.querySelector("[data-preview]").disabled = !chosen.length;
    };
    const reprice = () => all("[data-cost]", catalog).forEach((cell) => {
      const cost = Number(cell.dataset.cost);
      const price = roundUp(cost * (1 + Number(markup.value || 0) / 100));
      const margin = price ? (1 - cost / price) * 100 : 0;
      cell.textContent = `${catalog.dataset.sign || "$"}${price.toFixed(2)}`;
      const shown = cell.parentElement.querySelector("[data-margin]");
      shown.textContent = `${margin.toFixed(0)} %`;
      shown.classList.toggle("down", margin < LOW_MARGIN);
    });

    catalog.addEventListener("click", (event) => {
      const at = picks.indexOf(event.target);
      if (at < 0) return;
      if (event.shiftKey && lastPick !== null) tickRange(picks, lastPick, at, event.target.checked);
      lastPick = at;
      recount();
    });
    catalog.addEventListener("change", (event) => {
      if (event.target.matches("[data-all]")) picks.forEach((pick) => { pick.checked = event.target.checked; });
      recount();
    });
    catalog.addEventListener("input", reprice);
    reprice();
    recount();
  }

  /* ---- Live: <div data-live="new/?view=" data-live-every="30000"> asks how many rows joined the list since it was opened.
     It never moves a row: it says so, and the link loads the list anew. A tab in the background does not ask. ---- */
  const MOST_FAILURES = 5;
  const getJson = async (address) => {
    const answer = await fetch(address, { credentials: "same-origin", redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.json();
  };
  all("[data-live]").forEach((node) => {
    const link = node.querySelector("a");
    let last = null;
    let failures = 0;
    const ask = async () => {
      if (document.hidden || failures >= MOST_FAILURES) return;
      try {
        if (last === null) {
          ({ last } = await getJson(node.dataset.live));
          return;
        }
        const { text } = await getJson(`${node.dataset.live}&after=${last}`);
        const said = text && `${text} · Refresh`;
        link.hidden = !said;
        if (link.textContent !== said) link.textContent = said; // said aloud only when it changes
        failures = 0;
      } catch {
        failures += 1;
      }
    };
    setInterval(ask, Number(node.dataset.liveEvery));
    document.addEventListener("visibilitychange", ask);
    ask();
  });
}
