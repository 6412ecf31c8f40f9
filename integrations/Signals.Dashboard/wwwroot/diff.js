import { element } from "./dom.js";

/** The lines of two texts, each as kept, gone or new: a longest common subsequence. */
export function diffLines(before, after) {
  const a = before.split("\n");
  const b = after.split("\n");
  const common = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i][j] = a[i] === b[j] ? common[i + 1][j + 1] + 1 : Math.max(common[i + 1][j], common[i][j + 1]);
    }
  }

  const lines = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push([" ", a[i++]]);
      j++;
    } else if (j >= b.length || (i < a.length && common[i + 1][j] >= common[i][j + 1])) {
      lines.push(["-", a[i++]]);
    } else {
      lines.push(["+", b[j++]]);
    }
  }

  return lines;
}

const KINDS = { " ": "same", "-": "gone", "+": "new" };

export const diffView = (before, after) => element("pre", { class: "code diff", tabindex: 0 },
  diffLines(before, after).map(([sign, text]) => element("span", { class: KINDS[sign] }, `${sign} ${text}\n`)));
