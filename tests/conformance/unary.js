// SPDX-License-Identifier: Apache-2.0
// unary.js: Connect's unary calls as bytes, POST and GET: what a program with an HTTP client and no library sends, and what it should not.
'use strict';

const assert = require('node:assert');
const zlib = require('node:zlib');
const {create, fromBinary, fromJsonString, toBinary, toJsonString} = require('@bufbuild/protobuf');
const {ask1, ask2, exchange, head} = require('./raw.js');
const {CODES, MESSAGE_LIMIT, INITIAL, TRAILING} = require('./service.js');

const UNARY = '/grpc.testing.TestService/UnaryCall', CACHEABLE = '/grpc.testing.TestService/CacheableUnaryCall';
const JSON_TYPE = {'content-type': 'application/json'}, PROTO_TYPE = {'content-type': 'application/proto'};

// What each case gets: `ask` of one version of HTTP, and messages as bytes.
function makeTools(server, service, version) {
    const ask = version === 2 ? (request) => ask2(server.http2, request) : (request) => ask1(server.http1, request);
    const request = (fields) => create(service.SimpleRequest, fields);
    return {
        ask, version, server, service,
        json: (fields) => toJsonString(service.SimpleRequest, request(fields)),
        proto: (fields) => Buffer.from(toBinary(service.SimpleRequest, request(fields))),
        post: (body, headers = JSON_TYPE, path = UNARY) => ask({path, headers, body}),
        get: (query, headers = {}, path = CACHEABLE) => ask({method: 'GET', path: `${path}?${query}`, headers}),
    };
}

function replySize({service}, answer) {
    assert.strictEqual(answer.status, 200, `${answer.status} ${answer.body}`);
    const body = answer.headers['content-encoding'] === 'gzip' ? zlib.gunzipSync(answer.body) : answer.body;
    if (answer.headers['content-type'] === 'application/proto')
        return fromBinary(service.SimpleResponse, body).payload.body.length;
    assert.strictEqual(answer.headers['content-type'], 'application/json');
    return fromJsonString(service.SimpleResponse, body.toString()).payload?.body.length ?? 0;
}

// Connect's error: an HTTP status, and a JSON object that names the code. Several codes: any of them.
function failure(answer, names) {
    const text = answer.headers['content-encoding'] === 'gzip' ? zlib.gunzipSync(answer.body) : answer.body;
    assert.strictEqual(answer.headers['content-type'], 'application/json', `${answer.status} ${text}`);
    const error = JSON.parse(text.toString());
    assert([].concat(names).includes(error.code), `expected ${names}: ${text}`);
    assert.strictEqual(answer.status, CODES.find(({name}) => name === error.code).http);
    for (const detail of error.details || [])
        assert(typeof detail.type === 'string' && !detail.type.includes('/') && typeof detail.value === 'string', String(text));
    return error;
}

// Refused before it was a call: a status, and no claim of success.
const refused = (answer, status) => assert.strictEqual(answer.status, status, `${answer.status} ${answer.body}`);

