// SPDX-License-Identifier: Apache-2.0
// client.ts: calls of a server by the Connect protocol, in JSON, over fetch alone.
import { moveQuotations, read, write } from "./convert.js";
import { errorIn, errorOf, GramdexError, type WireError } from "./errors.js";
import { endOfStream, framed, framesOf } from "./frames.js";
import { Body, type Documents, type IngestOptions } from "./ingest.js";
import { Items } from "./items.js";
import type { BatchGetResponse, Document, IngestResponse, QuoteResponse } from "./messages.js";
import { type CallOptions, Methods, type ScopeOptions } from "./methods.js";
import { Limit, pauseOf, type Retry } from "./retry.js";

export interface ClientOptions {
    /** The bearer token that the server wants. */
    token?: string;
    /** Whether HOST:PORT speaks TLS. The authorities are Node's own, and those of NODE_EXTRA_CA_CERTS. */
    tls?: boolean;
    /** Milliseconds for a call and all its tries; 0: any. A scan and an ingest have one only if it is given to them. */
    timeout?: number;
    /** When calls are made again. */
    retry?: Partial<Retry>;
    /** What sends requests, in place of the global fetch: one with an agent of its own, for a client's certificate or a proxy. */
    fetch?: typeof fetch;
}

type StreamBody = Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array<ArrayBuffer>>;

const mostIds = 1000; // in one BatchGet
const longest = 9999999999; // milliseconds that connect-timeout-ms can say

/** Asks a server. Every failed call rejects with a GramdexError, one that is cancelled with its signal's reason. */
export class Client extends Methods {
    private readonly base: string;
    private readonly headers: { [name: string]: string };
    private readonly timeout: number;
    private readonly retry: Retry;
    private readonly fetch: typeof fetch;

