// SPDX-License-Identifier: Apache-2.0
// Whether the quotations of a text stand in the documents. The text is in no address: it goes by POST and is kept for as long
// as the browser's tab is open.
import { signal } from "@preact/signals";
import type { QuotationJson, QuotedPlaceJson, QuoteResponseJson, VerdictJson } from "gramdex/search_pb";
import type { VNode } from "preact";
import { useMemo } from "preact/hooks";
import { useAsk } from "../ask.ts";
import { h, html } from "../html.ts";
import { Answered, useOffer, useStatus } from "../parts/panels.ts";
import { rangeKey } from "../parts/place.ts";
import { titleOf } from "../parts/snippet.ts";
import { indexesOf } from "../parts/text.ts";
import { paths } from "../paths.ts";
import { key, linkTo, scope, set } from "../state.ts";
import type { View } from "../view.ts";
import { count, plural, wording } from "../words.ts";

const say = wording({
    en: {
        text: "Text with quotations",
        hint: "Paste a text. Each quotation in “ ”, 「 」, ‘ ’ or \" \" is looked for in the documents; a text without one is looked for whole. The text is in no link.",
        id: "Said to be from the document (its id; empty: any)",
        check: "Check",
        clear: "Clear",
        verdicts: {
            VERDICT_EXACT: "exact",
            VERDICT_FOLDED: "folded",
            VERDICT_OTHER_DOCUMENT: "elsewhere",
            VERDICT_STITCHED: "stitched",
            VERDICT_ABSENT: "absent",
        } as Record<string, string>,
        means: {
            VERDICT_EXACT: "stands in a document, character by character",
            VERDICT_FOLDED: "stands there, but for marks, widths, case, variants or white space",
            VERDICT_OTHER_DOCUMENT: "stands in another document than the one named",
            VERDICT_STITCHED: "stands nowhere as a whole, but is put together of pieces that do",
            VERDICT_ABSENT: "stands in no document",
        } as Record<string, string>,
        results: (n: number) => plural(n, "quotation"),
        passed: (n: string) => `${count(n)} of fewer than 2 letters passed over`,
        unclosed: (n: string) => `${count(n)} not closed before a blank line`,
        there: "There:",
        pieces: "Pieces that stand somewhere",
        none: "No quotation was found in this text.",
        marked: "The text, its quotations marked",
    },
    zh: {
        text: "含有引文的文本",
        hint: "粘贴一段文本。“ ”、「 」、‘ ’ 或 \" \" 中的每条引文都会在文档中查找；没有引号的文本作为整体查找。文本不会出现在链接里。",
        id: "据称引自的文档（编号；留空则不限）",
        check: "核对",
        clear: "清空",
        verdicts: {
            VERDICT_EXACT: "一致",
            VERDICT_FOLDED: "形异",
            VERDICT_OTHER_DOCUMENT: "出自别处",
            VERDICT_STITCHED: "拼接",
            VERDICT_ABSENT: "未见",
        },
        means: {
            VERDICT_EXACT: "逐字见于文档",
            VERDICT_FOLDED: "见于文档，仅标点、全半角、大小写、异体或空白不同",
            VERDICT_OTHER_DOCUMENT: "见于所指以外的文档",
            VERDICT_STITCHED: "整句未见，但由见于文档的片段拼成",
            VERDICT_ABSENT: "不见于任何文档",
        },
        results: (n: number) => `${count(n)} 条引文`,
        passed: (n: string) => `略过不足 2 字的 ${count(n)} 条`,
        unclosed: (n: string) => `${count(n)} 个引号在空行前没有闭合`,
        there: "原文：",
        pieces: "见于文档的片段",
        none: "这段文本中没有引文。",
        marked: "文本及其引文",
    },
});

const order: VerdictJson[] = ["VERDICT_EXACT", "VERDICT_FOLDED", "VERDICT_OTHER_DOCUMENT", "VERDICT_STITCHED", "VERDICT_ABSENT"];
const signs: Record<string, string> = {
    VERDICT_EXACT: "✓",
    VERDICT_FOLDED: "≈",
    VERDICT_OTHER_DOCUMENT: "↗",
    VERDICT_STITCHED: "⋯",
    VERDICT_ABSENT: "✗",
};
const storeName = "gramdex.quote";

