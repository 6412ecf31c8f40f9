import { get } from "./api.js";
import { element } from "./dom.js";
import * as overview from "./overview.js";
import * as storage from "./storage.js";
import * as user from "./user.js";
import * as definitions from "./definitions.js";
import * as upkeep from "./upkeep.js";

const VIEWS = { overview, storage, user, definitions, upkeep };
const TITLES = { overview: "Overview", storage: "Storage", user: "User", definitions: "Definitions", upkeep: "Upkeep" };
const content = document.getElementById("content");
const problem = document.getElementById("problem");
const picker = document.getElementById("store");
const health = document.getElementById("health");
let info = { stores: [] };
let current = null;
let shows = 0;

/** The place is #/STORE/VIEW?parameters, so that it can be kept and sent. */
function place() {
  const [path, query] = location.hash.slice(2).split("?");
  const [store, view] = path.split("/").map(decodeURIComponent);
  return {
    store: info.stores.some(s => s.name === store) ? store : info.stores[0]?.name,
    view: Object.hasOwn(VIEWS, view) ? view : "overview",
    parameters: new URLSearchParams(query ?? ""),
  };
}

function link(store, view, parameters = {}) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value)).toString();
  return `#/${encodeURIComponent(store)}/${view}${query ? `?${query}` : ""}`;
}

// What a change met stays until the next change or place; what asking met goes with the next answer.
const met = { asking: null, change: null };

function tell(source, error) {
  met[source] = error;
  const text = [met.change, met.asking].filter(Boolean).map(e => e.message).join(" ");
  problem.hidden = text === "";
  if (problem.textContent !== text) problem.textContent = text;
}

function showHealth(store) {
  const of = info.stores.find(s => s.name === store);
  const text = of ? `${of.state}${of.reason ? `: ${of.reason}` : ""}` : "";
  health.className = of?.state ?? "";
  if (health.textContent !== text) health.textContent = text;
}

// The links stay, so that the focus stays where it is.
function showFrame(at) {
  picker.value = at.store ?? "";
  for (const anchor of document.getElementById("views").children) {
    anchor.href = link(at.store ?? "", anchor.dataset.view);
    if (anchor.dataset.view === at.view) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
  }
  document.title = at.store ? `${at.store} · ${TITLES[at.view]} · Signals` : "Signals";
}

async function run(work) {
  try {
    await work();
    tell("asking", null);
  } catch (error) {
    tell("asking", error);
  }
}

async function show() {
  const mine = ++shows;
  clearTimeout(current?.timer);
  const at = place();
  current = { timer: 0 };
  tell("change", null);
  showFrame(at);
  showHealth(at.store);
  if (!at.store) {
    content.replaceChildren(element("p", { class: "panel" },
      "The page shows no store. Put a SignalStore into the host's container, or add one: app.MapSignals(\"/signals\", page => page.AddStore(\"name\", store))."));
    return;
  }

  const root = element("div", { class: `view ${at.view}` });
  const context = {
    store: at.store,
    parameters: at.parameters,
    info,
    tell: error => tell("change", error),
    link: (view, parameters) => link(at.store, view, parameters),
    go: parameters => { location.hash = link(at.store, at.view, parameters); },
    isCurrent: () => mine === shows,
    setHealth: (state, reason) => {
      Object.assign(info.stores.find(s => s.name === at.store), { state, reason });
      showHealth(at.store);
    },
  };
  content.replaceChildren(root);
  await run(async () => {
    const view = await VIEWS[at.view].show(root, context);
    if (view?.refresh && mine === shows) repeat(mine, view);
  });
  content.setAttribute("data-ready", String(mine));
}

/** Asks again after a pause, as long as the view is shown and the page is visible. */
function repeat(mine, view) {
  current.timer = setTimeout(async () => {
    if (mine !== shows) return;
    if (!document.hidden) await run(view.refresh);
    if (mine === shows) repeat(mine, view);
  }, view.every);
}

picker.onchange = () => { location.hash = link(picker.value, place().view); };
addEventListener("hashchange", show);
await run(async () => { info = await get("stores"); });
picker.replaceChildren(...info.stores.map(s => element("option", { value: s.name }, s.name)));
document.getElementById("views").replaceChildren(...Object.entries(TITLES).map(([view, title]) => element("a", { "data-view": view, href: "#" }, title)));
await show();
