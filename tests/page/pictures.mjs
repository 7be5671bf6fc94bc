// SPDX-License-Identifier: Apache-2.0
// pictures.mjs: a picture of every view, of the sample, by the browser that tests it: NAME-light.png, for some NAME-dark.png, and one
// in Chinese, NAME-zh.png. docs/page.md and README.md show them; `cmake --build --preset asan --target page_pictures` makes them
// again in docs/pictures. A view that needs a click to show something gets it here.
// usage: pictures.mjs FOLDER [VIEW...]    all views, or these; environment as harness.mjs
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { assets, folder_with_index, look, open_browser, serve, settled, state_of } from "./harness.mjs";

const [folder, ...wanted] = process.argv.slice(2);
fs.mkdirSync(folder, { recursive: true });
const quoting = "他写道“碎片化和阵营化”，又说“关税的算法用贸易逆差除以进口额”，最后说“没有人会输”。";
const first = {
  "/quote": async (page) => {
    await page.locator("textarea").fill(quoting);
    await page.locator("form button[type=submit].primary").last().click();
    await settled(page);
  },
};
const kinds = {
  light: { language: "en", scheme: "light" },
  dark: { language: "en", scheme: "dark" },
  zh: { language: "zh", scheme: "light" },
};
const kinds_of = (view) => ["light", ...(["/concordance", "/trend"].includes(view) ? ["dark"] : []), ...(view === "/" ? ["zh"] : [])];

const server = await serve(folder_with_index());
const browser = await open_browser();
let made = 0;
const views = wanted.length > 0 ? wanted : assets.views;
for (const view of views) {
  assert.ok(assets.views.includes(view), `${view} is no view`);
  for (const kind of kinds_of(view)) {
    const { page, seen, leave } = await look(browser, server.origin, view + state_of(view), { ...kinds[kind], width: 1120, height: 900 });
    await first[view]?.(page);
    // How long it took says something of the build and of the machine's other work, and would be another in each picture.
    await page.evaluate(() => document.querySelectorAll(".status > span:has(.took)").forEach((each) => each.remove()));
    const file = path.join(folder, `${view.slice(1) || "start"}-${kind}.png`);
    await page.screenshot({ path: file, animations: "disabled", caret: "hide" });
    assert.ok(fs.statSync(file).size > 5000, `${file} shows next to nothing`);
    assert.deepEqual(seen.faults, []);
    await leave();
    made++;
  }
}
await browser.close();
await server.stop();
console.log(`${made} pictures in ${folder}`);
