// Looks at pages in headless Chromium and prints what is wrong with them, a line for each problem.
// node check-page.mjs PLAYWRIGHT-CORE CHROMIUM '{"base": URL, "places": [...], "widths": [...], "shots": FOLDER or null}'
import { createRequire } from "node:module";
import { join } from "node:path";

const [library, browserPath, configuration] = process.argv.slice(2);
const { base, places, widths, shots } = JSON.parse(configuration);
const { chromium } = createRequire(import.meta.url)(library);
const HEIGHTS = { 360: 740, 768: 1024, 1400: 900, 2560: 1300 };
const problems = new Set();

/** Runs in the page: elements whose text is cut, text of pictures outside of them, and sideways scrolling. */
function findCut() {
  const name = node => `${node.tagName.toLowerCase()}${node.id ? `#${node.id}` : ""}${typeof node.className === "string" && node.className ? `.${node.className.trim().replaceAll(" ", ".")}` : ""} "${(node.textContent ?? "").trim().slice(0, 40)}"`;
  const found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push(`the page scrolls sideways: ${document.documentElement.scrollWidth} > ${innerWidth}`);
  for (const node of document.querySelectorAll("body *")) {
    if (!node.checkVisibility() || node.closest("svg") || node.tagName === "OPTION" || node.closest(".skip")) continue;
    const style = getComputedStyle(node);
    const isTyped = node.tagName === "INPUT"; // it scrolls with its cursor
    if (!isTyped && style.display !== "inline" && node.clientWidth > 0 && node.scrollWidth > node.clientWidth + 1) found.push(`cut sideways: ${name(node)} ${node.scrollWidth} > ${node.clientWidth}`);
    if (style.overflowY === "hidden" && node.scrollHeight > node.clientHeight + 1) found.push(`cut below: ${name(node)}`);
    if (node.tagName === "SELECT") {
      const text = node.selectedOptions[0]?.textContent ?? "";
      const measure = document.createElement("canvas").getContext("2d");
      measure.font = style.font;
      if (measure.measureText(text).width > node.clientWidth - 10) found.push(`cut in a list: ${text}`);
    }
    const box = node.getBoundingClientRect();
    if (box.width > 0 && (box.right > innerWidth + 1 || box.left < -1)) found.push(`outside of the window: ${name(node)}`);
  }
  for (const text of document.querySelectorAll("svg text")) {
    const outer = text.ownerSVGElement.getBoundingClientRect();
    const inner = text.getBoundingClientRect();
    if (inner.width > 0 && (inner.left < outer.left - 1 || inner.right > outer.right + 1 || inner.bottom > outer.bottom + 1)) found.push(`outside of its picture: ${text.textContent}`);
  }
  return found;
}

async function settle(page) {
  await page.evaluate(() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))));
}

/** Each view can be reached by the keyboard alone: from the skip link through the views to what the view holds. */
async function checkKeyboard(page) {
  const reached = new Set();
  await page.evaluate(() => document.activeElement?.blur());
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const node = document.activeElement;
      return { name: `${node.tagName} ${node.getAttribute("class") ?? ""} ${node.textContent.slice(0, 20)}`, isShown: node === document.body || getComputedStyle(node).outlineStyle !== "none" };
    });
    if (!at.isShown) problems.add(`no outline where the focus is: ${at.name}`);
    reached.add(at.name);
  }
  if (reached.size < 8) problems.add(`the keyboard reaches only ${reached.size} places: ${[...reached].join(", ")}`);
}

const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });
try {
  for (const colorScheme of ["light", "dark"]) {
    const context = await browser.newContext({ colorScheme, viewport: { width: 1400, height: 900 } });
    const page = await context.newPage();
    const tell = what => problems.add(`${page.url()}: ${what}`);
    page.on("console", message => { if (["error", "warning"].includes(message.type())) tell(`console: ${message.text()}`); });
    page.on("pageerror", error => tell(`error: ${error.message}`));
    page.on("dialog", async dialog => { tell(`a dialog: ${dialog.message()}`); await dialog.dismiss(); });
    page.on("requestfailed", request => { if (request.failure()?.errorText !== "net::ERR_ABORTED") tell(`failed: ${request.url()} ${request.failure()?.errorText}`); });
    page.on("response", response => { if (response.status() >= 400) tell(`${response.status()} of ${response.url()}`); });
    page.on("request", request => { if (!request.url().startsWith(new URL("/", base).href) && !/^(blob|data):/.test(request.url())) tell(`asks elsewhere: ${request.url()}`); });

    let ready = "0";
    for (const place of places) {
      await page.goto(new URL(place.at, base).href);
      if (place.wait) {
        await page.waitForSelector(place.wait, { timeout: 15000 });
      } else {
        await page.waitForFunction(before => (document.getElementById("content")?.dataset.ready ?? before) !== before, ready, { timeout: 15000 });
        ready = await page.evaluate(() => document.getElementById("content").dataset.ready);
      }
      for (const click of place.clicks ?? []) {
        await page.click(click);
        await page.waitForTimeout(150);
      }
      if (place.pause) await page.waitForTimeout(place.pause);
      for (const width of widths) {
        await page.setViewportSize({ width, height: HEIGHTS[width] ?? 900 });
        await settle(page);
        for (const found of await page.evaluate(findCut)) problems.add(`${place.at} at ${width}, ${colorScheme}: ${found}`);
        if (shots) {
          const height = Math.min(place.height ?? 1800, await page.evaluate(() => document.documentElement.scrollHeight));
          await page.screenshot({ path: join(shots, `${place.name}-${width}-${colorScheme}.png`), fullPage: true, clip: { x: 0, y: 0, width, height } });
        }
      }
      await page.setViewportSize({ width: 1400, height: 900 });
      if (place.keyboard && colorScheme === "light") await checkKeyboard(page);
      if (await page.evaluate(() => "hacked" in window)) tell("markup of a user's data was run");
    }
    await context.close();
  }
} finally {
  await browser.close();
}
console.log([...problems].map(problem => `PROBLEM ${problem}`).join("\n"));
console.log("LOOKED");
