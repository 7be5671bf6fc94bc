// SPDX-License-Identifier: Apache-2.0
// streams.js: what comes in envelopes, as bytes: Connect's streams of replies, and gRPC-Web.
'use strict';

const assert = require('node:assert');
const zlib = require('node:zlib');
const {create, fromBinary, fromJsonString, toBinary, toJsonString} = require('@bufbuild/protobuf');
const {ask1, ask2, envelope, openEnvelopes} = require('./raw.js');
const {orders, CODES, MESSAGE_LIMIT, INITIAL, TRAILING} = require('./service.js');

const STREAM = '/grpc.testing.TestService/StreamingOutputCall', UNARY = '/grpc.testing.TestService/UnaryCall';
const COMPRESSED = 1, END = 2, TRAILERS = 0x80;

function makeTools(server, service, version, json) {
    const form = json ? 'json' : 'proto';
    const ask = version === 2 ? (request) => ask2(server.http2, request) : (request) => ask1(server.http1, request);
    const write = (type, fields) => Buffer.from((json ? toJsonString : toBinary)(type, create(type, fields)));
    return {
        service, server, version, json, ask,
        type: `application/connect+${form}`,
        message: (fields) => write(service.StreamRequest, fields),
        simple: (fields) => write(service.SimpleRequest, fields),
        read: (type, data) => json ? fromJsonString(type, data.toString()) : fromBinary(type, data),
        post: (body, more = {}, path = STREAM) => ask({path, headers: {'content-type': `application/connect+${form}`, ...more}, body}),
        web: (body, more = {}, path = UNARY) => ask({path, headers: {'content-type': 'application/grpc-web+proto', ...more}, body}),
    };
}

const unpack = ({flags, data}) => flags & COMPRESSED ? zlib.gunzipSync(data) : data;

// ---- Connect

// {sizes, end}: the sizes of the replies, and the object of the last envelope, which must be there, once, at the end.
function taken(tools, answer) {
    assert.strictEqual(answer.status, 200, `${answer.status} ${answer.body}`);
    assert.strictEqual(answer.headers['content-type'], tools.type);
    assert(!('content-encoding' in answer.headers), 'a stream is compressed by message');
    assert(!('grpc-status' in answer.trailers));
    const all = openEnvelopes(answer.body), last = all.pop();
    assert(last && last.flags & END, 'no end of the stream');
    assert(all.every(({flags}) => flags === 0 || flags === COMPRESSED), 'a strange flag');
    if ([...all, last].some(({flags}) => flags & COMPRESSED))
        assert.strictEqual(answer.headers['connect-content-encoding'], 'gzip');
    const sizes = all.map((one) => tools.read(tools.service.StreamResponse, unpack(one)).payload?.body.length ?? 0);
    return {sizes, flags: all.map(({flags}) => flags), end: JSON.parse(unpack(last).toString())};
}

function failure(tools, answer, names, sizes = []) {
    const got = taken(tools, answer);
    assert.deepStrictEqual(got.sizes, sizes);
    assert(got.end.error && [].concat(names).includes(got.end.error.code), `expected ${names}: ${JSON.stringify(got.end)}`);
    return got.end;
}

