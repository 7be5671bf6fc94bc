// SPDX-License-Identifier: Apache-2.0
// client.js: gRPC's interop cases, by stock @grpc/grpc-js. usage: node client.js ADDRESS PROTO_FOLDER [--tls CERTIFICATES]
'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const path = require('node:path');
try {
    require.resolve('@grpc/grpc-js');
} catch {
    console.log('@grpc/grpc-js is not installed');
    process.exit(77); // a skipped test
}
const grpc = require('@grpc/grpc-js');
const loader = require('@grpc/proto-loader');

const [address, protoFolder] = process.argv.slice(2);
const load = (...files) => grpc.loadPackageDefinition(
    loader.loadSync(files, {includeDirs: [protoFolder], keepCase: true, enums: String, defaults: true}));

function credentials() {
    const at = process.argv.indexOf('--tls');
    if (at < 0)
        return grpc.credentials.createInsecure();
    const read = (name) => fs.readFileSync(path.join(process.argv[at + 1], name));
    return grpc.credentials.createSsl(read('ca.pem'), read('client.key'), read('client.pem'));
}

const {grpc: {testing, health}} = load('grpc/testing/test.proto', 'grpc/health/v1/health.proto');
const options = {'grpc.max_receive_message_length': 8 << 20, 'grpc.max_send_message_length': 8 << 20};
const stub = new testing.TestService(address, credentials(), options);
const gzipStub = new testing.TestService(address, credentials(), {...options, 'grpc.default_compression_algorithm': 2});
const noService = new testing.UnimplementedService(address, credentials(), options);
const healthStub = new health.v1.Health(address, credentials(), options);

// A unary call as a promise of {reply, metadata, trailers}.
function unary(client, method, request, metadata = new grpc.Metadata(), callOptions = {}) {
    return new Promise((resolve, reject) => {
        const result = {};
        const call = client[method](request, metadata, callOptions, (error, reply) => {
            if (error)
                reject(error);
            result.reply = reply;
        });
        call.on('metadata', (initial) => { result.metadata = initial; });
        call.on('status', (status) => {
            result.trailers = status.metadata;
            setImmediate(() => resolve(result));
        });
    });
}

function collect(call) {
    return new Promise((resolve, reject) => {
        const sizes = [];
        call.on('data', (reply) => sizes.push(reply.payload.body.length));
        call.on('error', reject);
        call.on('end', () => resolve(sizes));
    });
}

async function failsWith(code, promise) {
    try {
        await promise;
    } catch (error) {
        assert.strictEqual(error.code, grpc.status[code], String(error));
        return error;
    }
    assert.fail('no error, expected ' + code);
}

const orders = (sizes, interval = 0) => ({response_parameters: sizes.map((size) => ({size, interval_us: interval}))});
const payload = (size) => ({body: Buffer.alloc(size)});

