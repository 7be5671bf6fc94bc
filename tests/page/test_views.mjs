// SPDX-License-Identifier: Apache-2.0
// test_views.mjs: what holds for every view alike: it loads, in both languages and themes, says nothing on the console, asks no
// other host, keeps the policy, and is free of barriers; and the page as a whole keeps its size.
import assert from "node:assert/strict";
import http from "node:http";
import { after, before, test } from "node:test";
import { assets, barriers, folder_with_index, look, one_of, open_browser, PATIENCE, serve, settled, state_of } from "./harness.mjs";

const POLICY = {
  "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "connect-src": "'self'", "img-src": "'self' data:",
  "base-uri": "'none'", "form-action": "'none'", "frame-ancestors": "'none'",
};
const SCRIPT_AND_STYLE_MOST = 70 * 1000; // bytes of gzip

let server, browser;
before(async () => {
  server = await serve(folder_with_index());
  browser = await open_browser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
});

// Status, headers and bytes as they come.
function fetch_plainly(path, headers = {}) {
  return new Promise((resolve, reject) => {
    http.get(server.origin + path, { headers }, (reply) => {
      const pieces = [];
      reply.on("data", (piece) => pieces.push(piece));
      reply.on("end", () => resolve({ status: reply.statusCode, headers: reply.headers, body: Buffer.concat(pieces) }));
    }).on("error", reject);
  });
}

const policy_of = (headers) =>
  Object.fromEntries(headers["content-security-policy"].split(";").map((part) => part.trim().split(/ (.*)/s).slice(0, 2)));

async function assert_fit(page) {
  const { scroll, client } = await page.evaluate(() => ({
    scroll: document.documentElement.scrollWidth, client: document.documentElement.clientWidth,
  }));
  assert.ok(scroll <= client, `the page is ${scroll} px wide in a window of ${client}`);
}

// To look for barriers takes twice as long as to open a view: it is done in one of four ways to see it, and most of a view is in others, too.
const wide = 1280, narrow = 360;
const kinds = [{ language: "en", scheme: "light" }, { language: "zh", scheme: "dark" }];
for (const view of assets.views) {
  const searched = one_of(4, kinds.flatMap(({ scheme }) => [wide, narrow].map((width) => `${view} ${scheme} ${width}`)));
  // That of the hits is also opened in a narrow window: its filters are folded then.
  for (const how of [...kinds, ...(view === "/hits" ? [{ scheme: "light", width: narrow }] : [])]) {
    test(`${view} ${JSON.stringify(how)}`, async () => {
      const { page, seen, response, leave } = await look(browser, server.origin, view + state_of(view), how);
      assert.equal(response.status(), 200);
      assert.notEqual((await page.locator("body").innerText()).trim(), "", "nothing to read");
      for (const width of how.width ? [how.width] : [wide, narrow]) {
        if (width !== page.viewportSize().width) {
          await page.setViewportSize({ width, height: 800 });
          await settled(page);
        }
        await assert_fit(page);
        if (how.width || searched.includes(`${view} ${how.scheme} ${width}`)) assert.deepEqual(await barriers(page), [], `${width} px`);
      }
      assert.deepEqual(seen.faults, []);
      await leave();
    });
  }

  test(`${view} comes with its headers`, async () => {
    const { status, headers } = await fetch_plainly(view);
    assert.equal(status, 200);
    assert.deepEqual(policy_of(headers), POLICY);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal(headers["referrer-policy"], "no-referrer");
    assert.equal(headers["cache-control"], "no-cache");
    const again = await fetch_plainly(view, { "if-none-match": headers.etag });
    assert.equal(again.status, 304);
    assert.equal(again.body.length, 0);
  });
}

test("the browser keeps the policy: no script of a text runs, and nothing is fetched from elsewhere", async () => {
  const { page, seen, leave } = await look(browser, server.origin, "/");
  await page.evaluate(async () => {
    const script = document.createElement("script");
    script.textContent = "window.ran = true";
    document.body.append(script);
    const image = document.createElement("img");
    image.src = "x:";
    image.setAttribute("onerror", "window.ran = true");
    document.body.append(image);
    await fetch("http://localhost:1/").catch(() => {});
  });
  const end = Date.now() + PATIENCE;
  for (const directive of ["script-src-elem", "script-src-attr", "connect-src"])
    while (!seen.faults.some((fault) => fault.includes(`policy: ${directive}`))) {
      assert.ok(Date.now() < end, `${directive}: ${seen.faults}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  assert.equal(await page.evaluate(() => window.ran), undefined);
  await leave();
});

test("assets come by their type, may be kept for a year, and are the same plain and in gzip", async () => {
  for (const asset of assets.assets) {
    const plain = await fetch_plainly(asset.path), packed = await fetch_plainly(asset.path, { "accept-encoding": "gzip" });
    assert.equal(plain.status, 200);
    assert.equal(plain.headers["content-type"], asset.type);
    assert.equal(plain.headers["content-encoding"], undefined);
    if (asset.path.startsWith("/assets/")) assert.match(plain.headers["cache-control"], /max-age=31536000, immutable/);
    const { gunzipSync } = await import("node:zlib");
    const unpacked = packed.headers["content-encoding"] === "gzip" ? gunzipSync(packed.body) : packed.body;
    assert.ok(plain.body.equals(unpacked), asset.path);
  }
});

test("script and style are within 70 kB in gzip", async () => {
  let bytes = 0;
  for (const asset of assets.assets.filter(({ type }) => /javascript|css/.test(type)))
    bytes += (await fetch_plainly(asset.path, { "accept-encoding": "gzip" })).body.length;
  console.log(`script and style: ${bytes} bytes in gzip`);
  assert.ok(bytes > 0 && bytes <= SCRIPT_AND_STYLE_MOST, `${bytes} bytes`);
});

test("a path that is not there is 404, and says so", async () => {
  const { status, body } = await fetch_plainly("/assets/no-such.js");
  assert.equal(status, 404);
  assert.notEqual(body.length, 0);
});
