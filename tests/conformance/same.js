// SPDX-License-Identifier: Apache-2.0
// same.js: whatever is asked of `gramdex serve`, the answer is the same in every dialect and form as in gRPC: random requests to every
// method of gramdex.v1.Search, fields of all kinds filled, sensible values and others.
// usage: GRAMDEX=program node same.js DESCRIPTORS EXAMPLES. GDX_SEED: the seed, which is printed.
'use strict';

const assert = require('node:assert');
const childProcess = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const readline = require('node:readline');
require('./packages.js');
const {ScalarType, create, toJson} = require('@bufbuild/protobuf');
const {ConnectError, createClient} = require('@connectrpc/connect');
const node = require('@connectrpc/connect-node');
const web = require('@connectrpc/connect-web');
const {run} = require('./harness.js');
const {load} = require('./service.js');

const ROUNDS = 6; // for each method; others in each run

// ---- random requests

let state, sensible; // sensible: values that a method takes
const below = (count) => { // xorshift: the same for the same seed, wherever it runs
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % count;
};
const pick = (values) => values[below(values.length)];

const QUERIES = ['关税', '产业链', '供应链 贸易', '"世界贸易组织"', '关税 NOT 钢铁', '(关税 OR 贸易) 出口', '贸易*', '关税 date:2020..', 'title:关税',
    '关税 NEAR/5 钢铁', '', '(', '关税 OR', '"关税', 'soruce:press', 'and', '\u0000', '😀', 'a'.repeat(300), '关税 \\ " & + %', '无此词语'];
const GOOD_QUERIES = 10; // so many at the head
const STRINGS = { // sensible ones first
    query: QUERIES, a: ['date:..2023', '', '关税', '('], b: ['date:2024..', '', '产业链'], compare: QUERIES, text: ['关税与产业链的重构。', '“关税是一种税”', ''],
    prefix: ['w', 't', '', '关', 'a b'], sources: ['press', 'commentary', 'nobody'], by: ['source', 'year', 'month', 'document', 'nothing'],
    sort: ['left', 'right', 'date', 'nothing'], page_token: ['', '', '', 'no token'], id_prefix: ['', 'examples', 'p'],
    date_from: ['', '2020', '2020-02', 'soon'], date_to: ['', '2024-12-31', '99'], key: ['author', '', 'x', 'author.'], values: ['1', ''],
};
const NUMBERS = [0, 3, 4, 1, 2, 7, 10, 20, 100, 65535, 4294967295];
const pickSome = (values, some) => pick(sensible ? values.slice(0, some) : values);

function scalar(field, ids) {
    switch (field.scalar) {
    case ScalarType.STRING:
        if (['id', 'ids', 'other'].includes(field.name))
            return pickSome(ids, ids.length - 2);
        return STRINGS[field.name] === QUERIES ? pickSome(QUERIES, GOOD_QUERIES) : pickSome(STRINGS[field.name] || ['', '关税', 'x'], 1);
    case ScalarType.BOOL:
        return below(2) === 1;
    case ScalarType.UINT64:
    case ScalarType.INT64:
        return BigInt(pickSome([0, 1, 5, 100], 1));
    case ScalarType.DOUBLE:
        return pickSome([0, 0.5, 1, -1, NaN, Infinity, 1e300], 1);
    default:
        return pickSome(NUMBERS, 3);
    }
}

function value(field, ids, depth) {
    if (field.message)
        return message(field.message, ids, depth + 1);
    // Numbers without a name are refused by the reader of JSON in words of its own.
    return field.enum ? pickSome(field.enum.values.map(({number}) => number), 2) : scalar(field, ids);
}

// What a call needs is there nine times of ten, or always; everything else once in three.
function message(type, ids, depth = 0) {
    const made = create(type);
    for (const field of type.fields) {
        const wanted = ['query', 'a', 'b', 'id', 'ids', 'other', 'text', 'prefix', 'key', 'values'].includes(field.name) ? sensible || below(10) > 0 : below(3) === 0;
        if (!wanted || depth > 4)
            continue;
        if (field.fieldKind === 'list')
            made[field.localName] = Array.from({length: 1 + (sensible ? 0 : below(2))}, () => value(field, ids, depth));
        else if (field.fieldKind !== 'map')
            made[field.localName] = value(field, ids, depth);
    }
    return made;
}

// ---- one call

// What of an answer is the time's, not the call's.
function timeless(json) {
    return JSON.parse(JSON.stringify(json, (name, each) => /^(tookUs|uptime|memory|scrub|open)/i.test(name) ? undefined : each));
}

