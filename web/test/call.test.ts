// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import test from "node:test";
import { command, curl, lean, type Message, python, shellWord, type Where, whereOf } from "../src/call.ts";

const here: Where = { host: "127.0.0.1:50051", tls: false, token: false };
const words = ["关税", "a b", "it's", "$(touch /tmp/never)", "`x`", '"q"', "\\", "a\nb", "-x", "*", "~", "!x", "", "''", "a;b|c&d>e", "é 😀"];

/** What a shell makes of a line, gramdex and curl being a program that prints its words. */
function heard(line: string): string[] {
    const script = `gramdex() { printf '%s\\0' "$@"; }; curl() { printf '%s\\0' "$@"; }; ${line}`;
    const run = spawnSync("sh", ["-c", script], { encoding: "utf8" });
    assert.equal(run.status, 0, run.stderr);
    return run.stdout.split("\0").slice(0, -1);
}

test("a shell hears the words that were meant", () => {
    for (const word of words) assert.deepEqual(heard(`gramdex ${shellWord(word)}`), [word]);
});

test("a command has the query as its last word, whatever is in it", () => {
    for (const query of words.filter(Boolean)) {
        const all = heard(command("Count", { query }, here));
        assert.deepEqual(all.slice(0, 3), ["count", "--server", here.host]);
        assert.equal(all.at(-1), query);
        if (query.startsWith("-")) assert.equal(all.at(-2), "--");
    }
});

test("curl sends the very message", () => {
    for (const query of words) {
        const all = heard(curl("Trend", { query, by: "PERIOD_MONTH" }, here));
        assert.deepEqual(JSON.parse(all[all.indexOf("-d") + 1]), { query, by: "PERIOD_MONTH" });
        assert.equal(all.at(-1), "http://127.0.0.1:50051/gramdex.v1.Search/Trend");
    }
});

test("a command says each field of its message", () => {
    const cases: [string, Message, string][] = [
        ["Trend", { query: "关税", by: "PERIOD_QUARTER", compare: ["a b", "-c"], splitBySource: true, dateFrom: "2022" },
            "trend --server 127.0.0.1:50051 --by quarter --compare 'a b' --compare=-c --from 2022 --split-by-source '关税'"],
        ["Neighbours", { query: "x", side: "SIDE_LEFT", length: 3 }, "neighbours --server 127.0.0.1:50051 --side left --length 3 x"],
        ["Collocates", { query: "x", window: 5, by: "MEASURE_LOG_DICE", limit: 50 }, "collocates --server 127.0.0.1:50051 --window 5 --by log-dice --limit 50 x"],
        ["Contrast", { a: "date:2025", b: "date:2024", unit: "UNIT_PASSAGE", minUnits: 3 },
            "keyness --server 127.0.0.1:50051 --a date:2025 --b date:2024 --unit passage --units 3"],
        ["Kwic", { query: "x", sort: ["right", "date"], limit: 100 }, "search --all --server 127.0.0.1:50051 --sort right,date --limit 100 x"],
        ["Kwic", { query: "x" }, "search --all --server 127.0.0.1:50051 --sort id x"],
        ["Dispersion", { query: "x", by: "source" }, "dispersion --server 127.0.0.1:50051 --by source x"],
        ["Quote", { text: "“a”", id: "d/1" }, "printf %s '“a”' | gramdex quote --server 127.0.0.1:50051 --in d/1 -"],
        ["Passages", { id: "a", other: "b c" }, "passages --server 127.0.0.1:50051 a 'b c'"],
        ["Stat", {}, "stat --server 127.0.0.1:50051"],
    ];
    for (const [method, message, line] of cases) assert.equal(command(method, message, here), line.startsWith("printf") ? line : `gramdex ${line}`);
});

