// SPDX-License-Identifier: Apache-2.0
// errors.ts: what the server says in place of an answer, and google.rpc.ErrorInfo and BadRequest, which say it to programs.

/** A call failed. What is for programs are its fields; the message is for people and may change. */
export class GramdexError extends Error {
    override readonly name = "GramdexError";
    /** The status of gRPC: "INVALID_ARGUMENT", "NOT_FOUND", "UNAVAILABLE", ... */
    readonly status: string;
    /** What of it a program may want to tell apart: "QUERY_SYNTAX", "QUEUE_FULL", ...; "" when there is nothing. */
    readonly reason: string;
    /** The field of the request that is wrong; "" when none is. */
    readonly field: string;
    /** Where a malformed query is wrong, in code points from 1. */
    readonly column: number | undefined;

    constructor(status: string, message: string, details: Details = {}, options?: ErrorOptions) {
        super(message, options);
        this.status = status;
        this.reason = details.reason ?? "";
        this.field = details.field ?? "";
        this.column = details.column;
    }
}

export interface Details {
    reason?: string;
    field?: string;
    column?: number;
}

/** A failure as Connect writes it. */
export interface WireError {
    code?: string;
    message?: string;
    details?: { type: string; value: string }[];
}

function varint(bytes: Uint8Array, at: number): [value: number, end: number] {
    let value = 0;
    for (let shift = 0; at < bytes.length; shift += 7) {
        const byte = bytes[at++] ?? 0;
        value += (byte & 127) * 2 ** shift;
        if (byte < 128) break;
    }
    return [value, at];
}

/** The fields of a message of protobuf whose value is a length and bytes; the messages read here have no others. */
function* fieldsOf(bytes: Uint8Array): Generator<[number: number, value: Uint8Array]> {
    for (let at = 0; at < bytes.length; ) {
        const [tag, begin] = varint(bytes, at);
        const [length, content] = varint(bytes, begin);
        if (tag % 8 !== 2) return;
        yield [Math.floor(tag / 8), bytes.subarray(content, content + length)];
        at = content + length;
    }
}

const textOf = (bytes: Uint8Array | undefined): string => new TextDecoder().decode(bytes);

function bytesOf(base64: string): Uint8Array {
    const text = atob(base64.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(text, (each) => each.charCodeAt(0));
}

function readErrorInfo(bytes: Uint8Array, into: Details): void {
    for (const [number, value] of fieldsOf(bytes)) {
        if (number === 1) into.reason = textOf(value);
        if (number !== 3) continue;
        const pair = new Map(fieldsOf(value));
        if (textOf(pair.get(1)) === "column") into.column = Number(textOf(pair.get(2)));
    }
}

function readBadRequest(bytes: Uint8Array, into: Details): void {
    for (const [number, value] of fieldsOf(bytes)) {
        if (number === 1) into.field ??= textOf(new Map(fieldsOf(value)).get(1));
    }
}

function detailsOf(details: { type: string; value: string }[]): Details {
    const all: Details = {};
    for (const { type, value } of details) {
        if (type.endsWith("google.rpc.ErrorInfo")) readErrorInfo(bytesOf(value), all);
        if (type.endsWith("google.rpc.BadRequest")) readBadRequest(bytesOf(value), all);
    }
    return all;
}

export function errorOf(wire: WireError): GramdexError {
    const status = wire.code === "canceled" ? "CANCELLED" : (wire.code ?? "unknown").toUpperCase();
    return new GramdexError(status, wire.message ?? status, detailsOf(wire.details ?? []));
}

const ofHttp: { [status: number]: string } = {
    401: "UNAUTHENTICATED",
    403: "PERMISSION_DENIED",
    404: "UNIMPLEMENTED",
    429: "UNAVAILABLE",
    502: "UNAVAILABLE",
    503: "UNAVAILABLE",
    504: "UNAVAILABLE",
};

/** The failure that an answer of HTTP is: the server's own, or what a proxy in front of it says. */
export function errorIn(status: number, text: string): GramdexError {
    try {
        const wire = JSON.parse(text) as WireError;
        if (wire.code) return errorOf(wire);
    } catch {
        // not the server's own words
    }
    return new GramdexError(ofHttp[status] ?? "UNKNOWN", `HTTP ${status}: ${text.trim().slice(0, 500)}`);
}
