// SPDX-License-Identifier: Apache-2.0
// service.js: grpc.testing.TestService as the stock libraries want it, from the descriptors that the build compiles: no generated code.
'use strict';

const fs = require('node:fs');
const {create, createFileRegistry, fromBinary} = require('@bufbuild/protobuf');
const {FileDescriptorSetSchema} = require('@bufbuild/protobuf/wkt');

// Files of descriptors, comma between them. `include_imports` repeats files: the first of a name counts.
function load(paths) {
    const files = new Map();
    for (const path of paths.split(',')) {
        for (const file of fromBinary(FileDescriptorSetSchema, fs.readFileSync(path)).file) {
            if (!files.has(file.name))
                files.set(file.name, file);
        }
    }
    const registry = createFileRegistry(create(FileDescriptorSetSchema, {file: [...files.values()]}));
    const message = (name) => registry.getMessage(name);
    return {
        TestService: registry.getService('grpc.testing.TestService'),
        Search: registry.getService('gramdex.v1.Search'),
        UnimplementedService: registry.getService('grpc.testing.UnimplementedService'),
        Empty: message('grpc.testing.Empty'),
        SimpleRequest: message('grpc.testing.SimpleRequest'),
        SimpleResponse: message('grpc.testing.SimpleResponse'),
        StreamRequest: message('grpc.testing.StreamingOutputCallRequest'),
        StreamResponse: message('grpc.testing.StreamingOutputCallResponse'),
        ErrorInfo: message('google.rpc.ErrorInfo'),
        BadRequest: message('google.rpc.BadRequest'),
        Status: message('google.rpc.Status'),
    };
}

// Every code: its number, its name in Connect's JSON, and the HTTP status that Connect's specification gives it.
const CODES = [
    [1, 'canceled', 499], [2, 'unknown', 500], [3, 'invalid_argument', 400], [4, 'deadline_exceeded', 504], [5, 'not_found', 404],
    [6, 'already_exists', 409], [7, 'permission_denied', 403], [8, 'resource_exhausted', 429], [9, 'failed_precondition', 400],
    [10, 'aborted', 409], [11, 'out_of_range', 400], [12, 'unimplemented', 501], [13, 'internal', 500], [14, 'unavailable', 503],
    [15, 'data_loss', 500], [16, 'unauthenticated', 401],
].map(([number, name, http]) => ({number, name, http}));

const MESSAGE_LIMIT = 1 << 20; // of one message: less than the server's own, so that the clients' share of the time is small
const INITIAL = 'x-grpc-test-echo-initial';       // what comes in these comes back, at the head of the answer
const TRAILING = 'x-grpc-test-echo-trailing-bin'; // and at its end

// The answer to a StreamingOutputCall of these sizes.
const orders = (sizes, intervalUs = 0) => sizes.map((size) => ({size, intervalUs}));

module.exports = {load, orders, CODES, MESSAGE_LIMIT, INITIAL, TRAILING};