const connect = {
    async of_three(tools) {
        const {sizes, end} = taken(tools, await tools.post(envelope(tools.message({responseParameters: orders([3, 0, 70000])}))));
        assert.deepStrictEqual(sizes, [3, 0, 70000]);
        assert(!('error' in end));
    },
    async of_nothing(tools) {
        const {sizes, end} = taken(tools, await tools.post(envelope(tools.message({}))));
        assert.deepStrictEqual([sizes, 'error' in end], [[], false]);
    },
    async metadata(tools) {
        const headers = {[INITIAL]: 'one', [TRAILING]: 'q6ur'};
        const responseParameters = orders([1]);
        for (const fields of [{}, {responseParameters}, {responseParameters, responseStatus: {code: 5, message: 'no'}}]) {
            const answer = await tools.post(envelope(tools.message(fields)), headers);
            const {end} = taken(tools, answer);
            assert.strictEqual(answer.headers[INITIAL], 'one');
            assert.strictEqual(end.metadata[TRAILING].length, 1);
            assert.strictEqual(end.metadata[TRAILING][0].replace(/=+$/, ''), 'q6ur');
            assert.strictEqual('error' in end, 'responseStatus' in fields);
        }
    },
    async every_code_comes_with_200(tools) {
        for (const {number, name} of CODES) {
            const message = tools.message({responseStatus: {code: number, message: `${name} "产业链"`}});
            assert.strictEqual(failure(tools, await tools.post(envelope(message)), name).error.message, `${name} "产业链"`);
        }
    },
    async failure_after_messages(tools) {
        const message = tools.message({responseParameters: orders([1, 2]), responseStatus: {code: 15, message: 'lost'}});
        failure(tools, await tools.post(envelope(message)), 'data_loss', [1, 2]);
        const wrong = await tools.post(envelope(tools.message({responseParameters: orders([5, -1])})));
        const {error} = failure(tools, wrong, 'invalid_argument', [5]);
        const detail = error.details.find(({type}) => type === 'google.rpc.BadRequest');
        const {fieldViolations} = fromBinary(tools.service.BadRequest, Buffer.from(detail.value, 'base64'));
        assert.strictEqual(fieldViolations[0].field, 'response_parameters.size');
    },
    async without_a_request(tools) {
        failure(tools, await tools.post(''), ['unimplemented', 'invalid_argument']);
    },
    async with_two_requests(tools) {
        const one = envelope(tools.message({responseParameters: orders([1])}));
        failure(tools, await tools.post(Buffer.concat([one, one])), ['unimplemented', 'invalid_argument']);
    },
    async of_an_unknown_compression(tools) {
        const answer = await tools.post(envelope(tools.message({}), COMPRESSED), {'connect-content-encoding': 'zst'});
        assert.match(failure(tools, answer, 'unimplemented').error.message, /gzip/);
    },
    async marked_as_compressed_without_a_compression(tools) {
        for (const headers of [{}, {'connect-content-encoding': 'identity'}])
            failure(tools, await tools.post(envelope(tools.message({}), COMPRESSED), headers), ['internal', 'invalid_argument']);
    },
    async of_gzip(tools) {
        const message = tools.message({responseParameters: orders([4])}), headers = {'connect-content-encoding': 'gzip'};
        assert.deepStrictEqual(taken(tools, await tools.post(envelope(zlib.gzipSync(message), COMPRESSED), headers)).sizes, [4]);
        assert.deepStrictEqual(taken(tools, await tools.post(envelope(message), headers)).sizes, [4]); // not marked: plain
        failure(tools, await tools.post(envelope(message, COMPRESSED), headers), ['internal', 'invalid_argument', 'data_loss']);
    },
    async with_gzip_replies(tools) {
        const responseParameters = [{size: 30000, compressed: {value: true}}];
        const answer = await tools.post(envelope(tools.message({responseParameters})), {'connect-accept-encoding': 'br, gzip'});
        const {sizes, flags} = taken(tools, answer);
        assert.deepStrictEqual([sizes, flags], [[30000], [COMPRESSED]]);
        assert.deepStrictEqual(taken(tools, await tools.post(envelope(tools.message({responseParameters})))).flags, [0]);
    },
    async cut_short(tools) {
        const whole = envelope(tools.message({responseParameters: orders([1, 2, 3])}));
        for (let length = 1; length < whole.length; length++)
            failure(tools, await tools.post(whole.subarray(0, length)), ['invalid_argument', 'internal', 'data_loss', 'unimplemented']);
    },
    async of_a_message_that_does_not_parse(tools) {
        failure(tools, await tools.post(envelope([0x12])), ['invalid_argument', 'internal']);
        failure(tools, await tools.post(envelope([0xff, 0xff, 0xff, 0xff])), ['invalid_argument', 'internal']);
    },
    async too_large(tools) {
        failure(tools, await tools.post(envelope(Buffer.alloc(MESSAGE_LIMIT + 1))), 'resource_exhausted');
        const bomb = envelope(zlib.gzipSync(Buffer.alloc(64 << 20)), COMPRESSED);
        failure(tools, await tools.post(bomb, {'connect-content-encoding': 'gzip'}), 'resource_exhausted');
    },
    async with_a_length_that_never_comes(tools) { // it is refused by its length
        failure(tools, await tools.post(envelope([1, 2, 3], 0, 0xffffffff)), ['resource_exhausted', 'invalid_argument']);
    },
    async timeout(tools) {
        for (const timeout of ['soon', '-1', '12345678901'])
            failure(tools, await tools.post(envelope(tools.message({})), {'connect-timeout-ms': timeout}), 'invalid_argument');
        const slow = tools.message({responseParameters: [{size: 1}, {size: 2, intervalUs: 2000000000}]});
        for (let timeout = 60, sizes = []; sizes.length === 0; timeout *= 4) { // longer, where a busy machine has not sent the first by then
            const answer = await tools.post(envelope(slow), {'connect-timeout-ms': String(timeout)});
            sizes = taken(tools, answer).sizes;
            failure(tools, answer, 'deadline_exceeded', timeout < 10000 ? sizes : [1]);
            assert(sizes.length < 2);
        }
    },
    async refused_before_the_call(tools) {
        const one = envelope(tools.message({}));
        const status = async (headers, path, method = 'POST') => (await tools.ask({method, path, headers, body: one})).status;
        // unimplemented by HTTP, or as a stream's failure by its last message: clients make the same of both
        assert([200, 404].includes(await status({'content-type': tools.type}, '/grpc.testing.TestService/Nothing')));
        assert.strictEqual(await status({'content-type': tools.type}, UNARY), 415); // a unary method takes no envelopes
        assert.strictEqual(await status({'content-type': 'application/connect+xml'}, STREAM), 415);
        assert.strictEqual(await status({'content-type': 'application/connect'}, STREAM), 415);
        assert.strictEqual(await status({'content-type': tools.type}, STREAM, 'PUT'), 405);
    },
};

