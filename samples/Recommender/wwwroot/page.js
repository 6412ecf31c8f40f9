const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node[name] = value;
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

export const element = (name, attributes, ...children) => fill(document.createElement(name), attributes, children);

export const shape = (name, attributes, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

/** The mark of an event type, in a picture of its own. */
export const mark = (type, isServed) =>
  shape("svg", { viewBox: "-8 -8 16 16" }, shape("use", { href: `#mark-${type}`, class: isServed ? "" : "left-out" }));

export const rows = count => `${count} ${count === 1 ? "row" : "rows"}`;

/** An age in the largest unit that says something. */
export function age(ms) {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 5) return "now";
  if (seconds < 90) return `${seconds.toFixed(0)} s ago`;
  if (seconds < 5400) return `${(seconds / 60).toFixed(0)} min ago`;
  if (seconds < 129_600) return `${(seconds / 3600).toFixed(0)} h ago`;
  return `${(seconds / 86_400).toFixed(0)} d ago`;
}
