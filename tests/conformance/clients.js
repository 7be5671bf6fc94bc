// SPDX-License-Identifier: Apache-2.0
// clients.js: the stock clients in each of their forms, and what each must get of every call that it can make.
'use strict';

const assert = require('node:assert');
const http = require('node:http');
const {createClient} = require('@connectrpc/connect');
const node = require('@connectrpc/connect-node');
const web = require('@connectrpc/connect-web');
const {failsWith} = require('./harness.js');
const {orders, CODES, MESSAGE_LIMIT, INITIAL, TRAILING} = require('./service.js');

// ---- the clients: {name, make, json, gzip, get}; `make` gives a transport with connections of its own

function nodeClient(server, protocol, make, {httpVersion, json, gzip}) {
    const compression = gzip ? {sendCompression: node.compressionGzip, acceptCompression: [node.compressionGzip], compressMinBytes: 0}
        : {acceptCompression: []};
    const two = httpVersion === '2';
    const baseUrl = `http://${two ? server.http2 : server.http1}`;
    const options = {httpVersion, baseUrl, useBinaryFormat: !json, useHttpGet: true, jsonOptions: STRICT};
    const connections = () => two ? {idleConnectionTimeoutMs: 500} : {nodeOptions: {agent: new http.Agent({keepAlive: true})}};
    return {
        name: `node ${protocol} http/${httpVersion} ${json ? 'json' : 'proto'}${gzip ? ' gzip' : ''}`,
        make: () => make({...options, ...compression, ...connections()}),
        json, gzip, get: protocol === 'connect',
    };
}

function nodeClients(server) {
    const makers = {
        connect: [node.createConnectTransport, ['1.1', '2'], [true, false]],
        'grpc-web': [node.createGrpcWebTransport, ['1.1', '2'], [false]],
        grpc: [node.createGrpcTransport, ['2'], [false]],
    };
    return Object.entries(makers).flatMap(([protocol, [make, versions, forms]]) => versions.flatMap((httpVersion) =>
        forms.flatMap((json) => [false, true].map((gzip) => nodeClient(server, protocol, make, {httpVersion, json, gzip})))));
}

// What browsers have, on the fetch of Node.js.
function webClients(server) {
    const baseUrl = `http://${server.http1}`;
    return [
        {name: 'web connect json', json: true, get: true,
            make: () => web.createConnectTransport({baseUrl, useHttpGet: true, jsonOptions: STRICT})},
        {name: 'web connect proto', json: false, get: true,
            make: () => web.createConnectTransport({baseUrl, useHttpGet: true, useBinaryFormat: true})},
        {name: 'web grpc-web proto', json: false, get: false, make: () => web.createGrpcWebTransport({baseUrl})},
    ];
}

// server.some: every third, in which each dialect, version and form still comes.
const allClients = (server) => [...nodeClients(server), ...webClients(server)].filter((_, number) => !server.some || number % 3 === 0);

// ---- what a call gives

const STRICT = {ignoreUnknownFields: false}; // a field that is not in the .proto is a fault of the server's
const random = (size) => { // bytes that gzip makes no smaller, and in which every byte comes
    const bytes = new Uint8Array(size);
    for (let i = 0, state = size; i < size; i++) {
        state = Math.imul(state, 1664525) + 1013904223 | 0;
        bytes[i] = state >>> 24;
    }
    return bytes;
};
const sized = (size) => ({payload: {body: random(size)}});

// A unary call, and the metadata at its head and its end.
async function withMetadata(call) {
    const got = {};
    got.reply = await call({onHeader: (header) => { got.header = header; }, onTrailer: (trailer) => { got.trailer = trailer; }});
    return got;
}

async function collect(stream, sizes = []) {
    for await (const {payload} of stream)
        sizes.push(payload.body.length);
    return sizes;
}

const SENT = {headers: {[INITIAL]: 'first of all', [TRAILING]: 'q6ur'}};
function hasMetadata(header, trailer) {
    assert.strictEqual(header.get(INITIAL), 'first of all');
    assert.strictEqual(trailer.get(TRAILING).replace(/=+$/, ''), 'q6ur');
}

function detailsOf(service, error) {
    const [info] = error.findDetails(service.ErrorInfo), [bad] = error.findDetails(service.BadRequest);
    assert.deepStrictEqual([info.reason, info.domain], ['OUT_OF_RANGE', 'gramdex']);
    assert.strictEqual(bad.fieldViolations.length, 1);
    assert.strictEqual(bad.fieldViolations[0].reason, 'OUT_OF_RANGE');
    return bad.fieldViolations[0];
}

// ---- the cases: (stub, {service, transport, json, gzip, get})

