import { get, ofStore, post } from "./api.js";
import { diffView } from "./diff.js";
import { badge, button, column, element, facts, field, number, panel, table } from "./dom.js";
import { count, micros, share, time } from "./format.js";

const PAUSE_MS = 300;
const MOST_LINES = 4000;

const EMPTY = JSON.stringify({ format: 1, name: "new_definition", version: 1, owner: "me", sources: [{ eventType: "", count: 100 }], size: 100 }, null, 2);

function list(definitions, chosen, context) {
  return panel("Definitions",
    definitions.length === 0 ? element("p", { class: "quiet" }, "None is registered.") : element("ul", { class: "choices" }, definitions.map(d =>
      element("li", {}, element("a", { href: context.link("definitions", { name: d.name }), "aria-current": d.name === chosen ? "true" : null },
        element("b", {}, d.name), ` version ${d.version}`, element("small", {}, `${d.owner}, ${d.stage.toLowerCase()}, up to ${count(d.size)} rows${d.description ? `. ${d.description}` : ""}`))))),
    context.info.allow_changes && element("p", {}, element("a", { href: context.link("definitions", { name: "", edit: "new" }) }, "Write a new one")));
}

function tenants(all) {
  const quota = t => [t.reads_per_second && `${count(t.reads_per_second)} reads/s`, t.rows_per_second && `${count(t.rows_per_second)} rows/s`,
    t.microseconds_per_second && `${micros(t.microseconds_per_second)}/s`, t.max_concurrency && `${count(t.max_concurrency)} at a time`].filter(Boolean).join(", ") || "none";
  return panel("Tenants", table([column("owner"), column("quota"), number("reads"), number("refused"), number("failed"), number("rows"), number("time"), column("circuit")],
    all.map(t => [t.name, quota(t), count(t.admitted), count(t.refused), count(t.failed), count(t.rows), micros(t.microseconds), t.is_circuit_open ? badge("open", "failed") : badge("closed", "healthy")]),
    "No owner is registered, so no read has a limit."));
}

const placements = all => panel("Placements of enrichments",
  table([column("enricher"), column("new events have it"), column("why"), number("stored"), number("cost of a row")],
    all.map(p => [p.enricher, p.placement, p.reason, share(p.stored_share), p.microseconds_per_row === null ? "–" : micros(p.microseconds_per_row)]),
    "The store has no enricher."));

function shadow(report) {
  if (!report) return null;
  return panel("Shadow",
    facts([["sampled", count(report.sampled)], ["compared", count(report.compared)], ["equal", count(report.equal)], ["other length", count(report.length_differs)],
      ["other order", count(report.order_differs)], ["failed", count(report.failed)], ["not compared", count(report.dropped)]]),
    report.last_failure && element("p", { class: "reason" }, report.last_failure),
    table([column("column"), number("rows"), number("different")], report.fields.map(f => [f.name, count(f.rows), count(f.different)])));
}

async function change(context, path, parameters, body) {
  try {
    await post(ofStore(context.store, path), parameters, body);
    context.tell(null);
    return true;
  } catch (error) {
    context.tell(error.answer?.errors?.length ? new Error(error.answer.errors.map(e => `${e.path}: ${e.message}`).join(" ")) : error);
    return false;
  }
}

function versions(one, context, reload) {
  const act = (verb, parameters = {}) => async () => { if (await change(context, `definitions/${encodeURIComponent(one.name)}/${verb}`, parameters)) await reload(); };
  const may = context.info.allow_changes;
  return panel(one.name,
    table([number("version"), column("registered"), column("content"), column("served")],
      one.versions.toReversed().map(v => [String(v.version), time(v.registered_ms), v.hash ? element("code", {}, v.hash.slice(0, 12)) : "code of the host",
        v.is_active ? badge("active", "healthy") : may ? button(`Activate ${v.version}`, act("activate", { version: v.version })) : "no"])),
    may && element("p", { class: "acts" }, button("Roll back", act("rollback")), button("Retire", act("retire"))));
}

