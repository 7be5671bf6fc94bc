// SPDX-License-Identifier: Apache-2.0
// test_states.mjs: what a view shows when there is no plain answer (nothing asked, asking, nothing found, a query that cannot be
// read, a slip, a file that is damaged, a commit that is gone or no longer the newest, a token, no server), that a link, Back and a
// reload give the same view, and that the keyboard alone is enough. One browser; a server for each kind of index.
import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, before, test } from "node:test";
import { barriers, end_servers, folder_with_index, free_port, fresh_folder, look, make_index, one_of, open_browser, PATIENCE, sample, serve, settled, visit } from "./harness.mjs";

// Enough that a call takes a while: 500 documents that have one phrase a hundred times each.
function large_corpus() {
  const file = path.join(fresh_folder(), "large.jsonl");
  const sentences = (d) => Array.from({ length: 200 }, (_, i) => `第${d}篇的第${i}句说到铁矿与港口${(i * 7 + d) % 97}。`).join("");
  const document = (d) => ({ id: `large/${d}`, title: `第${d}篇`, date: `${2000 + (d % 25)}-03-11`, source: "large", text: sentences(d) });
  fs.writeFileSync(file, Array.from({ length: 500 }, (_, d) => JSON.stringify(document(d))).join("\n"));
  return file;
}

let server, browser, folder;
before(async () => {
  folder = folder_with_index([...sample, large_corpus()]);
  server = await serve(folder, { log: "json", port: await free_port() });
  browser = await open_browser();
});
after(async () => {
  await browser?.close();
  await server?.stop();
  end_servers();
});

// A view by its query string, whose faults are none but those that the state itself makes.
async function view(address, check, { at = server, allowed = /^$/, ...how } = {}) {
  const { page, seen, leave } = await look(browser, at.origin, address, how);
  await check(page, seen);
  assert.deepEqual(seen.faults.filter((fault) => !allowed.test(fault)), []);
  await leave();
}

// Another view in the same tab, by a link: a third of the work of opening it anew.
async function turn_to(page, address) {
  await page.evaluate((to) => {
    const link = Object.assign(document.createElement("a"), { href: to });
    document.body.append(link);
    link.click();
    link.remove();
  }, address);
  await settled(page);
}
const refused = /^console: Failed to load resource: the server responded with a status of 4\d\d/;

const address = (where, keys) => `${where}?${new URLSearchParams(keys)}`;
const heading = (page, name) => page.getByRole("heading", { name }).waitFor();
const button = (page, name) => page.getByRole("button", { name, exact: true });

// What is there to read, without how long it took.
const text_of = (page) =>
  page.evaluate(() => {
    const copy = document.querySelector("main").cloneNode(true);
    for (const took of copy.querySelectorAll(".took")) took.remove();
    return [copy.innerText, location.pathname + location.search].join("\n");
  });

