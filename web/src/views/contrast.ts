// SPDX-License-Identifier: Apache-2.0
// What Rising and Compare share: Contrast asked in one direction or in both, its groups as a table. In each table the documents
// of A are those that have more of a phrase.
import type { ContrastGroupJson, ContrastResponseJson } from "gramdex/search_pb";
import type { VNode } from "preact";
import { type Question, useAsk } from "../ask.ts";
import type { Request } from "../client.ts";
import { h, html } from "../html.ts";
import { Amount, amount, Choice, chosen, Switch, switched } from "../parts/choice.ts";
import { Bar, type Column, Grid } from "../parts/grid.ts";
import { Answered, Panel, useOffer, useStatus } from "../parts/panels.ts";
import { paths } from "../paths.ts";
import { bars } from "../pictures/bars.ts";
import { grouped, phraseOf } from "../query.ts";
import { type Change, linkTo } from "../state.ts";
import type { Rows } from "../view.ts";
import { type Count, count, figure, plural, wording } from "../words.ts";

export const directions = ["up", "down", "both"] as const;
export type Direction = (typeof directions)[number];

const words = wording({
    en: {
        unit: "Out of",
        document: "documents",
        passage: "passages",
        passageHint: "400 symbols of the text in a row: for sources whose documents differ in length",
        digits: "with numbers",
        digitsHint: "Also phrases with numbers, and dates",
        rows: "Rows",
        least: "At least in",
        phrase: "phrase",
        score: "score",
        scoreHint: "G2, the log-likelihood ratio: how surely it differs, not how much. An order, no probability.",
        ratio: "times",
        ratioHint: "How many times as large the share is",
        days: "days",
        daysHint: "On how many different days it appears: one event is many documents",
        first: "first",
        firstHint: "The earliest document that has it",
        also: "folded into it",
        folded: (n: string) => `${n} more`,
        trend: "trend",
        trendOf: (phrase: string) => `Trend of ${phrase}`,
        share: (units: string, share: string) => `${units} (${share})`,
        tested: (a: Count, b: Count, tested: Count) => `${count(a)} against ${count(b)}; ${plural(tested, "string")} compared`,
        none: "No phrase differs surely enough.",
        unlike: "These cannot be compared",
        unlikeHint: "Each side must have documents, and none may be on both.",
        noneWhy: (least: number) => `A phrase must be in at least ${count(least)} of them, in twice the share, and pass a test that allows for how many are tried.`,
    },
    zh: {
        unit: "以何计",
        document: "篇",
        passage: "段",
        passageHint: "正文每 400 字为一段：适用于篇幅差异大的来源",
        digits: "含数字",
        digitsHint: "也列出含数字和日期的词语",
        rows: "行数",
        least: "至少出现于",
        phrase: "词语",
        score: "得分",
        scoreHint: "G2，对数似然比：差异有多确定，而非有多大。只用于排序，不是概率。",
        ratio: "倍数",
        ratioHint: "比例是另一方的多少倍",
        days: "天数",
        daysHint: "出现在多少个不同的日子：一个事件会有许多文档",
        first: "首见",
        firstHint: "最早含有它的文档",
        also: "并入的词语",
        folded: (n: string) => `另 ${n} 个`,
        trend: "趋势",
        trendOf: (phrase: string) => `${phrase} 的趋势`,
        share: (units: string, share: string) => `${units}（${share}）`,
        tested: (a: Count, b: Count, tested: Count) => `${count(a)} 对 ${count(b)}；比较了 ${count(tested)} 个词串`,
        none: "没有差异足够确定的词语。",
        unlike: "二者无法比较",
        unlikeHint: "两方都须有文档，且没有文档同属两方。",
        noneWhy: (least: number) => `词语须至少见于其中 ${count(least)} 个，比例为另一方的两倍以上，并通过顾及检验次数的检验。`,
    },
});

export interface Side {
    name: string; // of the column
    typed?: string; // of which a fault is shown
    query: string; // whose documents they are; "": all others
}

