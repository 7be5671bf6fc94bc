// SPDX-License-Identifier: Apache-2.0
// reference.js: the test service by the reference implementation, so that the cases are held against it before they are held against us.
'use strict';

const http = require('node:http');
const http2 = require('node:http2');
const {ConnectError, Code} = require('@connectrpc/connect');
const {compressionGzip, connectNodeAdapter} = require('@connectrpc/connect-node');
const {CODES, MESSAGE_LIMIT, INITIAL, TRAILING} = require('./service.js');

const PAYLOAD_LIMIT = 8 << 20;
let types;

function echoMetadata(context) {
    const initial = context.requestHeader.get(INITIAL), trailing = context.requestHeader.get(TRAILING);
    if (initial !== null)
        context.responseHeader.set(INITIAL, initial);
    if (trailing !== null)
        context.responseTrailer.set(TRAILING, trailing);
}

function echoStatus(status) {
    if (status && status.code !== 0)
        throw new ConnectError(status.message, status.code);
}

function checkCompressed(context, expected) {
    const encoding = context.requestHeader.get('content-encoding') || context.requestHeader.get('connect-content-encoding') ||
        context.requestHeader.get('grpc-encoding') || 'identity';
    if (expected && expected.value !== (encoding !== 'identity'))
        throw new ConnectError('not compressed as expected', Code.InvalidArgument);
}

function payload(field, size) {
    if (size >= 0 && size <= PAYLOAD_LIMIT)
        return {body: new Uint8Array(size)};
    const description = `a payload of ${size} bytes, expected 0 to ${PAYLOAD_LIMIT}`;
    throw new ConnectError(`${field}: ${description}`, Code.InvalidArgument, undefined, [
        {desc: types.ErrorInfo, value: {reason: 'OUT_OF_RANGE', domain: 'gramdex'}},
        {desc: types.BadRequest, value: {fieldViolations: [{field, description, reason: 'OUT_OF_RANGE'}]}},
    ]);
}

function wait(ms, signal) {
    return new Promise((resolve, reject) => {
        const timer = setTimeout(resolve, ms);
        signal.addEventListener('abort', () => {
            clearTimeout(timer);
            reject(signal.reason);
        });
    });
}

function unaryCall(request, context) {
    echoMetadata(context);
    checkCompressed(context, request.expectCompressed);
    echoStatus(request.responseStatus);
    return {payload: payload('response_size', request.responseSize)};
}

async function* streamingOutputCall(request, context) {
    echoMetadata(context);
    for (const {size, intervalUs} of request.responseParameters) {
        if (intervalUs > 0)
            await wait(intervalUs / 1000, context.signal);
        yield {payload: payload('response_parameters.size', size)};
    }
    echoStatus(request.responseStatus);
}

async function* fullDuplexCall(requests, context) {
    echoMetadata(context);
    for await (const request of requests) {
        echoStatus(request.responseStatus);
        for (const {size} of request.responseParameters)
            yield {payload: payload('response_parameters.size', size)};
    }
}

async function streamingInputCall(requests) {
    let sum = 0;
    for await (const request of requests)
        sum += request.payload ? request.payload.body.length : 0;
    return {aggregatedPayloadSize: sum};
}

// A line for each call that has ended, as interop_server prints it.
function logged(lines) {
    const line = (request, error) => {
        const code = error && (error.name === 'AbortError' ? Code.Canceled : ConnectError.from(error).code);
        const name = code ? CODES.find(({number}) => number === code).name.toUpperCase().replace('CANCELED', 'CANCELLED') : 'OK';
        lines.push(`/${request.service.typeName}/${request.method.name} ${name}`);
    };
    return (next) => async (request) => {
        try {
            const response = await next(request);
            if (!response.stream) {
                line(request);
                return response;
            }
            return {...response, message: loggedStream(response.message, (error) => line(request, error))};
        } catch (error) {
            line(request, error);
            throw error;
        }
    };
}

async function* loggedStream(messages, ended) {
    let failure, whole = false;
    try {
        yield* messages;
        whole = true;
    } catch (error) {
        failure = error;
        throw error;
    } finally { // also when the consumer goes away, which is no exception here
        ended(whole ? undefined : failure || new ConnectError('the client went away', Code.Canceled));
    }
}

const listening = (server) => new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(`127.0.0.1:${server.address().port}`));
});

// Returns {http1, http2, log, stop}: addresses, the lines so far, and the end of both servers.
async function start(service) {
    types = service;
    const lines = [];
    const handler = connectNodeAdapter({
        readMaxBytes: MESSAGE_LIMIT,
        acceptCompression: [compressionGzip],
        interceptors: [logged(lines)],
        routes: (router) => router.service(service.TestService, {
            emptyCall: (request, context) => (echoMetadata(context), {}),
            unaryCall, cacheableUnaryCall: unaryCall, streamingOutputCall, streamingInputCall, fullDuplexCall,
        }),
    });
    const servers = [http.createServer(handler), http2.createServer({maxSessionMemory: 1000}, handler)];
    const addresses = await Promise.all(servers.map(listening));
    return {
        http1: addresses[0], http2: addresses[1],
        log: () => lines,
        stop: () => servers.forEach((server) => server.close()),
    };
}

module.exports = {start};