function stored(): string {
    try {
        return sessionStorage.getItem(storeName) ?? "";
    } catch {
        return "";
    }
}

const typed = signal(stored());
const checked = signal(typed.value); // what was asked last

function keep(text: string): void {
    checked.value = text;
    try {
        if (text) sessionStorage.setItem(storeName, text);
        else sessionStorage.removeItem(storeName);
    } catch {
        // Kept in memory all the same.
    }
}

const classOf = (quotation: QuotationJson): string =>
    (quotation.verdict ?? "VERDICT_ABSENT").replace("VERDICT_", "verdict-").toLowerCase().replace("_", "-");

function PlaceLink({ place }: { place: QuotedPlaceJson }): VNode {
    const to = linkTo(paths.document, { q: undefined, id: place.id, at: place.match ? rangeKey(place.match) : undefined });
    const more = [place.date, place.source, place.match?.place].filter(Boolean).join(" · ");
    return html`<a href=${to} data-row>${titleOf(place)}</a> <span class="soft">${more}</span>`;
}

function Pieces({ quotation, text }: { quotation: QuotationJson; text: string }): VNode | null {
    const s = say();
    const pieces = (quotation.pieces ?? []).slice(0, 20);
    if (pieces.length === 0) return null;
    const ends = pieces.flatMap((piece) => [Number(piece.begin ?? 0), Number(piece.end ?? 0)]).sort((a, b) => a - b);
    const at = indexesOf(text, ends);
    return html`<p class="soft">${s.pieces}</p>
        <ul class="quoted-pieces">
            ${pieces.map(
                (piece) => html`<li>
                    <q>${text.slice(at.get(Number(piece.begin ?? 0)), at.get(Number(piece.end ?? 0)))}</q>
                    ${piece.place ? h(PlaceLink, { place: piece.place }) : null}
                </li>`,
            )}
        </ul>`;
}

function Quotation({ quotation, text }: { quotation: QuotationJson; text: string }): VNode {
    const s = say();
    const verdict = quotation.verdict ?? "VERDICT_ABSENT";
    return html`<li class=${`quotation ${classOf(quotation)}`}>
        <p class="verdict" title=${s.means[verdict]}><span aria-hidden="true">${signs[verdict]}</span> ${s.verdicts[verdict]}</p>
        <div>
            <blockquote>${quotation.text}</blockquote>
            ${quotation.place?.text ? html`<p><span class="soft">${s.there}</span> ${quotation.place.text}</p>` : null}
            ${quotation.place ? html`<p>${h(PlaceLink, { place: quotation.place })}</p>` : null} ${h(Pieces, { quotation, text })}
        </div>
    </li>`;
}

/** The text with each quotation in the colour of its verdict. */
function Marked({ quotations, text }: { quotations: QuotationJson[]; text: string }): VNode {
    const s = say();
    const pieces = useMemo(() => {
        const at = indexesOf(text, quotations.flatMap((each) => [Number(each.begin ?? 0), Number(each.end ?? 0)]));
        const all: unknown[] = [];
        let done = 0;
        for (const each of quotations) {
            const begin = at.get(Number(each.begin ?? 0)) ?? 0;
            const end = at.get(Number(each.end ?? 0)) ?? 0;
            if (begin < done) continue;
            all.push(text.slice(done, begin), html`<mark class=${classOf(each)}>${text.slice(begin, end)}</mark>`);
            done = end;
        }
        return [...all, text.slice(done)];
    }, [quotations, text]);
    return html`<section class="marked-text" role="region" aria-label=${s.marked} tabindex="0">${pieces}</section>`;
}