// How many occurrences come in one message of a stream depends on how fast the client takes them. Notes are in the first one alone.
function joined(replies) {
    if (replies.length < 2)
        return replies;
    const [first, last] = [replies[0], replies[replies.length - 1]];
    const notes = first.answer.notes ? {notes: first.answer.notes} : {};
    return [{...last, occurrences: replies.flatMap((reply) => reply.occurrences ?? []), answer: {...last.answer, ...notes}}];
}

async function answer(client, method, request) {
    const replies = [];
    try {
        const got = client[method.localName](request);
        for await (const reply of method.methodKind === 'unary' ? [got] : got)
            replies.push(timeless(toJson(method.output, reply)));
        return {replies: joined(replies)};
    } catch (error) {
        const {code, rawMessage, details} = ConnectError.from(error), hex = (bytes) => Buffer.from(bytes).toString('hex');
        return {replies: joined(replies), failure: {code, rawMessage, details: details.map((detail) => [detail.type, hex(detail.value)])}};
    }
}

function makeClients(service, address) {
    const baseUrl = `http://${address}`, strict = {jsonOptions: {ignoreUnknownFields: false}, acceptCompression: []};
    const made = {
        'gRPC': node.createGrpcTransport({baseUrl, httpVersion: '2', acceptCompression: []}),
        'Connect, JSON, HTTP/1.1': node.createConnectTransport({...strict, baseUrl, httpVersion: '1.1', useBinaryFormat: false}),
        'Connect, JSON, HTTP/2': node.createConnectTransport({...strict, baseUrl, httpVersion: '2', useBinaryFormat: false}),
        'Connect, JSON, GET': web.createConnectTransport({...strict, baseUrl, useHttpGet: true}),
        'Connect, protobuf, HTTP/1.1': node.createConnectTransport({baseUrl, httpVersion: '1.1', useBinaryFormat: true}),
        'gRPC-Web, HTTP/1.1': node.createGrpcWebTransport({baseUrl, httpVersion: '1.1'}),
        'gRPC-Web, HTTP/2': node.createGrpcWebTransport({baseUrl, httpVersion: '2'}),
    };
    return Object.entries(made).map(([name, transport]) => [name, createClient(service, transport)]);
}

// ---- the server

async function serve(folder, examples) {
    const index = path.join(folder, 'sample.gdx');
    const files = ['article.txt', 'commentary.jsonl', 'press.jsonl'].map((name) => path.join(examples, name));
    const quietly = (...words) => childProcess.execFileSync(process.env.GRAMDEX, words, {stdio: ['ignore', 'ignore', 'inherit']});
    quietly('index', '--index', index, ...files);
    quietly('reprints', '--index', index, '--build');
    const words = ['serve', '--index', index, '--json', '--log-format', 'none', '--listen', '127.0.0.1:0'];
    const server = childProcess.spawn(process.env.GRAMDEX, words, {stdio: ['ignore', 'pipe', 'inherit']});
    const [line] = await new Promise((resolve, reject) => {
        readline.createInterface({input: server.stdout}).once('line', (text) => resolve([text]));
        server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
    });
    return {server, address: JSON.parse(line).listening[0]};
}

async function compare(clients, method, ids) {
    const counts = {replies: 0, failures: 0};
    for (let round = 0; round < ROUNDS; round++) {
        sensible = round % 2 === 0;
        const request = message(method.input, ids);
        const [[, oracle], ...others] = clients;
        const expected = await answer(oracle, method, request);
        counts[expected.failure ? 'failures' : 'replies']++;
        for (const [name, client] of others) {
            const asked = () => `${name}: ${JSON.stringify(toJson(method.input, request))}`;
            const got = await answer(client, method, request);
            assert.deepStrictEqual(got, expected, `${asked()}\n    got ${JSON.stringify(got).slice(0, 800)}\n    expected ` +
                JSON.stringify(expected).slice(0, 800));
        }
    }
    assert(counts.replies > 0, `no request was answered: ${JSON.stringify(counts)}`);
}

async function main() {
    const seed = Number(process.env.GDX_SEED || Date.now() % 1000000 + 1);
    state = seed;
    console.log('seed', seed);
    const {Search} = load(process.argv[2]);
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'same-'));
    const {server, address} = await serve(folder, process.argv[3]);
    const clients = makeClients(Search, address);
    const first = await clients[0][1].search({query: '关税', limit: 50});
    const ids = [...first.hits.map(({id}) => id), '', 'no such id'];
    const failed = await run(Search.methods.map((method) => [method.name, () => compare(clients, method, ids)]));
    server.removeAllListeners('exit');
    const ended = new Promise((resolve) => server.once('exit', (code, signal) => resolve(signal || code)));
    server.kill('SIGTERM');
    const status = await ended;
    fs.rmSync(folder, {recursive: true});
    console.log('the server ended with', status);
    process.exit(failed || status !== 0 ? 1 : 0);
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
