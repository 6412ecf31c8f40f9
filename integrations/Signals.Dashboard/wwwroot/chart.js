import { element, shape } from "./dom.js";
import { span, time } from "./format.js";

const HEIGHT = 108;
const TOP = 16;
const BOTTOM = 18;

/** A small chart of some series over time. It is drawn in the width that it has; a pointer or the arrow keys move its cursor. */
export function chart({ title, lines, format, isLog = false, most = null }) {
  const svg = shape("svg", { class: "chart", role: "img", tabindex: 0, height: HEIGHT });
  const values = lines.map(() => element("b"));
  const when = element("small", { class: "when" });
  const legend = element("ul", { class: "legend" },
    lines.map((line, i) => element("li", { class: `key k${i}` }, line.name, " ", values[i])));
  const root = element("section", { class: "panel" }, element("h2", {}, title, when), svg, legend);
  const state = { samples: [], fromMs: 0, toMs: 1, cursor: null };
  const pick = (sample, line) => sample[line.index];

  const x = (ms, width) => width * (ms - state.fromMs) / Math.max(1, state.toMs - state.fromMs);

  function scale() {
    const all = state.samples.flatMap(s => lines.map(line => pick(s, line))).filter(v => v !== null && v > 0);
    const highest = Math.max(most ?? 0, ...all);
    const high = highest > 0 ? highest * (most ? 1 : 1.08) : 1;
    const low = isLog ? Math.min(high / 10, ...all) * 0.9 : 0;
    const room = HEIGHT - TOP - BOTTOM;
    const part = v => isLog ? Math.log(Math.max(v, low) / low) / Math.log(high / low) : v / high;
    return { high, low, y: v => TOP + room * (1 - Math.min(1, Math.max(0, part(v)))) };
  }

  function path(line, y, width) {
    let isDown = false;
    return state.samples.map(s => {
      const v = pick(s, line);
      if (v === null) {
        isDown = false;
        return "";
      }
      const step = `${isDown ? "L" : "M"}${x(s[0], width).toFixed(1)},${y(v).toFixed(1)}`;
      isDown = true;
      return step;
    }).join("");
  }

  function draw() {
    const width = svg.clientWidth || 320;
    const { high, low, y } = scale();
    svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    const at = state.cursor === null ? state.samples.at(-1) : state.samples[state.cursor];
    const grid = [TOP, HEIGHT - BOTTOM].map(at => shape("line", { x1: 0, x2: width, y1: at, y2: at, class: "rule" }));
    svg.replaceChildren(
      ...grid,
      ...lines.map((line, i) => shape("path", { d: path(line, y, width), class: `line k${i}` })),
      shape("text", { x: 0, y: TOP - 5 }, format(high)),
      shape("text", { x: 0, y: HEIGHT - 4 }, isLog ? format(low) : format(0)),
      shape("text", { x: width, y: HEIGHT - 4, "text-anchor": "end" }, "now"),
      ...(state.cursor === null || !at ? [] : [shape("line", { x1: x(at[0], width), x2: x(at[0], width), y1: TOP, y2: HEIGHT - BOTTOM, class: "cursor" })]));
    lines.forEach((line, i) => { values[i].textContent = format(at ? pick(at, line) : null); });
    when.textContent = state.cursor === null || !at ? `last ${span(state.toMs - state.fromMs)}` : time(at[0]);
    svg.setAttribute("aria-label", `${title} over the last ${span(state.toMs - state.fromMs)}: ${lines.map((line, i) => `${line.name} ${values[i].textContent}`).join(", ")}`);
  }

  function move(index) {
    state.cursor = index === null || state.samples.length === 0 ? null : Math.max(0, Math.min(state.samples.length - 1, index));
    draw();
  }

  svg.onpointermove = event => {
    const box = svg.getBoundingClientRect();
    const ms = state.fromMs + (state.toMs - state.fromMs) * (event.clientX - box.left) / box.width;
    const next = state.samples.findIndex(s => s[0] >= ms);
    move(next < 0 ? state.samples.length - 1 : next);
  };
  svg.onpointerleave = () => move(null);
  svg.onblur = () => move(null);
  svg.onkeydown = event => {
    const step = { ArrowLeft: -1, ArrowRight: 1, PageUp: -30, PageDown: 30 }[event.key];
    if (step) {
      event.preventDefault();
      move((state.cursor ?? state.samples.length) + step);
    }
  };
  new ResizeObserver(draw).observe(svg);
  return {
    root,
    update(samples, fromMs, toMs) {
      const lost = state.cursor === null ? 0 : state.samples.findIndex(s => s[0] === samples[0]?.[0]);
      Object.assign(state, { samples, fromMs, toMs });
      if (state.cursor !== null) state.cursor = Math.max(0, Math.min(samples.length - 1, state.cursor - Math.max(0, lost)));
      draw();
    },
  };
}