const post = {
    async without_the_header_of_the_protocol(tools) {
        assert.strictEqual(replySize(tools, await tools.post('{"responseSize": 12}')), 12);
    },
    async with_names_as_in_the_proto(tools) {
        assert.strictEqual(replySize(tools, await tools.post('{"response_size": 12}')), 12);
    },
    async with_a_charset(tools) {
        const headers = {'content-type': 'application/json; charset=utf-8', 'connect-protocol-version': '1'};
        assert.strictEqual(replySize(tools, await tools.post('{"responseSize": 12}', headers)), 12);
    },
    async of_proto(tools) {
        assert.strictEqual(replySize(tools, await tools.post(tools.proto({responseSize: 12}), PROTO_TYPE)), 12);
    },
    async of_an_empty_message(tools) {
        assert.strictEqual(replySize(tools, await tools.post('{}')), 0);
        assert.strictEqual(replySize(tools, await tools.post('', PROTO_TYPE)), 0);
    },
    async has_a_length(tools) {
        const answer = await tools.post('{"responseSize": 12}');
        assert.strictEqual(Number(answer.headers['content-length'] ?? answer.body.length), answer.body.length);
        assert(!('grpc-status' in answer.headers) && !('grpc-status' in answer.trailers));
    },
    async of_what_is_no_json(tools) {
        for (const body of ['', '{', '[]', 'null and void', '{"responseSize": }', '{"responseSize": "many"}', '\xff\xfe', '"text"',
            '{"responseSize": 4294967296}', '{"payload": {"body": "!"}}'])
            failure(await tools.post(Buffer.from(body, 'latin1')), 'invalid_argument');
    },
    async of_what_is_no_proto(tools) {
        for (const body of [[0x1a], [0x10], [0x1a, 0x7f, 0x00], [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]])
            failure(await tools.post(Buffer.from(body), PROTO_TYPE), ['invalid_argument', 'internal']);
    },
    async of_json_that_says_proto(tools) {
        failure(await tools.post('{"responseSize": 12}', PROTO_TYPE), ['invalid_argument', 'internal']);
    },
    async every_code_has_its_status(tools) {
        for (const {number, name} of CODES) {
            for (const [body, headers] of [[tools.json({responseStatus: {code: number, message: name}}), JSON_TYPE],
                [tools.proto({responseStatus: {code: number, message: name}}), PROTO_TYPE]])
                assert.strictEqual(failure(await tools.post(body, headers), name).message, name);
        }
    },
    async details(tools) {
        const error = failure(await tools.post(tools.json({responseSize: -1})), 'invalid_argument');
        const detail = (type) => Buffer.from(error.details.find((one) => one.type === type).value, 'base64');
        assert.strictEqual(fromBinary(tools.service.ErrorInfo, detail('google.rpc.ErrorInfo')).reason, 'OUT_OF_RANGE');
        assert.strictEqual(fromBinary(tools.service.BadRequest, detail('google.rpc.BadRequest')).fieldViolations[0].field, 'response_size');
    },
    async metadata(tools) {
        const headers = {...JSON_TYPE, [INITIAL]: 'one', [TRAILING]: 'q6ur'};
        for (const body of ['{}', tools.json({responseStatus: {code: 5, message: 'no'}})]) {
            const answer = await tools.post(body, headers);
            assert.strictEqual(answer.headers[INITIAL], 'one');
            assert.strictEqual(answer.headers[`trailer-${TRAILING}`].replace(/=+$/, ''), 'q6ur');
            assert(!(TRAILING in answer.headers));
        }
    },
    async metadata_twice(tools) {
        const answer = await tools.post('{}', {...JSON_TYPE, [INITIAL]: ['one', 'two']});
        assert.strictEqual(answer.headers[INITIAL], 'one, two');
    },
};

const wrong = {
    async method(tools) {
        for (const method of ['PUT', 'DELETE', 'PATCH']) {
            const answer = await tools.ask({method, path: UNARY, headers: JSON_TYPE, body: '{}'});
            refused(answer, 405);
            if (!tools.server.reference)
                assert.match(answer.headers.allow, /\bPOST\b/);
        }
    },
    async get_of_a_method_with_effects(tools) {
        const answer = await tools.get('connect=v1&encoding=json&message=%7B%7D', {}, UNARY);
        refused(answer, 405);
        if (!tools.server.reference)
            assert.match(answer.headers.allow, /\bPOST\b/);
    },
    async path(tools) {
        const service = '/grpc.testing.TestService';
        for (const path of [`${service}/Nothing`, '/no.Service/UnaryCall', `${service}/`, service, `${UNARY}/`, '//', `${service}/unarycall`])
            refused(await tools.post('{}', JSON_TYPE, path), 404);
    },
    async content_type(tools) {
        for (const type of ['application/foo', 'image/jpeg', 'text/plain', 'application/x-www-form-urlencoded',
            'multipart/form-data; boundary=x', 'application/jsonp', 'application/connect+json', 'application/connect+proto'])
            refused(await tools.post('{}', {'content-type': type}), 415);
        refused(await tools.post('{}', {}), 415);
    },
    async content_type_of_a_stream(tools) {
        for (const headers of [JSON_TYPE, PROTO_TYPE])
            refused(await tools.post('{}', headers, '/grpc.testing.TestService/StreamingOutputCall'), 415);
    },
    async compression(tools) {
        const error = failure(await tools.post('{}', {...JSON_TYPE, 'content-encoding': 'zstd-of-tomorrow'}), 'unimplemented');
        assert.match(error.message, /gzip/);
    },
    async timeout(tools) {
        for (const timeout of ['soon', '-1', '1.5', '12345678901', '0x10', '1 0'])
            failure(await tools.post('{}', {...JSON_TYPE, 'connect-timeout-ms': timeout}), 'invalid_argument');
    },
    async gzip(tools) {
        const whole = zlib.gzipSync('{"responseSize": 12}');
        const headers = {...JSON_TYPE, 'content-encoding': 'gzip'};
        for (const body of ['{}', whole.subarray(0, whole.length - 9), whole.subarray(0, 5)])
            failure(await tools.post(body, headers), ['invalid_argument', 'internal', 'data_loss']);
    },
    async size(tools) {
        failure(await tools.post(Buffer.alloc(MESSAGE_LIMIT + 1, ' ')), 'resource_exhausted');
        const bomb = zlib.gzipSync(Buffer.alloc(64 << 20, ' '));
        failure(await tools.post(bomb, {...JSON_TYPE, 'content-encoding': 'gzip'}), 'resource_exhausted');
    },
};

