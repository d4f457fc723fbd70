// Looks at the pages of the suite in a real browser, as `cargo xtask test --only reports` asks:
//
//     node check.mjs CHROMIUM RUN.html MATRIX.html VIEW.html [FOLDER FOR SCREENSHOTS]
//
// The pages are in target/xtask/reports after that step; screenshots of them show what they
// look like in each width, in light and dark. The last line of the output is a summary. The exit
// code is 1 if something is wrong.
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, run, matrix, view, shots] = process.argv.slice(2);
const axe = fs.readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Longer than this to usable is wrong on any machine, however busy; it takes under a second. */
const USABLE_MS = 10_000;
/** What the processor may do for it, whatever else runs on the machine; it takes a third of a second. */
const PROCESSOR_S = 2;
/** Phones, tablets, screens. */
const WIDTHS = [1400, 768, 390];

const wrong = [];
const check = (ok, what) => {
  if (!ok) wrong.push(what);
};

const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});

/** A tab that holds against a page whatever it asks for, and whatever it complains of. */
const open = async (file, options = {}) => {
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
  const tab = await context.newPage();
  const name = path.basename(file);
  const own = pathToFileURL(file).href;
  tab.on("request", (request) => {
    const url = request.url();
    check(url.split("#")[0] === own || url === "data:,", `${name} asks for ${url.slice(0, 80)}`);
  });
  tab.on("console", (message) => check(false, `${name} says on the console: ${message.text()}`));
  tab.on("pageerror", (error) => check(false, `${name} fails: ${error.message}`));
  const session = await context.newCDPSession(tab);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const before = performance.now();
  await tab.goto(own);
  const took = performance.now() - before;
  const { metrics } = await session.send("Performance.getMetrics");
  const processor = metrics.find(({ name }) => name === "TaskDuration").value;
  return { tab, name, took, processor, close: () => context.close() };
};