// ---- gRPC-Web

function fieldsOf(text) {
    const fields = {};
    for (const line of text.split('\r\n').filter((one) => one !== '')) {
        const at = line.indexOf(':');
        assert(at > 0, `a malformed trailer: ${line}`);
        assert.strictEqual(line.slice(0, at), line.slice(0, at).toLowerCase(), 'a name in capitals');
        fields[line.slice(0, at)] = line.slice(at + 1).trim();
    }
    return fields;
}

// {sizes, fields}: the status may stand in the headers, or in the last envelope.
function webTaken(tools, answer, type = tools.service.SimpleResponse) {
    assert.strictEqual(answer.status, 200, `${answer.status} ${answer.body}`);
    assert.match(answer.headers['content-type'], /^application\/grpc-web(\+proto)?$/);
    assert(!('grpc-status' in answer.trailers), 'no trailers of HTTP');
    const all = openEnvelopes(answer.body);
    if (all.length === 0)
        return {sizes: [], fields: answer.headers};
    const last = all.pop();
    assert(last.flags & TRAILERS, 'no trailers at the end');
    assert(all.every(({flags}) => flags === 0 || flags === COMPRESSED), 'a strange flag');
    return {
        sizes: all.map((one) => fromBinary(type, unpack(one)).payload?.body.length ?? 0), flags: all.map(({flags}) => flags),
        fields: fieldsOf(unpack(last).toString('latin1')),
    };
}

function webFailure(tools, answer, numbers) {
    const got = webTaken(tools, answer);
    assert(got.sizes.length === 0 && [].concat(numbers).includes(Number(got.fields['grpc-status'])), JSON.stringify(got));
    return got.fields;
}

