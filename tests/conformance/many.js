// SPDX-License-Identifier: Apache-2.0
// many.js: clients of every dialect at the same time, and what the server's log says of those that leave.
'use strict';

const assert = require('node:assert');
const http2 = require('node:http2');
const net = require('node:net');
const {createClient} = require('@connectrpc/connect');
const {allClients, collect} = require('./clients.js');
const {failsWith} = require('./harness.js');
const {head, split} = require('./raw.js');
const {orders, INITIAL, TRAILING} = require('./service.js');

const CLIENTS = 50, ROUNDS = 4;

// One client's calls, each of which can be told from every other client's by its size and its metadata.
async function talk(stub, number) {
    for (let round = 0; round < ROUNDS; round++) {
        const size = number * ROUNDS + round, mark = `client ${number}, round ${round}`, trailer = Buffer.from(mark).toString('base64');
        const got = {};
        const options = {
            headers: {[INITIAL]: mark, [TRAILING]: trailer},
            onHeader: (header) => { got.header = header.get(INITIAL); },
            onTrailer: (fields) => { got.trailer = fields.get(TRAILING).replace(/=+$/, ''); },
        };
        const own = () => assert.deepStrictEqual(got, {header: mark, trailer: trailer.replace(/=+$/, '')});
        assert.strictEqual((await stub.unaryCall({responseSize: size}, options)).payload.body.length, size);
        own();
        const sizes = [size, 0, size + 1];
        assert.deepStrictEqual(await collect(stub.streamingOutputCall({responseParameters: orders(sizes, round * 500)}, options)), sizes);
        own();
        const error = await failsWith('aborted', stub.unaryCall({responseStatus: {code: 10, message: mark}}, options));
        assert.strictEqual(error.rawMessage, mark);
        await stub.cacheableUnaryCall({responseSize: size}, options);
        own();
    }
}

async function fifty(server, service) {
    const clients = allClients(server);
    await Promise.all(Array.from({length: CLIENTS}, (_, number) =>
        talk(createClient(service.TestService, clients[number % clients.length].make()), number)));
}

// ---- the log

const count = (server, line) => server.log().filter((one) => one.startsWith(line)).length;

// Once `act` is through, the log has one more line that starts so; it may come a moment later.
async function logs(server, line, act) {
    const before = count(server, line);
    await act();
    while (count(server, line) === before)
        await new Promise((resolve) => setTimeout(resolve, 10));
    assert.strictEqual(count(server, line), before + 1);
}

async function leave(stub) {
    const stop = new AbortController();
    const responseParameters = [{size: 1}, {size: 2, intervalUs: 2000000000}];
    await failsWith('canceled', (async () => {
        for await (const {payload} of stub.streamingOutputCall({responseParameters}, {signal: stop.signal})) {
            assert.strictEqual(payload.body.length, 1);
            stop.abort();
        }
    })());
}

// The head of a call and half of its body, and then nobody.
const UNARY = '/grpc.testing.TestService/UnaryCall', TYPE = {'content-type': 'application/json'};

async function vanish1(address) {
    const [host, port] = split(address), socket = net.connect(port, host);
    const half = head(address, {path: UNARY, headers: {...TYPE, 'content-length': '100'}}) + '{"resp';
    await new Promise((resolve) => socket.write(half, resolve)); // it has left
    socket.destroy();
}

async function vanish2(address) {
    const session = http2.connect(`http://${address}`);
    await new Promise((resolve) => session.once('connect', resolve));
    const stream = session.request({':method': 'POST', ':path': UNARY, ...TYPE});
    stream.on('error', () => {});
    stream.write('{"resp');
    await new Promise((resolve) => session.ping(resolve)); // it has come
    stream.destroy(); // close() would end the body first
    session.close();
}

function cases(server, service) {
    const line = '/grpc.testing.TestService/StreamingOutputCall CANCELLED';
    const all = [['many: fifty clients of every dialect', () => fifty(server, service)]];
    for (const client of allClients(server)) {
        all.push([`log: ${client.name} cancels`,
            () => logs(server, line, () => leave(createClient(service.TestService, client.make())))]);
    }
    if (!server.reference) { // which knows of no call before its body is there
        all.push(['log: a client of http/1.1 vanishes', () => logs(server, `${UNARY} CANCELLED`, () => vanish1(server.http1))]);
        all.push(['log: a client of http/2 resets', () => logs(server, `${UNARY} CANCELLED`, () => vanish2(server.http2))]);
    }
    return all;
}

module.exports = {cases};
