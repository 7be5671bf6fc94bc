// SPDX-License-Identifier: Apache-2.0
// Builds the page: types from the protos, typecheck, bundle, index.html, licences, and assets.json, which names them all.
//   node web/build.mjs --out DIR --types DIR
// DIR/assets.json: {"views": [paths that give index.html], "index": FILE, "assets": [{"path", "file", "type"}]}. Names of
// assets have the hash of what is in them.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import * as esbuild from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const modules = join(here, "node_modules");
const protos = resolve(here, process.env.GRAMDEX_PROTO ?? "../proto");
// d3-scale without colours and locales: see that file.
const numbersAlone = { "d3-interpolate": "./src/pictures/numbers.ts", "d3-format": "./src/pictures/numbers.ts" };
const budget = 70000; // bytes of script and style, gzip -9

function option(name) {
    const at = process.argv.indexOf(`--${name}`);
    if (at < 0 || at + 1 >= process.argv.length) {
        console.error(`usage: node build.mjs --out DIR --types DIR; --${name} is missing`);
        process.exit(2);
    }
    return resolve(process.argv[at + 1]);
}

/** Runs a program of node_modules; what it says goes to the terminal. */
function run(file, ...words) {
    try {
        execFileSync(file, words, { stdio: "inherit", cwd: here });
    } catch (error) {
        console.error(`web/build.mjs: ${file} failed${error.code === "ENOENT" ? ": it is not there" : ""}`);
        process.exit(1);
    }
}

/** TypeScript declarations of the messages in their JSON form. */
function makeTypes(types) {
    mkdirSync(types, { recursive: true });
    const plugin = join(modules, ".bin", "protoc-gen-es");
    run("protoc", `-I${protos}`, `--plugin=protoc-gen-es=${plugin}`, `--es_out=${types}`,
        "--es_opt=target=dts,json_types=true", join(protos, "gramdex/v1/search.proto"));
}

/** The house's tsconfig, with the places of this build. */
function checkTypes(types) {
    const config = join(types, "tsconfig.json");
    const below = (path) => {
        const way = relative(types, path);
        return way.startsWith(".") ? way : `./${way}`;
    };
    const protobuf = join(modules, "@bufbuild/protobuf/dist/esm"); // what the made types import, wherever they lie
    writeFileSync(config, JSON.stringify({
        extends: below(join(here, "tsconfig.json")),
        compilerOptions: {
            paths: {
                "gramdex/*": ["./gramdex/v1/*"],
                "@bufbuild/protobuf": [below(join(protobuf, "index.d.ts"))],
                "@bufbuild/protobuf/codegenv1": [below(join(protobuf, "codegenv1/index.d.ts"))],
            },
            typeRoots: [below(join(modules, "@types"))],
        },
        include: [below(join(here, "src"))],
    }, null, 4));
    run(process.execPath, join(modules, "typescript/bin/tsc"), "-p", config);
}

const hashOf = (content) => createHash("sha256").update(content).digest("hex").slice(0, 12);

/** The packages of which something is in the bundle, with their licences' texts. */
function licences(inputs) {
    const names = new Set();
    for (const input of inputs) {
        const found = /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
        if (found) names.add(found[1]);
    }
    return [...names].sort().map((name) => {
        const folder = join(modules, name);
        const about = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
        const file = readdirSync(folder).find((each) => /^licen[cs]e/i.test(each));
        if (!file) throw new Error(`${name} is bundled and has no licence file`);
        return { name, version: about.version, licence: about.license, text: readFileSync(join(folder, file), "utf8") };
    });
}

/** Leaves the indentation of sources out: within markup it is no part of the page, and elsewhere it says nothing. */
const unindented = {
    name: "unindented",
    setup: (build) =>
        build.onLoad({ filter: /src\/.*\.ts$/ }, ({ path }) => ({
            contents: readFileSync(path, "utf8").replace(/\n +/g, "\n"),
            loader: "ts",
        })),
};

/** One bundle; with `licencesPath` what the about view asks for. */
function bundle(licencesPath) {
    return esbuild.build({
        absWorkingDir: here,
        entryPoints: ["src/main.ts", "src/main.css"],
        outdir: "/",
        write: false,
        bundle: true,
        minify: true,
        format: "esm",
        target: ["es2022", "chrome109", "firefox115", "safari16.4"],
        charset: "utf8",
        alias: numbersAlone,
        plugins: [unindented],
        metafile: true,
        legalComments: "none",
        logLevel: "warning",
        define: { LICENCES: JSON.stringify(licencesPath) },
    });
}

/** The paths of the views, as src/paths.ts lists them. */
function viewPaths() {
    const text = readFileSync(join(here, "src/paths.ts"), "utf8");
    const paths = [...text.matchAll(/^ {4}\w+: "(\/[a-z]*)",/gm)].map((match) => match[1]);
    if (!paths.includes("/")) throw new Error("src/paths.ts does not list the views");
    return paths;
}

function indexPage(script, style) {
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>gramdex</title>
<link rel="icon" href="data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Crect width='16' height='16' rx='3' fill='%23175e54'/%3E%3Cpath d='M3 5h10M3 8h4M3 11h10' stroke='%23fff' stroke-opacity='.6' stroke-width='1.6'/%3E%3Cpath d='M8 8h5' stroke='%23ffc857' stroke-width='2.4'/%3E%3C/svg%3E">
<link rel="stylesheet" href="${style}">
<script type="module" src="${script}"></script>
</head>
<body><noscript>This page needs JavaScript. 此页面需要 JavaScript。</noscript></body>
</html>
`;
}

const out = option("out");
const types = option("types");
if (!existsSync(modules)) {
    console.error("web/build.mjs: web/node_modules is not there; run `npm ci` in web/ first");
    process.exit(1);
}
makeTypes(types);
checkTypes(types);

const known = licences(Object.keys((await bundle("")).metafile.inputs));
const licencesText = JSON.stringify(known);
const licencesFile = `licences-${hashOf(licencesText)}.json`;
const built = await bundle(`/assets/${licencesFile}`);

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const assets = [];
const add = (file, type, content) => {
    writeFileSync(join(out, file), content);
    assets.push({ path: `/assets/${file}`, file, type });
    return `/assets/${file}`;
};
const text = (ending) => built.outputFiles.find((file) => file.path.endsWith(ending)).contents;
const script = add(`main-${hashOf(text(".js"))}.js`, "text/javascript; charset=utf-8", text(".js"));
const style = add(`main-${hashOf(text(".css"))}.css`, "text/css; charset=utf-8", text(".css"));
add(licencesFile, "application/json", licencesText);
writeFileSync(join(out, "index.html"), indexPage(script, style));
writeFileSync(join(out, "assets.json"), JSON.stringify({ views: viewPaths(), index: "index.html", assets }, null, 1));

const size = gzipSync(text(".js"), { level: 9 }).length + gzipSync(text(".css"), { level: 9 }).length;
console.log(`page: ${size} bytes of script and style in gzip, of ${budget}`);
if (size > budget) {
    console.error(`web/build.mjs: script and style take ${size} bytes in gzip; the budget is ${budget}`);
    process.exit(1);
}