const web = {
    async unary(tools) {
        for (const type of ['application/grpc-web', 'application/grpc-web+proto']) {
            const {sizes, fields} = webTaken(tools, await tools.web(envelope(tools.simple({responseSize: 3})), {'content-type': type}));
            assert.deepStrictEqual([sizes, fields['grpc-status']], [[3], '0']);
        }
    },
    async stream(tools) {
        const answer = await tools.web(envelope(tools.message({responseParameters: orders([1, 0, 50000])})), {'x-grpc-web': '1'}, STREAM);
        const {sizes, fields} = webTaken(tools, answer, tools.service.StreamResponse);
        assert.deepStrictEqual([sizes, fields['grpc-status']], [[1, 0, 50000], '0']);
    },
    async stream_that_fails(tools) {
        const message = tools.message({responseParameters: orders([1, 2]), responseStatus: {code: 15, message: '100% 失'}});
        const {sizes, fields} = webTaken(tools, await tools.web(envelope(message), {}, STREAM), tools.service.StreamResponse);
        assert.deepStrictEqual([sizes, fields['grpc-status']], [[1, 2], '15']);
        assert.strictEqual(decodeURIComponent(fields['grpc-message']), '100% 失');
    },
    async metadata(tools) {
        for (const fields of [{}, {responseStatus: {code: 5, message: 'no'}}]) {
            const answer = await tools.web(envelope(tools.simple(fields)), {[INITIAL]: 'one', [TRAILING]: 'q6ur'});
            assert.strictEqual(answer.headers[INITIAL], 'one');
            assert.strictEqual(webTaken(tools, answer).fields[TRAILING].replace(/=+$/, ''), 'q6ur');
        }
    },
    async every_code_comes_with_200(tools) {
        for (const {number, name} of CODES) {
            const message = tools.simple({responseStatus: {code: number, message: name}});
            const fields = webFailure(tools, await tools.web(envelope(message)), number);
            assert.strictEqual(fields['grpc-message'], name);
        }
    },
    async details(tools) {
        const fields = webFailure(tools, await tools.web(envelope(tools.simple({responseSize: -1}))), 3);
        const status = fromBinary(tools.service.Status, Buffer.from(fields['grpc-status-details-bin'], 'base64'));
        assert.strictEqual(status.code, 3);
        const names = status.details.map(({typeUrl}) => typeUrl.split('/')[1]).sort();
        assert.deepStrictEqual(names, ['google.rpc.BadRequest', 'google.rpc.ErrorInfo']);
    },
    async without_a_request(tools) {
        for (const path of [UNARY, STREAM])
            webFailure(tools, await tools.web('', {}, path), 12);
    },
    async with_two_requests(tools) {
        const simple = envelope(tools.simple({})), message = envelope(tools.message({}));
        webFailure(tools, await tools.web(Buffer.concat([simple, simple])), 12);
        webFailure(tools, await tools.web(Buffer.concat([message, message]), {}, STREAM), 12);
    },
    async of_an_unknown_method(tools) {
        for (const path of ['/grpc.testing.TestService/Nothing', '/no.Service/UnaryCall']) {
            const answer = await tools.web(envelope(tools.simple({})), {}, path);
            if (answer.status !== 404) // which every client takes for UNIMPLEMENTED
                webFailure(tools, answer, 12);
        }
    },
    async refused_before_the_call(tools) {
        const one = envelope(tools.simple({}));
        assert.strictEqual((await tools.web(one, {'content-type': 'application/grpc-web+foo'})).status, 415);
        const headers = {'content-type': 'application/grpc-web'};
        assert.strictEqual((await tools.ask({method: 'DELETE', path: UNARY, headers, body: one})).status, 405);
    },
    async of_an_unknown_compression(tools) {
        webFailure(tools, await tools.web(envelope(tools.simple({}), COMPRESSED), {'grpc-encoding': 'zst'}), 12);
    },
    async marked_as_compressed_without_a_compression(tools) {
        for (const headers of [{}, {'grpc-encoding': 'identity'}])
            webFailure(tools, await tools.web(envelope(tools.simple({}), COMPRESSED), headers), 13);
    },
    async of_gzip(tools) {
        const headers = {'grpc-encoding': 'gzip', 'grpc-accept-encoding': 'gzip'};
        const message = tools.simple({responseSize: 30000, responseCompressed: {value: true}, expectCompressed: {value: true}});
        const answer = await tools.web(envelope(zlib.gzipSync(message), COMPRESSED), headers);
        const {sizes, flags} = webTaken(tools, answer);
        assert.deepStrictEqual([sizes, flags, answer.headers['grpc-encoding']], [[30000], [COMPRESSED], 'gzip']);
    },
    async cut_short(tools) {
        const whole = envelope(tools.simple({responseSize: 100}));
        for (let length = 1; length < whole.length; length++)
            webFailure(tools, await tools.web(whole.subarray(0, length)), [3, 12, 13, 15]);
    },
    async of_a_message_that_does_not_parse(tools) {
        webFailure(tools, await tools.web(envelope([0x10])), [3, 13]);
    },
    async too_large(tools) {
        webFailure(tools, await tools.web(envelope(Buffer.alloc(MESSAGE_LIMIT + 1))), 8);
    },
    async timeout(tools) {
        const slow = tools.message({responseParameters: orders([1], 2000000000)});
        webFailure(tools, await tools.web(envelope(slow), {'grpc-timeout': '60m'}, STREAM), 4);
        webFailure(tools, await tools.web(envelope(tools.simple({})), {'grpc-timeout': 'soon'}), [3, 13]);
    },
};

function cases(server, service) {
    return [1, 2].flatMap((version) => {
        const http = version === 1 ? '1.1' : '2', all = [];
        for (const json of [true, false]) {
            const tools = makeTools(server, service, version, json);
            for (const [name, body] of Object.entries(connect))
                all.push([`bytes connect http/${http}: stream of ${json ? 'json' : 'proto'} ${name}`, () => body(tools)]);
        }
        const tools = makeTools(server, service, version, false);
        return [...all, ...Object.entries(web).map(([name, body]) => [`bytes grpc-web http/${http}: ${name}`, () => body(tools)])];
    });
}

module.exports = {cases};
