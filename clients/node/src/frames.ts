// SPDX-License-Identifier: Apache-2.0
// frames.ts: the messages of a stream, each with a byte of flags and its length, four bytes, before it.

export const endOfStream = 2;

export interface Frame {
    flag: number;
    text: string;
}

export function framed(text: string): Uint8Array<ArrayBuffer> {
    const bytes = new TextEncoder().encode(text);
    const all = new Uint8Array(5 + bytes.length);
    new DataView(all.buffer).setUint32(1, bytes.length);
    all.set(bytes, 5);
    return all;
}

/** The frames of a body as they come. What is left of it when the loop is left is cancelled. */
export async function* framesOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Frame, void, void> {
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let kept: Uint8Array[] = []; // not yet a frame
    let size = 0;
    let wanted = 5; // bytes until there is something to cut
    try {
        for (;;) {
            const { done, value } = await reader.read();
            if (done) return;
            kept.push(value);
            size += value.length;
            if (size < wanted) continue;
            const all = joined(kept, size);
            const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
            let at = 0;
            while (all.length - at >= 5) {
                wanted = 5 + view.getUint32(at + 1);
                if (all.length - at < wanted) break;
                yield { flag: view.getUint8(at), text: decoder.decode(all.subarray(at + 5, at + wanted)) };
                at += wanted;
                wanted = 5;
            }
            kept = [all.subarray(at)];
            size = all.length - at;
        }
    } finally {
        await reader.cancel().catch(() => {}); // it may have failed, which the reader has seen
    }
}

function joined(parts: Uint8Array[], size: number): Uint8Array {
    const [only] = parts;
    if (only && parts.length === 1) return only;
    const all = new Uint8Array(size);
    let at = 0;
    for (const each of parts) {
        all.set(each, at);
        at += each.length;
    }
    return all;
}
