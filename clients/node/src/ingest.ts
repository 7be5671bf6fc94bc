// SPDX-License-Identifier: Apache-2.0
// ingest.ts: documents as the messages of Index.Ingest, as many as fit.
import { write } from "./convert.js";
import { framed } from "./frames.js";
import type { Document, Given } from "./messages.js";
import type { CallOptions } from "./methods.js";

export type Documents = Iterable<Given<Document>> | AsyncIterable<Given<Document>>;

export interface IngestOptions extends CallOptions {
    /** Commit each time so many documents have come. 0: once, at the end. */
    commitEvery?: number;
    /** Fail at the first document that is refused (DOCUMENT_REFUSED) instead of going on without it. */
    strict?: boolean;
}

const messageBytes = 1 << 20; // of documents in one message; a server takes 4 MiB unless set otherwise

async function* batchesOf(documents: Documents, options: IngestOptions): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    const { commitEvery = 0, strict = false } = options;
    const encoder = new TextEncoder();
    let head = `"commitEvery":${Number(commitEvery)},"strict":${Boolean(strict)},`;
    let texts: string[] = [];
    let size = 0;
    const batch = (): Uint8Array<ArrayBuffer> => {
        const frame = framed(`{${head}"documents":[${texts.join(",")}]}`);
        head = "";
        texts = [];
        size = 0;
        return frame;
    };
    for await (const each of documents) {
        const text = JSON.stringify(write("Document", each));
        const bytes = encoder.encode(text).length;
        if (texts.length > 0 && size + bytes > messageBytes) yield batch();
        texts.push(text);
        size += bytes;
    }
    yield batch();
}

/** The body of a call, read as the server takes it, and what reading the documents threw: fetch tells that in words of its own. */
export class Body {
    failure: { error: unknown } | undefined;
    readonly stream: ReadableStream<Uint8Array<ArrayBuffer>>;

    constructor(documents: Documents, options: IngestOptions) {
        const batches = batchesOf(documents, options);
        this.stream = new ReadableStream(
            {
                pull: async (controller) => {
                    // While a socket takes all that is written, Node's fetch never looks whether the server has answered: a refusal would
                    // be lost when the server closes.
                    await new Promise((done) => setTimeout(done, 0));
                    try {
                        const next = await batches.next();
                        if (next.done) controller.close();
                        else controller.enqueue(next.value);
                    } catch (error) {
                        this.failure = { error };
                        controller.error(error);
                    }
                },
                cancel: async () => void (await batches.return()),
            },
            { highWaterMark: 0 },
        );
    }
}
