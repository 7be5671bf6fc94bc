// SPDX-License-Identifier: Apache-2.0
// Reads an error's details: google.rpc.ErrorInfo and BadRequest, in protobuf. Only fields whose value is a length and bytes
// are looked at.

export interface Reasons {
    reason?: string; // "QUERY_SYNTAX", ...
    column?: number; // of the query, in code points, from 1
    field?: string; // of the request
    found?: string; // what was found and expected
}

/** The number at `at`, and where it ends. */
function varint(bytes: Uint8Array, at: number): [number, number] {
    let value = 0;
    for (let shift = 0; at < bytes.length; shift += 7) {
        const byte = bytes[at++] ?? 0;
        value += (byte & 127) * 2 ** shift;
        if (byte < 128) break;
    }
    return [value, at];
}

/** A message's fields of bytes, by number. */
function* fieldsOf(bytes: Uint8Array): Generator<[number, Uint8Array]> {
    for (let at = 0; at < bytes.length; ) {
        const [tag, begin] = varint(bytes, at);
        const [length, content] = varint(bytes, begin);
        if (tag % 8 !== 2) {
            at = content;
            continue;
        }
        yield [Math.floor(tag / 8), bytes.subarray(content, content + length)];
        at = content + length;
    }
}

function bytesOf(base64: string): Uint8Array {
    const text = atob(base64.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(text, (each) => each.charCodeAt(0));
}

const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

function readErrorInfo(bytes: Uint8Array, into: Reasons): void {
    for (const [field, value] of fieldsOf(bytes)) {
        if (field === 1) into.reason = textOf(value);
        if (field !== 3) continue;
        const pair = new Map(fieldsOf(value));
        const key = pair.get(1);
        const what = pair.get(2);
        if (key && what && textOf(key) === "column") into.column = Number(textOf(what));
    }
}

function readBadRequest(bytes: Uint8Array, into: Reasons): void {
    for (const [field, value] of fieldsOf(bytes)) {
        if (field !== 1) continue;
        const violation = new Map(fieldsOf(value));
        into.field ??= textOf(violation.get(1) ?? new Uint8Array());
        into.found ??= textOf(violation.get(2) ?? new Uint8Array());
    }
}

export function reasonsOf(details: { type: string; value: string }[]): Reasons {
    const all: Reasons = {};
    for (const detail of details) {
        try {
            const bytes = bytesOf(detail.value);
            if (detail.type.endsWith("google.rpc.ErrorInfo")) readErrorInfo(bytes, all);
            if (detail.type.endsWith("google.rpc.BadRequest")) readBadRequest(bytes, all);
        } catch {
            // No base64: the message says it all the same.
        }
    }
    return all;
}
