// SPDX-License-Identifier: Apache-2.0
// test_hostile.mjs: what others may do to a reader by way of the page: documents and queries that hold markup, a name that leads
// to this machine (DNS rebinding), and a site elsewhere whose page asks, posts to, frames or opens the server. Nothing of theirs
// runs, and they learn nothing; a link to a view works from anywhere.
import assert from "node:assert/strict";
import fs from "node:fs";
import http from "node:http";
import path from "node:path";
import { after, before, test } from "node:test";
import { assets, folder_with_index, fresh_folder, look, one_of, open_browser, PATIENCE, serve, settled, visit } from "./harness.mjs";

const ELSEWHERE = "elsewhere.example"; // a name of the browser's alone
const markup = [
  `<script>window.ran="script"</script>`,
  `<img src="http://${ELSEWHERE}:9/leak" onerror="window.ran='image'">`,
  `"><svg onload="window.ran='svg'">`,
  `'+(window.ran='expression')+'`,
  `</style><style>@import url(http://${ELSEWHERE}:9/leak)</style>`,
  `<a href="javascript:window.ran='link'">linkword</a><base href="http://${ELSEWHERE}:9/">`,
  "javascript:window.ran='address'",
  "${window.ran='template'} {{window.ran='braces'}}",
].join(" ");

// Everything that a document has is markup; so is the name of a file.
function hostile_inputs() {
  const folder = fresh_folder();
  const document = (n) => ({
    id: `${n} ${markup}`, title: `${n} ${markup}`, source: `s${n % 2} ${markup}`, date: `202${n % 5}-0${1 + (n % 9)}-01`,
    text: `commonword ${markup} “commonword ${markup} says so here” rareword${n} javascript:window.ran='text'`,
    metadata: { url: "javascript:window.ran='metadata'", link: `http://${ELSEWHERE}:9/leak`, [markup]: markup },
  });
  const lines = path.join(folder, "lines.jsonl");
  fs.writeFileSync(lines, Array.from({ length: 40 }, (_, n) => JSON.stringify(document(n))).join("\n"));
  const named = path.join(folder, `"><img src=x onerror=window.ran='name'>.txt`);
  fs.writeFileSync(named, `commonword in a file ${markup}\n`);
  return [lines, named];
}

