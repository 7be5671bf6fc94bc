// SPDX-License-Identifier: Apache-2.0
// Collocates: what stands near the query more often than elsewhere, a table with the measure's bar.
import type { CollocateJson, CollocatesResponseJson } from "gramdex/search_pb";
import type { VNode } from "preact";
import { useAsk } from "../ask.ts";
import { h, html } from "../html.ts";
import { Amount, amount, Choice, chosen } from "../parts/choice.ts";
import { Bar, type Column, Grid } from "../parts/grid.ts";
import { Answered, useOffer, useStatus } from "../parts/panels.ts";
import { paths } from "../paths.ts";
import { bars } from "../pictures/bars.ts";
import { asked, linkTo, query, scope, set } from "../state.ts";
import type { View } from "../view.ts";
import { type Count, count, figure, percent, plural, wording } from "../words.ts";
import { within } from "./beside.ts";

const measures = ["dice", "ll", "mi", "t"] as const;
type Measure = (typeof measures)[number];

const words = wording({
    en: {
        by: "Measure",
        window: "Letters on each side",
        rows: "Rows",
        measures: { dice: "log-dice", ll: "log-likelihood", mi: "mutual information", t: "t-score" } as Record<Measure, string>,
        hints: {
            dice: "How much of both stands together; 14 at most. It does not grow with the collection.",
            ll: "How sure it is: frequent strings first",
            mi: "How peculiar it is: mostly rare strings first",
            t: "Frequent strings, without a gain for exclusiveness",
        } as Record<Measure, string>,
        phrase: "collocate",
        near: "near",
        nearHint: "How often it stands in the windows",
        left: "left",
        leftHint: "Of these, left of the query and not right of another occurrence",
        documents: "documents",
        total: "in all",
        totalHint: "How often it stands in all documents that the filters leave",
        also: "also",
        values: (n: Count) => plural(n, "collocate"),
        letters: (near: string, all: string) => `${near} of ${all} letters are near`,
        none: "No string is near it often enough: five times, in five documents.",
        title: (text: string, measure: string) => `What stands near ${text}, by ${measure}`,
    },
    zh: {
        by: "指标",
        window: "两侧字数",
        rows: "行数",
        measures: { dice: "log-dice", ll: "对数似然", mi: "互信息", t: "t 值" },
        hints: {
            dice: "二者有多少同现，最大 14，不随语料增大",
            ll: "有多确定：常见词串在前",
            mi: "有多特别：多为少见词串",
            t: "常见词串，不奖励排他性",
        },
        phrase: "搭配",
        near: "邻近",
        nearHint: "在窗口内出现的次数",
        left: "左侧",
        leftHint: "其中只在检索词左侧的次数",
        documents: "篇数",
        total: "总次数",
        totalHint: "在筛选后全部文档中的次数",
        also: "另有",
        values: (n: Count) => `${count(n)} 个搭配`,
        letters: (near: string, all: string) => `${all} 字中 ${near} 字在窗口内`,
        none: "没有足够常见的搭配：至少在五篇中出现五次。",
        title: (text: string, measure: string) => `${text} 的搭配，按${measure}`,
    },
});

const wire = { dice: "MEASURE_LOG_DICE", ll: "MEASURE_LL", mi: "MEASURE_MI", t: "MEASURE_T" } as const;

function valueOf(row: CollocateJson, measure: Measure): number {
    return Number((measure === "dice" ? row.logDice : row[measure]) ?? 0);
}