function Sums({ reply }: { reply: QuoteResponseJson }): VNode {
    const s = say();
    const sums: Record<string, string | undefined> = {
        VERDICT_EXACT: reply.exact,
        VERDICT_FOLDED: reply.folded,
        VERDICT_OTHER_DOCUMENT: reply.otherDocument,
        VERDICT_STITCHED: reply.stitched,
        VERDICT_ABSENT: reply.absent,
    };
    return html`<ul class="verdicts">
        ${order.map(
            (verdict) => html`<li class=${classOf({ verdict })} title=${s.means[verdict]}>
                <span aria-hidden="true">${signs[verdict]}</span> ${s.verdicts[verdict]} <strong>${count(sums[verdict])}</strong>
            </li>`,
        )}
    </ul>`;
}

function QuoteForm(): VNode {
    const s = say();
    const check = (event: Event): void => {
        event.preventDefault();
        const form = event.target as HTMLFormElement;
        const id = (form.elements.namedItem("from-id") as HTMLInputElement).value.trim();
        set({ id }, true);
        keep(typed.value);
    };
    const onKey = (event: KeyboardEvent): void => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) (event.currentTarget as HTMLElement).closest("form")?.requestSubmit();
    };
    return html`<form class="quote-form" onSubmit=${check}>
        <label for="quoted">${s.text}</label>
        <p class="soft" id="quoted-hint">${s.hint}</p>
        <textarea
            id="quoted"
            rows="7"
            aria-describedby="quoted-hint"
            value=${typed.value}
            onInput=${(event: Event) => (typed.value = (event.target as HTMLTextAreaElement).value)}
            onKeyDown=${onKey}
        ></textarea>
        <label for="from-id">${s.id}</label>
        <input id="from-id" name="from-id" value=${key("id")} />
        <p>
            <button type="submit" class="primary">${s.check}</button>
            <button
                type="button"
                onClick=${() => {
                    typed.value = "";
                    keep("");
                }}
            >
                ${s.clear}
            </button>
        </p>
    </form>`;
}

function Quote(): VNode {
    const s = say();
    const text = checked.value;
    const id = key("id");
    const question = useAsk("quote", text.trim() ? { text, id, scope: scope.value } : null);
    const { reply } = question.state.value;
    const shown = text.trim() ? reply : undefined;
    const more = shown ? [s.results(shown.quotations?.length ?? 0)] : [];
    if (Number(shown?.passedOver ?? 0) > 0) more.push(s.passed(shown?.passedOver ?? "0"));
    if (Number(shown?.unclosed ?? 0) > 0) more.push(s.unclosed(shown?.unclosed ?? "0"));
    useStatus(shown ? { more, answer: shown.answer } : {});
    useOffer(
        () => ({
            calls: [{ method: "Quote", message: { text, id, scope: scope.value } }],
            rows: () => ({
                columns: ["verdict", "text", "id", "title", "date", "source", "source_begin", "source_end"],
                rows: (reply?.quotations ?? []).map((each) => [
                    (each.verdict ?? "").replace("VERDICT_", "").toLowerCase(),
                    each.text ?? "",
                    each.place?.id ?? "",
                    each.place?.title ?? "",
                    each.place?.date ?? "",
                    each.place?.source ?? "",
                    Number(each.place?.match?.begin ?? 0),
                    Number(each.place?.match?.end ?? 0),
                ]),
            }),
        }),
        question.state.value,
    );
    return html`<div class="quote">
        ${h(QuoteForm, {})}
        ${h(Answered<QuoteResponseJson>, {
            question,
            text: "",
            idle: html`<p></p>`,
            children: (answer) => {
                const quotations = answer.quotations ?? [];
                if (quotations.length === 0) return html`<p>${s.none}</p>`;
                return html`${h(Sums, { reply: answer })} ${h(Marked, { quotations, text })}
                    <ol class="quotations">
                        ${quotations.map((quotation, at) => h(Quotation, { key: at, quotation, text }))}
                    </ol>`;
            },
        })}
    </div>`;
}

export const quote: View = { path: paths.quote, name: "quote", component: Quote, keys: ["id"], tab: true, facets: false };
