(function () {
  "use strict";
  document.documentElement.classList.add("scripted");

  function all(selector, root) {
    return Array.from((root || document).querySelectorAll(selector));
  }

  function element(tag, attributes, text) {
    const made = document.createElement(tag);
    Object.keys(attributes).forEach(function (name) { made.setAttribute(name, attributes[name]); });
    if (text) { made.textContent = text; }
    return made;
  }

  /* Ranks: one choice for the whole page; the control that was used keeps its place on the screen. */
  function showRank(rank) {
    all("[data-rank]").forEach(function (panel) {
      panel.classList.toggle("is-away", panel.dataset.rank !== rank);
    });
    all(".rank-switch input").forEach(function (input) { input.checked = input.value === rank; });
  }

  all(".rank-switch").forEach(function (group) {
    group.hidden = false;
    group.addEventListener("change", function (event) {
      const before = group.getBoundingClientRect().top;
      showRank(event.target.value);
      window.scrollBy({ top: group.getBoundingClientRect().top - before, behavior: "instant" });
    });
  });
  const chosen = document.querySelector(".rank-switch input[checked]");
  if (chosen) { showRank(chosen.value); }

  /* Sorting: numbers by value with undefined ones last, words as people sort them. */
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

  function compareCells(first, second, direction) {
    const isNumeric = first.hasAttribute("data-order") || second.hasAttribute("data-order");
    if (!isNumeric) { return direction * collator.compare(first.textContent.trim(), second.textContent.trim()); }
    const a = parseFloat(first.dataset.order);
    const b = parseFloat(second.dataset.order);
    if (isNaN(a) || isNaN(b)) { return isNaN(a) - isNaN(b); }
    return direction * (a - b);
  }

  function sortTable(table, header) {
    const isAscending = header.getAttribute("aria-sort") === "ascending";
    const direction = isAscending ? -1 : 1;
    const column = header.cellIndex;
    const body = table.tBodies[0];
    const rows = Array.from(body.rows).sort(function (first, second) {
      return compareCells(first.cells[column], second.cells[column], direction);
    });
    all("th[aria-sort]", table).forEach(function (other) { other.removeAttribute("aria-sort"); });
    header.setAttribute("aria-sort", isAscending ? "descending" : "ascending");
    body.append.apply(body, rows);
  }

  all("table.sortable").forEach(function (table) {
    all("thead th", table).forEach(function (header) {
      const button = element("button", { type: "button", "class": "sort" });
      button.append.apply(button, Array.from(header.childNodes));
      header.append(button);
      button.addEventListener("click", function () { sortTable(table, header); });
    });
  });

  /* Filtering: rows of the tables in the same block whose text holds every word. */
  function filterBlock(block, query, status) {
    const words = query.toLowerCase().split(/\s+/).filter(Boolean);
    const rows = all("tbody tr", block);
    let shown = 0;
    rows.forEach(function (row) {
      const text = row.textContent.toLowerCase();
      const matches = words.every(function (word) { return text.includes(word); });
      row.classList.toggle("is-filtered", !matches);
      shown += matches ? 1 : 0;
    });
    status.textContent = words.length ? shown + " of " + rows.length + " rows" : "";
  }

  all(".filter").forEach(function (bar) {
    const block = bar.closest(".filtered");
    const input = bar.querySelector("input");
    const status = bar.querySelector("output");
    bar.hidden = false;
    input.addEventListener("input", function () { filterBlock(block, input.value, status); });
  });

  /* Copying: through the clipboard where the browser allows it, else the text is selected. */
  function selectText(node) {
    const range = document.createRange();
    range.selectNodeContents(node);
    window.getSelection().removeAllRanges();
    window.getSelection().addRange(range);
  }

  all(".copy").forEach(function (bar) {
    const button = bar.querySelector("button");
    const status = bar.querySelector("output");
    const text = document.getElementById(bar.dataset.copies);
    const fallBack = function () { selectText(text); status.textContent = "Selected: press Ctrl+C or ⌘C"; };
    bar.hidden = false;
    button.addEventListener("click", function () {
      if (!navigator.clipboard) { fallBack(); return; }
      navigator.clipboard.writeText(text.innerText).then(function () { status.textContent = "Copied"; }, fallBack);
    });
  });
}());