test("a filter becomes the end of a query", () => {
    const scope = { filter: { sources: ["news", "人民 日报"], dateFrom: "2022", dateTo: "2023-05", metadata: [{ key: "lang", values: ["zh"] }] } };
    const end = 'source:"人民 日报") date:2022..2023-05 meta.lang:zh';
    assert.equal(heard(command("Count", { query: "a OR b", scope }, here)).at(-1), `(a OR b) (source:news OR ${end}`);
    const contrast = heard(command("Contrast", { a: "a", scope: { filter: { dateFrom: "2023", dateTo: "2023" } } }, here));
    assert.deepEqual(contrast.slice(3), ["--a", "a date:2023", "--b", "(NOT a) date:2023"]);
});

test("a token is read from a file and TLS is said", () => {
    const there = { host: "example.org:443", tls: true, token: true };
    assert.match(command("Count", { query: "x" }, there), /--tls --token-file token x$/);
    assert.match(curl("Count", { query: "x" }, there), /Bearer \$\(cat token\)" .* https:\/\/example.org:443\//);
    assert.match(python("Count", { query: "x" }, there), /secure_channel[\s\S]*open\("token"\)/);
});

test("what a default says is left out, and nothing else", () => {
    const filter = { sources: ["0", ""], dateFrom: "", dateTo: "", metadata: [] };
    const message = { query: "0", sample: 0, limit: 30, offset: 0, split: false, compare: [], pageToken: "", scope: { filter, minCommit: "0", allowPartial: true } };
    assert.deepEqual(lean(message), { query: "0", limit: 30, scope: { filter: { sources: ["0", ""] } } });
    assert.deepEqual(lean({ scope: { minCommit: "10" } }), { scope: { minCommit: "10" } });
    assert.deepEqual(lean({ scope: { filter: { sources: [] }, minCommit: "0" } }), {});
});

test("a host has its port, also the one that its address leaves out", () => {
    const at = (address: string): string => whereOf(new URL(address), false).host;
    assert.deepEqual(["http://127.0.0.1:50051/", "http://a.example/", "https://a.example/", "https://[::1]/"].map(at), ["127.0.0.1:50051", "a.example:80", "a.example:443", "[::1]:443"]);
    assert.ok(whereOf(new URL("https://a.example/"), true).tls);
});

test("what no command can say is no command", () => {
    assert.equal(command("Kwic", { query: "x", pageToken: "t" }, here), "");
    assert.equal(command("Quote", { text: "“a”", scope: { filter: { sources: ["news"] } } }, here), "");
    assert.match(curl("Kwic", { query: "x", pageToken: "t" }, here), /"pageToken":"t"/);
    assert.match(python("Kwic", { query: "x", pageToken: "t" }, here), /page_token="t"/);
});

test("Python has integers where JSON has them in quotes", () => {
    const text = python("Scan", { query: "5", limit: "500000", scope: { minCommit: "18446744073709551615", filter: { sources: ["7"] } } }, here);
    assert.match(text, /query="5", limit=500000, scope=\{"min_commit": 18446744073709551615, "filter": \{"sources": \["7"\]\}\}/);
});

test("Python is what a compiler takes, with the message's own names and values", (context) => {
    const message: Message = { query: 'a "b"\n\\', compare: words, splitBySource: true, scope: { filter: { dateFrom: "2022", idPrefix: "x" } } };
    const text = python("Trend", message, here);
    assert.ok(text.split("\n").length <= 12);
    const check = "import ast,json,sys\nt=ast.parse(sys.stdin.read())\nc=t.body[2].value\nprint(json.dumps({k.arg: ast.literal_eval(k.value) for k in c.keywords}))";
    const run = spawnSync("python3", ["-c", check], { input: text, encoding: "utf8" });
    if (run.error) return context.skip("there is no python3");
    assert.equal(run.status, 0, run.stderr);
    assert.deepEqual(JSON.parse(run.stdout), {
        query: message.query, compare: words, split_by_source: true, scope: { filter: { date_from: "2022", id_prefix: "x" } },
    });
});
