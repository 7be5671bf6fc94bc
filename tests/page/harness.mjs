// SPDX-License-Identifier: Apache-2.0
// harness.mjs: `gramdex serve` with the sample as a process, and the distribution's Chromium that looks at its page.
// A test of a view imports this, opens the view by `look`, and says what it sees; whatever it does, a message on the console,
// a request to another host or a breach of the content security policy fails it (`seen.faults`).
//
// Environment: GRAMDEX is the program, ROOT the source tree, MODULES a folder with playwright-core and axe-core, ASSETS the
// built page's assets.json. Where Chromium or one of these cannot be had, the program ends with 77: skipped, and by name.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import { createRequire } from "node:module";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

const { GRAMDEX, ROOT, MODULES, ASSETS } = process.env;
// The browser without its windows: the same engine, network and policies for a third of the work. The whole one looks at the page
// where a test says so (`whole`), and where there is no other.
const WHOLE = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((name) => fs.existsSync(name));
const CHROMIUM = fs.existsSync("/usr/bin/chromium-headless-shell") ? "/usr/bin/chromium-headless-shell" : WHOLE;
export const PATIENCE = 30_000 * Number(process.env.GRAMDEX_TEST_TIME_FACTOR || 1); // only a broken page needs it

function skip(why) {
  console.log(`skipped: ${why}`);
  process.exit(77);
}

function required(name) {
  try {
    return createRequire(path.join(MODULES, "node_modules/"))(name);
  } catch {
    return skip(`${name} could not be fetched by npm`);
  }
}

if (!CHROMIUM) skip("there is no /usr/bin/chromium-headless-shell or /usr/bin/chromium (apt-get install chromium-headless-shell)");
const { chromium } = required("playwright-core");
const axe = required("axe-core");

// What the build made: {views: [path], assets: [{path, type}]}.
export const assets = JSON.parse(fs.readFileSync(ASSETS, "utf8"));
if (assets.absent) skip(`this build has no page: ${assets.absent}`);

// A state of each view that shows something of the sample; docs/page.md shows the pictures of them. A view that is not listed gets
// the query alone.
const tariffs = { q: "关税" };
const states = {
  "/": {},
  "/hits": { q: "友岸外包 OR 近岸化" },
  "/concordance": { ...tariffs, sort: "right,date" },
  "/trend": { q: "关税", and: "供应链", by: "year", from: "2022", to: "2025" },
  "/rising": { since: "2025" },
  "/compare": { q: "source:press", b: "source:commentary" },
  "/quote": {},
  "/document": { ...tariffs, id: "commentary/2025-formula", other: "press/2025-0407-formula" },
  "/about": {},
};
export function state_of(view) {
  const text = new URLSearchParams(states[view] ?? tariffs).toString();
  return text && "?" + text;
}

// One of so many of a list, from another place in each run, so that each comes in some; GRAMDEX_TEST_ALL=1 takes all.
export function one_of(every, list) {
  if (process.env.GRAMDEX_TEST_ALL === "1") return list;
  const first = Math.floor(Math.random() * every);
  const taken = list.filter((_, at) => at % every === first);
  console.log(`1 of ${every}, GRAMDEX_TEST_ALL=1 takes all: ${JSON.stringify(taken)}`);
  return taken;
}

export const sample = ["article.txt", "commentary.jsonl", "press.jsonl"].map((name) => path.join(ROOT, "examples", name));

// A folder that is gone when the test ends.
export function fresh_folder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "page-"));
  process.on("exit", () => fs.rmSync(folder, { recursive: true, force: true }));
  return folder;
}

// ---- the server

export function make_index(folder, ...inputs) {
  execFileSync(GRAMDEX, ["index", "--index", path.join(folder, "index"), ...inputs], { stdio: "pipe" });
}