const unary = {
    async empty(stub) {
        await stub.emptyCall({});
        assert.strictEqual((await stub.unaryCall({})).payload.body.length, 0);
    },
    async large(stub) {
        const {payload} = await stub.unaryCall({responseSize: 314159, ...sized(271828)});
        assert.deepStrictEqual(Buffer.from(payload.body), Buffer.alloc(314159));
    },
    async metadata(stub) {
        const {header, trailer} = await withMetadata((options) => stub.unaryCall({responseSize: 1}, {...SENT, ...options}));
        hasMetadata(header, trailer);
    },
    async metadata_of_a_failure(stub) {
        const status = {responseStatus: {code: 5, message: 'not here'}};
        const error = await failsWith('not_found', stub.unaryCall(status, SENT));
        assert.strictEqual(error.metadata.get(INITIAL), 'first of all');
        assert.strictEqual(error.metadata.get(TRAILING).replace(/=+$/, ''), 'q6ur');
    },
    async every_code(stub) {
        for (const {number, name} of CODES) {
            const error = await failsWith(name, stub.unaryCall({responseStatus: {code: number, message: `this is ${name}`}}));
            assert.strictEqual(error.rawMessage, `this is ${name}`);
        }
    },
    async special_message(stub) {
        const message = '\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \u{1f608} "quoted" \\ 100% 产业链\t\n';
        const error = await failsWith('unknown', stub.unaryCall({responseStatus: {code: 2, message}}));
        assert.strictEqual(error.rawMessage, message);
    },
    async details(stub, {service}) {
        const error = await failsWith('invalid_argument', stub.unaryCall({responseSize: -1}));
        assert.strictEqual(detailsOf(service, error).field, 'response_size');
    },
    async no_such_method(stub) {
        await failsWith('unimplemented', stub.unimplementedCall({}));
    },
    async no_such_service(stub, {service, transport}) {
        await failsWith('unimplemented', createClient(service.UnimplementedService, transport).unimplementedCall({}));
    },
    async deadline_that_does_not_pass(stub) {
        assert.strictEqual((await stub.unaryCall({responseSize: 7}, {timeoutMs: 600000})).payload.body.length, 7);
    },
    async compression_of_requests(stub, {gzip}) {
        if (gzip === undefined)
            return; // a browser's fetch compresses nothing
        const asked = (value) => stub.unaryCall({responseSize: 9, ...sized(2000), expectCompressed: {value}});
        assert.strictEqual((await asked(gzip)).payload.body.length, 9);
        await failsWith('invalid_argument', asked(!gzip));
    },
    async compression_of_replies(stub) {
        for (const value of [true, false])
            assert.strictEqual((await stub.unaryCall({responseSize: 314159, responseCompressed: {value}})).payload.body.length, 314159);
    },
    async forty_at_once(stub) {
        const replies = await Promise.all(Array.from({length: 40}, (_, i) => stub.unaryCall({responseSize: i})));
        replies.forEach(({payload}, i) => assert.strictEqual(payload.body.length, i));
    },
};

// On connections of their own: what becomes of one whose message is refused half-way is not the next case's.
const limits = {
    async message_at_the_limit(stub, {json}) { // as sent, too: gzip makes these bytes a little longer, base64 a third
        const largest = json ? MESSAGE_LIMIT / 4 * 3 - 1000 : MESSAGE_LIMIT - 2000;
        assert.strictEqual((await stub.unaryCall({responseSize: 3, ...sized(largest)})).payload.body.length, 3);
    },
    async message_over_the_limit(stub, {fresh}) {
        await failsWith('resource_exhausted', stub.unaryCall({responseSize: 3, ...sized(MESSAGE_LIMIT + 1)}));
        assert.strictEqual((await fresh().unaryCall({responseSize: 3})).payload.body.length, 3);
    },
    async message_over_the_limit_once_unpacked(stub) {
        await failsWith('resource_exhausted', stub.unaryCall({payload: {body: new Uint8Array(2 * MESSAGE_LIMIT)}}));
    },
    async message_over_the_limit_to_a_stream(stub) {
        await failsWith('resource_exhausted', collect(stub.streamingOutputCall(sized(MESSAGE_LIMIT + 1))));
    },
};

const get = {
    async of_a_method_without_effects(stub) {
        const {reply, header, trailer} = await withMetadata((options) =>
            stub.cacheableUnaryCall({responseSize: 5, ...sized(300)}, {...SENT, ...options}));
        assert.strictEqual(reply.payload.body.length, 5);
        hasMetadata(header, trailer);
    },
    async of_nothing(stub) {
        assert.strictEqual((await stub.cacheableUnaryCall({})).payload.body.length, 0);
    },
    async of_what_is_as_long_as_a_header_list_may_be(stub) {
        assert.strictEqual((await stub.cacheableUnaryCall({responseSize: 5, ...sized(5000)})).payload.body.length, 5);
    },
    async that_fails(stub, {service}) {
        const error = await failsWith('not_found', stub.cacheableUnaryCall({responseStatus: {code: 5, message: '不在 & 100%'}}));
        assert.strictEqual(error.rawMessage, '不在 & 100%');
        detailsOf(service, await failsWith('invalid_argument', stub.cacheableUnaryCall({responseSize: -1})));
    },
    async of_a_large_reply(stub) {
        assert.strictEqual((await stub.cacheableUnaryCall({responseSize: 314159})).payload.body.length, 314159);
    },
};

