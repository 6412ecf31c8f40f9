import { element } from "/page.js";

const PAUSE_MS = 350;

/** Sends the definition a moment after the last key, shows what is wrong with it, and asks the page to look again when it is served. */
export async function watchEditor(editor, errors, rollback, onServed) {
  let timer = 0;

  function report(found) {
    editor.classList.toggle("wrong", found.length > 0);
    errors.replaceChildren(...(found.length === 0
      ? [element("li", { class: "fine" }, "No errors: this is what is served.")]
      : found.map(e => element("li", {}, element("code", {}, e.path), e.message))));
  }

  async function apply() {
    const found = await (await fetch("/api/definition", { method: "PUT", body: editor.value })).json();
    report(found);
    if (found.length === 0) await onServed();
  }

  editor.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(apply, PAUSE_MS);
  });

  rollback.onclick = async () => {
    const answer = await fetch("/api/definition/rollback", { method: "POST" });
    if (answer.status === 200) {
      editor.value = await answer.text();
      report([]);
      await onServed();
    }
  };

  editor.value = await (await fetch("/api/definition")).text();
  report([]);
}
