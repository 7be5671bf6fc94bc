// SPDX-License-Identifier: Apache-2.0
// A view's question to the server: asked when its message changes, cancelled when the view goes or asks anew. The answer
// before stays until the next is there, so that nothing jumps.
import type { Signal } from "@preact/signals";
import { signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { call, Failure, type Reply, type Request, token, type Unary } from "./client.ts";
import { noteCommit, round } from "./state.ts";

export interface Asking<R> {
    phase: "idle" | "asking" | "slow" | "long" | "done" | "failed" | "cancelled";
    reply?: R; // the latest; of a question before while `phase` is not "done"
    failure?: Failure;
}

export interface Question<R> {
    state: Signal<Asking<R>>;
    cancel: () => void;
    again: () => void;
}

const slowAfter = 150; // milliseconds until it is said that something is on its way
const longAfter = 4000; // and that it takes long

type AnyReply = { answer?: { commit?: string } };

class Asker<M extends Unary> implements Question<Reply<M>> {
    readonly state = signal<Asking<Reply<M>>>({ phase: "idle" });
    private running: AbortController | undefined;
    private last: (() => void) | undefined;
    private timers: ReturnType<typeof setTimeout>[] = [];

    ask(method: M, request: Request<M>, get: boolean): void {
        this.last = () => this.ask(method, request, get);
        this.stop();
        const running = new AbortController();
        this.running = running;
        const before = this.state.peek().reply;
        this.show({ phase: "asking", reply: before });
        const later = (milliseconds: number, phase: "slow" | "long"): void => {
            this.timers.push(setTimeout(() => this.show({ phase, reply: before }), milliseconds));
        };
        later(slowAfter, "slow");
        later(longAfter, "long");
        call(method, request, { cancel: running.signal, get }).then(
            (reply) => {
                if (this.running !== running) return;
                this.stop();
                noteCommit((reply as AnyReply).answer?.commit);
                this.show({ phase: "done", reply });
            },
            (error: unknown) => {
                if (this.running !== running) return;
                this.stop();
                const failure = error instanceof Failure ? error : new Failure("internal", String(error), {});
                this.show({ phase: "failed", failure });
            },
        );
    }

    private show(state: { phase: Asking<Reply<M>>["phase"]; reply?: Reply<M> | undefined; failure?: Failure }): void {
        this.state.value = state as Asking<Reply<M>>;
    }

    private stop(): void {
        for (const timer of this.timers) clearTimeout(timer);
        this.timers = [];
        const running = this.running;
        this.running = undefined;
        running?.abort();
    }

    idle = (): void => {
        this.stop();
        this.show({ phase: "idle" });
    };

    leave = (): void => this.stop();

    cancel = (): void => {
        this.stop();
        this.show({ phase: "cancelled" });
    };

    again = (): void => this.last?.();
}

/** Asks `method` whenever the message is another one; null asks nothing. A new token asks again, and so does a new round. */
export function useAsk<M extends Unary>(method: M, request: Request<M> | null, get = false): Question<Reply<M>> {
    const asker = useMemo(() => new Asker<M>(), [method]);
    const text = request === null ? null : JSON.stringify(request);
    const known = token.value;
    useEffect(() => {
        if (text === null) asker.idle();
        else asker.ask(method, JSON.parse(text) as Request<M>, get);
    }, [asker, text, known, round.value]);
    useEffect(() => asker.leave, [asker]);
    return asker;
}
