// SPDX-License-Identifier: Apache-2.0
// Bundles each test of the page's pure parts and runs it by node's own runner: node test/run.mjs [NAME...]
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const ownNames = /"\.\/(browser|dom)\.ts"|globalThis/;
const wanted = process.argv.slice(2);
const tests = readdirSync(here).filter((name) => name.endsWith(".test.ts") && (wanted.length === 0 || wanted.some((part) => name.includes(part))));
if (tests.length === 0) {
    console.error(`no test is called ${wanted.join(" or ")}`);
    process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), "gramdex-page-"));
try {
    await build({
        entryPoints: tests.map((name) => join(here, name)),
        bundle: true,
        platform: "node",
        format: "cjs",
        outdir: folder,
        outExtension: { ".js": ".cjs" },
        alias: { "d3-interpolate": "./src/pictures/numbers.ts", "d3-format": "./src/pictures/numbers.ts" }, // as in build.mjs
        absWorkingDir: dirname(here),
        logLevel: "warning",
    });
    // A test that makes a browser's names for itself has a process of its own, to start which takes longer than most tests; others share one.
    const [apart, together] = [true, false].map((isApart) => tests.filter((name) => ownNames.test(readFileSync(join(here, name), "utf8")) === isApart)
        .map((name) => join(folder, name.replace(/\.ts$/, ".cjs"))));
    const runs = [...apart.map((file) => [file]), ...(together.length > 0 ? [together] : [])];
    const status = runs.map((files) => spawnSync(process.execPath, ["-e", files.map((file) => `require(${JSON.stringify(file)})`).join(";")], { stdio: "inherit" }).status ?? 1);
    process.exitCode = Math.max(...status);
} finally {
    rmSync(folder, { recursive: true });
}
