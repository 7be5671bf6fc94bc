// SPDX-License-Identifier: Apache-2.0
// What a view shows in place of an answer: nothing asked, asking, nothing found, a query that cannot be read, a commit that is
// gone, a token that is wanted, a failure. `Answered` chooses.
import { useSignal } from "@preact/signals";
import type { ComponentChildren, VNode } from "preact";
import { useLayoutEffect } from "preact/hooks";
import { type Asking, type Question, useAsk } from "../ask.ts";
import { Failure, isToken, token } from "../client.ts";
import { h, html } from "../html.ts";
import { paths } from "../paths.ts";
import { phraseOf, unquoted } from "../query.ts";
import { acceptNewest, asked, columnOf, filtered, language, linkHere, linkTo, noFilters, place, query, scope, set } from "../state.ts";
import { type Offer, offer, type Status, status, statusOld } from "../view.ts";
import { words } from "../words.ts";
import { most, shorter, termsOf } from "./pieces.ts";

interface PanelProps {
    title: string;
    kind?: "plain" | "bad" | "wait";
    children?: ComponentChildren;
}

/** A message in the middle of the view. Screen readers are told of it. */
export function Panel({ title, kind = "plain", children }: PanelProps): VNode {
    return html`<section class=${`panel panel-${kind}`} role=${kind === "bad" ? "alert" : "status"}>
        <h2>${title}</h2>
        ${children}
    </section>`;
}

export function Loading({ phase, cancel }: { phase: Asking<unknown>["phase"]; cancel: () => void }): VNode {
    const w = words();
    return html`<div class="loading" role="status">
        <span class="spinner" aria-hidden="true"></span>
        <span>${w.loading}…${phase === "long" ? ` ${w.long}` : ""}</span>
        <button type="button" onClick=${cancel}>${w.cancel}</button>
    </div>`;
}

/** The query with the column marked; the end of it when the column is after the last character. */
function Marked({ text, column }: { text: string; column: number }): VNode {
    const letters = [...text];
    const at = Math.min(column - 1, letters.length);
    return html`<p class="marked-query"><code
            >${letters.slice(0, at).join("")}<mark>${letters[at] ?? "\u00a0"}</mark>${letters.slice(at + 1).join("")}</code
        ></p>`;
}

/** Puts the cursor of the search field at a column. */
function goToColumn(column: number): void {
    const input = document.querySelector<HTMLInputElement>("#query");
    if (!input) return;
    const at = [...input.value].slice(0, column - 1).join("").length;
    input.focus();
    input.setSelectionRange(at, at + 1);
}

function BadQuery({ failure, text, sent }: { failure: Failure; text: string; sent: string | undefined }): VNode {
    const w = words();
    const column = failure.reasons.column ? columnOf(failure.reasons.column, text, sent) : undefined;
    const said = failure.reasons.found ?? failure.message;
    return html`<${Panel} title=${w.badQuery} kind="bad">
        ${column ? h(Marked, { text, column }) : null}
        <p>${column ? w.column(column) : ""}<span lang="en">${said}</span></p>
        ${column && text === query.value ? html`<button type="button" onClick=${() => goToColumn(column)}>${w.goThere}</button>` : null}
    <//>`;
}

function TokenWanted(): VNode {
    const w = words();
    const typed = useSignal("");
    const cannotBe = useSignal(false);
    const use = (event: Event): void => {
        event.preventDefault();
        const text = typed.value.trim();
        cannotBe.value = !isToken(text);
        if (!cannotBe.value) token.value = text;
    };
    return html`<${Panel} title=${w.tokenWanted}>
        <p>${cannotBe.value ? w.tokenCannotBe : token.value ? w.tokenWrong : w.tokenWhy}</p>
        <form class="token" onSubmit=${use}>
            <label for="token">${w.tokenLabel}</label>
            <input
                id="token"
                type="password"
                autocomplete="off"
                value=${typed.value}
                onInput=${(event: Event) => (typed.value = (event.target as HTMLInputElement).value)}
            />
            <button type="submit" class="primary">${w.tokenUse}</button>
        </form>
    <//>`;
}

function Gone(): VNode {
    const w = words();
    return html`<${Panel} title=${w.gone}>
        <p>${w.goneWhy}</p>
        <button type="button" class="primary" onClick=${acceptNewest}>${w.startAgain}</button>
    <//>`;
}

interface FailedProps {
    failure: Failure;
    again: () => void;
    text?: string; // the query as it was typed, when it is not the one of the search field
    sent?: string; // and as it was sent, when more than `asked` was added to it
}

/** Why there is no answer, and what may be done. */
export function Failed({ failure, again, text = query.value, sent }: FailedProps): VNode {
    const w = words();
    const { reason } = failure.reasons;
    if (failure.code === "unauthenticated") return h(TokenWanted, {});
    if (reason === "QUERY_SYNTAX" || reason === "QUERY_TOO_LARGE") return h(BadQuery, { failure, text, sent });
    if (reason === "COMMIT_UNKNOWN" || reason === "PAGE_TOKEN_EXPIRED") return h(Gone, {});
    const refused = failure.code === "invalid_argument";
    const title = failure.code === "not_found" ? w.noSuch : failure.code === "data_loss" ? w.damaged : refused ? w.refused : w.failed;
    return html`<${Panel} title=${title} kind="bad">
        <p lang="en">${failure.message}</p>
        ${reason === "QUERY_TIME" ? html`<p>${w.tooLong}</p>` : null}
        ${refused ? null : html`<button type="button" onClick=${again}>${w.again}</button>`}
    <//>`;
}

