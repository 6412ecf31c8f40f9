import { get, ofStore, post } from "./api.js";
import { badge, button, column, element, field, number, panel, table } from "./dom.js";
import { bytes, count, span, time } from "./format.js";

const STATES = { running: "busy", done: "healthy", failed: "failed", cancelled: "degraded" };

function progress(item) {
  if (item.state !== "running" || !item.files) return null;
  return element("p", {}, element("progress", { max: item.files, value: item.files_done, "aria-label": "files verified" }),
    ` ${count(item.files_done)} of ${count(item.files)} files, ${bytes(item.bytes_done)}`);
}

/** Work whose certificate was saved from this window. Only that may be forgotten here. */
const saved = new Set();

async function save(item, context) {
  const { certificate } = item.certificate ? item : await get(ofStore(context.store, `work/${item.id}`));
  const address = URL.createObjectURL(new Blob([certificate], { type: "application/json" }));
  const anchor = element("a", { href: address, download: `erasure-${item.subject}.json` });
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
  saved.add(`${context.store}/${item.id}`);
}

function certificate(item, context, act) {
  if (item.is_complete === undefined) return null;
  const forget = button("Forget it", () => act(`work/${item.id}/forget`), { hidden: !(context.info.allow_changes && saved.has(`${context.store}/${item.id}`)) });
  const keep = button("Save the certificate", async () => {
    try {
      await save(item, context);
      forget.hidden = !context.info.allow_changes;
    } catch (error) {
      context.tell(error);
    }
  });
  return element("details", {}, element("summary", {}, "Certificate ", badge(item.is_complete ? "complete" : "not complete yet", item.is_complete ? "healthy" : "busy")),
    item.certificate ? element("pre", { class: "code", tabindex: 0 }, item.certificate) : element("p", { class: "quiet" }, "It is an older one. Save it to read it."),
    element("p", { class: "acts" }, keep, forget));
}

function shown(item, context, act) {
  return element("li", { class: "work" },
    element("p", { class: "head" }, element("b", {}, item.kind), item.subject && element("span", { class: "subject" }, item.subject), badge(item.state, STATES[item.state]),
      element("span", { class: "quiet" }, `${time(item.started_ms)}${item.ended_ms ? `, took ${span(item.ended_ms - item.started_ms)}` : ""}`),
      item.state === "running" && context.info.allow_changes && button("Stop", () => act(`work/${item.id}/cancel`))),
    progress(item),
    item.message && element("p", { class: item.state === "failed" ? "reason" : "quiet" }, item.message),
    certificate(item, context, act),
    item.problems.length > 0 && table([column("file"), number("offset"), column("problem")], item.problems.map(p => [p.file, count(p.offset), p.message])));
}

function erasure(act) {
  const user = element("input", { maxlength: 512, autocomplete: "off", spellcheck: "false", required: true });
  const again = element("input", { maxlength: 512, autocomplete: "off", spellcheck: "false", required: true });
  return panel("Erase a user", element("form", {
    class: "column",
    onsubmit: async event => {
      event.preventDefault();
      again.setCustomValidity(again.value === user.value ? "" : "This is not the same user.");
      if (event.target.reportValidity() && await act("erase", { user: user.value })) event.target.reset();
    },
    oninput: () => again.setCustomValidity(""),
  }, element("p", { class: "quiet" }, "Hides all events of the user for good. The certificate then says when each place that held them is clean; a compaction brings that about at once. Save it: the store does not keep it, and the page keeps 1,000 until the host ends."),
  field("User", user), field("The same user again", again), element("button", { type: "submit", class: "danger" }, "Erase")));
}

function checkpoint(context, act) {
  if (!context.info.allow_checkpoints) {
    return panel("Checkpoint", element("p", { class: "quiet" }, "The host has named no folder for checkpoints (DashboardOptions.CheckpointFolder)."));
  }
  const name = element("input", { maxlength: 100, pattern: "[A-Za-z0-9_\\-][A-Za-z0-9_.\\-]*", autocomplete: "off", required: true });
  name.value = `checkpoint-${new Date().toISOString().slice(0, 16).replace(/[:T]/g, "-")}`;
  return panel("Checkpoint", element("form", {
    class: "column",
    onsubmit: async event => {
      event.preventDefault();
      await act("checkpoint", { name: name.value });
    },
  }, element("p", { class: "quiet" }, "A whole copy of the store, in a folder of its own."), field("Name", name), element("button", { type: "submit" }, "Take a checkpoint")));
}

export async function show(root, context) {
  const works = element("ul", { class: "works" });
  const path = ofStore(context.store, "work");
  let before = "";

  async function refresh() {
    const { work } = await get(path);
    const text = JSON.stringify(work).replace(/written_at[^,]*,/g, "");
    if (!context.isCurrent() || text === before) return;
    before = text;
    const open = [...works.querySelectorAll("details[open]")].length > 0;
    works.replaceChildren(...(work.length === 0 ? [element("li", { class: "quiet" }, "The page has begun no work on this store.")] : work.map(item => shown(item, context, act))));
    if (open) works.querySelectorAll("details").forEach(d => { d.open = true; });
  }

  async function act(what, parameters = {}) {
    try {
      await post(ofStore(context.store, what), parameters);
      context.tell(null);
      await refresh();
      return true;
    } catch (error) {
      context.tell(error);
      return false;
    }
  }

  const actions = context.info.allow_changes
    ? element("div", { class: "grid" },
      panel("Check and tidy", element("p", { class: "quiet" }, "A verification reads all files and compares their checksums. A flush writes memtables to tables. A compaction merges all tables."),
        element("p", { class: "acts" }, button("Verify", () => act("verify")), button("Flush", () => act("flush")), button("Compact", () => act("compact")))),
      checkpoint(context, act), erasure(act))
    : element("p", { class: "panel" }, "The page is read-only here. The host allows verification, checkpoints and erasure with DashboardOptions.AllowChanges.");
  root.append(actions, panel("Work of this page", works));
  await refresh();
  return { refresh, every: 1000 };
}
