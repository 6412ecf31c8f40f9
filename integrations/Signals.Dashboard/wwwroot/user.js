import { get, ofStore } from "./api.js";
import { cellList } from "./cells.js";
import { badge, button, column, element, facts, field, number, panel, table } from "./dom.js";
import { ago, bytes, count, micros, time } from "./format.js";
import { heatmap } from "./heatmap.js";
import { marked } from "./marked.js";
import { timeline } from "./timeline.js";

const SINCE = [["", "nothing"], ["60000", "a minute ago"], ["600000", "10 minutes ago"], ["3600000", "an hour ago"], ["86400000", "a day ago"]];

const options = (pairs, chosen) => pairs.map(([value, text]) => element("option", { value, selected: value === chosen }, text));

function form(context, names) {
  const p = context.parameters;
  const user = element("input", { name: "user", value: p.get("user") ?? "", placeholder: "alice, 4711, text:…, guid:…, id:…", maxlength: 512, autocomplete: "off", spellcheck: "false", required: true });
  const last = element("select", {}, options([["100", "100 rows"], ["300", "300 rows"], ["1000", "1,000 rows"]], p.get("last") ?? "100"));
  const definition = element("select", {}, options([["", "no definition"], ...names.map(n => [n, n])], p.get("definition") ?? ""));
  const since = element("select", {}, options(SINCE, p.get("since") ?? ""));
  return element("form", {
    class: "ask panel",
    onsubmit: event => {
      event.preventDefault();
      context.go({ user: user.value, last: last.value, definition: definition.value, since: since.value });
    },
  }, field("User", user), field("Definition", definition), field("Show", last), field("Compare with", since),
  element("button", { type: "submit", class: "main" }, "Show"));
}

function item(row, columns, now) {
  return element("li", { class: row.served === false ? "out" : "" },
    element("div", { class: "head" },
      element("b", {}, row.type), element("time", {}, time(row.time_ms)), element("span", { class: "quiet" }, ago(now, row.time_ms)), element("span", { class: "quiet id" }, `id ${row.id}`),
      row.late && badge("late", "late"), row.changed?.length > 0 && badge("corrected", "busy"), row.gone && badge("gone", "failed"),
      row.served === true && badge("served", "healthy")),
    cellList(row.cells, columns, row.changed),
    row.reason && element("p", { class: "reason" }, row.reason));
}

function sequencePanels(answer, context) {
  const state = answer.status === "Complete" ? "healthy" : "degraded";
  const trace = panel("Trace of the read",
    table([column("stage"), number("rows in"), number("rows out"), number("bytes"), number("time"), column("note")],
      answer.trace.map(s => [s.name, count(s.rows_in), count(s.rows_out), bytes(s.bytes), micros(s.microseconds), s.note])));
  const head = panel(`${answer.definition}, version ${answer.version}`,
    element("p", {}, badge(answer.status, state), ` ${count(answer.count)} rows in ${micros(answer.total_microseconds)}`),
    answer.error && element("p", { class: "reason" }, answer.error),
    facts(answer.watermarks.map(w => [`newest ${w.type}`, time(w.ms)])));
  const tensors = answer.tensors.filter(t => !t.is_mask);
  const pictures = tensors.map(t => {
    const box = element("div", {}, button(`Draw ${t.name}`, async () => {
      try {
        box.replaceChildren(heatmap(await get(ofStore(context.store, "tensor"), { user: answer.user, definition: answer.definition, tensor: t.name })));
        context.tell(null);
      } catch (error) {
        context.tell(error);
      }
    }));
    return panel(`Tensor ${t.name}`, element("p", { class: "quiet" }, `${t.type}, ${count(t.rows)} × ${count(t.width)}, padded ${t.padding.toLowerCase()}`), box);
  });
  return [head, trace, ...pictures];
}

export async function show(root, context) {
  const { definitions } = await get(ofStore(context.store, "definitions"));
  root.append(form(context, definitions.map(d => d.name)));
  const p = context.parameters;
  const user = p.get("user");
  if (!user) {
    root.append(element("p", { class: "quiet" }, "Give a user as your code does: a number, a name, or with a prefix what it is. The page lists no users."));
    return null;
  }

  const body = element("div", { class: "stacked" });
  root.append(body);
  const last = p.get("last") ?? "100";
  const since = Number(p.get("since"));
  // A compared moment is counted from the host's clock, which the first answer tells.
  const now = await get(ofStore(context.store, "user"), { user, last });
  const answer = since ? await get(ofStore(context.store, "user"), { user, last, since_ms: now.now_ms - since }) : now;
  const sequence = p.get("definition") ? await get(ofStore(context.store, "sequence"), { user, last, definition: p.get("definition") }) : null;
  const rows = sequence ? marked(answer.rows, sequence) : answer.rows;
  const gone = answer.gone.map(row => ({ ...row, gone: true }));
  const left = rows.filter(row => row.served === false).length;
  body.append(
    panel(`User ${answer.user}`,
      element("p", { class: "quiet" }, `${count(rows.length)} events${answer.has_more ? ", the newest ones" : ""}${sequence ? `; ${count(left)} of them are left out by ${sequence.definition}` : ""}`),
      rows.length > 0 && timeline(rows, answer.types.map(t => t.name), answer.now_ms),
      element("ul", { class: "legend" }, element("li", {}, "● event"), sequence && element("li", {}, "○ left out"), since > 0 && element("li", {}, "dashed: came late"), since > 0 && element("li", {}, "◆ corrected"))),
    ...(sequence ? [element("div", { class: "flow" }, sequencePanels(sequence, context))] : []),
    gone.length > 0 ? panel("Shown then, not any more", element("ol", { class: "events" }, gone.map(row => item(row, answer.columns, answer.now_ms)))) : "",
    panel("Events", rows.length === 0
      ? element("p", { class: "quiet" }, "The store has no event of this user.")
      : element("ol", { class: "events" }, rows.map(row => item(row, answer.columns, answer.now_ms)))));
  if (sequence) {
    body.append(panel("Sequence as served",
      sequence.has_more && element("p", { class: "quiet" }, `${count(sequence.rows.length)} of ${count(sequence.count)} rows`),
      element("ol", { class: "events" }, sequence.rows.map(row => item(row, sequence.columns, sequence.now_ms)))));
  }
  return null;
}