const compressed = {
    async request(tools) {
        const headers = {...JSON_TYPE, 'content-encoding': 'gzip'};
        const body = zlib.gzipSync('{"responseSize": 12, "expectCompressed": {"value": true}}');
        assert.strictEqual(replySize(tools, await tools.post(body, headers)), 12);
    },
    async identity_request(tools) {
        assert.strictEqual(replySize(tools, await tools.post('{"responseSize": 3}', {...JSON_TYPE, 'content-encoding': 'identity'})), 3);
    },
    async reply(tools) {
        const body = '{"responseSize": 30000, "responseCompressed": {"value": true}}';
        for (const accepted of ['gzip', 'br, gzip', 'gzip, deflate']) {
            const answer = await tools.post(body, {...JSON_TYPE, 'accept-encoding': accepted});
            assert.strictEqual(answer.headers['content-encoding'], 'gzip');
            assert.strictEqual(replySize(tools, answer), 30000);
        }
    },
    async reply_that_is_not_wanted_so(tools) {
        const body = '{"responseSize": 30000, "responseCompressed": {"value": true}}';
        for (const accept of [{}, {'accept-encoding': 'identity'}, {'accept-encoding': 'br'}]) {
            const answer = await tools.post(body, {...JSON_TYPE, ...accept});
            assert.strictEqual(answer.headers['content-encoding'] ?? 'identity', 'identity');
            assert.strictEqual(replySize(tools, answer), 30000);
        }
    },
};

const deadline = {
    async of_a_body_that_does_not_come(tools) {
        const length = tools.version === 1 ? {'content-length': '100'} : {};
        const headers = {...JSON_TYPE, ...length, 'connect-timeout-ms': '60'};
        failure(await tools.ask({path: UNARY, headers, body: '{"resp', unfinished: true}), 'deadline_exceeded');
    },
    async that_is_far(tools) {
        assert.strictEqual(replySize(tools, await tools.post('{"responseSize": 3}', {...JSON_TYPE, 'connect-timeout-ms': '2147483647'})), 3);
    },
};

const urlBase64 = (bytes) => Buffer.from(bytes).toString('base64url');

