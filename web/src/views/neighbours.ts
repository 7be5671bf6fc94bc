// SPDX-License-Identifier: Apache-2.0
// Neighbours: what stands directly left and right of the query, most frequent first, the query between them.
import type { NeighboursResponseJson, NgramJson } from "gramdex/search_pb";
import type { VNode } from "preact";
import { useAsk } from "../ask.ts";
import { h, html } from "../html.ts";
import { Amount, amount } from "../parts/choice.ts";
import { Bar, Grid } from "../parts/grid.ts";
import { Answered, useOffer, useStatus } from "../parts/panels.ts";
import { paths } from "../paths.ts";
import { bars } from "../pictures/bars.ts";
import { asked, linkTo, query, scope } from "../state.ts";
import type { View } from "../view.ts";
import { type Count, count, plural, wording } from "../words.ts";
import { directlyBeside } from "./beside.ts";

const words = wording({
    en: {
        length: "Letters",
        rows: "Rows",
        left: "Left of it",
        right: "Right of it",
        phrase: "string",
        occurrences: "occurrences",
        documents: "documents",
        beside: (beside: Count, all: Count, values: Count) => `${plural(values, "string")}; ${count(beside)} of ${plural(all, "occurrence")} have one`,
        none: "Nothing stands there before a mark or the end of the text.",
        lengthHint: "A Chinese character is a letter, and so is a word of Latin letters. A neighbour of fixed length may cut a word: try 1, 2 and 3.",
        title: (text: string) => `What stands beside ${text}`,
    },
    zh: {
        length: "字数",
        rows: "行数",
        left: "左边",
        right: "右边",
        phrase: "词串",
        occurrences: "次数",
        documents: "篇数",
        beside: (beside: Count, all: Count, values: Count) => `${count(values)} 个词串；${count(all)} 处中 ${count(beside)} 处有`,
        none: "在标点或文本边界之前没有字。",
        lengthHint: "一个汉字算一个字，一个西文单词也算一个。固定长度可能切断词语：可试 1、2、3。",
        title: (text: string) => `与 ${text} 相邻的词串`,
    },
});

function Side({ reply, left, most }: { reply: NeighboursResponseJson; left: boolean; most: number }): VNode {
    const w = words();
    const rows = reply.neighbours ?? [];
    const name = left ? w.left : w.right;
    return html`<section class="sheet">
        <h2>${name}</h2>
        <p class="aside">${rows.length > 0 ? w.beside(reply.beside, reply.occurrences, reply.values) : w.none}</p>
        ${h(Grid<NgramJson>, {
            caption: name,
            rows,
            rowKey: (row) => row.phrase ?? "",
            columns: [
                {
                    name: w.phrase,
                    cell: ({ phrase = "" }) =>
                        html`<a href=${linkTo(paths.concordance, { q: directlyBeside(query.value, phrase, left), sort: left ? "left" : "right" })}>${phrase}</a>`,
                },
                { name: w.occurrences, silent: true, wide: true, cell: (row) => h(Bar, { value: Number(row.occurrences ?? 0), most, width: 60 }) },
                { name: w.occurrences, figure: true, sorted: true, cell: (row) => count(row.occurrences) },
                { name: w.documents, figure: true, cell: (row) => count(row.documents) },
            ],
        })}
    </section>`;
}

function NeighboursView(): VNode {
    const w = words();
    const text = query.value;
    const length = amount("length", 1, 8, 2);
    const limit = amount("rows", 1, 1000, 30);
    const message = { query: asked(text), scope: scope.value, length, limit };
    const leftOf = { ...message, side: "SIDE_LEFT" as const };
    const rightOf = { ...message, side: "SIDE_RIGHT" as const };
    const left = useAsk("neighbours", text ? leftOf : null);
    const right = useAsk("neighbours", text ? rightOf : null);
    const [before, after] = [left.state.value.reply, right.state.value.reply];
    useStatus(after ? { documents: after.documents ?? 0, occurrences: after.occurrences ?? 0, answer: after.answer } : {});
    useOffer(
        () => {
            const all = [...(before?.neighbours ?? []).map((row) => ["left", row] as const), ...(after?.neighbours ?? []).map((row) => ["right", row] as const)];
            const shown = (side: string, phrase: string): string => (side === "left" ? `${phrase} …` : `… ${phrase}`);
            return {
                rows: () => ({
                    columns: ["side", "phrase", "documents", "occurrences"],
                    rows: all.map(([side, row]) => [side, row.phrase ?? "", Number(row.documents ?? 0), Number(row.occurrences ?? 0)]),
                }),
                picture: () =>
                    bars({
                        width: 720,
                        title: w.title(text),
                        axis: `${w.title(text)}: ${w.occurrences}`,
                        format: count,
                        rows: all.map(([side, row]) => ({
                            name: shown(side, row.phrase ?? ""),
                            value: Number(row.occurrences ?? 0),
                            text: count(row.occurrences),
                        })),
                    }),
                calls: [leftOf, rightOf].map((each) => ({ method: "neighbours", message: each })),
            };
        },
        left.state.value,
        right.state.value,
    );
    const most = Math.max(1, ...[before, after].flatMap((reply) => (reply?.neighbours ?? []).map((row) => Number(row.occurrences ?? 0))));
    return html`${text
            ? html`<div class="controls">
                  ${h(Amount, { name: "length", label: w.length, least: 1, most: 8, usual: 2 })}
                  ${h(Amount, { name: "rows", label: w.rows, least: 1, most: 1000, usual: 30 })}
                  <p class="aside">${w.lengthHint}</p>
              </div>`
            : null}
    ${h(Answered<NeighboursResponseJson>, {
        question: left.state.value.failure ? left : right,
        isEmpty: (reply) => !Number(reply.occurrences ?? 0),
        children: () =>
            html`<div class="sides">
                ${before ? h(Side, { reply: before, left: true, most }) : null} ${after ? h(Side, { reply: after, left: false, most }) : null}
            </div>`,
    })}`;
}

export const neighbours: View = {
    path: paths.neighbours,
    name: "neighbours",
    component: NeighboursView,
    keys: ["length", "rows"],
    tab: true,
    facets: true,
};
