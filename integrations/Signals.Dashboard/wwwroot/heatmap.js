import { element } from "./dom.js";
import { count } from "./format.js";

const ROW = 7;
const MOST_HEIGHT = 560;

function colour(styles, value, most) {
  if (value === null) return styles.nothing;
  const part = most > 0 ? Math.min(1, Math.abs(value) / most) : 0;
  const alpha = value === 0 ? 0.04 : 0.15 + 0.85 * part;
  return `rgb(${value < 0 ? styles.below : styles.above} / ${alpha.toFixed(3)})`;
}

/** A tensor as a picture: a row of it is a row, an element a column. Each element has a scale of its own, or all have the same. */
export function heatmap(tensor) {
  const canvas = element("canvas", { class: "heat", role: "img", tabindex: 0 });
  const says = element("p", { class: "quiet says", role: "status" });
  const each = element("input", { type: "checkbox" });
  each.checked = true;
  const rows = tensor.rows;
  const columns = Array.from({ length: tensor.width }, (_, i) => Math.max(0, ...rows.map(row => Math.abs(row[i] ?? 0))));
  const whole = Math.max(0, ...columns);
  const height = Math.max(ROW * 3, Math.min(MOST_HEIGHT, rows.length * ROW));
  let at = [0, 0];

  function draw() {
    const width = canvas.clientWidth || 320;
    const ratio = devicePixelRatio || 1;
    const style = getComputedStyle(canvas);
    const styles = { above: style.getPropertyValue("--above"), below: style.getPropertyValue("--below"), nothing: style.getPropertyValue("--nothing") };
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const paint = canvas.getContext("2d");
    const cellWidth = canvas.width / Math.max(1, tensor.width);
    const cellHeight = canvas.height / Math.max(1, rows.length);
    rows.forEach((row, r) => row.forEach((value, c) => {
      paint.fillStyle = colour(styles, value, each.checked ? columns[c] : whole);
      const left = Math.floor(c * cellWidth);
      const top = Math.floor(r * cellHeight);
      paint.fillRect(left, top, Math.max(1, Math.floor((c + 1) * cellWidth) - left - (cellWidth > 6 ? 1 : 0)), Math.max(1, Math.floor((r + 1) * cellHeight) - top - (cellHeight > 6 ? 1 : 0)));
    }));
    canvas.setAttribute("aria-label", `The tensor ${tensor.name} with ${rows.length} rows of ${tensor.width} elements, from ${-whole} to ${whole}`);
  }

  function tell(row, column) {
    if (rows.length === 0 || tensor.width === 0) return;
    at = [Math.max(0, Math.min(rows.length - 1, row)), Math.max(0, Math.min(tensor.width - 1, column))];
    const value = rows[at[0]][at[1]];
    says.textContent = `row ${at[0]}, element ${at[1]}: ${value === null ? "NaN or infinite" : value}`;
  }

  canvas.style.height = `${height}px`;
  canvas.onpointermove = event => {
    const box = canvas.getBoundingClientRect();
    tell(Math.floor(rows.length * (event.clientY - box.top) / box.height), Math.floor(tensor.width * (event.clientX - box.left) / box.width));
  };
  canvas.onkeydown = event => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    if (step) {
      event.preventDefault();
      tell(at[0] + step[0], at[1] + step[1]);
    }
  };
  each.onchange = draw;
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  new ResizeObserver(draw).observe(canvas);
  says.textContent = `${count(tensor.count)} of ${count(tensor.padded_rows)} rows, ${count(tensor.width)} elements each, ${tensor.type}${rows.length < tensor.count ? `; the first ${count(rows.length)} rows are drawn` : ""}`;
  return element("div", {}, canvas, says, element("label", { class: "check" }, each, " a scale for each element"));
}
