import { shape, element } from "./dom.js";
import { ago, time } from "./format.js";

const LANE = 26;
const TOP = 8;
const NEAREST = 1;
const TICKS = [[1, "1 s"], [10, "10 s"], [60, "1 min"], [600, "10 min"], [3600, "1 h"], [21_600, "6 h"], [86_400, "1 d"], [604_800, "7 d"], [2_592_000, "30 d"], [31_536_000, "1 y"], [315_360_000, "10 y"]];

function mark(row, x, y, now) {
  const classes = ["mark", row.served === false ? "out" : "", row.late ? "late" : "", row.changed?.length ? "changed" : ""].join(" ");
  const says = [`${row.type} ${row.id}, ${time(row.time_ms)} (${ago(now, row.time_ms)})`, row.reason, row.late && "came late",
    row.changed?.length ? `corrected: ${row.changed.join(", ")}` : ""].filter(Boolean).join("; ");
  return shape("g", { transform: `translate(${x.toFixed(1)},${y})`, class: classes },
    row.late ? shape("circle", { r: 7.5, class: "ring" }) : null,
    row.changed?.length ? shape("rect", { x: -4, y: -4, width: 8, height: 8, transform: "rotate(45)" }) : shape("circle", { r: 4 }),
    shape("title", {}, says));
}

/** Events by the logarithm of their age, newest on the right, a lane for each type: the last minutes get as much room as the days before. */
export function timeline(rows, types, now) {
  const height = TOP + types.length * LANE + 22;
  const svg = shape("svg", { class: "timeline", height, role: "img", "aria-label": `${rows.length} events on a timeline; the list below has them all` });
  const names = element("ol", { class: "lanes" }, types.map(type => element("li", {}, type)));
  const age = row => Math.max(NEAREST, (now - row.time_ms) / 1000);
  const far = Math.max(60, ...rows.map(age)) * 1.3;

  function draw() {
    const width = svg.clientWidth || 320;
    const x = seconds => width - 10 - (width - 20) * Math.log(Math.max(NEAREST, seconds)) / Math.log(far);
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    let free = width;
    const ticks = TICKS.filter(([seconds]) => seconds < far).flatMap(([seconds, label]) => {
      const at = x(seconds);
      const isRoom = at < free - 44 && at > 24;
      if (isRoom) free = at;
      return [shape("line", { x1: at, x2: at, y1: 0, y2: height - 20, class: "rule" }),
        ...(isRoom ? [shape("text", { x: at, y: height - 5, "text-anchor": "middle" }, label)] : [])];
    });
    const lanes = types.map((_, i) => shape("line", { x1: 0, x2: width, y1: TOP + (i + 0.5) * LANE, y2: TOP + (i + 0.5) * LANE, class: "rule" }));
    const marks = rows.toReversed().map(row => mark(row, x(age(row)), TOP + (types.indexOf(row.type) + 0.5) * LANE, now));
    svg.replaceChildren(...ticks, ...lanes, ...marks);
  }

  new ResizeObserver(draw).observe(svg);
  return element("div", { class: "timeline-box" }, names, svg);
}
