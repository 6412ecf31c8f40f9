import { drawStrip } from "/strip.js";
import { watchEditor } from "/editor.js";
import { age, element, mark, rows } from "/page.js";

const DID = { view: "viewed", cart: "carted", purchase: "bought" };
const $ = id => document.getElementById(id);
const query = new URLSearchParams(location.search);
let live = null;
let shown = null;
let shopper = Number(query.get("shopper") ?? 0);

function showCounts(state) {
  const counts = { "events sent": state.sent, "came late": state.late, "sent twice": state.twice };
  $("counts").replaceChildren(...Object.entries(counts).map(([name, count]) =>
    element("div", {}, element("dt", {}, name), element("dd", {}, count.toLocaleString("en")))));
}

function showEvents(state) {
  $("events").replaceChildren(...state.events.slice(0, 14).map(e => {
    const facts = [e.type, e.category];
    if (e.type === "view") facts.push(`${e.dwell.toFixed(0)} s`);
    const late = e.late > 0 ? [" · ", element("span", { class: "late" }, `${e.late.toFixed(0)} s late`)] : [];
    return element("li", { class: e.isServed ? "" : "out" },
      mark(e.type, e.isServed),
      element("span", {}, e.title, element("small", {}, facts.join(" · "), ...late)),
      element("time", {}, age(state.now - e.time)));
  }));
}

function card(item, place, most) {
  const act = (type, label) => element("button", { type: "button", onclick: () => send(type, item.id), title: `Let this shopper ${label.toLowerCase()} it` }, label);
  return element("article", { class: "card" },
    element("span", { class: "place" }, place + 1),
    element("h3", {}, item.title, element("small", {}, `${item.category} · €${item.price.toFixed(2)}`)),
    element("span", { class: "score" }, item.score.toFixed(2)),
    element("ul", { class: "reasons" }, ...item.reasons.map(r => element("li", {},
      element("span", { class: r.points < 0 ? "meter down" : "meter" }, element("i", { style: `width:${100 * Math.abs(r.points) / most}%` })),
      element("span", { class: "points" }, (r.points < 0 ? "−" : "+") + Math.abs(r.points).toFixed(2)),
      element("span", {}, `${DID[r.type]} ${r.title}, ${age(r.ageDays * 86_400_000)}`)))),
    element("span", { class: "acts" }, act("view", "View"), act("purchase", "Buy")));
}

function showRanking(state) {
  $("refusal").hidden = state.refusal === null;
  $("refusal").textContent = state.refusal === null ? "" : `The model cannot take what this definition serves. ${state.refusal}`;
  const items = state.ranking ?? [];
  const most = Math.max(0.01, ...items.flatMap(item => item.reasons.map(r => Math.abs(r.points))));
  $("cards").replaceChildren(...items.map((item, place) => card(item, place, most)));
}

function showTrace(state) {
  const most = Math.max(...state.trace.map(s => s.microseconds));
  const total = state.trace.reduce((sum, s) => sum + s.microseconds, 0);
  $("total").textContent = `${total.toFixed(0)} µs, ${state.status.toLowerCase()}, ${rows(state.served)}`;
  $("version").textContent = `version ${state.version} is served`;
  $("trace").tBodies[0].replaceChildren(...state.trace.map(s => element("tr", {},
    element("td", {}, s.name, element("small", {}, s.note && ` ${s.note}`)),
    element("td", {}, `${s.rowsIn} → ${s.rowsOut}`),
    element("td", {}, s.bytes.toLocaleString("en")),
    element("td", {}, `${s.microseconds.toFixed(1)} µs`),
    element("td", {}, element("span", { class: "meter" }, element("i", { style: `width:${100 * s.microseconds / most}%` }))))));
}

function show(state) {
  showCounts(state);
  showEvents(state);
  showRanking(state);
  showTrace(state);
  drawStrip($("strip"), state);
  shown = state;
}

async function refresh() {
  show(await (await fetch(`/api/shoppers/${shopper}`)).json());
}

async function send(type, item) {
  show(await (await fetch(`/api/shoppers/${shopper}/${type}/${item}`, { method: "POST" })).json());
}

function watch(names, index) {
  shopper = index;
  $("name").textContent = names[index];
  [...$("shoppers").children].forEach((button, i) => button.setAttribute("aria-current", i === index));
  live?.close();
  if (query.has("still")) return refresh();
  live = new EventSource(`/api/shoppers/${index}/live`);
  live.onmessage = message => show(JSON.parse(message.data));
}

const shop = await (await fetch("/api/shop")).json();
$("model").textContent = `finds the next item in its first ten in ${(100 * shop.model.hitRate).toFixed(0)} % of held-out cases; popularity in ${(100 * shop.model.popularHitRate).toFixed(0)} %`;
$("shoppers").replaceChildren(...shop.shoppers.map((name, i) => element("button", { type: "button", onclick: () => watch(shop.shoppers, i) }, name)));
await watchEditor($("editor"), $("errors"), $("rollback"), refresh);
new ResizeObserver(() => { if (shown) drawStrip($("strip"), shown); }).observe($("strip"));
await watch(shop.shoppers, shopper);
