const SVG = "http://www.w3.org/2000/svg";

// Children are nodes or text; text always becomes a text node, so nothing that a store holds is ever read as markup.
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node[name] = value;
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false));
  return node;
}

export const element = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);

export const shape = (name, attributes = {}, ...children) => fill(document.createElementNS(SVG, name), attributes, children);

export const panel = (title, ...children) => element("section", { class: "panel" }, element("h2", {}, title), ...children);

/** A table whose cells say their column, so that it can be shown as a list where there is no room. */
export function table(columns, rows, empty = "none") {
  if (rows.length === 0) return element("p", { class: "quiet" }, empty);
  const cells = row => row.map((cell, i) => element("td", { "data-column": columns[i].name, class: columns[i].number ? "number" : "" }, cell));
  return element("table", {},
    element("thead", {}, element("tr", {}, columns.map(c => element("th", { scope: "col", class: c.number ? "number" : "" }, c.name)))),
    element("tbody", {}, rows.map(row => element("tr", {}, cells(row)))));
}

export const column = name => ({ name, number: false });

export const number = name => ({ name, number: true });

export const facts = pairs => element("dl", { class: "facts" },
  pairs.filter(Boolean).map(([name, value]) => element("div", {}, element("dt", {}, name), element("dd", {}, value))));

export const badge = (text, kind = "") => element("span", { class: `badge ${kind}` }, text);

export const button = (text, onclick, attributes = {}) => element("button", { type: "button", onclick, ...attributes }, text);

export const field = (text, input) => element("label", { class: "field" }, element("span", {}, text), input);
