// SPDX-License-Identifier: Apache-2.0
// test_node.mjs: the installed Node package against a real server: answers, positions, pages, phrases, failures, trying again.
// Environment: ADDRESS of a server of the sample, GRAMDEX the program, ROOT the source tree, PACKAGE the folder that the tarball was
// installed into. Exit status 77 when that is not there.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

const { ADDRESS, GRAMDEX, ROOT, PACKAGE } = process.env;
if (!existsSync(join(PACKAGE, "node_modules/gramdex"))) {
    console.log("the tarball was not installed: skipped");
    process.exit(77);
}
const entry = createRequire(join(PACKAGE, "use.cjs")).resolve("gramdex");
const { Client, GramdexError, matched, phrase, rising, span, textOf } = await import(pathToFileURL(entry));
const patience = 60000 * Number(process.env.GRAMDEX_TEST_TIME_FACTOR ?? 1);
const client = new Client(ADDRESS, { timeout: patience });

// A request of each read: what is required, then options; and the same as proto3's JSON.
const first = "commentary/2022-friends";
const reads = {
    search: [["关税"], { limit: 3, matchLimit: 5 }, { query: "关税", limit: 3, matchLimit: 5 }],
    count: [["关税"], { minCommit: 1 }, { query: "关税", scope: { minCommit: 1 } }],
    suggest: [["w"], {}, { prefix: "w" }],
    trend: [["关税"], { by: "month", compare: ["稀土"] }, { query: "关税", by: "PERIOD_MONTH", compare: ["稀土"] }],
    facets: [["关税"], {}, { query: "关税" }],
    dispersion: [["没有这个词"], {}, { query: "没有这个词" }],
    contrast: [["source:press"], {}, { a: "source:press" }],
    ngrams: [[], { minLength: 3 }, { minLength: 3 }],
    neighbours: [["关税"], { side: "left" }, { query: "关税", side: "SIDE_LEFT" }],
    collocates: [["关税"], { by: "ll" }, { query: "关税", by: "MEASURE_LL" }],
    kwic: [["关税"], { sort: ["right", "date"] }, { query: "关税", sort: ["right", "date"] }],
    reprints: [[], {}, {}],
    passages: [["examples/article.txt", "commentary/2025-court"], {}, { id: "examples/article.txt", other: "commentary/2025-court" }],
    quote: [["报道称“全球产业链”，又称“没有这样的话”。"], {}, { text: "报道称“全球产业链”，又称“没有这样的话”。" }],
    get: [[first], {}, { id: first }],
    batchGet: [[[first, "none"]], {}, { ids: [first, "none"] }],
    stat: [[], {}, {}],
};

const rename = { beginByte: "begin", endByte: "end" };

/** Answers of both kinds in one form: what is zero is left out, numbers are words, and so are enums and metadata. */
function plain(value, key = "") {
    if (key === "tookUs") return undefined;
    if (Array.isArray(value)) return value.length ? value.map((each) => plain(each)) : undefined;
    if (key === "metadata") return typeof value === "string" ? value : Object.keys(value).length ? JSON.stringify(value) : undefined;
    if (typeof value === "object") {
        const pairs = Object.entries(value).map(([name, each]) => [rename[name] ?? name, plain(each, name)]);
        const kept = pairs.filter(([, each]) => each !== undefined);
        return kept.length ? Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1))) : undefined;
    }
    const text = String(value).replace(/^(FIELD|SHAPE|VERDICT)_/, "").toLowerCase();
    return ["0", "", "false"].includes(text) ? undefined : text;
}

async function raw(method, request, address = ADDRESS) {
    const name = method[0].toUpperCase() + method.slice(1);
    const headers = { "content-type": "application/json" };
    const response = await fetch(`http://${address}/gramdex.v1.Search/${name}`, { method: "POST", headers, body: JSON.stringify(request) });
    assert.equal(response.status, 200);
    return response.json();
}

async function all(items) {
    const found = [];
    for await (const each of items) found.push(each);
    return found;
}