function PieceCount({ piece }: { piece: string }): VNode {
    const w = words();
    const found = useAsk("count", { query: piece, scope: scope.value });
    const reply = found.state.value.reply;
    return html`<li>
        <a href=${linkHere({ q: piece, page: undefined, token: undefined })}>${unquoted(piece)}</a>
        <span class="figure">${reply ? `${w.documents(reply.documents)}, ${w.occurrences(reply.occurrences)}` : "…"}</span>
    </li>`;
}

function PieceCounts({ pieces }: { pieces: string[] }): VNode | null {
    const w = words();
    if (pieces.length === 0) return null;
    return html`<h3>${w.pieces}</h3>
        <ul class="pieces">
            ${pieces.map((piece) => h(PieceCount, { piece, key: piece }))}
        </ul>`;
}

/** Of a single phrase: its longest pieces that stand anywhere, which the check of quotations knows. */
function PhrasePieces({ phrase }: { phrase: string }): VNode {
    const found = useAsk("quote", { text: phrase, scope: scope.value });
    const quotation = found.state.value.reply?.quotations?.[0];
    const bytes = new TextEncoder().encode(phrase);
    const texts = (quotation?.pieces ?? []).map((piece) =>
        new TextDecoder().decode(bytes.subarray(Number(piece.begin ?? 0), Number(piece.end ?? 0))).trim(),
    );
    const longest = [...new Set(texts)].sort((a, b) => b.length - a.length).slice(0, most);
    const known = longest.map(phraseOf);
    return h(PieceCounts, { pieces: known.length > 0 || found.state.value.phase === "asking" ? known : shorter(phrase) });
}

function WithoutFilters({ text }: { text: string }): VNode | null {
    const w = words();
    const found = useAsk("count", { query: asked(text) });
    const documents = found.state.value.reply?.documents;
    if (!documents) return null;
    return html`<p>
        ${w.nothingFiltered(documents)} <button type="button" onClick=${() => set(noFilters)}>${w.dropFilters}</button>
    </p>`;
}

/** Nothing has the query: what of it there is. */
export function Nothing({ text = query.value }: { text?: string }): VNode {
    const w = words();
    const terms = termsOf(text);
    const [only] = terms;
    return html`<${Panel} title=${w.nothing}>
        <p>${w.nothingFor(text)}</p>
        ${filtered.value ? h(WithoutFilters, { text }) : null}
        ${terms.length > 1 ? h(PieceCounts, { pieces: terms.slice(0, most) }) : null}
        ${terms.length === 1 && only ? h(PhrasePieces, { phrase: unquoted(only) }) : null}
    <//>`;
}

export function AskSomething(): VNode {
    const w = words();
    return html`<${Panel} title=${w.askSomething}><p>${w.queryHint}</p><//>`;
}

export function NotHere(): VNode {
    const w = words();
    return html`<${Panel} title=${w.noSuch}><p>${place.value.path}</p><a href=${linkTo(paths.start)}>${w.toStart}</a><//>`;
}

interface AnsweredProps<R> {
    question: Question<R>;
    text?: string; // the query, when it is not the one of the search field
    sent?: string; // as Failed has it
    isEmpty?: (reply: R) => boolean;
    idle?: VNode; // when nothing is asked
    children: (reply: R) => ComponentChildren;
}

/** The answer when it is there, else what is to be said in its place. */
export function Answered<R>({ question, text, sent, isEmpty, idle, children }: AnsweredProps<R>): VNode {
    const { phase, reply, failure } = question.state.value;
    const w = words();
    const waits = phase === "slow" || phase === "long";
    const old = waits && reply !== undefined;
    useLayoutEffect(() => {
        statusOld.value = old;
        return () => {
            statusOld.value = false;
        };
    }, [old]);
    if (phase === "idle") return idle ?? h(AskSomething, {});
    if (phase === "failed" && failure) return h(Failed, { failure, again: question.again, ...(text === undefined ? {} : { text }), ...(sent === undefined ? {} : { sent }) });
    if (phase === "cancelled") {
        return html`<${Panel} title=${w.cancelled}><button type="button" onClick=${question.again}>${w.again}</button><//>`;
    }
    if (!reply) return html`<div class="waiting">${waits ? h(Loading, { phase, cancel: question.cancel }) : null}</div>`;
    if (phase === "done" && isEmpty?.(reply)) return h(Nothing, text === undefined ? {} : { text });
    return html`<div class=${waits ? "old" : "answer"} aria-busy=${phase !== "done"}>
        ${waits ? h(Loading, { phase, cancel: question.cancel }) : null} ${children(reply)}
    </div>`;
}

/** What of its answers a view lets be taken away: of the same that is shown, so of the question before while one is asked anew, and
    nothing once one has failed or the view has gone. It changes before the view is painted: no moment offers what is not shown. */
export function useOffer(make: () => Offer, ...answers: Pick<Asking<unknown>, "phase" | "reply">[]): void {
    const isThere = answers.every(({ phase }) => phase === "done");
    const isGone = answers.some(({ phase }) => /failed|cancelled|idle/.test(phase));
    useLayoutEffect(() => {
        if (isThere) offer.value = make();
        else if (isGone) offer.value = {};
    }, [isThere, isGone, language.value, ...answers.map(({ reply }) => reply)]);
    useLayoutEffect(
        () => () => {
            offer.value = {};
        },
        [],
    );
}

/** Tells the status line what the view has; takes it back when the view goes. */
export function useStatus(what: Status): void {
    const text = JSON.stringify(what);
    useLayoutEffect(() => {
        status.value = JSON.parse(text) as Status;
    }, [text]);
    useLayoutEffect(
        () => () => {
            status.value = {};
        },
        [],
    );
}