// In the page: ids and links, also of what waits to be opened.
const anchors = () => {
  const waiting = [...document.querySelectorAll("noscript")].map((part) => part.textContent);
  const parse = (text) => new DOMParser().parseFromString(text, "text/html");
  const parts = [document, ...waiting.filter((text) => /\b(?:id|href)="/.test(text)).map(parse)];
  const list = (selector, of) => parts.flatMap((part) => [...part.querySelectorAll(selector)].map(of));
  const ids = list("[id]", (element) => element.id);
  const seen = new Set(ids);
  const links = list("a[href]", (link) => link.getAttribute("href"));
  return {
    ids: ids.length,
    twice: ids.length - seen.size,
    dead: links.filter((href) => !href.startsWith("#") || !seen.has(href.slice(1))).slice(0, 5),
  };
};

// In the page: text that is cut off and does not say so, and text that leaves the page.
const layout = () => {
  const visible = [...document.body.querySelectorAll("*")].filter((element) => element.checkVisibility() && !element.closest(".vh, thead") && element.clientWidth > 1);
  const cut = visible.filter((element) => {
    const style = getComputedStyle(element);
    return /hidden|clip/.test(style.overflowX) && element.scrollWidth > element.clientWidth + 1 && style.textOverflow !== "ellipsis" && !element.matches("select");
  });
  const inScroller = (element) => element.closest(".sequence, .scroll, .skip");
  const outside = visible.filter((element) => !inScroller(element) && element.getBoundingClientRect().right > innerWidth + 1);
  const told = (element) => `${element.tagName}.${element.className} ${element.textContent.slice(0, 30)}`;
  return { cut: cut.slice(0, 3).map(told), outside: outside.slice(0, 3).map(told), wide: document.documentElement.scrollWidth - innerWidth };
};

const openSome = async (tab) => {
  await tab.evaluate(() => {
    for (const entry of [...document.querySelectorAll(".entry, .clause, .fold")].slice(0, 6)) entry.open = true;
    for (const fold of [...document.querySelectorAll(".family")].slice(0, 1)) fold.open = true;
  });
  await tab.waitForFunction(() => !document.querySelector(".entry[open] noscript"));
  await tab.evaluate(() => [...document.querySelectorAll(".sequence li details")].slice(0, 8).forEach((packet) => (packet.open = true)));
};

// In the page: leaves a few of what is there many times, and looks the same each time.
const prune = () => {
  const many = [".group:nth-of-type(n+3)", ".entry:nth-of-type(n+5)", ".clause:nth-of-type(n+6)", ".matrix tbody tr:nth-child(n+6)",
    ".sequence li:nth-child(n+12)", "main > section:nth-of-type(n+8)", ".scenarios li:nth-child(n+5)", "ul.names li:nth-child(n+5)"];
  for (const selector of many) for (const element of document.querySelectorAll(selector)) element.remove();
};

/** How a page looks: everything that can be said of it in each width and scheme. */
const looks = async (file) => {
  for (const colorScheme of ["light", "dark"]) {
    const { tab, name, close } = await open(file, { colorScheme });
    const sized = async (width) => {
      await tab.setViewportSize({ width, height: width < 500 ? 844 : 900 });
      return `${name}, ${width} px, ${colorScheme}`;
    };
    if (shots) {
      for (const width of WIDTHS) {
        await sized(width);
        await tab.screenshot({ path: path.join(shots, `${name}-${width}-${colorScheme}.png`) });
      }
    }
    await openSome(tab);
    if (colorScheme === "light") {
      const { ids, twice, dead } = await tab.evaluate(anchors);
      check(ids > 3 && twice === 0, `${name}: ${twice} of ${ids} ids are there twice`);
      check(dead.length === 0, `${name}: links lead nowhere: ${dead}`);
      for (const width of WIDTHS) {
        const where = await sized(width);
        const { cut, outside, wide } = await tab.evaluate(layout);
        check(cut.length === 0, `${where}: text is cut off without an ellipsis: ${cut}`);
        check(outside.length === 0 && wide <= 0, `${where}: ${wide} px too wide: ${outside}`);
      }
    }
    const text = await tab.evaluate(() => document.querySelector("main").textContent);
    check(!text.includes("\\n"), `${name}: a line break is written as \\n`);
    await tab.evaluate(prune);
    await tab.evaluate(axe);
    for (const width of WIDTHS) {
      const where = await sized(width);
      const rules = { "target-size": { enabled: true } };
      const { violations } = await tab.evaluate((rules) => globalThis.axe.run(document, { resultTypes: ["violations"], rules }), rules);
      for (const { id, nodes } of violations) check(false, `${where}: axe: ${id}: ${nodes.slice(0, 2).map((node) => node.html.slice(0, 120))}`);
      if (shots) await tab.screenshot({ path: path.join(shots, `${name}-${width}-${colorScheme}-open.png`) });
    }
    await close();
  }
  const { tab, name, close } = await open(file, { reducedMotion: "reduce" });
  const motion = () => tab.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior);
  check((await motion()) === "auto", `${name} moves for readers who want no motion`);
  await tab.emulateMedia({ media: "print", colorScheme: "light", reducedMotion: "no-preference" });
  check((await motion()) === "smooth", `${name} does not scroll smoothly for others`);
  check(!(await tab.isVisible("#filter")) && !(await tab.isVisible("nav.contents")), `${name} prints its filters`);
  await close();
};

/** How a run is searched: by the keyboard alone. */
const works = async (file) => {
  const { tab, name, took, processor, close } = await open(file);
  check(processor < PROCESSOR_S, `${name} takes ${processor.toFixed(2)} s of the processor`);
  const total = await tab.locator(".matrix tbody td:not(:empty)").count();
  const failures = await tab.locator("#failures .entry").count();
  check(total === 1500 && failures === 200, `${name}: ${total} checks, ${failures} failures`);
  const shown = () => tab.locator("#filter .shown").textContent();
  const visible = (selector) => tab.evaluate((all) => [...document.querySelectorAll(all)].filter((element) => !element.hidden).length, selector);
  await tab.evaluate(() => document.body.focus());

  const before = performance.now();
  await tab.keyboard.press("/");
  await tab.keyboard.type("scenario-70/");
  await tab.waitForFunction(() => document.querySelector("#filter .shown").textContent.startsWith("6 of 1,500"), null, { timeout: 30_000 }).catch(() => {});
  const usable = took + performance.now() - before;
  check((await shown()) === "6 of 1,500 checks", `${name}: the search shows ${await shown()}`);
  check(usable < USABLE_MS, `${name} is usable after ${Math.round(usable)} ms`);
  check((await visible("#failures .entry")) < 5, `${name}: the search does not filter failures`);
  await tab.keyboard.press("Escape");
  await tab.waitForFunction(() => document.querySelector("#filter .shown").textContent === "");
  check((await visible("#failures .entry")) === failures, `${name}: Escape does not clear the search`);

  // The first choice is by the verdict; its letter chooses.
  await tab.keyboard.press("Tab");
  await tab.keyboard.type("fail");
  check((await shown()) === "200 of 1,500 checks", `${name}: the verdict filter shows ${await shown()}`);
  check((await visible("#known .entry")) === 0, `${name}: warnings are shown among failures`);
  for (const [letter, value, expected] of [["f", "core", null], ["d", "v1", null], ["t", "polling", null]]) {
    await tab.selectOption(`#filter [name=${letter}]`, value);
    const count = Number.parseInt(await shown(), 10);
    check(count > 0 && count < 200 && expected === null, `${name}: the filter ${letter} shows ${count}`);
  }
  await tab.click("#filter button[type=reset]");
  const clause = await tab.evaluate(() => document.querySelector("#failures .entry").dataset.clauses.split(" ")[0]);
  await tab.selectOption("#filter [name=c]", clause);
  check((await visible("#clauses .clause")) === 1, `${name}: the clause filter shows other clauses`);
  check((await visible("#failures .entry")) < failures, `${name}: the clause filter shows all failures`);

  // A link to what the filters hide shows it.
  const other = await tab.evaluate(() => [...document.querySelectorAll(".clause")].find((one) => one.hidden).id);
  await tab.evaluate((id) => (location.hash = `#${id}`), other);
  await tab.waitForFunction((id) => document.getElementById(id).open && document.getElementById(id).checkVisibility(), other);

  // An entry and a packet open by the keyboard.
  await tab.locator("#failures .entry > summary").first().focus();
  await tab.keyboard.press("Enter");
  await tab.waitForSelector("#failures .entry[open] .sequence li");
  const packet = tab.locator("#failures .entry[open] .sequence li summary").nth(1);
  await packet.focus();
  await tab.keyboard.press("Enter");
  check(await tab.isVisible("#failures .sequence li details[open] pre"), `${name}: a packet does not open`);
  check(/^\d+\.\d$/.test(await packet.locator(".at").textContent()), `${name}: a packet has no time`);
  await close();

  // On a phone verdicts are on the screen.
  const phone = await open(file, { viewport: { width: 390, height: 844 } });
  await phone.tab.evaluate(() => document.querySelectorAll(".family").forEach((family) => (family.open = true)));
  const off = await phone.tab.evaluate(() => [...document.querySelectorAll(".badge, .matrix td:not(:empty)")].filter((element) => {
    const { left, right, width } = element.getBoundingClientRect();
    return width === 0 || left < 0 || right > innerWidth;
  }).length);
  check(off === 0, `${name}: ${off} verdicts are off a phone's screen`);
  await phone.close();

  // Without a script everything is there.
  const plain = await open(file, { javaScriptEnabled: false });
  check((await plain.tab.locator(".sequence").count()) >= failures, `${name}: without a script packets are missing`);
  check(!(await plain.tab.isVisible("#filter")), `${name}: without a script there are filters`);
  await plain.close();
  return `${Math.round(usable)} ms, ${processor.toFixed(2)} s of the processor`;
};

try {
  const usable = await works(run);
  for (const page of [run, matrix, view]) await looks(page);
  for (const what of new Set(wrong)) console.log(`wrong: ${what}`);
  console.log(`3 pages in 3 widths, light and dark; 1500 checks with 200 failures are usable after ${usable}`);
} finally {
  await browser.close();
}
process.exitCode = wrong.length > 0 ? 1 : 0;