async function fails(status, reason, promise) {
    let error;
    await assert.rejects(promise, (caught) => ((error = caught), caught instanceof GramdexError));
    assert.deepEqual([error.status, error.reason], [status, reason], error.message);
    return error;
}

/** A server of an empty index, while `use` runs. */
async function served(options, use) {
    const folder = mkdtempSync(join(tmpdir(), "gramdex-test-"));
    const quietly = ["--json", "--log-format", "none", "--listen", "127.0.0.1:0", "--drain", "1"];
    const server = spawn(GRAMDEX, ["serve", "--index", join(folder, "index"), "--create", ...quietly, ...options(folder)], { stdio: ["ignore", "pipe", "inherit"] });
    const ended = new Promise((done) => server.on("exit", done));
    try {
        const line = await new Promise((done) => createInterface(server.stdout).once("line", done));
        await use(JSON.parse(line).listening[0], folder);
    } finally {
        server.kill();
        assert.equal(await ended, 0);
        rmSync(folder, { recursive: true });
    }
}
const plainly = () => [];

// ---- answers

test("every method of the service is there", () => {
    const proto = ["search", "index"].map((name) => readFileSync(join(ROOT, `proto/gramdex/v1/${name}.proto`), "utf8")).join("");
    const methods = [...proto.matchAll(/^ {2}rpc (\w)(\w+)\(/gm)].map(([, head, tail]) => head.toLowerCase() + tail);
    for (const method of methods) assert.equal(typeof client[method], "function", method);
    assert.deepEqual(methods.sort(), [...Object.keys(reads), "scan", "ingest", "delete"].sort());
});

for (const [method, [given, options, json]] of Object.entries(reads)) {
    test(`an answer of ${method} is the message field by field`, async () => {
        const [answer, wanted] = await Promise.all([client[method](...given, options), raw(method, json)]);
        const bytes = JSON.stringify(plain(wanted)).length;
        assert.ok(bytes > 30, bytes);
        // positions in text that the client has are characters, and have a test of their own
        const isMoved = (key) => method === "quote" && /^(begin|end)$/.test(key);
        const without = (value) => JSON.parse(JSON.stringify(value), (key, each) => (isMoved(key) ? undefined : each));
        assert.deepEqual(without(plain(answer)), without(plain(wanted)));
    });
}

test("what JSON leaves out has its zero, and what is not there is undefined", async () => {
    const answer = await client.search("没有这个词");
    assert.deepEqual({ ...answer, answer: { ...answer.answer, tookUs: 0 } }, {
        documents: 0, occurrences: 0, hits: [], nextPageToken: "", bridgedOccurrences: 0,
        answer: { commit: answer.answer.commit, complete: true, notes: [], tookUs: 0 },
    });
    const [hit] = (await client.search("关税", { noSnippet: true, limit: 1 })).hits;
    assert.deepEqual([hit.snippet, hit.matches, hit.metadata, hit.bridged], [undefined, [], {}, false]);
    assert.ok(Number.isNaN((await client.dispersion("没有这个词")).dp));
});

test("what no field can have is refused before it is sent, and its name said", async () => {
    for (const [call, where] of [
        [() => client.search("链", { order: "best" }), /^order: "best", expected one of: relevance/],
        [() => client.search("链", { limit: 1.5 }), /^limit: 1.5/],
        [() => client.search("链", { limit: NaN }), /^limit/],
        [() => client.search("链", { limits: 5 }), /^limits: there is no such field/],
        [() => client.kwic("链", { sort: "right" }), /^sort: "right", expected an array/],
        [() => client.count(5), /^query: 5, expected a string/],
        [() => client.count("链", { filter: { sources: [5] } }), /^filter.sources\[0\]: 5/],
        [() => client.count("链", { timeout: -1 }), /^timeout/],
        [async () => client.scan(5), /^query/],
        [async () => client.searchAll("链", { order: "best" }), /^order/],
    ])
        await assert.rejects(call, (error) => (error instanceof TypeError || error instanceof RangeError) && where.test(error.message));
});

test("filters are messages and need no quoting", async () => {
    const filter = { sources: ["commentary"], dateFrom: "2020", metadata: [{ key: "region", values: ["亚太"] }] };
    const ids = (await all(client.searchAll("规则 OR 产业链", { filter }))).map((hit) => hit.id);
    assert.deepEqual(ids.sort(), ["commentary/2020-rcep", "commentary/2021-cptpp"]);
    assert.equal((await client.count("规则", { filter: { sources: ['") OR ('] } })).documents, 0);
});

test("rising asks what the command asks", async () => {
    const where = "source:press OR 关税";
    for (const [options, queries] of [
        [["--since", "2025"], rising("2025")],
        [["--since", "2025-03", "--before", "6w"], rising("2025-03", { before: "6w" })],
        [["--since", "2024-05-31", "--until", "2025", "--before", "3m"], rising("2024-05-31", { until: "2025", before: "3m" })],
        [["--since", "2025-02", "--where", where], rising("2025-02", { where })],
    ]) {
        const wanted = JSON.parse(execFileSync(GRAMDEX, ["rising", "--server", ADDRESS, "--json", ...options]));
        const reply = await client.contrast(queries[0], { b: queries[1] });
        assert.deepEqual(reply.groups.map((group) => [group.phrase, group.unitsA, group.unitsB]),
            wanted.groups.map((group) => [group.phrase, group.units_a, group.units_b]));
        assert.deepEqual([reply.unitsA, reply.unitsB], [wanted.units_a, wanted.units_b]);
    }
    for (const wrong of [["soon"], ["2025-13"], ["2025-02-30"], ["2025", { until: "2024" }], ["2025", { before: "12" }]])
        assert.throws(() => rising(...wrong), RangeError);
});

// ---- pages and streams

test("pages put together are the whole", async () => {
    for (const [method, row] of [["search", "hits"], ["kwic", "lines"]]) {
        const whole = (await client[method]("关税", { limit: 1000 }))[row];
        const items = client[`${method}All`]("关税", { limit: 7 });
        assert.equal(items.reply, undefined);
        assert.deepEqual(await all(items), whole);
        assert.ok(whole.length > 14);
        assert.equal(items.reply.documents, 29);
    }
    const items = client.searchAll("美国 and 关税");
    await all(items);
    assert.ok(items.notes.length > 0);
});

test("an export has what count counts and can be left", async () => {
    const { occurrences } = await client.count("链");
    const items = client.scan("链");
    const found = await all(items);
    assert.deepEqual([found.length, new Set(found.map((each) => each.matched))], [occurrences, new Set(["链", "鏈"])]);
    assert.equal(items.reply.answer.complete, true);
    const left = client.scan("链");
    for await (const each of left) {
        assert.equal(each.matched, "链");
        break;
    }
    assert.deepEqual(await all(left), []);
});

test("messages of a stream are whole however their bytes come", async () => {
    const { framed, framesOf } = await import(new URL("frames.js", pathToFileURL(entry)));
    const texts = ["", "链", "产业链".repeat(50), "{}"];
    const bytes = Buffer.concat(texts.map(framed));
    for (const size of [1, 2, 3, 7, 64, 1000]) {
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
        const body = new ReadableStream({ pull: (to) => (pieces.length ? to.enqueue(pieces.shift()) : to.close()) });
        assert.deepEqual((await all(framesOf(body))).map((each) => each.text), texts, size);
    }
});

test("any number of ids is asked for", async () => {
    const ids = (await all(client.searchAll("source:press OR source:commentary"))).map((hit) => hit.id);
    const asked = [...ids, ...Array.from({ length: 600 }, (_, i) => `none/${i}`)];
    const found = await all(client.batchGetAll([...asked, ...asked]));
    assert.deepEqual(found.map((each) => each.id), [...ids, ...ids]);
});

// ---- positions

test("places and matches are positions in strings", async () => {
    const given = {
        id: "d", title: "产业链", text: "𠮷野家 tariff：产业\n链,𠮷产业链", metadata: { 值: [1, "二"] },
        places: [{ begin: 0, name: "page 1" }, { begin: 12, name: "page 2" }, { begin: 17 }],
        parts: [{ field: "note", text: "甲乙产业链", places: [{ begin: 2, name: "page 9" }] }, { field: "text", text: "又𠮷产业链" },
            { field: "note", text: "𠮷𠮷产业链" }],
    };
    const kept = structuredClone(given);
    await served(plainly, async (address) => {
        const one = new Client(address);
        assert.equal((await one.ingest([given])).refused, 0);
        assert.deepEqual(given, kept);
        const { document } = await one.get("d");
        const [hit] = (await one.search("产业链", { matchLimit: 100 })).hits;
        assert.deepEqual(document.places, [{ begin: 0, name: "page 1" }, { begin: 12, name: "page 2" }, { begin: 17, name: "" }]);
        assert.deepEqual(document.parts.map(({ field, text, places }) => [field, text, places.length]),
            [["text", "又𠮷产业链", 0], ["note", "甲乙产业链", 1], ["note", "𠮷𠮷产业链", 0]]);
        assert.deepEqual([document.metadata, hit.metadata], [given.metadata, given.metadata]);
        assert.deepEqual(hit.matches.map((match) => matched(document, match)), ["产业链", "产业\n链", "产业链", "产业链", "产业链", "产业链"]);
        assert.deepEqual(hit.matches.map((match) => [match.field, match.part, ...Object.values(span(document, match))]),
            [["title", 0, 0, 3], ["text", 0, 12, 16], ["text", 0, 19, 22], ["text", 1, 3, 6], ["note", 0, 2, 5], ["note", 1, 4, 7]]);
        assert.throws(() => textOf(document, { field: "note", part: 2, beginByte: 0, endByte: 1, place: "" }), RangeError);
    });
});

test("quotations have positions in the text that was checked", async () => {
    const text = "𠮷：“全球贸易治理体系也出现明显变化”，又“全球产业链重构与地缘政治博弈加剧使全球贸易规则重构也对”。";
    const { quotations } = await client.quote(text);
    assert.deepEqual(quotations.map(({ begin, end }) => text.slice(begin, end)), quotations.map((each) => each.text));
    assert.equal(quotations[0].begin, 4);
    assert.ok(quotations[1].pieces.map(({ begin, end }) => text.slice(begin, end)).includes("地缘政治博弈加剧使全球"));
});

// ---- phrases

const table = JSON.parse(readFileSync(join(ROOT, "clients/phrases.json"), "utf8"));

test("the table of phrases holds", () => {
    for (const [text, quoted] of table.quoted) assert.equal(phrase(text), quoted);
    for (const text of table.refused) assert.throws(() => phrase(text), RangeError);
    assert.ok(table.quoted.length + table.refused.length > 20);
});

test("no string changes what a query means", async () => {
    const fold = { "“": '"', "”": '"', "「": '"', "」": '"', "（": "(", "）": ")", "｜": "|", "－": "-", "：": ":", "＊": "*" };
    const words = [" OR ", " NOT ", " AND ", "NEAR/5 ", "title:", "date:2020 ", "exact:", "a", " b ", "\t"];
    const alphabet = [...'产业链()"\\|-*:“”「」（）｜－：＊', "' '", ...words];
    const symbols = (text) => [...text].map((each) => fold[each] ?? each).join("").toLowerCase().match(/[a-z0-9]+|\S/gu) ?? [];
    const holds = (own, words) => own.some((_, i) => words.every((word, j) => own[i + j] === word));
    const seed = Number(process.env.GDX_SEED ?? Math.floor(Math.random() * 2 ** 31));
    console.log(`GDX_SEED=${seed}`);
    let state = seed;
    const random = (most) => ((state = (Math.imul(state, 1664525) + 1013904223) >>> 0), Math.floor((state / 2 ** 32) * most));
    const string = (pieces) => Array.from({ length: pieces }, () => alphabet[random(alphabet.length)]).join("");
    const texts = Array.from({ length: 120 }, () => `everywhere\n\n.${string(14)}`);
    await served(plainly, async (address) => {
        const one = new Client(address, { timeout: patience });
        await one.ingest(texts.map((text, i) => ({ id: `d/${i}`, text })));
        let found = 0;
        for (let i = 0; i < 120; i++) {
            const text = string(1 + random(4));
            const own = symbols(text);
            if (own.length === 0) continue;
            const quoted = phrase(text);
            const asked = [quoted, `nowhere ${quoted}`, `(everywhere OR ${quoted})`, `everywhere NOT (nowhere ${quoted})`];
            const counts = await Promise.all(asked.map(async (query) => (await one.count(query)).documents));
            const wanted = texts.filter((each) => holds(symbols(each), own)).length;
            assert.deepEqual(counts, [wanted, 0, texts.length, texts.length], text);
            if (wanted > 0) found++;
        }
        assert.ok(found > 20, found);
    });
});

// ---- writing

test("documents go in over many messages, and nothing when reading them fails", async () => {
    // 7 MB, and a message has 4 MiB
    const big = Array.from({ length: 20 }, (_, i) => ({ id: `big/${i}`, text: "产业链".repeat(40000) + i }));
    async function* some() {
        yield* big;
    }
    async function* broken() {
        yield { id: "a", text: "链" };
        throw new EvalError("of the user");
    }
    await served(plainly, async (address) => {
        const one = new Client(address);
        await assert.rejects(one.ingest(broken()), EvalError);
        await assert.rejects(one.ingest([{ id: "a", text: "链" }, { name: "b" }]), TypeError);
        assert.equal((await one.stat()).documents, 0);
        const reply = await one.ingest(some(), { commitEvery: 6 });
        assert.deepEqual([reply.documents, reply.refused, reply.commit >= 3], [20, 0, true]);
        assert.deepEqual((await all(one.batchGetAll(big.map((each) => each.id)))).map(({ id, text }) => ({ id, text })), big);
        assert.equal((await one.ingest(big)).unchanged, 20);
        assert.equal((await one.ingest([])).documents, 0);
        const [refusal] = (await one.ingest([{ text: "链" }, { id: "b", text: "链" }])).refusals;
        assert.deepEqual([refusal.number, refusal.id], [0, ""]);
        await fails("INVALID_ARGUMENT", "DOCUMENT_REFUSED", one.ingest([{ text: "链" }], { strict: true }));
        assert.deepEqual((await one.delete(["b", "c"])).missing, ["c"]);
    });
});

test("a refusal that comes before all is sent is heard, and the rest is not read", async () => {
    let read = 0;
    async function* documents() {
        yield { text: "no id" };
        for (; read < 400; read++) yield { id: `d/${read}`, text: "产业链".repeat(40000) };
    }
    await served(plainly, async (address) => {
        const one = new Client(address, { retry: { tries: 1 } });
        await fails("INVALID_ARGUMENT", "DOCUMENT_REFUSED", one.ingest(documents(), { strict: true }));
        assert.ok(read < 400, read);
        assert.equal((await one.stat()).documents, 0);
    });
});

// ---- failures, trust, trying again

test("failures say what is wrong", async () => {
    const error = await fails("INVALID_ARGUMENT", "QUERY_SYNTAX", client.count("产业链 (贸易"));
    assert.deepEqual([error.field, error.column, error.name], ["query", 8, "GramdexError"]);
    assert.match(error.message, /column 8/);
    const range = await fails("INVALID_ARGUMENT", "OUT_OF_RANGE", client.search("链", { limit: 1001 }));
    assert.deepEqual([range.field, range.column], ["limit", undefined]);
    await fails("NOT_FOUND", "", client.get("none"));
    await fails("INVALID_ARGUMENT", "QUERY_SYNTAX", all(client.scan("(")));
    await fails("INVALID_ARGUMENT", "QUERY_SYNTAX", all(client.searchAll("(")));
    await fails("FAILED_PRECONDITION", "COMMIT_UNKNOWN", client.count("链", { minCommit: 99 }));
});

test("a call that is cancelled rejects with the signal's reason", async () => {
    const why = new Error("of the user");
    await assert.rejects(client.count("链", { signal: AbortSignal.abort(why) }), why);
    await assert.rejects(all(client.scan("链", { signal: AbortSignal.abort(why) })), why);
    const controller = new AbortController();
    const scan = client.scan("链", { signal: controller.signal });
    await scan.next();
    controller.abort(why);
    await assert.rejects(async () => {
        while (!(await scan.next()).done);
        throw why; // it may have come whole before
    }, why);
});

test("a token opens what is closed", async () => {
    const options = (folder) => {
        writeFileSync(join(folder, "tokens"), "secret\n", { mode: 0o600 });
        return ["--token-file", join(folder, "tokens"), "--token-all"];
    };
    await served(options, async (address) => {
        await fails("UNAUTHENTICATED", "", new Client(address).stat());
        assert.equal((await new Client(`http://${address}/`, { token: "secret" }).stat()).documents, 0);
    });
});

test("an authority that Node is given is trusted", async (context) => {
    const made = (folder) => {
        const name = "-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1";
        const options = `req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out own.pem -days 2 ${name}`;
        execFileSync("openssl", options.split(" "), { cwd: folder, stdio: "ignore" });
        return ["--tls-certificate", join(folder, "own.pem"), "--tls-key", join(folder, "key.pem")];
    };
    try {
        execFileSync("openssl", ["version"], { stdio: "ignore" });
    } catch {
        return context.skip("openssl is not installed");
    }
    await served(made, async (address, folder) => {
        await fails("UNAVAILABLE", "", new Client(address, { tls: true, retry: { tries: 1 } }).stat());
        const code = `import { Client } from ${JSON.stringify(String(pathToFileURL(entry)))};
            console.log((await new Client("https://${address}").stat()).documents);`;
        const env = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, "own.pem") };
        const child = spawn(process.execPath, ["--input-type=module", "-e", code], { env, stdio: ["ignore", "pipe", "inherit"] });
        const line = await new Promise((done) => createInterface(child.stdout).once("line", done).once("close", done));
        assert.equal(line, "0");
    });
});

