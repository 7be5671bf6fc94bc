// SPDX-License-Identifier: Apache-2.0
// Calls the server by the Connect protocol in JSON. It knows nothing of the page: a call is given a message and gives one
// back, or fails with what the server said. When the server cannot be reached a call does not fail: it is tried again until
// it is cancelled, and `away` says since when.
import type { GenMessage } from "@bufbuild/protobuf/codegenv1";
import { signal } from "@preact/signals";
import type { Search } from "gramdex/search_pb";
import { type Reasons, reasonsOf } from "./details.ts";

type Methods = typeof Search.method;
type OfKind<K> = { [M in keyof Methods]: Methods[M]["methodKind"] extends K ? M : never }[keyof Methods];
type JsonOf<T> = T extends GenMessage<any, infer Json> ? Json : never;

/** A method of one reply, as "count". */
export type Unary = OfKind<"unary">;
/** A method of many replies: "scan". */
export type Streaming = OfKind<"server_streaming">;
export type Request<M extends keyof Methods> = JsonOf<Methods[M]["input"]>;
export type Reply<M extends keyof Methods> = JsonOf<Methods[M]["output"]>;

/** What the server said in place of an answer. */
export class Failure extends Error {
    readonly code: string; // "invalid_argument", ...: as Connect spells them
    readonly reasons: Reasons;

    constructor(code: string, message: string, reasons: Reasons) {
        super(message);
        this.code = code;
        this.reasons = reasons;
    }
}

export interface Away {
    since: Date;
    next: Date; // when it is tried again
}

/** Set while the server cannot be reached. */
export const away = signal<Away | null>(null);

/** The bearer token, when the server wants one. In memory alone. */
export const token = signal("");

const service = "/gramdex.v1.Search/";
const longestPause = 15000;
let wakers: (() => void)[] = [];

/** Tries at once what waits for the server. */
export function tryNow(): void {
    const all = wakers;
    wakers = [];
    for (const wake of all) wake();
}

if (typeof window !== "undefined") window.addEventListener("online", tryNow);

export function pathOf(method: string): string {
    return service + method.charAt(0).toUpperCase() + method.slice(1);
}

/** Whether a token can stand in a header. */
export const isToken = (text: string): boolean => /^[\x21-\x7e]+$/.test(text);

/** Made before the server is asked: a token that no header takes is no server that is away. */
function headers(type?: string): Headers {
    const all = new Headers({ "connect-protocol-version": "1" });
    if (type) all.set("content-type", type);
    if (token.value) all.set("authorization", `Bearer ${token.value}`);
    return all;
}

interface WireError {
    code?: string;
    message?: string;
    details?: { type: string; value: string }[];
}

function failureOf(error: WireError, status: number): Failure {
    return new Failure(error.code ?? "unknown", error.message ?? `HTTP ${status}`, reasonsOf(error.details ?? []));
}

async function failureIn(response: Response): Promise<Failure> {
    const text = await response.text();
    try {
        return failureOf(JSON.parse(text) as WireError, response.status);
    } catch {
        return new Failure(response.status === 401 ? "unauthenticated" : "unknown", text.trim() || `HTTP ${response.status}`, {});
    }
}

/** Waits, or until tryNow. Rejects when the call is cancelled. */
function pause(milliseconds: number, cancel: AbortSignal): Promise<void> {
    return new Promise((done, failed) => {
        const end = (): void => {
            clearTimeout(timer);
            cancel.removeEventListener("abort", stop);
            done();
        };
        const stop = (): void => {
            clearTimeout(timer);
            failed(cancel.reason);
        };
        const timer = setTimeout(end, milliseconds);
        cancel.addEventListener("abort", stop, { once: true });
        wakers.push(end);
    });
}

/** Whether it is the way to the server that fails: trying again may help. A proxy says it by 502 to 504. */
function isAway(response: Response): boolean {
    return response.status >= 502 && response.status <= 504 && !response.headers.get("content-type")?.includes("json");
}

const waiting = new Set<AbortSignal>(); // calls that have not reached the server