export interface Table {
    title: string;
    links?: Change; // what of the state does not hold for its links
    more: Side; // in which the phrases are more frequent
    less: Side;
    question: Question<ContrastResponseJson>;
    direction: Direction;
    message: Message;
}

export type Message = Request<"contrast">;

/** What both views let a reader choose. */
export function useSettings(): Pick<Message, "unit" | "withDigits" | "limit" | "minUnits"> {
    return {
        unit: chosen("unit", ["document", "passage"]) === "passage" ? "UNIT_PASSAGE" : "UNIT_DOCUMENT",
        withDigits: switched("digits"),
        limit: amount("rows", 1, 1000, 30),
        minUnits: amount("least", 1, 100000, 5),
    };
}

export const settingKeys = ["unit", "digits", "rows", "least", "dir"] as const;

export function Settings(): VNode {
    const w = words();
    return html`${h(Choice, {
        name: "unit",
        label: w.unit,
        options: [
            ["document", w.document],
            ["passage", w.passage, w.passageHint],
        ],
    })}
    ${h(Amount, { name: "least", label: w.least, least: 1, most: 100000, usual: 5 })}
    ${h(Amount, { name: "rows", label: w.rows, least: 1, most: 1000, usual: 30 })}
    <div class="switches">${h(Switch, { name: "digits", label: w.digits, hint: w.digitsHint })}</div>`;
}

/** Asks A against B, B against A, or both: the second alone when `direction` wants no first. */
export function useContrast(a: string, b: string, direction: Direction, rest: Omit<Message, "a" | "b">, ready: boolean) {
    const up = useAsk("contrast", ready && direction !== "down" ? { ...rest, a, b } : null);
    const down = useAsk("contrast", ready && direction !== "up" ? { ...rest, a: b || `NOT ${grouped(a)}`, b: a } : null);
    return { up, down };
}

function columnsOf(table: Table, reply: ContrastResponseJson, most: number): Column<ContrastGroupJson>[] {
    const w = words();
    const share = (units: string | undefined, all: string | undefined): string =>
        units ? w.share(count(units), `${figure(Number(((100 * Number(units)) / Math.max(1, Number(all ?? 0))).toPrecision(2)))}%`) : "0";
    return [
        {
            name: w.phrase,
            cell: ({ phrase = "" }) => html`<a href=${linkTo(paths.concordance, { ...table.links, q: `${phraseOf(phrase)} ${grouped(table.more.query)}` })}>${phrase}</a>`,
        },
        { name: w.score, silent: true, wide: true, cell: (row) => h(Bar, { value: Number(row.score ?? 0), most, width: 64 }) },
        { name: w.score, hint: w.scoreHint, figure: true, sorted: true, cell: (row) => figure(row.score as number | undefined) },
        { name: w.ratio, hint: w.ratioHint, figure: true, cell: (row) => figure(row.ratio as number | undefined) },
        { name: table.more.name, figure: true, cell: (row) => share(row.unitsA, reply.unitsA) },
        { name: table.less.name, figure: true, cell: (row) => share(row.unitsB, reply.unitsB) },
        { name: w.days, hint: w.daysHint, figure: true, cell: (row) => count(row.days) },
        {
            name: w.first,
            hint: w.firstHint,
            cell: (row) =>
                row.firstId
                    ? html`<a href=${linkTo(paths.document, { ...table.links, id: row.firstId, q: phraseOf(row.phrase ?? "") })}>${row.firstDate || row.firstId}</a>`
                    : row.firstDate,
        },
        {
            name: w.trend,
            cell: ({ phrase = "" }) =>
                html`<a href=${linkTo(paths.trend, { q: phraseOf(phrase), by: "month", from: undefined, to: undefined })} aria-label=${w.trendOf(phrase)}>${w.trend}</a>`,
        },
        {
            name: w.also,
            wide: true,
            cell: (row) => {
                const also = row.also ?? [];
                const rest = Number(row.folded ?? 0) - also.length;
                return html`<span class="also">${also.join("、")}${rest > 0 ? ` ${w.folded(count(rest))}` : ""}</span>`;
            },
        },
    ];
}