/** A server that fails so many calls first, as gramdex does. */
async function flaky(use) {
    const server = http.createServer((request, response) => {
        request.resume().on("end", () => {
            state.calls++;
            const fail = state.calls <= state.failures;
            const isStream = request.headers["content-type"].includes("connect");
            const { failure, status } = state;
            if (fail && failure === "reset") return response.destroy();
            response.writeHead(fail && !isStream ? status : 200, { "content-type": request.headers["content-type"] });
            if (!isStream) return response.end(fail ? JSON.stringify(failure) : "{}");
            const frame = (flag, value) => {
                const text = Buffer.from(JSON.stringify(value));
                const head = Buffer.from([flag, 0, 0, 0, 0]);
                head.writeUInt32BE(text.length, 1);
                response.write(Buffer.concat([head, text]));
            };
            if (!fail) frame(0, state.reply);
            if (!state.cut) frame(2, fail ? { error: failure } : {});
            return response.end();
        });
    });
    const state = { calls: 0, failures: 0, failure: {}, status: 503, reply: {}, cut: false };
    await new Promise((done) => server.listen(0, "127.0.0.1", done));
    try {
        await use(state, `127.0.0.1:${server.address().port}`);
    } finally {
        server.closeAllConnections?.();
        server.close();
    }
}