async function until(what, said) {
  const end = Date.now() + PATIENCE;
  while (!(await what())) {
    assert.ok(Date.now() < end, said());
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

// ---- states

test("empty: without a query a view says what may be typed, and an empty index how to fill it", async () => {
  await view("/about", async (page) => {
    for (const where of ["/hits", "/concordance", "/trend", "/neighbours", "/collocates"]) {
      await turn_to(page, where);
      await heading(page, "Type a query above to fill this view.");
    }
  });
  const empty = fresh_folder();
  const other = await serve(empty, { options: ["--create"] });
  await view("/", (page) => page.getByText("The index is empty.").waitFor(), { at: other });
  await other.stop();
});

test("loading is said after a moment, and Cancel cancels the call: the server says so, too", async () => {
  await view("/hits", async (page) => {
    await page.getByRole("searchbox").fill("铁矿");
    server.send("SIGSTOP"); // so that it cannot be faster than the moment
    try {
      await page.getByRole("link", { name: "Collocates" }).click();
      await page.getByRole("searchbox").press("Enter");
      await page.getByText("Asking…").first().waitFor();
      assert.deepEqual(await barriers(page), []);
      await page.locator("main").getByRole("button", { name: "Cancel" }).click();
      await heading(page, "Cancelled.");
    } finally {
      server.send("SIGCONT");
    }
    await until(() => /Search\/Collocates","status":"CANCELLED"/.test(server.said()), server.said);
    await button(page, "Ask again").click();
    await page.locator("main table").first().waitFor();
  });
});

test("nothing found: how often each piece of the phrase occurs", async () => {
  await view(address("/hits", { q: "关税壁炉" }), async (page) => {
    await heading(page, "Nothing found");
    const piece = page.locator(".pieces li").first();
    await piece.getByText(/\d+ documents?, \d+ occurrences?/).waitFor();
    await piece.getByRole("link").click();
    await page.locator(".hit").first().waitFor();
  });
});

test("a query that cannot be read is shown with its column, in all and in distinct", async () => {
  for (const distinct of ["", "1"]) {
    await view(address("/hits", { q: "关税 OR () 贸易", distinct }), async (page) => {
      await page.getByRole("alert").getByText(/^column 8: expected a word/).waitFor();
      assert.equal(await page.locator(".marked-query mark").innerText(), ")");
      await button(page, "Go to that place").click();
      assert.equal(await page.evaluate(() => document.activeElement.selectionStart), 7);
      if (!distinct) assert.deepEqual(await barriers(page), []);
    }, { allowed: refused });
  }
});

test("a query that cannot be read is not made readable by what the page puts beside it", async () => {
  const hits = ["关税 NOT", "a) OR (关税", '"(" ) OR (关税', "a） OR （关税", "关税 OR"].map((q) => ["/hits", { q, distinct: "1" }]);
  // What the others put beside it goes through the same function.
  const others = ["a) OR (关税", "关税 OR"].flatMap((q) => [["/trend", { q, distinct: "1" }], ["/rising", { q, since: "2025" }], ["/compare", { q, distinct: "1" }]]);
  await view("/about", async (page) => {
    for (const [where, keys] of [...hits, ...others]) {
      await turn_to(page, address(where, keys));
      await page.getByRole("alert").getByText("This query cannot be read").first().waitFor();
      assert.equal(await page.locator(".hit, table, svg.picture").count(), 0, page.url());
    }
  }, { allowed: refused });
});

const taken_away = ["CSV", "JSONL", "SVG", "PNG", "Call"];

// From now on, what each frame lets be taken away that says a failure, too.
function watch_frames(page) {
  return page.evaluate((names) => {
    globalThis.offered = [];
    const look = () => {
      const buttons = [...document.querySelectorAll(".toolbar button")].map((each) => each.textContent.trim());
      if (document.querySelector('[role="alert"]')) globalThis.offered.push(...buttons.filter((each) => names.includes(each)));
      requestAnimationFrame(look);
    };
    look();
  }, taken_away);
}

test("what can be taken away is of what is shown: nothing of it is left by a failure, nor by the view that goes", async () => {
  const taken = (page) => page.locator(".toolbar").getByRole("button", { name: new RegExp(`^(${taken_away.join("|")})$`) });
  const states = one_of(3, ["/hits", "/concordance", "/concordance?all=1", "/trend", "/neighbours", "/collocates", "/rising?since=2025", "/compare", "/document?id=press/2025-0407-formula"]);
  await view("/about", async (page) => {
    await watch_frames(page);
    for (const where of states) {
      await turn_to(page, `${where}${where.includes("?") ? "&" : "?"}q=${encodeURIComponent("关税")}`);
      assert.notEqual(await taken(page).count(), 0, where);
      if (!where.startsWith("/document")) {
        await page.getByRole("searchbox").fill("关税 OR");
        await page.getByRole("searchbox").press("Enter");
        await page.getByRole("alert").first().waitFor();
        await settled(page);
        assert.deepEqual(await taken(page).allInnerTexts(), [], where);
        assert.deepEqual(await page.evaluate(() => globalThis.offered), [], `a frame of ${where}`);
        await page.goBack();
        await settled(page);
        assert.notEqual(await taken(page).count(), 0, where);
      }
      await page.keyboard.press("?");
      await page.getByRole("link", { name: "Version and licences" }).click();
      await settled(page);
      assert.deepEqual(await taken(page).allInnerTexts(), [], `after ${where}`);
    }
  }, { allowed: refused });
});

test("a document has its matches whatever is distinct, one mark each where they overlap, and says why it has none", async () => {
  const file = path.join(fresh_folder(), "two.jsonl");
  const text = "我们讨论全球产业链的韧性与安全问题以及产业升级的方向";
  fs.writeFileSync(file, ["a", "b"].map((id) => JSON.stringify({ id, title: id, date: `2024-05-0${id === "a" ? 1 : 2}`, text })).join("\n"));
  const other = await serve(folder_with_index([file]));
  await view(address("/document", { q: "产业 OR 产业链 OR 业链", id: "b", distinct: "1" }), async (page) => {
    const seen = new Set();
    for (let n = 1; n <= 4; n++) {
      await page.keyboard.press("n");
      await page.getByText(`match ${n} of 4`).waitFor();
      seen.add((await page.locator("mark.now").allInnerTexts()).join(""));
    }
    assert.deepEqual([...seen], ["产业", "产业链", "业链"]);
    await page.getByLabel("Compare with the document").fill("a");
    await button(page, "Show what is shared").click();
    await page.locator(".passages a").first().click();
    await settled(page);
    assert.equal((await page.locator("mark.now").allInnerTexts()).join(""), text);
    assert.match(page.url(), /id=a/);
  }, { at: other });
  await view(address("/document", { q: "产业 OR", id: "b" }), async (page) => {
    await page.getByRole("alert").getByText("This query cannot be read").waitFor();
    await page.getByText(text).waitFor();
  }, { at: other, allowed: refused });
  await other.stop();
});

test("a slip in the query is noted", async () => {
  await view(address("/hits", { q: "source:nowhere 关税" }), async (page) => {
    await page.getByRole("list", { name: "Notes" }).getByText('no document has the source "nowhere"; there are').waitFor();
  });
});

test("a commit that is not there is gone, and the newest one click away", async () => {
  await view(address("/hits", { q: "友岸外包", commit: "99" }), async (page) => {
    await heading(page, "That state of the collection is gone");
    await button(page, "Start again from the newest").click();
    await page.locator(".hit").first().waitFor();
    assert.doesNotMatch(page.url(), /commit/);
  }, { allowed: refused });
});

test("newer data than what is shown is said, and taken when it is asked for", async () => {
  await view(address("/concordance", { q: "铁矿 (id:large/1 OR id:large/2)" }), async (page) => {
    await page.getByRole("link", { name: "Next" }).click(); // a page of this commit, by its token
    await settled(page);
    const documents = () =>
      page.evaluate(async () => {
        const message = encodeURIComponent(JSON.stringify({ query: "友岸外包又来了" }));
        const reply = await fetch(`/gramdex.v1.Search/Count?connect=v1&encoding=json&message=${message}`);
        return Number((await reply.json()).documents);
      });
    const added = path.join(folder, "added.jsonl");
    fs.writeFileSync(added, JSON.stringify({ id: "added", title: "新添的一篇", text: "友岸外包又来了。" }));
    make_index(folder, added);
    await until(async () => (await documents()) === 1, () => "the server does not see the new commit");
    await page.reload();
    await page.getByText(/^Newer data exists: this is from commit \d, the collection is at \d\./).waitFor();
    await settled(page);
    const shown = async () => Number((await page.locator(".status").getByText(/^commit \d+$/).innerText()).slice(7));
    const before = await shown();
    await button(page, "Show the newest").click();
    await page.getByText("Newer data exists").waitFor({ state: "detached" });
    assert.equal(await shown(), before + 1);
    assert.doesNotMatch(page.url(), /token=/);
  });
  await view(address("/hits", { q: "友岸外包", commit: "1" }), async (page) => {
    await page.getByText(/^Newer data exists: the link is of commit 1, this is from commit \d\./).waitFor();
    await page.getByRole("link", { name: "新添的一篇" }).waitFor();
    await page.locator(".banner").getByRole("button", { name: "Close" }).click();
    await page.getByText("Newer data exists").waitFor({ state: "detached" });
    assert.doesNotMatch(page.url(), /commit=/);
    await page.getByLabel("Order").selectOption("newest");
    await settled(page);
    assert.equal(await page.locator(".banner").count(), 0, "what is shown is the newest");
  });
});

// Has the server say `error` to a method, where the request holds `words`.
const answer_badly = (page, method, error, words = "") =>
  page.route(`**/gramdex.v1.Search/${method}*`, (route) =>
    (route.request().postData() ?? decodeURIComponent(route.request().url())).includes(words)
      ? route.fulfill({ status: 500, contentType: "application/json", body: JSON.stringify(error) })
      : route.continue());

test("a failure of any of a view's questions is said", async () => {
  const broken = { code: "internal", message: "the far end is broken" };
  await view("/about", async (page) => {
    for (const [where, method, words] of [["/", "Trend", "PERIOD_YEAR"], ["/neighbours", "Neighbours", "SIDE_LEFT"], ["/document", "Reprints", ""]]) {
      await answer_badly(page, method, broken, words);
      await page.goto(`${server.origin}${address(where, { q: "关税", id: "press/2025-0407-formula" })}`);
      await page.getByText(broken.message).first().waitFor();
      await page.unrouteAll();
    }
  }, { allowed: /status of 500/ });
  await view(address("/concordance", { q: "关税" }), async (page) => {
    const details = [{ type: "google.rpc.ErrorInfo", value: Buffer.from("\n\nQUERY_TIME").toString("base64") }];
    const drawn = page.getByText("So many lines are not sorted at once.");
    for (const [error, is_too_many] of [[{ code: "resource_exhausted", message: "too many", details }, 0], [{ code: "resource_exhausted", message: "too many" }, 1]]) {
      await answer_badly(page, "Kwic", error);
      await page.reload();
      await page.getByText("too many", { exact: true }).waitFor();
      assert.equal(await drawn.count(), is_too_many);
    }
  }, { allowed: /status of 500/ });
});

test("a damaged file: the answer is in part, or says that it cannot be given", async () => {
  const broken = folder_with_index(sample.slice(0, 2));
  make_index(broken, sample[2]);
  const index = path.join(broken, "index");
  const [segment] = fs.readdirSync(index).filter((name) => name.startsWith("segment-"));
  const other = await serve(broken); // an index that is damaged before would not be opened
  const file = fs.openSync(path.join(index, segment), "r+");
  const { size } = fs.fstatSync(file);
  const noise = Buffer.alloc(Math.floor(size / 2), 0xa5);
  fs.writeSync(file, noise, 0, noise.length, Math.floor(size / 4));
  fs.closeSync(file);
  await view(address("/hits", { q: "关税" }), async (page) => {
    await page.getByText("in part: a segment cannot be read").or(page.getByText("A file of the index is damaged")).first().waitFor();
  }, { at: other, allowed: /status of 500/ });
  await other.kill();
});

test("a token is asked for, a wrong one is told, the right one opens the view and is in no address", async () => {
  const secret = "correct-horse-battery-staple-1234";
  const tokens = path.join(folder, "tokens");
  fs.writeFileSync(tokens, `${secret}\n`, { mode: 0o600 });
  const other = await serve(folder, { options: ["--read-only", "--token-file", tokens, "--token-all"] });
  for (const all of ["", "1"]) await view(address("/concordance", { q: "友岸外包", all }), async (page, seen) => {
    await heading(page, "This server wants a token");
    if (!all) assert.deepEqual(await barriers(page), []);
    await page.getByLabel("Token").fill("令牌");
    await button(page, "Use it").click();
    await page.getByText("This is no token: one has Latin letters, digits and signs, and no space.").waitFor();
    await page.getByLabel("Token").fill("wrong");
    await button(page, "Use it").click();
    await page.getByText("The server does not know this token.").waitFor();
    await page.getByLabel("Token").fill(secret);
    await button(page, "Use it").click();
    await page.locator("table.lines tbody tr").first().waitFor();
    await settled(page);
    assert.ok(![...seen.requests, page.url()].some((each) => each.includes(secret)));
    const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
    assert.ok(!kept.includes(secret));
  }, { at: other, allowed: refused });
  await other.stop();
});

// ---- links, Back, keys

test("a link opened afresh, a reload and Back give the same view", async () => {
  await view(address("/hits", { q: "关税" }), async (page) => {
    const shown = [await text_of(page)];
    for (const step of [
      () => page.locator(".facets").getByRole("link", { name: /^press/ }).click(),
      () => page.getByRole("link", { name: "Concordance" }).click(),
      () => page.getByRole("columnheader", { name: "Right" }).getByRole("button").click(),
      () => page.locator("table.lines a[data-row]").first().click(),
    ]) {
      await step();
      await settled(page);
      shown.push(await text_of(page));
    }
    assert.equal(new Set(shown).size, shown.length, "each step shows something else");
    await page.reload();
    await settled(page);
    const other = await visit(browser, server.origin, { apart: true });
    for (const before of shown.reverse()) {
      assert.equal(await text_of(page), before);
      await other.page.goto(server.origin + before.split("\n").pop());
      await settled(other.page);
      assert.equal(await text_of(other.page), before);
      await page.goBack();
      await settled(page);
    }
    assert.deepEqual(other.seen.faults, []);
    await other.leave();
  });
});

test("a filter that is kept does not end a new query: what is there without it is said, and one key away", async () => {
  await view(address("/hits", { q: "关税", source: "press" }), async (page) => {
    await page.getByRole("searchbox").fill("铁矿");
    await page.getByRole("searchbox").press("Enter");
    await heading(page, "Nothing found");
    await page.getByText("Without the filters: 500 documents.").waitFor();
    await page.getByRole("button", { name: "Drop all filters" }).click();
    await page.locator(".hit").first().waitFor();
    assert.doesNotMatch(page.url(), /source=/);
  });
});

test("Rising has periods of its own: the filter of dates is neither shown nor in its links", async () => {
  await view(address("/rising", { since: "2025", from: "2019", to: "2020" }), async (page) => {
    assert.deepEqual(await page.locator(".chosen li").allInnerTexts(), []);
    const links = await page.locator("table.grid a").evaluateAll((all) => all.map((each) => each.getAttribute("href")));
    assert.notEqual(links.length, 0);
    assert.deepEqual(links.filter((each) => /[?&](from|to)=/.test(each)), []);
    await page.locator("table.grid tbody th a").first().click();
    await page.locator("table.lines tbody tr").first().waitFor();
  });
  await view(address("/compare", { q: "关税", from: "2019", source: "press" }), async (page) => {
    assert.deepEqual(await page.locator(".chosen li").allInnerTexts(), ["press ×", "2019 – ×"]);
  }, { allowed: refused });
});

test("documents without a source can be filtered by, and are where a trend's line leads", async () => {
  const lines = (source, n) => JSON.stringify({ id: `${source}${n}`, title: "题", source, date: `202${n}-05-01`, text: "产业链的一句话" });
  const write = (name, source) => {
    const file = path.join(fresh_folder(), name);
    fs.writeFileSync(file, [1, 2, 3].map((n) => lines(source, n)).join("\n"));
    return file;
  };
  const named = folder_with_index([write("named.jsonl", "press")]);
  make_index(named, "--source", "", write("bare.jsonl", ""));
  const other = await serve(named);
  await view(address("/hits", { q: "产业链" }), async (page) => {
    await page.locator(".facets").getByRole("link", { name: /^no source/ }).click();
    await page.locator(".chosen").getByText("no source").waitFor();
    await settled(page);
    assert.equal(await page.locator(".hit").count(), 3);
    await page.locator(".tabs").getByRole("link", { name: "Trend" }).click();
    await page.getByLabel("each source apart").check();
    await settled(page);
    await page.locator("a.picture-point").first().click();
    await settled(page);
    assert.equal(await page.locator("table.lines tbody tr").count(), 1);
    await page.locator(".chosen").getByRole("link", { name: "Drop the filter no source" }).click();
    await settled(page);
    assert.equal(await page.locator("table.lines tbody tr").count(), 2);
  }, { at: other });
  await other.stop();
});

test("Back comes back to the top, an emptied number to the usual one, and a key to its view while a box has the focus", async () => {
  await view(address("/hits", { q: "铁矿 id:large/1" }), async (page) => {
    await page.locator(".hit a").first().click();
    await settled(page);
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await page.goBack();
    await page.locator(".hit").first().waitFor();
    await settled(page);
    assert.equal(await page.evaluate(() => scrollY), 0);
    await page.goto(`${server.origin}${address("/collocates", { q: "关税", rows: "7" })}`);
    await page.getByLabel("Rows").fill("");
    await page.getByLabel("Rows").press("Tab");
    assert.equal(await page.getByLabel("Rows").inputValue(), "30");
    assert.doesNotMatch(page.url(), /rows=/);
    await page.getByLabel("t-score").focus();
    await page.keyboard.press("1");
    await page.waitForURL(/\/hits\?/);
  });
});

test("a page is printed light, whatever the theme", async () => {
  const { page, leave } = await look(browser, server.origin, address("/trend", { q: "关税" }), { scheme: "dark" });
  const colours = () =>
    page.evaluate(() => [document.body, document.querySelector(".picture"), document.querySelector(".status"), document.querySelector(".controls")]
      .flatMap((each) => ["color", "--ink", "--soft", "--ground", "--bad", "--edge", "color-scheme"].map((name) => getComputedStyle(each).getPropertyValue(name))));
  const screen = await colours();
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  const printed = await colours();
  await page.emulateMedia({ media: "print", colorScheme: "light" });
  assert.deepEqual(printed, await colours());
  assert.notDeepEqual(printed, screen);
  await leave();
});

test("the keyboard alone: ask, go through the rows, open one, go from match to match, come back, get help", async () => {
  await view("/", async (page) => {
    const press = async (...keys) => {
      for (const key of keys) await page.keyboard.press(key);
      await settled(page);
    };
    await press("/");
    await page.keyboard.type("关税");
    await press("Enter");
    await page.locator(".hit").first().waitFor();
    await press("2");
    await page.locator("table.lines tbody tr").first().waitFor();
    await press("j", "j", "k", "j");
    const row = await page.evaluate(() => document.activeElement.closest("tr").rowIndex);
    assert.equal(row, 2);
    await press("Enter");
    await page.waitForURL(/\/document\?/);
    await press("n", "p");
    await page.goBack(); // a key of the browser's own, which has none without a window
    await page.locator("table.lines tbody tr").first().waitFor();
    await press("?");
    const help = page.getByRole("dialog", { name: "Help and keys" });
    await help.waitFor();
    await press("Escape");
    await help.waitFor({ state: "hidden" });
    await page.reload();
    await settled(page);
    await press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.innerText), "Skip to the results");
    await press("Enter", "Tab");
    assert.ok(await page.evaluate(() => document.activeElement.closest("main") !== null));
  });
});

// ---- a long stream

// The tasks of the page's main thread while `act` runs, in milliseconds of that thread's processor time: what else the machine has
// to do does not count.
async function tasks_during(page, act) {
  await browser.startTracing(page, { categories: ["toplevel"] });
  await act();
  const { traceEvents: events } = JSON.parse((await browser.stopTracing()).toString());
  const threads = new Set(events.filter((each) => each.name === "thread_name" && each.args.name === "CrRendererMain").map((each) => `${each.pid} ${each.tid}`));
  return events.filter((each) => /RunTask$/.test(each.name) && threads.has(`${each.pid} ${each.tid}`) && each.tdur !== undefined)
    .map((each) => each.tdur / 1000);
}

// A tenth of a second on a machine that has time; processor time, too, grows where many programs share the caches. All rows at once
// take seconds.
const LONGEST_MS = 100 * Number(process.env.GRAMDEX_TEST_TIME_FACTOR || 1);

test("100,000 rows come in without a long task", async () => {
  await view(address("/concordance", { q: "铁矿" }), async (page) => {
    const tasks = await tasks_during(page, async () => {
      await page.getByLabel("Lines").selectOption("stream");
      await page.getByText("100,000 lines have come").waitFor();
      await settled(page);
    });
    const longest = Math.max(...tasks);
    console.log(`${tasks.length} tasks, ${Math.round(tasks.reduce((all, each) => all + each, 0))} ms in all, the longest ${longest.toFixed(1)} ms of the thread's processor time`);
    assert.ok(tasks.length > 100, "the tasks are seen");
    assert.ok(longest < LONGEST_MS, `a task of ${longest} ms`);
  }, { apart: true }); // the process has nothing of other tabs to clear away
});

test("a stream that is cancelled ends at the server, and keeps what has come", async () => {
  await view(address("/concordance", { q: "铁矿" }), async (page) => {
    const session = await page.context().newCDPSession(page);
    await session.send("Network.enable");
    const slow = { offline: false, latency: 0, downloadThroughput: 500_000, uploadThroughput: 500_000 };
    await session.send("Network.emulateNetworkConditions", slow); // some 20 MB: far from done
    await page.getByLabel("Lines").selectOption("stream");
    await page.locator("table.lines tbody tr").first().waitFor();
    await page.locator("main").getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Ask again" }).waitFor();
    await until(() => /Search\/Scan","status":"CANCELLED"/.test(server.said()), server.said);
    assert.ok((await page.locator("table.lines tbody tr").count()) > 0);
  });
});

// The last one: it ends the server.
test("a server that goes away is said, and the view is there again when it is back", async () => {
  await view(address("/hits", { q: "友岸外包" }), async (page) => {
    await server.kill();
    await page.getByRole("link", { name: "Concordance" }).click();
    const away = page.getByText(/^The server does not answer since \d/);
    await away.waitFor();
    await page.locator("main").getByRole("button", { name: "Cancel" }).click();
    await away.waitFor({ state: "detached" });
    await button(page, "Ask again").click();
    await away.waitFor();
    await button(page, "Try now").waitFor();
    server = await serve(folder, { port: server.port });
    const rows = page.locator("table.lines tbody tr").first();
    await Promise.any([button(page, "Try now").click(), rows.waitFor()]); // it tries by itself, too, after 1, 2, 4 seconds
    await rows.waitFor();
    await page.getByText("The server does not answer").waitFor({ state: "detached" });
  }, { allowed: /net::ERR_(CONNECTION|EMPTY|INCOMPLETE|SOCKET)/ });
});