const get = {
    async of_json(tools) {
        const answer = await tools.get('connect=v1&encoding=json&message=' + encodeURIComponent('{"responseSize": 12}'));
        assert.strictEqual(replySize(tools, answer), 12);
    },
    async in_any_order_without_a_version(tools) {
        assert.strictEqual(replySize(tools, await tools.get('message=%7b%22responseSize%22%3a12%7D&encoding=json&other=1')), 12);
    },
    async of_text_outside_ascii(tools) {
        const text = '{"responseStatus": {"code": 5, "message": "产业链+ &"}}';
        const answer = await tools.get('connect=v1&encoding=json&message=' + encodeURIComponent(text));
        assert.strictEqual(failure(answer, 'not_found').message, '产业链+ &');
    },
    async of_base64(tools) {
        const message = tools.proto({responseSize: 12, payload: {body: Buffer.from([0xfb, 0xff, 0xfe, 0x3e])}});
        const query = 'connect=v1&encoding=proto&base64=1&message=';
        assert.strictEqual(replySize(tools, await tools.get(query + urlBase64(message))), 12);
        const padded = message.toString('base64').replace(/\+/g, '-').replace(/\//g, '_');
        assert.strictEqual(replySize(tools, await tools.get(query + encodeURIComponent(padded))), 12);
        assert.strictEqual(replySize(tools, await tools.get('connect=v1&encoding=json&base64=1&message=' + urlBase64('{"responseSize": 9}'))), 9);
    },
    async of_gzip(tools) {
        const message = urlBase64(zlib.gzipSync(tools.proto({responseSize: 12})));
        assert.strictEqual(replySize(tools, await tools.get('connect=v1&encoding=proto&base64=1&compression=gzip&message=' + message)), 12);
    },
    async of_an_empty_message(tools) {
        assert.strictEqual(replySize(tools, await tools.get('connect=v1&encoding=proto&base64=1&message=')), 0);
        assert.strictEqual(replySize(tools, await tools.get('connect=v1&encoding=proto&message=')), 0);
    },
    async of_no_encoding(tools) {
        for (const query of ['connect=v1&message=%7B%7D', 'connect=v1&encoding=xml&message=%7B%7D', ''])
            refused(await tools.get(query), 415);
    },
    async of_a_wrong_compression(tools) {
        failure(await tools.get('connect=v1&encoding=json&compression=zst&message=%7B%7D'), 'unimplemented');
    },
    async of_a_wrong_message(tools) {
        for (const query of ['encoding=json&message=%7B', 'encoding=json&message=', 'encoding=json&base64=1&message=%21%21',
            'encoding=proto&base64=1&message=EA', 'encoding=json&compression=gzip&base64=1&message=AAAA'])
            failure(await tools.get('connect=v1&' + query), ['invalid_argument', 'internal', 'data_loss']);
    },
    async metadata(tools) {
        const answer = await tools.get('connect=v1&encoding=json&message=%7B%7D', {[INITIAL]: 'one', [TRAILING]: 'q6ur'});
        assert.strictEqual(answer.headers[INITIAL], 'one');
        assert.strictEqual(answer.headers[`trailer-${TRAILING}`].replace(/=+$/, ''), 'q6ur');
    },
    async gzip_reply(tools) {
        const query = 'connect=v1&encoding=json&message=' + encodeURIComponent('{"responseSize": 30000, "responseCompressed": {"value": true}}');
        const answer = await tools.get(query, {'accept-encoding': 'gzip'});
        assert.strictEqual(answer.headers['content-encoding'], 'gzip');
        assert.strictEqual(replySize(tools, answer), 30000);
    },
};

// Of HTTP/1.1 alone.
const connection = {
    async is_kept_and_pipelined(tools) {
        const one = (size) => {
            const body = tools.json({responseSize: size});
            return head(tools.server.http1, {path: UNARY, headers: JSON_TYPE, body}) + body;
        };
        const answers = await exchange(tools.server.http1, one(3) + one(40000) + one(0) + one(7), Array(4).fill('POST'));
        assert.deepStrictEqual(answers.map((answer) => replySize(tools, answer)), [3, 40000, 0, 7]);
    },
    async is_kept_after_failures(tools) {
        const one = (body, headers = JSON_TYPE) => head(tools.server.http1, {path: UNARY, headers, body}) + body;
        const bytes = one('{') + one('{}', {'content-type': 'image/jpeg'}) + one('{"responseSize": 5}');
        const [bad, image, good] = await exchange(tools.server.http1, bytes, Array(3).fill('POST'));
        failure(bad, 'invalid_argument');
        refused(image, 415);
        assert.strictEqual(replySize(tools, good), 5);
    },
    async takes_chunks(tools) {
        const headers = {...JSON_TYPE, 'transfer-encoding': 'chunked'};
        const body = '7\r\n{"respo\r\n0c;x=y\r\nnseSize": 12\r\n1\r\n}\r\n0\r\n\r\n';
        assert.strictEqual(replySize(tools, await tools.post(body, headers)), 12);
    },
    async takes_a_body_byte_by_byte_and_says_continue(tools) {
        const headers = {...JSON_TYPE, expect: '100-continue', 'content-length': '20', connection: 'close'};
        assert.strictEqual(replySize(tools, await tools.post('{"responseSize": 12}', headers)), 12);
    },
};

function cases(server, service) {
    return [1, 2].flatMap((version) => {
        const tools = makeTools(server, service, version);
        const groups = {post, wrong, compressed, deadline, get, ...(version === 1 ? {connection} : {})};
        if (server.reference) // it starts the clock with the method, which is after the body
            groups.deadline = {that_is_far: deadline.that_is_far};
        return Object.entries(groups).flatMap(([group, bodies]) => Object.entries(bodies).map(([name, body]) =>
            [`bytes connect http/${version === 1 ? '1.1' : '2'}: ${group} ${name}`, () => body(tools)]));
    });
}

module.exports = {cases};