const full = (reason) => ({ code: "resource_exhausted", message: "no",
    details: [{ type: "google.rpc.ErrorInfo", value: Buffer.from([10, reason.length, ...Buffer.from(reason)]).toString("base64") }] });

test("calls are made again when that can do no harm", async () => {
    const away = { code: "unavailable", message: "no" };
    const read = (one) => one.count("链");
    const write = (one) => one.delete(["a"]);
    const scan = (one) => all(one.scan("链"));
    const list = (one) => one.ingest([{ id: "a" }]);
    const stream = (one) => one.ingest(new Set([{ id: "a" }]));
    const rows = [
        // call, failures, failure, what comes of it, calls
        [read, 3, away, "answer", 4], [read, 9, away, "UNAVAILABLE", 4],
        [read, 3, "reset", "answer", 4], [write, 1, "reset", "UNAVAILABLE", 1],
        [read, 3, full("QUEUE_FULL"), "answer", 4], [read, 9, full("QUERY_TIME"), "RESOURCE_EXHAUSTEDQUERY_TIME", 1],
        [read, 1, { code: "internal" }, "INTERNAL", 1], [scan, 2, away, "answer", 3], [scan, 3, full("QUEUE_FULL"), "answer", 4],
        [write, 3, full("QUEUE_FULL"), "answer", 4], [write, 1, away, "UNAVAILABLE", 1],
        [list, 3, full("QUEUE_FULL"), "answer", 4], [list, 1, away, "UNAVAILABLE", 1],
        [stream, 1, full("QUEUE_FULL"), "RESOURCE_EXHAUSTEDQUEUE_FULL", 1], [stream, 1, away, "UNAVAILABLE", 1],
    ];
    await flaky(async (state, address) => {
        const one = new Client(address, { timeout: patience, retry: { tries: 4, first: 5 } });
        for (const [i, [call, failures, failure, wanted, calls]] of rows.entries()) {
            Object.assign(state, { calls: 0, failures, failure });
            const made = await call(one).then(() => "answer", (error) => error.status + error.reason);
            assert.deepEqual([made, state.calls], [wanted, calls], `row ${i}`);
        }
        Object.assign(state, { calls: 0, failures: 0, cut: true, reply: { occurrences: [{ id: "a" }] } });
        const cut = one.scan("链");
        assert.equal((await cut.next()).value.id, "a");
        await fails("UNAVAILABLE", "", cut.next());
        assert.equal(state.calls, 1);
    });
});