let server, browser, elsewhere;
before(async () => {
  server = await serve(folder_with_index(hostile_inputs()), { log: "json" });
  browser = await open_browser([ELSEWHERE]);
  elsewhere = http.createServer((request, reply) => {
    reply.writeHead(200, { "content-type": "text/html" });
    reply.end("<!doctype html><title>elsewhere</title><body></body>");
  });
  await new Promise((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
});
after(async () => {
  await browser?.close();
  elsewhere?.close();
  await server?.stop();
});

// ---- markup

// Nothing ran, nothing is markup that is not ours, and no link leads out.
async function assert_harmless({ page, seen }, where) {
  assert.equal(await page.evaluate(() => window.ran), undefined, where);
  const strange = await page.evaluate(() => [
    ...[...document.querySelectorAll("body script, img, iframe, object, embed, base, style, body link")].map((each) => each.outerHTML),
    ...[...document.querySelectorAll("*")].filter((each) => [...each.attributes].some(({ name }) => name.startsWith("on"))).map((each) => each.outerHTML),
    ...[...document.querySelectorAll("body [href], body [src], body [action]")]
      .map((each) => each.getAttribute("href") ?? each.getAttribute("src") ?? each.getAttribute("action"))
      .filter((to) => document.baseURI && new URL(to, document.baseURI).origin !== location.origin),
  ]);
  assert.deepEqual(strange, [], where);
  assert.deepEqual(seen.faults.filter((fault) => !/^console: Failed to load resource: .* 4\d\d/.test(fault)), [], where);
}

const id = `1 ${markup}`;
const states = {
  "/compare": { q: 'source:"s0*"', b: "date:2022" },
  "/document": { q: "commonword", id },
  "/rising": { since: "2023" },
};

for (const view of assets.views) {
  test(`${view}: markup in titles, texts, ids, sources, names and metadata is text`, async () => {
    const visitor = await look(browser, server.origin, `${view}?${new URLSearchParams(states[view] ?? { q: "commonword" })}`);
    await assert_harmless(visitor, view);
    const shows_documents = ["/hits", "/concordance", "/document"].includes(view);
    if (shows_documents) assert.match(await visitor.page.locator("main").innerText(), /<script>window\.ran="script"<\/script>/);
    if (view === "/hits") {
      for (const name of ["CSV", "Call"]) await visitor.page.getByRole("button", { name, exact: true }).click();
      await settled(visitor.page);
      await assert_harmless(visitor, "the call");
    }
    await visitor.leave();
  });
}

test("markup in each key of the address is text", async () => {
  const visitor = await visit(browser, server.origin);
  for (const view of one_of(3, assets.views)) {
    const keys = new URLSearchParams(["q", "b", "and", "source", "from", "to", "meta", "commit", "sort", "order", "page", "token",
                                      "sample", "by", "since", "id", "at", "other", "map"].map((name) => [name, markup]));
    await visitor.page.goto(`${server.origin}${view}?${keys}`);
    await settled(visitor.page);
    await assert_harmless(visitor, view);
  }
  await visitor.leave();
});

test("markup in a text whose quotations are checked is text", async () => {
  const visitor = await look(browser, server.origin, "/quote");
  await visitor.page.locator("textarea").fill(`“commonword ${markup} says so here” “${markup} is not there at all, is it”`);
  await visitor.page.locator("form button[type=submit].primary").last().click();
  await settled(visitor.page);
  await assert_harmless(visitor, "/quote");
  assert.ok(!visitor.page.url().includes("commonword"), "the text is in no address");
  await visitor.leave();
});

// ---- other names, other sites

const lines_of_log = (...words) => server.said().split("\n").filter((line) => words.every((each) => each.test(line))).length;
const calls = () => lines_of_log(/"method":"gramdex/, /"status":"OK"/);
const refusals = () => lines_of_log(/"http_status":4\d\d/);
// A line of the log may come a moment after the answer that it tells of; but lines come in order.
async function until(what) {
  const end = Date.now() + PATIENCE;
  while (!what()) {
    assert.ok(Date.now() < end, server.said());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("another name that leads here is refused: the page, its files and each method", async () => {
  const origin = `http://${ELSEWHERE}:${server.port}`;
  const { context, page } = await visit(browser, origin, { apart: true });
  const before = calls(), refused = refusals();
  for (const where of ["/", "/hits?q=commonword", assets.assets[0].path,
                       `/gramdex.v1.Search/Count?connect=v1&encoding=json&message=${encodeURIComponent('{"query":"commonword"}')}`]) {
    const response = await page.goto(origin + where);
    assert.ok(response.status() >= 400 && response.status() < 500, `${where}: ${response.status()}`);
    assert.doesNotMatch(await response.text(), /documents|<script/);
  }
  const answer = await page.evaluate(async () => {
    const reply = await fetch("/gramdex.v1.Search/Count", {
      method: "POST", headers: { "content-type": "application/json" }, body: '{"query":"commonword"}',
    });
    return { status: reply.status, text: await reply.text() };
  });
  assert.ok(answer.status >= 400 && answer.status < 500, JSON.stringify(answer));
  assert.doesNotMatch(answer.text, /documents/);
  await until(() => refusals() >= refused + 5);
  assert.equal(calls(), before, "no call was answered");
  await context.close();
});

// Runs on a page of another site: what each way of asking gave, "" is nothing at all. What is asked without CORS gives nothing to read
// whatever the server says, so of these it is only counted how many were sent: its log shows what became of them.
async function ask_from_outside(origin) {
  const body = '{"query":"commonword"}';
  const get = `${origin}/gramdex.v1.Search/Count?connect=v1&encoding=json&message=${encodeURIComponent(body)}`;
  const ways = {
    get: [get],
    "get without cors": [get, { mode: "no-cors" }],
    "a page": [`${origin}/hits`],
    "text/plain": [`${origin}/gramdex.v1.Search/Count`, { method: "POST", mode: "no-cors", headers: { "content-type": "text/plain" }, body }],
    "a form": [`${origin}/gramdex.v1.Search/Count`, { method: "POST", mode: "no-cors", body: new URLSearchParams({ query: "commonword" }) }],
    "a beacon's type": [`${origin}/gramdex.v1.Search/Count`, { method: "POST", mode: "no-cors", body: new Blob([body]) }],
    json: [`${origin}/gramdex.v1.Search/Count`, { method: "POST", headers: { "content-type": "application/json" }, body }],
    "a delete": [`${origin}/gramdex.v1.Index/Delete`, { method: "POST", mode: "no-cors", headers: { "content-type": "text/plain" }, body: '{"ids":["1"]}' }],
    preflight: [`${origin}/gramdex.v1.Search/Count`, { method: "POST", headers: { "content-type": "application/json", "connect-protocol-version": "1" }, body }],
  };
  const got = {};
  let blind = 0;
  for (const [name, [url, how]] of Object.entries(ways)) {
    try {
      const reply = await fetch(url, how);
      if (how?.mode === "no-cors") blind += reply.type === "opaque";
      else got[name] = await reply.text();
    } catch {
      got[name] = how?.mode === "no-cors" ? "not sent" : "";
    }
  }
  navigator.sendBeacon(`${origin}/gramdex.v1.Search/Count`, body);
  const loads = (tag, keys) =>
    new Promise((resolve) => {
      const element = Object.assign(document.createElement(tag), keys);
      element.onload = () => resolve("loaded");
      element.onerror = () => resolve("");
      document.body.append(element);
    });
  got["a script"] = await loads("script", { src: get });
  got["an image"] = await loads("img", { src: get });
  got["a style sheet"] = await loads("link", { rel: "stylesheet", href: get });
  return { got, blind };
}

for (const host of [ELSEWHERE, "localhost", "127.0.0.1"]) {
  test(`a page of ${host} at another port learns nothing, and makes nothing happen`, async () => {
    const origin = `http://${host}:${elsewhere.address().port}`;
    const { context, page } = await visit(browser, origin, { apart: true });
    const before = calls(), refused = refusals();
    await page.goto(origin);
    const { got, blind } = await page.evaluate(ask_from_outside, server.origin);
    assert.deepEqual(Object.entries(got).filter(([, text]) => text !== ""), []);
    assert.equal(blind, 5);
    await until(() => refusals() >= refused + blind);
    assert.equal(calls(), before, "no call was answered");
    // A frame of it stays empty.
    await page.evaluate((to) => {
      const frame = document.createElement("iframe");
      frame.src = `${to}/hits?q=commonword`;
      document.body.append(frame);
      return new Promise((resolve) => (frame.onload = resolve));
    }, server.origin);
    assert.equal(page.frames().length, 2);
    assert.equal(await page.frames()[1].locator("#query, script[src]").count(), 0, page.frames()[1].url());
    assert.equal(calls(), before, "nothing in a frame asked");
    await context.close();
  });
}

test("a form of another site is refused, a link of one is followed", async () => {
  const origin = `http://${ELSEWHERE}:${elsewhere.address().port}`;
  const { context, page } = await visit(browser, origin, { apart: true });
  const before = calls(), refused = refusals();
  for (const [where, type] of [["/hits", "text/plain"], ["/gramdex.v1.Search/Count", "text/plain"], ["/gramdex.v1.Index/Delete", "multipart/form-data"]]) {
    await page.goto(origin);
    const [response] = await Promise.all([
      page.waitForResponse((each) => each.url() === server.origin + where),
      page.evaluate(([to, enctype]) => {
        const form = Object.assign(document.createElement("form"), { action: to, method: "post", enctype });
        form.append(Object.assign(document.createElement("input"), { name: '{"query":"commonword","x":"', value: '"}' }));
        document.body.append(form);
        form.submit();
      }, [server.origin + where, type]),
    ]);
    assert.ok(response.status() >= 400 && response.status() < 500, `${where}: ${response.status()}`);
    await page.waitForURL(server.origin + where);
  }
  await page.goto(origin);
  await page.evaluate((to) => (location.href = to), `${server.origin}/gramdex.v1.Search/Count?connect=v1&encoding=json&message=%7B%7D`);
  await page.waitForURL(/Count/);
  await until(() => refusals() >= refused + 4);
  assert.equal(calls(), before, "a link to a method is no call");
  await page.goto(origin);
  await page.evaluate((to) => {
    document.body.append(Object.assign(document.createElement("a"), { href: to, textContent: "there" }));
  }, `${server.origin}/hits?q=commonword`);
  await page.getByText("there").click();
  await page.locator(".hit").first().waitFor();
  await until(() => calls() > before); // a call that is answered is seen in the log
  const [opened] = await Promise.all([
    context.waitForEvent("page"),
    page.goto(origin).then(() => page.evaluate((to) => void (window.other = window.open(to)), `${server.origin}/hits?q=commonword`)),
  ]);
  await opened.locator(".hit").first().waitFor();
  const read = await page.evaluate(() => {
    try {
      return window.other.document.body.innerText;
    } catch (error) {
      return error.name;
    }
  });
  assert.equal(read, "SecurityError");
  await context.close();
});