function Groups({ table, reply }: { table: Table; reply: ContrastResponseJson }): VNode {
    const w = words();
    const rows = reply.groups ?? [];
    const most = Math.max(1, ...rows.map((row) => Number(row.score ?? 0)));
    if (rows.length === 0) return html`<${Panel} title=${w.none}><p>${w.noneWhy(table.message.minUnits ?? 0)}</p><//>`;
    return html`<p class="aside">${w.tested(reply.unitsA, reply.unitsB, reply.tested)}</p>
        ${h(Grid<ContrastGroupJson>, { caption: table.title, columns: columnsOf(table, reply, most), rows, rowKey: (row) => row.phrase ?? "" })}`;
}

const columns = ["direction", "phrase", "units_a", "units_b", "occurrences", "ratio", "score", "first_date", "first_id", "days", "also", "folded"];

function rowsOf(tables: readonly (readonly [Direction, ContrastResponseJson])[]): Rows {
    return {
        columns,
        rows: tables.flatMap(([direction, reply]) =>
            (reply.groups ?? []).map((row) => [
                direction,
                row.phrase ?? "",
                Number(row.unitsA ?? 0),
                Number(row.unitsB ?? 0),
                Number(row.occurrences ?? 0),
                Number(row.ratio ?? 0),
                Number(row.score ?? 0),
                row.firstDate ?? "",
                row.firstId ?? "",
                Number(row.days ?? 0),
                (row.also ?? []).join("、"),
                Number(row.folded ?? 0),
            ]),
        ),
    };
}

export interface ContrastsProps {
    tables: readonly Table[];
    idle: VNode;
}

function sideOf({ question, more, less }: Table): Side | undefined {
    return { a: more, b: less }[question.state.value.failure?.reasons.field ?? ""];
}

/** The query that cannot be read, as it was typed and as it was sent. */
function textOf(table: Table): { text?: string; sent?: string } {
    const side = sideOf(table);
    return side?.typed === undefined ? {} : { text: side.typed, sent: side.query };
}

/** When one side has no document, or both share one: no fault of the server. */
function unlike(table: Table): VNode | null {
    const { phase, failure } = table.question.state.value;
    const side = sideOf(table);
    if (phase !== "failed" || !failure || !side || failure.reasons.reason !== "OUT_OF_RANGE") return null;
    const w = words();
    return html`<${Panel} title=${w.unlike}>
        <p><code>${side.query || side.name}</code>: <span lang="en">${failure.reasons.found ?? failure.message}</span></p>
        <p>${w.unlikeHint}</p>
    <//>`;
}

/** One table for each direction that was asked for, and what can be taken away of them. */
export function Contrasts({ tables, idle }: ContrastsProps): VNode {
    const w = words();
    const replies = tables.map((table) => table.question.state.value.reply);
    const [main] = replies;
    useStatus(main ? { answer: main.answer } : {});
    useOffer(() => {
        const done = tables.map((table, index) => [table.direction, replies[index] ?? {}] as const);
        const title = tables.map((table) => table.title).join("; ");
        return {
            rows: () => rowsOf(done),
            picture: () =>
                bars({
                    width: 760,
                    title,
                    axis: `${title}: ${w.score}`,
                    format: figure,
                    rows: done.flatMap(([direction, reply]) =>
                        (reply.groups ?? []).map((row) => ({
                            name: done.length > 1 ? `${direction === "up" ? "↑" : "↓"} ${row.phrase ?? ""}` : (row.phrase ?? ""),
                            value: Number(row.score ?? 0),
                            text: `${figure(row.score as number | undefined)}  ×${figure(row.ratio as number | undefined)}`,
                        })),
                    ),
                }),
            calls: tables.map(({ message }) => ({ method: "contrast", message })),
        };
    }, ...tables.map((table) => table.question.state.value));
    return html`${tables.map(
        (table) =>
            html`<section class="contrast sheet" key=${table.direction}>
                <h2>${table.title}</h2>
                ${unlike(table) ?? h(Answered<ContrastResponseJson>, { question: table.question, idle, ...textOf(table), children: (reply) => h(Groups, { table, reply }) })}
            </section>`,
    )}`;
}