function difference(one) {
  const known = one.versions.filter(v => v.json !== null);
  if (known.length < 2) return null;
  const pick = chosen => element("select", {}, known.map(v => element("option", { value: String(v.version), selected: v === chosen }, `version ${v.version}`)));
  const before = pick(known.at(-2));
  const after = pick(known.at(-1));
  const box = element("div");
  const jsonOf = select => known.find(v => String(v.version) === select.value).json;
  const draw = () => box.replaceChildren(jsonOf(before).split("\n").length > MOST_LINES || jsonOf(after).split("\n").length > MOST_LINES
    ? element("p", { class: "quiet" }, "These versions are too long to be compared here.")
    : diffView(jsonOf(before), jsonOf(after)));
  before.onchange = draw;
  after.onchange = draw;
  draw();
  return panel("Difference", element("p", { class: "acts" }, field("from", before), field("to", after)), box);
}

/** The next version of what is served, so that it can be registered as it stands. */
function next(one) {
  const active = one.versions.find(v => v.is_active) ?? one.versions.at(-1);
  if (!active?.json) return null;
  const newest = Math.max(...one.versions.map(v => v.version));
  return active.json.replace(/("version":\s*)\d+/, `$1${newest + 1}`);
}

function editor(text, context, onRegistered) {
  const area = element("textarea", { class: "code", spellcheck: "false", rows: 22, "aria-label": "The definition as JSON", "aria-describedby": "errors" });
  area.value = text;
  const found = element("ul", { id: "errors", class: "errors", "aria-live": "polite" });
  const register = button("Register and serve", async () => {
    if (await change(context, "definitions", {}, area.value)) await onRegistered(JSON.parse(area.value).name);
  }, { class: "main", disabled: true });
  let timer = 0;
  let asked = 0;

  async function check() {
    const mine = ++asked;
    try {
      const { errors } = await post(ofStore(context.store, "check"), {}, area.value || " ");
      if (mine !== asked) return;
      register.disabled = errors.length > 0;
      found.replaceChildren(...(errors.length === 0 ? [element("li", { class: "fine" }, "No errors.")]
        : errors.map(e => element("li", {}, element("code", {}, e.path), " ", e.message))));
    } catch (error) {
      context.tell(error);
    }
  }

  area.oninput = () => {
    register.disabled = true;
    clearTimeout(timer);
    timer = setTimeout(check, PAUSE_MS);
  };
  check();
  return panel("Edit", area, found, context.info.allow_changes
    ? element("p", { class: "acts" }, register)
    : element("p", { class: "quiet" }, "The page is read-only here. You can try a change and see its errors; the host allows to register it."));
}

export async function show(root, context) {
  const side = element("div", { class: "stacked" });
  const body = element("div", { class: "stacked" });
  root.append(element("div", { class: "split" }, side, body), element("div", { class: "grid" }));
  let chosen = context.parameters.get("name");

  async function reload() {
    const all = await get(ofStore(context.store, "definitions"));
    const isNew = context.parameters.get("edit") === "new" && !chosen;
    if (!isNew) chosen ||= all.definitions[0]?.name;
    side.replaceChildren(list(all.definitions, chosen, context));
    root.lastChild.replaceChildren(tenants(all.tenants), placements(all.placements));
    if (isNew) {
      body.replaceChildren(editor(EMPTY, context, async name => { context.go({ name }); }));
      return;
    }

    if (!chosen) {
      body.replaceChildren();
      return;
    }

    const one = await get(ofStore(context.store, `definitions/${encodeURIComponent(chosen)}`));
    const text = next(one);
    body.replaceChildren(...[versions(one, context, reload), shadow(one.shadow), difference(one),
      text ? editor(text, context, reload) : panel("Edit", element("p", { class: "quiet" }, "This definition holds code of the host, which JSON cannot say."))].filter(Boolean));
  }

  await reload();
  return null;
}
