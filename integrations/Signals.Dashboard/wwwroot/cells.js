import { element } from "./dom.js";

/** The value of a cell as text; what is cut says how long it is. */
export function cellText(cell) {
  if (cell === null) return "null";
  if (typeof cell !== "object") return String(cell);
  if ("text" in cell) return `${cell.text}… (${cell.length} bytes)`;
  if ("hex" in cell) return `0x${cell.hex}${cell.hex.length < 2 * cell.length ? `… (${cell.length} bytes)` : ""}`;
  const shown = cell.vector.slice(0, 6).map(v => typeof v === "number" ? Number(v.toPrecision(3)) : v).join(", ");
  return cell.length > 6 ? `[${shown}, … ${cell.length}]` : `[${shown}]`;
}

/** Cells as pairs that wrap, so that any number of columns fits any width. */
export function cellList(cells, columns, changed = []) {
  const order = columns.map(c => c.name).filter(name => Object.hasOwn(cells, name));
  return element("dl", { class: "cells" }, order.map(name => element("div", { class: changed.includes(name) ? "changed" : "" },
    element("dt", {}, name), element("dd", { class: cells[name] === null ? "null" : "" }, cellText(cells[name])))));
}
