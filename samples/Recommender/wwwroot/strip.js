import { age, shape } from "/page.js";

const TICKS = [[5, "now"], [60, "1 min"], [600, "10 min"], [3600, "1 h"], [21_600, "6 h"], [86_400, "1 d"], [345_600, "4 d"], [1_209_600, "14 d"]];
const LANES = { purchase: 22, cart: 54, view: 86 };
const LEFT = 74;

/** Events by the logarithm of their age, a lane for each type: the newest minutes get as much room as the days before. */
export function drawStrip(svg, state) {
  const width = svg.clientWidth;
  const far = Math.log(1_209_600 / 5);
  const x = seconds => width - 26 - (width - 26 - LEFT - 14) * Math.min(1, Math.log(Math.max(5, seconds) / 5) / far);
  const lanes = Object.entries(LANES).flatMap(([type, y]) => [
    shape("line", { x1: LEFT, x2: width, y1: y, y2: y, class: "grid" }),
    shape("text", { x: 0, y: y + 4 }, type)]);
  let free = width;
  const ticks = TICKS.flatMap(([seconds, label]) => {
    const at = x(seconds);
    const isRoom = at < free - 46 || free === width;
    if (isRoom) free = at;
    return [
      shape("line", { x1: at, x2: at, y1: 4, y2: 104, class: "grid" }),
      ...(isRoom ? [shape("text", { x: at, y: 122, "text-anchor": "middle" }, label)] : [])];
  });
  const marks = state.events.toReversed().map(e => {
    const at = x((state.now - e.time) / 1000);
    const facts = `${e.type} of ${e.title}, ${age(state.now - e.time)}${e.isServed ? "" : ", left out"}`;
    const ring = e.late > 0 ? [shape("circle", { r: 8, class: "late-ring" })] : [];
    return shape("g", { transform: `translate(${at},${LANES[e.type]})` },
      ...ring, shape("use", { href: `#mark-${e.type}`, class: e.isServed ? "" : "left-out" }), shape("title", {}, facts));
  });
  svg.replaceChildren(...ticks, ...lanes, ...marks);
}