test("pauses end with the deadline", async () => {
    await flaky(async (state, address) => {
        Object.assign(state, { failures: 9999, failure: { code: "unavailable", message: "no" } });
        const begun = performance.now();
        const one = new Client(address, { timeout: 2000, retry: { tries: 9999, first: 20 } });
        await assert.rejects(one.stat(), GramdexError);
        assert.ok(performance.now() - begun < 2000 + patience / 10);
        assert.ok(state.calls > 2);
    });
    const silent = http.createServer(() => {});
    await new Promise((done) => silent.listen(0, "127.0.0.1", done));
    await fails("DEADLINE_EXCEEDED", "", new Client(`127.0.0.1:${silent.address().port}`, { timeout: 200 }).stat());
    silent.closeAllConnections?.();
    silent.close();
});

// ---- the readme

test("the examples of the readme are true", () => {
    const text = readFileSync(join(ROOT, "clients/node/README.md"), "utf8").replaceAll("127.0.0.1:50051", ADDRESS);
    const code = [...text.matchAll(/```js\n([^]*?)```/g)].map(([, block]) => block).join("\n");
    const wanted = [...code.matchAll(/^\/\/> (.*)$/gm)].map(([, line]) => line);
    assert.ok(wanted.length > 12);
    writeFileSync(join(PACKAGE, "readme.mjs"), code);
    const printed = execFileSync(process.execPath, [join(PACKAGE, "readme.mjs")], { encoding: "utf8" });
    assert.deepEqual(printed.trimEnd().split("\n"), wanted);
});

test("the version is that of the program", () => {
    const [, version] = /project\(gramdex VERSION ([\d.]+)/.exec(readFileSync(join(ROOT, "CMakeLists.txt"), "utf8"));
    assert.equal(JSON.parse(readFileSync(join(PACKAGE, "node_modules/gramdex/package.json"), "utf8")).version, version);
});