const stream = {
    async of_four(stub) {
        const sizes = [31415, 9, 2653, 58979];
        assert.deepStrictEqual(await collect(stub.streamingOutputCall({responseParameters: orders(sizes)})), sizes);
    },
    async of_nothing(stub) {
        const got = {};
        const options = {...SENT, onHeader: (header) => { got.header = header; }, onTrailer: (trailer) => { got.trailer = trailer; }};
        assert.deepStrictEqual(await collect(stub.streamingOutputCall({}, options)), []);
        hasMetadata(got.header, got.trailer);
    },
    async of_empty_messages(stub) {
        assert.deepStrictEqual(await collect(stub.streamingOutputCall({responseParameters: orders([0, 0, 0])})), [0, 0, 0]);
    },
    async large(stub) {
        const sizes = Array(30).fill(100000);
        assert.deepStrictEqual(await collect(stub.streamingOutputCall({responseParameters: orders(sizes)})), sizes);
    },
    async of_compressed_and_plain(stub) {
        const responseParameters = [{size: 31415, compressed: {value: true}}, {size: 92653, compressed: {value: false}}];
        assert.deepStrictEqual(await collect(stub.streamingOutputCall({responseParameters})), [31415, 92653]);
    },
    async metadata(stub) {
        const got = {};
        const options = {...SENT, onHeader: (header) => { got.header = header; }, onTrailer: (trailer) => { got.trailer = trailer; }};
        assert.deepStrictEqual(await collect(stub.streamingOutputCall({responseParameters: orders([1, 2])}, options)), [1, 2]);
        hasMetadata(got.header, got.trailer);
    },
    async every_code(stub) {
        for (const {number, name} of CODES) {
            const responseStatus = {code: number, message: `this is ${name} ☺`};
            const error = await failsWith(name, collect(stub.streamingOutputCall({responseStatus})));
            assert.strictEqual(error.rawMessage, `this is ${name} ☺`);
        }
    },
    async failure_after_messages(stub) {
        const sizes = [];
        const request = {responseParameters: orders([3, 2000]), responseStatus: {code: 15, message: 'the rest is lost'}};
        const error = await failsWith('data_loss', collect(stub.streamingOutputCall(request, SENT), sizes));
        assert.deepStrictEqual(sizes, [3, 2000]);
        assert.strictEqual(error.rawMessage, 'the rest is lost');
        assert.strictEqual(error.metadata.get(TRAILING).replace(/=+$/, ''), 'q6ur');
    },
    async details_after_a_message(stub, {service}) {
        const sizes = [];
        const error = await failsWith('invalid_argument', collect(stub.streamingOutputCall({responseParameters: orders([4, -1])}), sizes));
        assert.deepStrictEqual(sizes, [4]);
        assert.strictEqual(detailsOf(service, error).field, 'response_parameters.size');
    },
    async message_before_the_next_is_there_and_cancel(stub) { // the second would come after an hour
        const stop = new AbortController(), sizes = [];
        const responseParameters = [{size: 11}, {size: 12, intervalUs: 2000000000}];
        await failsWith('canceled', (async () => {
            for await (const {payload} of stub.streamingOutputCall({responseParameters}, {signal: stop.signal})) {
                sizes.push(payload.body.length);
                stop.abort();
            }
        })());
        assert.deepStrictEqual(sizes, [11]);
    },
    async deadline(stub) {
        const call = stub.streamingOutputCall({responseParameters: orders([1], 2000000000)}, {timeoutMs: 50});
        await failsWith('deadline_exceeded', collect(call));
    },
    async deadline_that_does_not_pass(stub) {
        assert.deepStrictEqual(await collect(stub.streamingOutputCall({responseParameters: orders([1])}, {timeoutMs: 600000})), [1]);
    },
    async twenty_at_once(stub) {
        const all = await Promise.all(Array.from({length: 20}, (_, i) =>
            collect(stub.streamingOutputCall({responseParameters: orders([i, i + 1, 2 * i], 1000)}))));
        all.forEach((sizes, i) => assert.deepStrictEqual(sizes, [i, i + 1, 2 * i]));
    },
};

// The limits come last. The reference leaves the connection of a body that it refused as it is, and all fetches share theirs.
function cases(server, service) {
    const clients = allClients(server), all = [];
    const add = (client, group, bodies, stub) => {
        for (const [name, body] of Object.entries(bodies))
            all.push([`${client.name}: ${group} ${name}`, () => body(stub(), {...client, service})]);
    };
    for (const client of clients) {
        client.transport = client.make();
        const shared = createClient(service.TestService, client.transport);
        for (const [group, bodies] of Object.entries({unary, stream, ...(client.get ? {get} : {})}))
            add(client, group, bodies, () => shared);
    }
    for (const client of clients) {
        client.fresh = () => createClient(service.TestService, client.make());
        if (!(server.reference && client.name.startsWith('web')))
            add(client, 'limits', limits, client.fresh);
    }
    return all;
}

module.exports = {cases, allClients, collect};
