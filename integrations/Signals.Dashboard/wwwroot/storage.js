import { get, ofStore } from "./api.js";
import { column, element, number, panel, table } from "./dom.js";
import { bytes, count, minute, span, time } from "./format.js";

const FIRST = -62_135_596_800_000;
const SHOWN = 120;

const kind = t => t.patch ? "patches" : t.imported ? "segment" : "events";

function bar(t, widest) {
  const piece = element("i", { class: `run ${kind(t)}`, title: `table ${t.number}: ${count(t.rows)} rows, ${bytes(t.bytes)}` });
  piece.style.width = `${Math.max(0.6, 100 * t.bytes / widest)}%`;
  return piece;
}

function windowOf(start, tables, widest) {
  const sorted = tables.toSorted((a, b) => b.bytes - a.bytes);
  const rows = tables.reduce((sum, t) => sum + t.rows, 0);
  const size = tables.reduce((sum, t) => sum + t.bytes, 0);
  return element("details", { class: "window" },
    element("summary", {},
      element("span", { class: "start" }, start <= FIRST ? "before all times" : minute(start)),
      element("span", { class: "runs" }, sorted.map(t => bar(t, widest))),
      element("span", { class: "size" }, `${count(tables.length)} ${tables.length === 1 ? "table" : "tables"}, ${count(rows)} rows, ${bytes(size)}`)),
    table([number("table"), column("holds"), column("oldest event"), column("newest event"), number("rows"), number("users"), number("size"), number("bytes a row")],
      sorted.map(t => [t.number, kind(t), time(t.oldest_ms), time(t.newest_ms), count(t.rows), count(t.users), bytes(t.bytes), (t.bytes / Math.max(1, t.rows)).toFixed(1)])));
}

function typeOf(type) {
  const windows = Map.groupBy(type.tables, t => t.window_start_ms);
  const starts = [...windows.keys()].sort((a, b) => b - a);
  const sums = [...windows.values()].map(tables => tables.reduce((sum, t) => sum + t.bytes, 0));
  const widest = Math.max(1, ...sums);
  const rows = type.tables.reduce((sum, t) => sum + t.rows, 0);
  const left = starts.length - SHOWN;
  return panel(type.name,
    element("p", { class: "quiet" }, `windows of ${span(type.window_ms)}; ${count(type.tables.length)} tables, ${count(rows)} rows, ${bytes(sums.reduce((a, b) => a + b, 0))}`),
    starts.slice(0, SHOWN).map(start => windowOf(start, windows.get(start), widest)),
    left > 0 && element("p", { class: "quiet" }, `${count(left)} older windows are not drawn.`));
}

export async function show(root, context) {
  const path = ofStore(context.store, "storage");
  const legend = element("ul", { class: "legend" },
    ["events", "segment", "patches"].map(name => element("li", {}, element("i", { class: `run sample ${name}` }), ` ${name}`)));
  const body = element("div", { class: "stacked" });
  root.append(legend, body);

  async function refresh() {
    const answer = await get(path);
    if (!context.isCurrent()) return;
    const open = new Set([...body.querySelectorAll("details[open]")].map(d => d.dataset.key));
    if (body.contains(document.activeElement) && body.childElementCount > 0) return;
    body.replaceChildren(
      element("p", { class: "quiet" }, `${count(answer.memtable_rows)} rows are in memtables (${bytes(answer.memtable_bytes)}) and in no table yet. A bar is a table; its length is its size. Open a window for its tables.`),
      ...answer.types.map(typeOf));
    [...body.querySelectorAll("details")].forEach(d => {
      d.dataset.key = `${d.closest("section").firstChild.textContent}/${d.querySelector(".start").textContent}`;
      d.open = open.has(d.dataset.key);
    });
  }

  await refresh();
  return { refresh, every: 5000 };
}