// Of the ports that the system gives to nobody who leaves the choice to it: free still when a server comes back to it.
export async function free_port() {
  const least = 20_000, most = Number(fs.readFileSync("/proc/sys/net/ipv4/ip_local_port_range", "utf8").split(/\s/)[0]);
  for (;;) {
    const probe = net.createServer();
    const wanted = most > least ? least + Math.floor(Math.random() * (most - least)) : 0;
    const port = await new Promise((resolve, reject) => {
      probe.once("error", (error) => (error.code === "EADDRINUSE" ? resolve(0) : reject(error)));
      probe.listen(wanted, "127.0.0.1", () => resolve(probe.address().port));
    });
    if (port === 0) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}

const children = new Set();
function remember(child) {
  children.add(child);
  child.on("close", () => children.delete(child));
  return child;
}

// What a test that failed has left behind would keep the program from ending.
export function end_servers() {
  for (const child of children) child.kill("SIGKILL");
}

// Serves folder/index: {origin, port, said, send, kill, stop}. Port 0: the system chooses. `said` is what stands on standard error,
// so the line of each call with log "text" or "json"; `send` sends a signal; `stop` asserts a good end.
export async function serve(folder, { port = 0, options = [], log = "none" } = {}) {
  const index = ["serve", "--index", path.join(folder, "index"), "--json", "--log-format", log];
  const child = remember(spawn(GRAMDEX, [...index, "--listen", `127.0.0.1:${port}`, ...options], { stdio: ["ignore", "pipe", "pipe"] }));
  let said = "";
  child.stderr.on("data", (bytes) => (said += bytes));
  const ended = new Promise((resolve) => child.on("close", (code, signal) => resolve(signal ?? code)));
  const line = await Promise.race([new Promise((resolve) => createInterface(child.stdout).once("line", resolve)), ended]);
  assert.equal(typeof line, "string", `gramdex serve ended with ${line}: ${said}`);
  const address = JSON.parse(line).listening[0];
  return {
    origin: `http://${address}`,
    port: Number(address.split(":").pop()),
    said: () => said,
    send: (signal) => child.kill(signal),
    kill: async () => (child.kill("SIGKILL"), ended),
    stop: async () => {
      child.kill("SIGTERM");
      const status = await ended;
      assert.equal(status, 0, `gramdex serve ended with ${status}: ${said}`);
    },
  };
}

// A folder of its own, with an index of the sample, or of other files, whose reprints are known.
export function folder_with_index(inputs = sample) {
  const folder = fresh_folder();
  make_index(folder, ...inputs);
  execFileSync(GRAMDEX, ["reprints", "--build", "--index", path.join(folder, "index")], { stdio: "pipe" });
  return folder;
}

// ---- the browser

// `names` are further hosts, which are this machine. One process shows all tabs of a context: to start it costs more than most views.
export const open_browser = (names = [], { whole = false } = {}) =>
  chromium.launch({
    executablePath: (whole && WHOLE) || CHROMIUM,
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--renderer-process-limit=1",
           "--disable-component-update", "--disable-sync", "--host-resolver-rules=" + [...names.map((name) => `MAP ${name} 127.0.0.1`), "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1",
           "EXCLUDE localhost"].join(", ")],
    env: { ...process.env, HOME: os.tmpdir() },
  });

function new_context(browser, { language, scheme }) {
  return browser.newContext({ colorScheme: scheme, locale: language === "zh" ? "zh-CN" : "en-GB", reducedMotion: "reduce", viewport: { width: 1280, height: 800 } });
}

// Of each language and theme one context is kept, with an empty tab that keeps its process.
const kept = new Map();
async function kept_context(browser, kind) {
  const name = `${kind.language} ${kind.scheme}`;
  if (!kept.has(name)) {
    kept.set(name, await new_context(browser, kind));
    await kept.get(name).newPage();
  }
  return kept.get(name);
}

// What the page may not do, as it happens.
async function note_faults(page, origin, seen) {
  page.on("request", (request) => {
    seen.requests.push(request.url());
    const { protocol, origin: other } = new URL(request.url());
    if (other !== origin && protocol !== "data:") seen.faults.push(`a request to ${request.url()}`);
  });
  await page.exposeBinding("note_breach", (_, what) => seen.faults.push(`content security policy: ${what}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => window.note_breach(`${event.violatedDirective}: ${event.blockedURI}`));
  });
  page.on("pageerror", (error) => seen.faults.push(`exception: ${error.stack || error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) seen.faults.push(`console: ${message.text()}`);
  });
}

// A visitor who has no storage, in a tab of its own: {context, page, seen, leave}. seen.requests are the addresses asked for;
// seen.faults what no view may do. A test that provokes one (a server that is killed) takes it off the list, by its words.
// `leave` ends the visit, and the next one finds nothing of it; with `apart` the context is no other visitor's even meanwhile.
export async function visit(browser, origin, { language = "en", scheme = "light", width = 1280, height = 800, apart = false } = {}) {
  const context = await (apart ? new_context : kept_context)(browser, { language, scheme });
  context.setDefaultTimeout(PATIENCE);
  const page = await context.newPage();
  if (width !== 1280 || height !== 800) await page.setViewportSize({ width, height });
  asked.set(page, new Set());
  page.on("request", (request) => asked.get(page).add(request));
  for (const event of ["requestfinished", "requestfailed"]) page.on(event, (request) => asked.get(page).delete(request));
  const seen = { requests: [], faults: [] };
  await note_faults(page, origin, seen);
  const leave = async () => {
    if (apart) return context.close();
    const session = await context.newCDPSession(page);
    await session.send("Storage.clearDataForOrigin", { origin, storageTypes: "all" });
    await page.close();
  };
  return { context, page, seen, leave };
}

const asked = new WeakMap(); // page -> requests without an end

// Nothing is asked for or computed any more, and what came is shown: so it stays for some frames, as an answer may bring a question.
export async function settled(page) {
  const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(() => resolve(!document.querySelector('[aria-busy="true"]')))));
  const end = Date.now() + PATIENCE;
  for (let quiet = 0; quiet < 4; ) {
    quiet = (await page.evaluate(frame)) && asked.get(page).size === 0 ? quiet + 1 : 0;
    assert.ok(Date.now() < end, `${page.url()} does not come to rest: ${[...asked.get(page)].map((request) => request.url())}`);
  }
}

// A visitor at a path, when all is there.
export async function look(browser, origin, where, how) {
  const visitor = await visit(browser, origin, how);
  visitor.response = await visitor.page.goto(origin + where);
  await settled(visitor.page);
  return visitor;
}

// What axe finds against WCAG 2.2 A and AA and good practice, one line a rule.
export async function barriers(page) {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  // What is well is neither gathered nor sent.
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    return violations.map((each) => `${each.id}: ${each.help}: ${each.nodes.map((node) => node.target.join(" ")).join(", ")}`);
  });
}
