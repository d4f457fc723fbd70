// What pages can do beyond being read: search, filters, and links that open what they lead
// to. The page is whole without it.
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const form = document.getElementById("filter");

  // Long parts wait as text until somebody opens what they are in: without a script they are
  // part of the page at once.
  const unfold = (details) => {
    for (const later of all("noscript", details)) later.outerHTML = later.textContent;
  };
  for (const details of all("details.entry")) {
    if (details.open) unfold(details);
    else details.addEventListener("toggle", () => unfold(details), { once: true });
  }

  // A link leads to something that may be filtered out, or inside of what is closed.
  const reveal = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (form && target.closest("[hidden]")) form.reset();
    for (let at = target; at; at = at.parentElement) if (at.matches("details")) at.open = true;
    target.scrollIntoView();
    const focus = target.matches("details") ? target.querySelector("summary") : target;
    if (focus.tabIndex < 0) focus.tabIndex = -1;
    focus.focus({ preventScroll: true });
  };
  addEventListener("hashchange", reveal);
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    // The same link twice changes nothing in the address.
    if (link && link.hash === location.hash) reveal();
  });
  if (location.hash) reveal();

  for (const button of all("button.toggle")) {
    const entries = () => all(".entry", document.getElementById(button.dataset.part));
    button.hidden = false;
    button.addEventListener("click", () => {
      const open = button.textContent === "Open all";
      for (const entry of entries()) if (!entry.closest("[hidden]")) entry.open = open;
      button.textContent = open ? "Close all" : "Open all";
    });
  }

  // A table of contents beside the page stays open, one above it is in the way.
  const contents = document.querySelector(".contents details");
  if (contents && matchMedia("(max-width: 62rem)").matches) contents.open = false;

  if (!form) return;
  form.hidden = false;
  const words = (text) => (text || "").split(" ").filter(Boolean);
  const items = (selector, text) =>
    all(selector).map((element) => ({
      element,
      facets: new Set(words(element.dataset.facets)),
      clauses: words(element.dataset.clauses),
      text: null,
      words: text,
    }));
  const entries = items(".group .entry", (entry) =>
    `${entry.querySelector("summary").textContent} ${entry.querySelector(".title")?.textContent} ${entry.closest(".group").querySelector("h3").textContent}`);
  const clauses = items(".clause", (clause) => clause.querySelector("summary").textContent);
  const rows = items(".matrix tbody tr", (row) => row.querySelector("th").textContent);
  const packets = items(".view .sequence li", (packet) => packet.textContent);
  for (const row of rows) {
    const heads = row.element.closest("table").tHead.rows[0].cells;
    row.cells = [...row.element.cells].slice(1).filter((cell) => cell.className).map((cell) => ({
      cell,
      facets: new Set([...words(heads[cell.cellIndex].dataset.facets), `v:${cell.classList[0]}`]),
    }));
  }

  const apply = () => {
    const chosen = Object.fromEntries([...new FormData(form)].map(([key, value]) => [key, value.trim()]));
    const needles = words((chosen.text || "").toLowerCase());
    const facets = Object.keys(chosen).filter((key) => key.length === 1 && key !== "c" && chosen[key]);
    const wanted = facets.map((key) => `${key}:${chosen[key]}`);
    const active = needles.length > 0 || wanted.length > 0 || Boolean(chosen.c);
    const says = (item) => {
      if (chosen.c && !item.clauses.includes(chosen.c)) return false;
      if (needles.length === 0) return true;
      item.text ??= `${item.words(item.element)} ${item.clauses.join(" ")}`.toLowerCase();
      return needles.every((needle) => item.text.includes(needle));
    };
    const has = (set, list) => list.every((facet) => set.has(facet));
    let shown = 0;
    let of = 0;
    for (const entry of entries) entry.element.hidden = !(has(entry.facets, wanted) && says(entry));
    for (const clause of clauses) clause.element.hidden = !says(clause);
    for (const packet of packets) {
      packet.element.hidden = !(has(packet.facets, wanted) && says(packet));
      of += 1;
      shown += packet.element.hidden ? 0 : 1;
    }
    for (const row of rows) {
      // The family, and whether cells differ, is that of the row; all else that of a cell.
      const ofRow = wanted.filter((facet) => /^[fx]:/.test(facet));
      const ofCell = wanted.filter((facet) => !/^[fx]:/.test(facet));
      const fits = has(row.facets, ofRow) && says(row);
      let any = false;
      for (const { cell, facets } of row.cells) {
        const match = fits && has(facets, ofCell);
        cell.classList.toggle("dim", active && !match);
        any ||= match;
        of += 1;
        shown += match ? 1 : 0;
      }
      row.element.hidden = !any;
    }
    for (const group of all(".group")) group.hidden = !group.querySelector(".entry:not([hidden])");
    for (const fold of all(".fold:not(.family)")) {
      const inside = all(".clause", fold);
      fold.hidden = inside.length > 0 && inside.every((clause) => clause.hidden);
    }
    for (const family of all(".family")) {
      const any = family.querySelector("tbody tr:not([hidden])");
      family.hidden = !any;
      if (active !== family.hasAttribute("data-found")) {
        family.toggleAttribute("data-found", active);
        family.open = active;
      }
    }
    for (const part of all("section[id]")) {
      const inside = all(".group, .fold, .sequence li", part);
      const gone = active && inside.length > 0 && inside.every((element) => element.hidden);
      part.classList.toggle("empty", gone);
    }
    form.classList.toggle("active", active);
    const thing = rows.length > 0 ? form.dataset.things || "checks" : "packets";
    form.querySelector(".shown").textContent = active
      ? `${shown.toLocaleString("en")} of ${of.toLocaleString("en")} ${thing}`
      : "";
  };
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  // Browsers keep what was typed when a page is loaded again.
  apply();

  const search = form.elements.text;
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, select, textarea");
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && event.target === search) {
      form.reset();
    }
  });
})();
