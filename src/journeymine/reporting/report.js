// Makes a report's page answer: starts its map, sorts its tables, chooses among its courses.
// Everything is in the page already: rows are moved and hidden, text stays text, nothing is asked for from elsewhere.
(() => {
  "use strict";

  const FIRST = 15; // courses shown at first
  const read = name => JSON.parse(document.getElementById(name).textContent);
  const texts = read("report-texts");
  const locale = document.documentElement.lang;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
  const counted = new Intl.NumberFormat(locale);
  const share = value => `${new Intl.NumberFormat(locale, { maximumFractionDigits: value < 0.0995 ? 1 : 0 }).format(100 * value)}\u00a0%`;

  // --- tables: a click on a head sorts by it, another one the other way round ----------------------------------------

  const collator = new Intl.Collator(locale, { numeric: true });
  const value = (row, column) => {
    const cell = row.cells[column];
    return cell.classList.contains("number") ? (cell.dataset.value === undefined ? null : Number(cell.dataset.value)) : cell.textContent;
  };
  const compared = (one, other) => (typeof one === "number" ? one - other : collator.compare(one, other));

  function sort(table, column, way) {
    const rows = [...table.tBodies[0].rows].map(row => [value(row, column), row]);
    rows.sort(([one], [other]) => (one === null) - (other === null) || (one === null ? 0 : way * compared(one, other)));
    table.tBodies[0].append(...rows.map(([, row]) => row));
    for (const head of table.tHead.rows[0].cells) head.removeAttribute("aria-sort");
    table.tHead.rows[0].cells[column].setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
    table.dispatchEvent(new Event("sorted"));
  }

  function makeSortable(table) {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      if (head.classList.contains("drawn") || table.tBodies[0].rows.length < 2) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      button.title = fill(texts.sort, { column: button.textContent });
      button.addEventListener("click", () => {
        const sorted = head.getAttribute("aria-sort");
        const first = head.classList.contains("number") ? -1 : 1;
        sort(table, column, sorted === null ? first : sorted === "ascending" ? -1 : 1);
      });
      head.append(button);
    });
  }

  // --- courses: those through a touchpoint or channel, the first few or all -------------------------------------------

  function makeChoosable(table) {
    const choice = document.getElementById("through"), matching = document.getElementById("matching");
    const more = document.createElement("button");
    let isWhole = false;
    more.type = "button";
    more.className = "more";
    table.parentElement.after(more);

    function show() {
      const rows = [...table.tBodies[0].rows];
      const fit = rows.filter(row => !choice?.value || row.dataset.through.split(" ").includes(choice.value));
      for (const row of rows) row.hidden = true;
      for (const row of fit.slice(0, isWhole ? fit.length : FIRST)) row.hidden = false;
      const left = fit.length - FIRST;
      more.hidden = left <= 0;
      more.textContent = isWhole ? texts.fewer : fill(texts.more, { count: counted.format(left) });
      if (!matching) return;
      const total = fit.reduce((sum, row) => sum + Number(row.dataset.share), 0);
      matching.value = choice.value ? fill(texts.matching, { shown: counted.format(fit.length), courses: texts.courses, share: share(total) }) : "";
    }

    more.addEventListener("click", () => { isWhole = !isWhole; show(); });
    choice?.addEventListener("change", show);
    table.addEventListener("sorted", show);
    if (choice) choice.closest("p").hidden = false;
    show();
  }

  const live = document.getElementById("map-live");
  if (live) journeymineMap(live, read("map-data"), read("map-texts"), locale);
  document.querySelectorAll(".table > table").forEach(makeSortable);
  const courses = document.getElementById("courses");
  if (courses) makeChoosable(courses);
})();
