// SPDX-License-Identifier: Apache-2.0
// Every occurrence of a query, as Scan gives them: kept while the page is open, so that going through its pages and coming back
// asks nothing again. One at a time is kept. Rows come in pieces between which the page may paint.
import { signal } from "@preact/signals";
import type { AnswerJson, OccurrenceJson } from "gramdex/search_pb";
import { Failure, type Request, stream } from "./client.ts";
import { noteCommit, round } from "./state.ts";

export interface Scan {
    key: string; // what was asked, in which round
    rows: OccurrenceJson[]; // grows; what is in it stays
    phase: "running" | "done" | "failed" | "cancelled";
    failure?: Failure;
    answer?: AnswerJson;
}

/** The scan there is; a new object whenever it should be shown again. */
export const scan = signal<Scan | null>(null);

/** Rows of a scan that a browser's memory is trusted with. */
export const mostRows = 500000;

const showEvery = 120; // milliseconds
const breatheAfter = 12; // milliseconds of work until the page may paint

let running: AbortController | undefined;

const breathe = (): Promise<void> => new Promise((done) => setTimeout(done));

export function cancelScan(): void {
    running?.abort();
    running = undefined;
    if (scan.value?.phase === "running") scan.value = { ...scan.value, phase: "cancelled" };
}

export const keyOf = (request: Request<"scan">): string => `${round.value} ${JSON.stringify(request)}`;

/** Starts to ask, unless this very question is under way or answered. */
export function startScan(request: Request<"scan">, anew = false): void {
    const key = keyOf(request);
    const before = scan.peek();
    if (!anew && before?.key === key && before.phase !== "failed") return;
    running?.abort();
    const mine = new AbortController();
    running = mine;
    const now: Scan = { key, rows: [], phase: "running" };
    scan.value = { ...now };
    let shown = performance.now();
    let worked = shown;
    const show = (phase: Scan["phase"]): void => {
        if (running === mine) scan.value = { ...now, phase };
    };
    stream("scan", request, mine.signal, async (reply) => {
        for (const row of reply.occurrences ?? []) now.rows.push(row);
        if (reply.answer) now.answer = { ...reply.answer, notes: [...(now.answer?.notes ?? []), ...(reply.answer.notes ?? [])] };
        const time = performance.now();
        if (time - shown > showEvery) {
            shown = time;
            show("running");
        }
        if (time - worked > breatheAfter) {
            await breathe();
            worked = performance.now();
        }
    }).then(
        () => {
            noteCommit(now.answer?.commit);
            show("done");
        },
        (error: unknown) => {
            if (mine.signal.aborted) return;
            now.failure = error instanceof Failure ? error : new Failure("internal", String(error), {});
            show("failed");
        },
    );
}