const cases = {
    async empty_unary() {
        await unary(stub, 'EmptyCall', {});
    },
    async large_unary() {
        const {reply} = await unary(stub, 'UnaryCall', {response_size: 314159, payload: payload(271828)});
        assert.strictEqual(reply.payload.body.length, 314159);
    },
    async too_large_a_request() {
        await failsWith('RESOURCE_EXHAUSTED', unary(stub, 'UnaryCall', {payload: payload((4 << 20) + 1)}));
    },
    async client_streaming() {
        const sum = await new Promise((resolve, reject) => {
            const call = stub.StreamingInputCall((error, reply) => error ? reject(error) : resolve(reply.aggregated_payload_size));
            for (const size of [27182, 8, 1828, 45904])
                call.write({payload: payload(size)});
            call.end();
        });
        assert.strictEqual(sum, 74922);
    },
    async server_streaming() {
        assert.deepStrictEqual(await collect(stub.StreamingOutputCall(orders([31415, 9, 2653, 58979]))), [31415, 9, 2653, 58979]);
    },
    async large_streams() {
        const sizes = await collect(stub.StreamingOutputCall(orders(Array(100).fill(100000))));
        assert.strictEqual(sizes.reduce((a, b) => a + b), 10000000);
    },
    async ping_pong() {
        const call = stub.FullDuplexCall();
        const sizes = [31415, 9, 2653, 58979], got = [];
        await new Promise((resolve, reject) => {
            call.on('data', (reply) => {
                got.push(reply.payload.body.length);
                if (got.length < sizes.length)
                    call.write(orders([sizes[got.length]]));
                else
                    call.end();
            });
            call.on('error', reject);
            call.on('end', resolve);
            call.write(orders([sizes[0]]));
        });
        assert.deepStrictEqual(got, sizes);
    },
    async empty_stream() {
        const call = stub.FullDuplexCall();
        call.end();
        assert.deepStrictEqual(await collect(call), []);
    },
    async client_compressed_unary() {
        const request = {response_size: 314159, payload: payload(271828), expect_compressed: {value: true}};
        await failsWith('INVALID_ARGUMENT', unary(stub, 'UnaryCall', request)); // the probe
        assert.strictEqual((await unary(gzipStub, 'UnaryCall', request)).reply.payload.body.length, 314159);
        request.expect_compressed.value = false;
        assert.strictEqual((await unary(stub, 'UnaryCall', request)).reply.payload.body.length, 314159);
    },
    async server_compressed_unary() {
        for (const value of [true, false]) {
            const request = {response_size: 314159, payload: payload(271828), response_compressed: {value}};
            assert.strictEqual((await unary(stub, 'UnaryCall', request)).reply.payload.body.length, 314159);
        }
    },
    async client_compressed_streaming() {
        const send = (client, value) => new Promise((resolve, reject) => {
            const call = client.StreamingInputCall((error, reply) => error ? reject(error) : resolve(reply.aggregated_payload_size));
            for (let i = 0; i < 3; i++)
                call.write({payload: payload(27182), expect_compressed: {value}});
            call.end();
        });
        await failsWith('INVALID_ARGUMENT', send(stub, true)); // the probe
        assert.strictEqual(await send(gzipStub, true), 81546);
        assert.strictEqual(await send(stub, false), 81546);
    },
    async server_compressed_streaming() {
        const request = {response_parameters: [{size: 31415, compressed: {value: true}}, {size: 92653, compressed: {value: false}}]};
        assert.deepStrictEqual(await collect(stub.StreamingOutputCall(request)), [31415, 92653]);
    },
    async custom_metadata() {
        const sent = new grpc.Metadata();
        sent.set('x-grpc-test-echo-initial', 'test_initial_metadata_value');
        sent.set('x-grpc-test-echo-trailing-bin', Buffer.from([0xab, 0xab, 0xab]));
        const {metadata, trailers} = await unary(stub, 'UnaryCall', {response_size: 1}, sent);
        assert.deepStrictEqual(metadata.get('x-grpc-test-echo-initial'), ['test_initial_metadata_value']);
        assert.deepStrictEqual(trailers.get('x-grpc-test-echo-trailing-bin'), [Buffer.from([0xab, 0xab, 0xab])]);
        const call = stub.FullDuplexCall(sent), came = {};
        call.on('metadata', (initial) => { came.metadata = initial; });
        call.on('status', (status) => { came.trailers = status.metadata; });
        call.write(orders([1]));
        call.end();
        assert.deepStrictEqual(await collect(call), [1]);
        await new Promise(setImmediate);
        assert.deepStrictEqual(came.metadata.get('x-grpc-test-echo-initial'), ['test_initial_metadata_value']);
        assert.deepStrictEqual(came.trailers.get('x-grpc-test-echo-trailing-bin'), [Buffer.from([0xab, 0xab, 0xab])]);
    },
    async status_code_and_message() {
        const status = {response_status: {code: 2, message: 'test status message'}};
        assert.strictEqual((await failsWith('UNKNOWN', unary(stub, 'UnaryCall', status))).details, 'test status message');
        const call = stub.FullDuplexCall();
        call.write(status);
        call.end();
        assert.strictEqual((await failsWith('UNKNOWN', collect(call))).details, 'test status message');
    },
    async special_status_message() {
        const message = '\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \u{1f608}\t\n';
        const error = await failsWith('UNKNOWN', unary(stub, 'UnaryCall', {response_status: {code: 2, message}}));
        assert.strictEqual(error.details, message);
    },
    async unimplemented_method() {
        await failsWith('UNIMPLEMENTED', unary(stub, 'UnimplementedCall', {}));
    },
    async unimplemented_service() {
        await failsWith('UNIMPLEMENTED', unary(noService, 'UnimplementedCall', {}));
    },
    async cancel_after_begin() {
        const call = stub.StreamingInputCall(() => {});
        const ended = new Promise((resolve) => call.on('status', (status) => resolve(status.code)));
        // Once the request has started: cancelled in the same turn, grpc-js may send it after its GOAWAY and never reset it.
        await new Promise((resolve) => setTimeout(resolve, 20));
        call.cancel();
        assert.strictEqual(await ended, grpc.status.CANCELLED);
    },
    async cancel_after_first_response() {
        const call = stub.FullDuplexCall();
        call.write(orders([31415]));
        call.on('data', () => call.cancel());
        await failsWith('CANCELLED', new Promise((resolve, reject) => call.on('error', reject).on('end', resolve)));
    },
    async timeout_on_sleeping_server() {
        const call = stub.StreamingOutputCall(orders([1], 5000000), {deadline: Date.now() + 50});
        await failsWith('DEADLINE_EXCEEDED', collect(call));
        const silent = stub.FullDuplexCall({deadline: Date.now() + 1});
        silent.write({payload: payload(27182)});
        await failsWith('DEADLINE_EXCEEDED', collect(silent));
    },
    async rpc_soak() {
        for (let i = 0; i < 50; i++)
            await cases.large_unary();
    },
    async health() {
        assert.strictEqual((await unary(healthStub, 'Check', {service: ''})).reply.status, 'SERVING');
        await failsWith('NOT_FOUND', unary(healthStub, 'Check', {service: 'nobody'}));
        const watch = healthStub.Watch({service: ''});
        const first = await new Promise((resolve, reject) => watch.once('data', resolve).on('error', reject));
        assert.strictEqual(first.status, 'SERVING');
        watch.removeAllListeners('error').on('error', () => {});
        watch.cancel();
    },
    async many_at_once() {
        const results = await Promise.all(Array.from({length: 500}, () => unary(stub, 'UnaryCall', {response_size: 1000})));
        assert(results.every(({reply}) => reply.payload.body.length === 1000));
    },
};

async function main() {
    for (const [name, run] of Object.entries(cases)) {
        const begin = performance.now();
        await run();
        console.log(name.padEnd(32), (performance.now() - begin).toFixed(0).padStart(4), 'ms');
    }
    for (const client of [stub, gzipStub, noService, healthStub])
        client.close();
}

main().catch((error) => {
    console.error(error);
    process.exit(1);
});
