// SPDX-License-Identifier: Apache-2.0
// page.mjs: from the click on a query's trend to its first paint in a real browser: 20 queries that were not asked before, one
// line each, then the median and the 95th percentile in milliseconds.
// usage: bench/page.mjs BUILD INDEX [QUERY...]
// BUILD is a build folder whose tests were installed (ctest -R page_npm); INDEX an index to serve. Times are of the machine: the
// load at the time is printed with them.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const [build, index, ...given] = process.argv.slice(2);
if (!build || !index) {
  console.error("usage: bench/page.mjs BUILD INDEX [QUERY...]");
  process.exit(2);
}
const usual = "产业链 关税 供应链 一带一路 世贸组织 贸易摩擦 经济全球化 多边主义 人民币 芯片 新能源汽车 制造业 对外开放 自由贸易 数字经济 稀土 美联储 投资 出口 就业".split(" ");
const queries = given.length > 0 ? given : usual;
Object.assign(process.env, {
  GRAMDEX: path.resolve(build, "cli/gramdex"),
  ROOT: path.dirname(path.dirname(fileURLToPath(import.meta.url))),
  MODULES: path.resolve(build, "tests/page"),
  ASSETS: path.resolve(build, "rpc/page/page/assets.json"),
});
const { fresh_folder, look, open_browser, serve } = await import("../tests/page/harness.mjs");

// When the line is in the picture and the frame that shows it has been drawn; from the click, by the page's own clock.
const paint = () =>
  new Promise((resolve) => {
    const tab = document.querySelector('nav a[href^="/trend"]');
    const from = performance.now();
    const done = () => requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - from)));
    const seen = new MutationObserver(() => {
      if (document.querySelector("svg .picture-mark, svg .picture-line")) {
        seen.disconnect();
        done();
      }
    });
    seen.observe(document.body, { childList: true, subtree: true });
    tab.click();
  });

const folder = fresh_folder();
fs.symlinkSync(path.resolve(index), path.join(folder, "index"));
const server = await serve(folder);
const browser = await open_browser();
const times = [];
for (const query of queries) {
  const visitor = await look(browser, server.origin, "/hits?" + new URLSearchParams({ q: query }));
  const took = await visitor.page.evaluate(paint);
  times.push(took);
  console.log(`${query}\t${took.toFixed(0)} ms`);
  await visitor.context.close();
}
await browser.close();
await server.stop();
times.sort((a, b) => a - b);
const at = (share) => times[Math.min(times.length - 1, Math.ceil(times.length * share) - 1)].toFixed(0);
console.log(`median ${at(0.5)} ms, p95 ${at(0.95)} ms of ${times.length}; load ${os.loadavg()[0].toFixed(1)} on ${os.cpus().length} processors`);
