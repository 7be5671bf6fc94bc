// SPDX-License-Identifier: Apache-2.0
// raw.js: requests that no stock client sends, over a plain socket (HTTP/1.1) or a bare session (HTTP/2), and their answers taken apart
// with nothing overlooked. An answer is {status, headers, trailers, body}; names are in lower case, values of one name joined by ", ".
'use strict';

const assert = require('node:assert');
const http2 = require('node:http2');
const net = require('node:net');

const split = (address) => [address.slice(0, address.lastIndexOf(':')), Number(address.slice(address.lastIndexOf(':') + 1))];

// ---- HTTP/1.1

function parseFields(lines) {
    const fields = {};
    for (const line of lines) {
        const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/.exec(line);
        assert(match, `a malformed field: ${JSON.stringify(line)}`);
        const name = match[1].toLowerCase();
        fields[name] = name in fields ? `${fields[name]}, ${match[2]}` : match[2];
    }
    return fields;
}

// A reader of one connection's answers.
class Answers {
    constructor(socket) {
        this.buffer = Buffer.alloc(0);
        this.ended = false;
        this.wake = () => {};
        socket.on('data', (bytes) => {
            this.buffer = Buffer.concat([this.buffer, bytes]);
            this.wake();
        });
        for (const end of ['end', 'close', 'error'])
            socket.on(end, () => { this.ended = true; this.wake(); });
    }

    async more() {
        assert(!this.ended, `the connection ended inside an answer: ${JSON.stringify(this.buffer.toString('latin1').slice(0, 200))}`);
        await new Promise((resolve) => { this.wake = resolve; });
    }

    async bytes(count) {
        while (this.buffer.length < count)
            await this.more();
        const taken = this.buffer.subarray(0, count);
        this.buffer = this.buffer.subarray(count);
        return taken;
    }

    async line() {
        let at;
        while ((at = this.buffer.indexOf('\r\n')) < 0)
            await this.more();
        return (await this.bytes(at + 2)).subarray(0, at).toString('latin1');
    }

    async lines() {
        const lines = [];
        for (let line = await this.line(); line !== ''; line = await this.line())
            lines.push(line);
        return lines;
    }

    async chunks() {
        const chunks = [];
        for (;;) {
            const size = await this.line();
            assert(/^[0-9a-fA-F]+$/.test(size), `a malformed chunk: ${size}`);
            const count = parseInt(size, 16);
            if (count === 0)
                return {body: Buffer.concat(chunks), trailers: parseFields(await this.lines())};
            chunks.push(await this.bytes(count));
            assert.strictEqual(await this.line(), '', 'a chunk longer than it says');
        }
    }

    async untilEnd() {
        while (!this.ended)
            await this.more();
        return this.bytes(this.buffer.length);
    }

    // One answer; those of 1xx before it are passed over.
    async next(method = 'POST') {
        const first = await this.line();
        const match = /^HTTP\/1\.1 ([1-5]\d\d) .*$/.exec(first);
        assert(match, `a malformed status line: ${JSON.stringify(first)}`);
        const status = Number(match[1]), headers = parseFields(await this.lines());
        if (status < 200)
            return this.next(method);
        const chunked = headers['transfer-encoding'], length = headers['content-length'];
        assert(!(chunked && length), 'both a length and chunks');
        if (method === 'HEAD' || status === 204 || status === 304)
            return {status, headers, trailers: {}, body: Buffer.alloc(0)};
        if (chunked) {
            assert.strictEqual(chunked, 'chunked');
            return {status, headers, ...await this.chunks()};
        }
        const body = length === undefined ? await this.untilEnd() : await this.bytes(Number(length));
        return {status, headers, trailers: {}, body};
    }
}

function head(address, {method = 'POST', path, headers = {}, body}) {
    const fields = {host: address, ...headers};
    if (body !== undefined && !('transfer-encoding' in fields) && !('content-length' in fields))
        fields['content-length'] = String(body.length);
    const lines = Object.entries(fields).flatMap(([name, values]) => [].concat(values).map((value) => `${name}: ${value}\r\n`));
    return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

// Sends these bytes on a connection of their own; `count` answers are read.
async function exchange(address, bytes, methods) {
    const [host, port] = split(address);
    const socket = net.connect(port, host);
    const answers = new Answers(socket), got = [];
    socket.write(bytes);
    try {
        for (const method of methods)
            got.push(await answers.next(method));
    } finally {
        socket.destroy();
    }
    return got;
}

async function ask1(address, request) {
    const body = request.body === undefined ? Buffer.alloc(0) : Buffer.from(request.body);
    return (await exchange(address, Buffer.concat([Buffer.from(head(address, request)), body]), [request.method || 'POST']))[0];
}

// ---- HTTP/2

function ask2(address, {method = 'POST', path, headers = {}, body, unfinished = false}) {
    const session = http2.connect(`http://${address}`);
    return new Promise((resolve, reject) => {
        session.on('error', reject);
        const stream = session.request({':method': method, ':path': path, ...headers}, {endStream: body === undefined && !unfinished});
        const answer = {trailers: {}}, chunks = [];
        const plain = (fields) => Object.fromEntries(Object.entries(fields).filter(([name]) => name[0] !== ':')
            .map(([name, value]) => [name, [].concat(value).join(', ')]));
        stream.on('response', (fields) => {
            answer.status = fields[':status'];
            answer.headers = plain(fields);
        });
        stream.on('trailers', (fields) => { answer.trailers = plain(fields); });
        stream.on('data', (bytes) => chunks.push(bytes));
        stream.on('error', reject);
        stream.on('end', () => resolve({...answer, body: Buffer.concat(chunks)}));
        stream.on('close', () => reject(new Error(`the stream was reset: ${stream.rstCode}`))); // nothing, once it is resolved
        if (body !== undefined && !unfinished)
            stream.end(body);
        else if (body !== undefined)
            stream.write(body);
    }).finally(() => session.destroy());
}

// ---- messages in envelopes

function envelope(message, flags = 0, length = message.length) {
    const prefix = Buffer.alloc(5);
    prefix[0] = flags;
    prefix.writeUInt32BE(length, 1);
    return Buffer.concat([prefix, Buffer.from(message)]);
}

// [{flags, data}, ...]; no byte may be left.
function openEnvelopes(body) {
    const all = [];
    for (let at = 0; at < body.length;) {
        assert(at + 5 <= body.length, 'a prefix cut short');
        const end = at + 5 + body.readUInt32BE(at + 1);
        assert(end <= body.length, 'an envelope cut short');
        all.push({flags: body[at], data: body.subarray(at + 5, end)});
        at = end;
    }
    return all;
}

module.exports = {ask1, ask2, head, exchange, split, Answers, envelope, openEnvelopes};
