// SPDX-License-Identifier: Apache-2.0
import assert from "node:assert/strict";
import test from "node:test";
import { away, call, Failure, Frames, isToken, stream, token, tryNow } from "../src/client.ts";

interface Asked {
    url: string;
    init: RequestInit;
}

/** Answers in turn; an Error is a server that cannot be reached. */
function server(...answers: (Response | Error)[]): Asked[] {
    const asked: Asked[] = [];
    globalThis.fetch = (url, init) => {
        asked.push({ url: String(url), init: init ?? {} });
        const answer = answers.shift() ?? new Error("no more answers");
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
    };
    return asked;
}

const json = (status: number, body: object): Response =>
    new Response(JSON.stringify(body), { status, headers: { "content-type": "application/json" } });
const cancel = (): AbortSignal => new AbortController().signal;

function frame(flag: number, text: string): Uint8Array {
    const body = new TextEncoder().encode(text);
    const all = new Uint8Array(5 + body.length);
    all[0] = flag;
    new DataView(all.buffer).setUint32(1, body.length);
    all.set(body, 5);
    return all;
}

test("a call posts JSON, and says so", async () => {
    token.value = "";
    const asked = server(json(200, { documents: "2" }));
    assert.deepEqual(await call("count", { query: "产业链" }, { cancel: cancel() }), { documents: "2" });
    assert.equal(asked[0]?.url, "/gramdex.v1.Search/Count");
    assert.equal(asked[0]?.init.body, '{"query":"产业链"}');
    assert.equal((asked[0]?.init.headers as Headers).get("content-type"), "application/json");
});

test("a token goes in a header and never in an address", async () => {
    token.value = "geheim";
    const asked = server(json(200, {}), json(200, {}));
    await call("batchGet", { ids: ["a"] }, { cancel: cancel(), get: true });
    await call("stat", {}, { cancel: cancel() });
    for (const each of asked) {
        assert.ok(!each.url.includes("geheim"));
        assert.equal((each.init.headers as Headers).get("authorization"), "Bearer geheim");
    }
    assert.ok(asked[0]?.url.startsWith("/gramdex.v1.Search/BatchGet?connect=v1&encoding=json&message=%7B"));
    token.value = "";
});

test("a failure has the column and the reason of its details", async () => {
    server(
        json(400, {
            code: "invalid_argument",
            message: "query, column 5: expected )",
            details: [
                { type: "google.rpc.ErrorInfo", value: "CgxRVUVSWV9TWU5UQVgSB2dyYW1kZXgaCwoGY29sdW1uEgE1" },
                { type: "google.rpc.BadRequest", value: "CiEKBXF1ZXJ5EgpleHBlY3RlZCApGgxRVUVSWV9TWU5UQVg" },
            ],
        }),
    );
    await assert.rejects(call("count", { query: "(" }, { cancel: cancel() }), (failure: Failure) => {
        assert.equal(failure.code, "invalid_argument");
        assert.deepEqual(failure.reasons, { reason: "QUERY_SYNTAX", column: 5, field: "query", found: "expected )" });
        return true;
    });
});

test("details that are cut or no protobuf end the reading, not the page", async () => {
    const whole = Buffer.from("CgxRVUVSWV9TWU5UQVgSB2dyYW1kZXgaCwoGY29sdW1uEgE1", "base64");
    for (let length = 0; length <= whole.length; length++) {
        const value = whole.subarray(0, length).toString("base64");
        server(json(400, { code: "invalid_argument", message: "no", details: [{ type: "google.rpc.ErrorInfo", value }, { type: "google.rpc.BadRequest", value: "%%" }] }));
        await assert.rejects(call("stat", {}, { cancel: cancel() }), Failure);
    }
});

test("a server that is away is waited for, and since when is said", async () => {
    const asked = server(new TypeError("refused"), new Response("bad gateway", { status: 502 }), json(200, { documents: "1" }));
    const answer = call("stat", {}, { cancel: cancel() });
    await new Promise((done) => setTimeout(done, 20));
    const since = away.value?.since;
    assert.ok(since);
    tryNow();
    await new Promise((done) => setTimeout(done, 20));
    assert.equal(away.value?.since, since);
    tryNow();
    assert.deepEqual(await answer, { documents: "1" });
    assert.equal(away.value, null);
    assert.equal(asked.length, 3);
});

test("a call that waits for the server can be cancelled", async () => {
    server(new TypeError("refused"));
    const stop = new AbortController();
    const answer = call("stat", {}, { cancel: stop.signal });
    await new Promise((done) => setTimeout(done, 20));
    stop.abort();
    await assert.rejects(answer, { name: "AbortError" });
    assert.equal(away.value, null, "nobody waits for the server any more");
});

test("the server is away for as long as any call waits for it", async () => {
    server(new TypeError("refused"), new TypeError("refused"), json(200, {}));
    const stop = new AbortController();
    const one = call("stat", {}, { cancel: stop.signal });
    const other = call("stat", {}, { cancel: cancel() });
    await new Promise((done) => setTimeout(done, 20));
    stop.abort();
    await assert.rejects(one);
    assert.ok(away.value);
    tryNow();
    await other;
    assert.equal(away.value, null);
});

test("a token that no header takes fails the call, and is not sent", async () => {
    for (const text of ["令牌", "a\nb", "é😀"]) {
        token.value = text;
        const asked = server(json(200, {}));
        await assert.rejects(call("stat", {}, { cancel: cancel() }), TypeError);
        assert.deepEqual([asked.length, away.value], [0, null]);
        assert.ok(!isToken(text));
    }
    token.value = "";
    for (const text of ["", "a b", "caf\u00e9"]) assert.ok(!isToken(text), text);
    assert.ok(isToken("correct-horse~1!"));
});

test("frames are the same however their bytes are cut", () => {
    const texts = ["{}", "", '{"a":"链"}', "x".repeat(300)];
    const all = Buffer.concat([...texts.map((text) => frame(0, text)), frame(2, '{"b":1}')]);
    for (const size of [1, 2, 3, 5, 7, 64, all.length]) {
        const frames = new Frames();
        const found: [number, string][] = [];
        for (let at = 0; at < all.length; at += size) {
            for (const each of frames.add(new Uint8Array(all.subarray(at, at + size)))) found.push([each.flag, each.text]);
        }
        assert.deepEqual(found, [...texts.map((text) => [0, text]), [2, '{"b":1}']], `in pieces of ${size}`);
    }
});

test("a stream hands over what came, then fails as the server says, or because it was cut", async () => {
    const one = frame(0, '{"occurrences":[{"id":"a"}]}');
    const end = frame(2, '{"error":{"code":"data_loss","message":"damaged"}}');
    for (const [bytes, code] of [[Buffer.concat([one, end]), "data_loss"], [one, "unavailable"]] as const) {
        server(new Response(new Uint8Array(bytes), { status: 200, headers: { "content-type": "application/connect+json" } }));
        const got: unknown[] = [];
        await assert.rejects(stream("scan", { query: "a" }, cancel(), (reply) => void got.push(reply)), (failure: Failure) => failure.code === code);
        assert.deepEqual(got, [{ occurrences: [{ id: "a" }] }]);
    }
});