function Table({ rows, measure, window }: { rows: CollocateJson[]; measure: Measure; window: number }): VNode {
    const w = words();
    const most = Math.max(1e-9, ...rows.map((row) => valueOf(row, measure)));
    const columns: Column<CollocateJson>[] = [
        {
            name: w.phrase,
            cell: ({ phrase = "" }) => html`<a href=${linkTo(paths.concordance, { q: within(query.value, phrase, window) })}>${phrase}</a>`,
        },
        { name: w.measures[measure], silent: true, wide: true, cell: (row) => h(Bar, { value: valueOf(row, measure), most }) },
        ...measures.map(
            (each): Column<CollocateJson> => ({
                name: w.measures[each],
                hint: w.hints[each],
                figure: true,
                wide: each !== measure,
                sorted: each === measure,
                sort: () => set({ measure: each === "dice" ? undefined : each }),
                cell: (row) => figure(valueOf(row, each)),
            }),
        ),
        { name: w.near, hint: w.nearHint, figure: true, cell: (row) => count(row.near) },
        { name: w.left, hint: w.leftHint, figure: true, cell: (row) => percent(Number(row.left ?? 0) / Math.max(1, Number(row.near ?? 0))) },
        { name: w.documents, figure: true, cell: (row) => count(row.documents) },
        { name: w.total, hint: w.totalHint, figure: true, wide: true, cell: (row) => count(row.total) },
        { name: w.also, wide: true, cell: (row) => html`<span class="also">${(row.also ?? []).join("、")}</span>` },
    ];
    return html`<section class="sheet">${h(Grid<CollocateJson>, { caption: w.title(query.value, w.measures[measure]), columns, rows, rowKey: (row) => row.phrase ?? "" })}</section>`;
}

const columns = ["phrase", "near", "left", "documents", "total", "log_dice", "ll", "mi", "t", "also", "folded"];

function CollocatesView(): VNode {
    const w = words();
    const text = query.value;
    const measure = chosen("measure", measures);
    const window = amount("window", 1, 50, 10);
    const message = { query: asked(text), scope: scope.value, window, by: wire[measure], limit: amount("rows", 1, 1000, 30) };
    const question = useAsk("collocates", text ? message : null);
    const { reply } = question.state.value;
    const more = reply ? [w.values(reply.values), w.letters(count(reply.windowLetters), count(reply.letters))] : [];
    useStatus(reply ? { documents: reply.documents ?? 0, occurrences: reply.occurrences ?? 0, more, answer: reply.answer } : {});
    useOffer(() => {
        const all = reply?.collocates ?? [];
        const title = w.title(text, w.measures[measure]);
        return {
            rows: () => ({
                columns,
                rows: all.map((row) => [
                    row.phrase ?? "",
                    ...[row.near, row.left, row.documents, row.total].map((each) => Number(each ?? 0)),
                    ...measures.map((each) => valueOf(row, each)),
                    (row.also ?? []).join("、"),
                    Number(row.folded ?? 0),
                ]),
            }),
            picture: () =>
                bars({
                    width: 720,
                    title,
                    axis: title,
                    format: figure,
                    rows: all.map((row) => ({ name: row.phrase ?? "", value: valueOf(row, measure), text: figure(valueOf(row, measure)) })),
                }),
            calls: [{ method: "collocates", message }],
        };
    }, question.state.value);
    return html`${text
            ? html`<div class="controls">
                  ${h(Choice, { name: "measure", label: w.by, options: measures.map((each) => [each, w.measures[each], w.hints[each]] as const) })}
                  ${h(Amount, { name: "window", label: w.window, least: 1, most: 50, usual: 10 })}
                  ${h(Amount, { name: "rows", label: w.rows, least: 1, most: 1000, usual: 30 })}
              </div>
              <p class="aside">${w.hints[measure]}</p>`
            : null}
    ${h(Answered<CollocatesResponseJson>, {
        question,
        isEmpty: (answer) => !Number(answer.occurrences ?? 0),
        children: (answer) =>
            (answer.collocates ?? []).length > 0
                ? h(Table, { rows: answer.collocates ?? [], measure, window })
                : html`<section class="panel" role="status"><h2>${w.none}</h2></section>`,
    })}`;
}

export const collocates: View = {
    path: paths.collocates,
    name: "collocates",
    component: CollocatesView,
    keys: ["measure", "window", "rows"],
    tab: true,
    facets: true,
};
