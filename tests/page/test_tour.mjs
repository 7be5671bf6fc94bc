// SPDX-License-Identifier: Apache-2.0
// test_tour.mjs: the five clicks of docs/tour.md, as a newcomer makes them: each thing in bold is clicked, and then what stands in
// backquotes behind it must be there to read. In the whole browser, where there is one. usage: test_tour.mjs; environment as harness.mjs
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { folder_with_index, look, open_browser, serve, settled, state_of } from "./harness.mjs";

const tour = fs.readFileSync(path.join(process.env.ROOT, "docs/tour.md"), "utf8");
const [, section] = tour.split(/^## In a browser.*\n/m);
const clicks = [...(section ?? "").split(/^## /m)[0].matchAll(/^\d\. \*\*(.+?)\*\*([^]*?)(?=^\d\. |^\S|$(?![^]))/gm)]
  .map(([, name, rest]) => ({ name, shows: [...rest.matchAll(/`(.+?)`/g)].map(([, text]) => text) }));

test("the five clicks of the tour show what it says", async () => {
  assert.equal(clicks.length, 5, "docs/tour.md names five clicks");
  const server = await serve(folder_with_index());
  const browser = await open_browser([], { whole: true });
  try {
    const { page, seen } = await look(browser, server.origin, "/" + state_of("/"));
    for (const { name, shows } of clicks) {
      const begins = new RegExp("^" + name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
      await page.getByRole("link", { name: begins }).or(page.getByRole("button", { name: begins })).first().click();
      await settled(page);
      assert.notEqual(shows.length, 0, `${name}: the tour says what is seen then`);
      for (const text of shows)
        await page.getByText(text).first().waitFor({ state: "visible" }).catch(() => assert.fail(`${name}: no "${text}"`));
    }
    assert.deepEqual(seen.faults, []);
  } finally {
    await browser.close();
    await server.stop();
  }
});
