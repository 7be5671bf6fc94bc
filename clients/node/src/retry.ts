// SPDX-License-Identifier: Apache-2.0
// retry.ts: when a call is made again, and how long before that; and how long it has.
import { GramdexError } from "./errors.js";

/**
 * Calls are made again when the server is shut down or away (UNAVAILABLE, reads alone) and when its queue is full (QUEUE_FULL: it has
 * taken nothing, so writes too). Pauses double from `first` up to `longest`, less up to half by chance, and end with the deadline.
 */
export interface Retry {
    /** How often a call is made at most. 1: once. */
    tries: number;
    /** Milliseconds. */
    first: number;
    /** Milliseconds. */
    longest: number;
}

/** Milliseconds until a call is made again that failed `tried` times and has so many left; undefined: it is not. */
export function pauseOf(retry: Retry, error: unknown, tried: number, left: number, mayRepeat: boolean): number | undefined {
    if (!(error instanceof GramdexError)) return undefined;
    const isFull = error.status === "RESOURCE_EXHAUSTED" && error.reason === "QUEUE_FULL";
    if (tried >= retry.tries || !(isFull || (mayRepeat && error.status === "UNAVAILABLE"))) return undefined;
    const pause = Math.min(retry.longest, retry.first * 2 ** (tried - 1)) * (0.5 + Math.random() / 2);
    return pause < left ? pause : undefined;
}

/** What ends a call: its deadline, or its user's signal. One for all tries of a call. */
export class Limit {
    private readonly controller = new AbortController();
    private readonly timer: ReturnType<typeof setTimeout> | undefined;
    private readonly end: number;
    private readonly stop = (): void => this.controller.abort(this.user?.reason);

    /** timeout: milliseconds; 0: any. Both are read once. RangeError: no timeout. */
    constructor(timeout: number, private readonly user?: AbortSignal) {
        if (!(timeout >= 0)) throw new RangeError(`timeout: ${timeout}, expected milliseconds`);
        this.end = timeout ? performance.now() + timeout : Infinity;
        if (timeout && timeout < 2 ** 31) this.timer = setTimeout(() => this.controller.abort(late()), timeout);
        if (user?.aborted) this.stop();
        else user?.addEventListener("abort", this.stop);
    }

    get signal(): AbortSignal {
        return this.controller.signal;
    }

    /** Milliseconds. */
    left(): number {
        return Math.max(0, this.end - performance.now());
    }

    /** Waits; rejects when the call ends before. */
    pause(milliseconds: number): Promise<void> {
        return new Promise((done, failed) => {
            const timer = setTimeout(end, milliseconds);
            const { signal } = this.controller;
            function end(): void {
                signal.removeEventListener("abort", stop);
                done();
            }
            function stop(): void {
                clearTimeout(timer);
                failed(signal.reason);
            }
            if (signal.aborted) stop();
            else signal.addEventListener("abort", stop, { once: true });
        });
    }

    /** To be called when the call is over. */
    release(): void {
        clearTimeout(this.timer);
        this.user?.removeEventListener("abort", this.stop);
    }
}

const late = (): GramdexError => new GramdexError("DEADLINE_EXCEEDED", "the deadline has passed");