    /** address: HOST:PORT, or a URL. */
    constructor(address: string, options: ClientOptions = {}) {
        super();
        const url = new URL(/^https?:\/\//.test(address) ? address : `${options.tls ? "https" : "http"}://${address}`);
        this.base = url.href.replace(/\/$/, "") + "/gramdex.v1.";
        this.headers = { "connect-protocol-version": "1", ...(options.token ? { authorization: `Bearer ${options.token}` } : {}) };
        this.timeout = options.timeout ?? 30000;
        this.retry = { tries: 6, first: 100, longest: 5000, ...options.retry };
        this.fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    }

    /** Any number of documents, as many calls as it takes. An id that no document has is passed over. */
    batchGetAll(ids: Iterable<string>, options: Omit<ScopeOptions, "filter"> & CallOptions = {}): Items<Document, BatchGetResponse> {
        const replies = async function* (this: Client): AsyncGenerator<BatchGetResponse, void, void> {
            for (let left = [...ids]; left.length > 0; ) {
                const reply = await this.batchGet(left.slice(0, mostIds), options);
                left = [...reply.remaining, ...left.slice(mostIds)];
                yield reply;
            }
        };
        return new Items(replies.call(this), "documents");
    }

    /**
     * Puts documents in; one whose id is there already replaces that one. `documents` may be any number: a generator is read as fast as
     * the server indexes, and what it throws ends the call and comes out here. The call is made again only when the server's queue was
     * full and `documents` is an array. Nothing is in the index before the end, or before each `commitEvery` documents.
     */
    async ingest(documents: Documents, options: IngestOptions = {}): Promise<IngestResponse> {
        const limit = new Limit(options.timeout ?? 0, options.signal);
        const retry = Array.isArray(documents) ? this.retry : { ...this.retry, tries: 1 };
        try {
            return await again(retry, limit, false, async () => {
                const body = new Body(documents, options);
                try {
                    let reply: object | undefined;
                    for await (const each of this.frames("Index/Ingest", body.stream, limit)) reply = each;
                    if (!reply) throw new GramdexError("INTERNAL", "the server answered without a message");
                    return read("IngestResponse", reply as { [name: string]: unknown }) as IngestResponse;
                } catch (error) {
                    throw body.failure ? body.failure.error : error;
                }
            });
        } finally {
            limit.release();
        }
    }

    // ---- how methods are called

    protected async one<R>(method: string, fields: object, options: CallOptions): Promise<R> {
        const body = JSON.stringify(requestOf(method, fields, options));
        const limit = new Limit(options.timeout ?? this.timeout, options.signal);
        const path = `${method === "Delete" ? "Index" : "Search"}/${method}`;
        try {
            const json = await again(this.retry, limit, method !== "Delete", async () => {
                const response = await this.send(path, "application/json", body, limit);
                const text = await away(limit, () => response.text());
                if (!response.ok) throw errorIn(response.status, text);
                return JSON.parse(text) as { [name: string]: unknown };
            });
            const reply = read(`${method}Response`, json);
            if (method === "Quote") moveQuotations(reply as QuoteResponse, (fields as { text: string }).text);
            return reply as R;
        } finally {
            limit.release();
        }
    }

    protected stream<T, R>(method: string, row: string, fields: object, options: CallOptions): Items<T, R> {
        const body = framed(JSON.stringify(requestOf(method, fields, options)));
        const replies = async function* (this: Client): AsyncGenerator<R, void, void> {
            const limit = new Limit(options.timeout ?? 0, options.signal);
            let frames: AsyncGenerator<{ [name: string]: unknown }, void, void> | undefined;
            try {
                let next = await again(this.retry, limit, true, async () => {
                    frames = this.frames(`Search/${method}`, body, limit);
                    return frames.next();
                });
                while (frames && !next.done) {
                    yield read(`${method}Response`, next.value) as R;
                    next = await frames.next();
                }
            } finally {
                await frames?.return();
                limit.release();
            }
        };
        return new Items<T, R>(replies.call(this), row);
    }

    protected pages<T, R>(method: string, row: string, fields: object, options: CallOptions): Items<T, R> {
        requestOf(method, fields, options); // what is wrong with it is said now, not when the first item is taken
        const replies = async function* (this: Client): AsyncGenerator<R, void, void> {
            for (let pageToken: string | undefined = ""; pageToken !== undefined; ) {
                const reply: R = await this.one(method, fields, { ...options, pageToken } as CallOptions);
                yield reply;
                pageToken = (reply as { nextPageToken?: string }).nextPageToken || undefined;
            }
        };
        return new Items<T, R>(replies.call(this), row);
    }

    // ---- what is sent

    private async send(path: string, type: string, body: string | StreamBody, limit: Limit): Promise<Response> {
        const headers: { [name: string]: string } = { ...this.headers, "content-type": type };
        const left = limit.left();
        if (left <= longest) headers["connect-timeout-ms"] = String(Math.max(1, Math.ceil(left)));
        const init = { method: "POST", headers, body, signal: limit.signal, redirect: "error", duplex: "half" };
        return away(limit, () => this.fetch(this.base + path, init as RequestInit));
    }

    /** The messages of a call that streams, up to the frame that says how it ended. */
    private async *frames(
        path: string,
        body: StreamBody,
        limit: Limit,
    ): AsyncGenerator<{ [name: string]: unknown }, void, void> {
        const response = await this.send(path, "application/connect+json", body, limit);
        if (!response.ok || !response.body) throw errorIn(response.status, await away(limit, () => response.text()));
        const frames = framesOf(response.body);
        try {
            for (;;) {
                const next = await away(limit, () => frames.next());
                if (next.done) throw new GramdexError("UNAVAILABLE", "the stream was cut short");
                if (!(next.value.flag & endOfStream)) {
                    yield JSON.parse(next.value.text) as { [name: string]: unknown };
                    continue;
                }
                const end = JSON.parse(next.value.text) as { error?: WireError };
                if (end.error) throw errorOf(end.error);
                return;
            }
        } finally {
            await frames.return();
        }
    }
}

/** What fetch throws becomes UNAVAILABLE, unless the call was ended here. */
async function away<T>(limit: Limit, ask: () => Promise<T>): Promise<T> {
    try {
        return await ask();
    } catch (error) {
        if (limit.signal.aborted) throw limit.signal.reason;
        const { cause } = error as { cause?: { message?: string } };
        throw new GramdexError("UNAVAILABLE", cause?.message || String(error), {}, { cause: error });
    }
}

async function again<T>(retry: Retry, limit: Limit, mayRepeat: boolean, once: () => Promise<T>): Promise<T> {
    for (let tried = 1; ; tried++) {
        try {
            return await once();
        } catch (error) {
            const pause = pauseOf(retry, error, tried, limit.left(), mayRepeat);
            if (pause === undefined) throw error;
            await limit.pause(pause);
        }
    }
}

/** A request's JSON of arguments and options. */
function requestOf(method: string, fields: object, options: object): object {
    const { timeout, signal, filter, minCommit, allowPartial, ...named } = options as ScopeOptions & CallOptions;
    const scope = write("Scope", { filter, minCommit, allowPartial });
    const request = write(`${method}Request`, { ...named, ...fields });
    return Object.keys(scope).length > 0 ? { ...request, scope } : request;
}
