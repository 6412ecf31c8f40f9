const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
const BYTES = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
const NONE = "–";

const isNone = value => value === null || value === undefined || Number.isNaN(value);

const three = value => value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);

export const count = value => isNone(value) ? NONE : WHOLE.format(value);

export const short = value => isNone(value) ? NONE : Math.abs(value) < 10 && value % 1 !== 0 ? value.toFixed(1) : SHORT.format(value);

export const rate = value => isNone(value) ? NONE : `${short(value)}/s`;

export const share = value => isNone(value) ? NONE : `${(100 * value).toFixed(value > 0 && value < 0.1 ? 1 : 0)} %`;

export function bytes(value) {
  if (isNone(value)) return NONE;
  let unit = 0;
  let size = value;
  while (size >= 1024 && unit < BYTES.length - 1) {
    size /= 1024;
    unit++;
  }
  return unit === 0 ? `${WHOLE.format(size)} B` : `${three(size)} ${BYTES[unit]}`;
}

export const byteRate = value => isNone(value) ? NONE : `${bytes(value)}/s`;

export function micros(value) {
  if (isNone(value)) return NONE;
  if (value < 1000) return `${three(value)} µs`;
  return value < 1e6 ? `${three(value / 1000)} ms` : `${three(value / 1e6)} s`;
}

/** A length of time in the largest unit that says something. */
export function span(ms) {
  if (isNone(ms)) return NONE;
  const s = Math.abs(ms) / 1000;
  if (s < 1) return `${Math.round(s * 1000)} ms`;
  if (s < 90) return `${s < 10 ? s.toFixed(1) : s.toFixed(0)} s`;
  if (s < 5400) return `${(s / 60).toFixed(0)} min`;
  if (s < 172_800) return `${(s / 3600).toFixed(0)} h`;
  return `${(s / 86_400).toFixed(0)} d`;
}

export const ago = (now, ms) => isNone(ms) ? NONE : ms > now ? `in ${span(ms - now)}` : `${span(now - ms)} ago`;

// JavaScript knows times up to the year 275760; a store may hold others.
export function time(ms) {
  if (isNone(ms)) return NONE;
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? `${ms} ms` : date.toISOString().replace("T", " ").replace(/\.000Z$|Z$/, "");
}

export const minute = ms => time(ms).replace(/:\d\d(\.\d+)?$/, "");