/** The answer to a request, whenever the server is there to give it. */
async function reach(url: string, init: RequestInit & { signal: AbortSignal }): Promise<Response> {
    const { signal } = init;
    try {
        for (let tries = 0; ; tries++) {
            try {
                const response = await fetch(url, init);
                if (!isAway(response)) {
                    waiting.clear();
                    return response;
                }
            } catch (error) {
                if (signal.aborted) throw error;
            }
            waiting.add(signal);
            const wait = Math.min(longestPause, 1000 * 2 ** tries);
            away.value = { since: away.value?.since ?? new Date(), next: new Date(Date.now() + wait) };
            await pause(wait, signal);
        }
    } finally {
        waiting.delete(signal);
        if (waiting.size === 0) away.value = null; // nobody waits for it any more
    }
}

const drains = 5; // tries of a server that shuts down or whose queue is full

export interface HowToCall {
    cancel: AbortSignal;
    get?: boolean; // by GET: a read that is the same for everybody
}

/** Asks once, and again while the server shuts down or is full. */
export async function call<M extends Unary>(method: M, request: Request<M>, how: HowToCall): Promise<Reply<M>> {
    const body = JSON.stringify(request);
    const url = how.get ? `${pathOf(method)}?connect=v1&encoding=json&message=${encodeURIComponent(body)}` : pathOf(method);
    const init = how.get ? { headers: headers() } : { method: "POST", headers: headers("application/json"), body };
    for (let tries = 0; ; tries++) {
        const response = await reach(url, { ...init, signal: how.cancel });
        if (response.ok) return (await response.json()) as Reply<M>;
        const failure = await failureIn(response);
        const again = failure.code === "unavailable" || failure.reasons.reason === "QUEUE_FULL";
        if (!again || tries >= drains) throw failure;
        await pause(Math.min(longestPause, 500 * 2 ** tries), how.cancel);
    }
}

function framed(text: string): Uint8Array<ArrayBuffer> {
    const bytes = new TextEncoder().encode(text);
    const all = new Uint8Array(5 + bytes.length);
    new DataView(all.buffer).setUint32(1, bytes.length);
    all.set(bytes, 5);
    return all;
}

/** Cuts bytes into Connect's frames as they come: a flag, a length in four bytes, a JSON text. */
export class Frames {
    private kept: Uint8Array[] = []; // not yet a frame
    private size = 0;
    private wanted = 5; // bytes until there is something to cut
    private readonly decoder = new TextDecoder();

    *add(bytes: Uint8Array): Generator<{ flag: number; text: string }> {
        this.kept.push(bytes);
        this.size += bytes.length;
        if (this.size < this.wanted) return;
        const all = this.joined();
        const view = new DataView(all.buffer, all.byteOffset, all.byteLength);
        let at = 0;
        this.wanted = 5;
        while (all.length - at >= 5) {
            const length = view.getUint32(at + 1);
            this.wanted = 5 + length;
            if (all.length - at < this.wanted) break;
            yield { flag: view.getUint8(at), text: this.decoder.decode(all.subarray(at + 5, at + 5 + length)) };
            at += this.wanted;
            this.wanted = 5;
        }
        this.kept = [all.subarray(at)];
        this.size = all.length - at;
    }

    private joined(): Uint8Array {
        const [only] = this.kept;
        if (this.kept.length === 1 && only) return only;
        const all = new Uint8Array(this.size);
        let at = 0;
        for (const each of this.kept) {
            all.set(each, at);
            at += each.length;
        }
        return all;
    }
}

const endOfStream = 2;

/** Hands over each message of a stream; settles when the stream has ended. */
export async function stream<M extends Streaming>(
    method: M,
    request: Request<M>,
    cancel: AbortSignal,
    take: (reply: Reply<M>) => void | Promise<void>,
): Promise<void> {
    const body = framed(JSON.stringify(request));
    const response = await reach(pathOf(method), { method: "POST", headers: headers("application/connect+json"), body, signal: cancel });
    if (!response.ok || !response.body) throw await failureIn(response);
    const reader = response.body.getReader();
    const frames = new Frames();
    for (;;) {
        const { done, value } = await reader.read();
        if (done) throw new Failure("unavailable", "the stream was cut short", {});
        for (const frame of frames.add(value)) {
            if (frame.flag & endOfStream) {
                const end = JSON.parse(frame.text) as { error?: WireError };
                if (end.error) throw failureOf(end.error, response.status);
                return;
            }
            await take(JSON.parse(frame.text) as Reply<M>);
        }
    }
}
