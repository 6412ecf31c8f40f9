import { get, ofStore } from "./api.js";
import { chart } from "./chart.js";
import { badge, column, element, facts, number, panel, table } from "./dom.js";
import { ago, byteRate, bytes, count, micros, rate, share, short, span, time } from "./format.js";

function makeCharts(series) {
  const line = (name, key) => ({ name, index: series.indexOf(key) });
  return [
    chart({ title: "Events", lines: [line("indexed", "events"), line("rejected", "rejected")], format: rate }),
    chart({ title: "Reads", lines: [line("reads", "reads")], format: rate }),
    chart({ title: "Latency of reads", lines: [line("p50", "read_p50_us"), line("p99", "read_p99_us"), line("p99.9", "read_p999_us")], format: micros, isLog: true }),
    chart({ title: "From append to visible", lines: [line("p50", "fresh_p50_us"), line("p99", "fresh_p99_us")], format: micros, isLog: true }),
    chart({ title: "Ring and stalls", lines: [line("ring used", "ring_used_share"), line("time stalled", "stall_share")], format: share, most: 1 }),
    chart({ title: "Bytes written", lines: [line("log", "log_bytes"), line("flush", "flush_bytes"), line("compaction", "compaction_written_bytes")], format: byteRate }),
    chart({ title: "Block cache", lines: [line("requests that it answers", "cache_hit_share")], format: share, most: 1 }),
    chart({ title: "Tables", lines: [line("tables", "tables")], format: short }),
  ];
}

function memory(of) {
  const parts = [["memtables", of.memtables], ["block cache", of.block_cache], ["heads", of.heads], ["directories", of.directories], ["ring", of.ring]];
  const used = parts.reduce((sum, [, size]) => sum + size, 0);
  const whole = Math.max(used, of.budget ?? 0, 1);
  const bar = element("div", { class: "stack", role: "img", "aria-label": `${bytes(used)} of memory` }, parts.map(([, size], i) => {
    const piece = element("i", { class: `k${i}` });
    piece.style.width = `${100 * size / whole}%`;
    return piece;
  }));
  return panel("Memory",
    element("p", { class: "lead" }, bytes(used), element("small", {}, of.budget ? ` of a budget of ${bytes(of.budget)}` : " in use; the page knows no budget")),
    bar,
    element("ul", { class: "legend" }, parts.map(([name, size], i) => element("li", { class: `key k${i}` }, name, " ", element("b", {}, bytes(size))))));
}

const work = (answer, now) => panel("Flush and compaction",
  element("p", {}, answer.running.length === 0 ? badge("idle") : answer.running.map(w => badge(`${w.kind} for ${span(now - w.started_ms)}`, "busy"))),
  table([column("last"), column("type"), number("took"), number("rows"), number("tables"), number("written")],
    answer.finished.slice(0, 8).map(w => [`${w.kind}, ${ago(now, w.started_ms)}`, w.type ?? "all", span(w.duration_ms), count(w.rows), count(w.tables), bytes(w.bytes)]),
    "none since the page began to look"));

const types = (answer, now) => panel("Event types",
  table([column("type"), column("newest event"), number("late by"), column("keeps")],
    answer.types.map(t => [t.name, time(t.watermark_ms), t.watermark_ms === null ? "–" : span(Math.max(0, now - t.watermark_ms)),
      `${t.keep_last > 0 && t.keep_last < 2147483647 ? `last ${count(t.keep_last)}` : "all"}${t.max_age_ms ? `, ${span(t.max_age_ms)}` : ""}`])));

const sources = answer => panel("Sources",
  table([column("source"), number("position"), number("generation")],
    answer.sources.map(s => [s.name, s.position, count(s.generation)]), "No source has sent events with a position."));

const errors = (answer, now) => panel("Last errors",
  table([column("when"), column("where"), column("what"), number("times")],
    answer.errors.map(e => [ago(now, e.last_ms), e.source, e.message, count(e.count)]), "none since the page began to look"));

function counters({ stats: s }) {
  return panel("Counters",
    facts([
      ["events indexed", count(s.events_applied)], ["rejected", count(s.events_rejected)], ["rows in tables", count(s.table_rows)],
      ["rows in memtables", count(s.memtable_rows)], ["tables", `${count(s.tables)}, ${bytes(s.table_bytes)}`],
      ["duplicates merged", count(s.duplicates_merged)], ["rows dropped", count(s.rows_dropped)],
      ["stalls", `${count(s.write_stalls)}, ${span(s.write_stall_ms)}`], ["appends that found the ring full", count(s.back_pressure)],
      ["log", `${bytes(s.log_bytes_written)}, ${count(s.log_syncs)} syncs`], ["corrections to fold", count(s.patch_rows)],
      s.orphans_held + s.orphans_dropped > 0 && ["orphans held, dropped", `${count(s.orphans_held)}, ${count(s.orphans_dropped)}`],
      s.events_out_of_reach > 0 && ["came older than is kept", count(s.events_out_of_reach)],
      s.erased_users > 0 && ["erased users", count(s.erased_users)],
      s.kept_versions > 0 && ["versions kept", `${count(s.kept_versions)}, ${bytes(s.kept_bytes)}`],
      s.tables_set_aside > 0 && ["tables set aside", count(s.tables_set_aside)],
    ]));
}

export async function show(root, context) {
  const path = ofStore(context.store, "overview");
  let answer = await get(path);
  let samples = answer.samples;
  const charts = makeCharts(answer.series);
  const below = element("div", { class: "flow" });
  root.append(element("div", { class: "grid charts" }, charts.map(c => c.root)), below);

  function draw() {
    const now = answer.now_ms;
    const from = Math.max(now - context.info.history_ms, Math.min(samples[0]?.[0] ?? now, now - 60_000));
    charts.forEach(c => c.update(samples, from, now));
    context.setHealth(answer.state, answer.reason);
    below.replaceChildren(...(answer.stats
      ? [memory(answer.memory), work(answer, now), types(answer, now), sources(answer), errors(answer, now), counters(answer)]
      : [errors(answer, now)]));
  }

  draw();
  return {
    every: Math.max(1000, context.info.sample_ms),
    async refresh() {
      answer = await get(path, { after: samples.at(-1)?.[0] ?? 0 });
      if (!context.isCurrent()) return;
      const oldest = answer.now_ms - context.info.history_ms;
      samples = [...samples, ...answer.samples].filter(s => s[0] >= oldest);
      draw();
    },
  };
}
