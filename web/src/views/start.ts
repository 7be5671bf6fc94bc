// SPDX-License-Identifier: Apache-2.0
// The first minute: what the collection holds by source and month, what is rising in its newest period, and three queries that
// find something in it.
import type { ContrastGroupJson, ContrastResponseJson, TrendResponseJson, TrendSeriesJson } from "gramdex/search_pb";
import type { VNode } from "preact";
import { useMemo, useRef } from "preact/hooks";
import { useAsk } from "../ask.ts";
import { h, html } from "../html.ts";
import { Figure } from "../parts/figure.ts";
import { Answered, useOffer, useStatus } from "../parts/panels.ts";
import { paths } from "../paths.ts";
import { type HeatCell, heatmap } from "../pictures/heatmap.ts";
import { filterOf, nameOf, numberOf } from "../pictures/period.ts";
import { everything, phraseOf, valueOf } from "../query.ts";
import { key, language, linkHere, linkTo } from "../state.ts";
import type { View } from "../view.ts";
import { count, figure, plural, wording, words } from "../words.ts";
import { newestSince, periodsOf } from "./periods.ts";

const say = wording({
    en: {
        lead: "Every occurrence of exactly what you type, in any script, with its place and its numbers.",
        examples: "Try one of these",
        holds: "What the collection holds",
        map: "Documents by source and period; a cell opens its documents",
        axis: "documents",
        cell: (source: string, period: string, n: number) => `${source}, ${period}: ${plural(n, "document")}`,
        undated: (n: number) => `${plural(n, "document")} without a date`,
        others: (n: number) => `${plural(n, "document is older or has", "documents are older or have")} no month: show all years`,
        lastYears: "Show the last ten years by month",
        fresh: "new",
        rising: (since: string) => `Rising since ${since}`,
        times: (n: number) => `${figure(n)} ×`,
        risingHint: "in how many documents, and how many times the share of the twelve months before",
        all: "All that rises",
        noRising: "Nothing stands out against the twelve months before.",
        empty: "The index is empty. gramdex index --index corpus.gdx PATH adds documents.",
        sources: (n: number) => plural(n, "source"),
    },
    zh: {
        lead: "输入什么就查什么：任何文字，每一处，连同位置与数目。",
        examples: "可以试试",
        holds: "语料概貌",
        map: "各来源、各时期的文档数；点击方格打开其文档",
        axis: "篇",
        cell: (source: string, period: string, n: number) => `${source}，${period}：${count(n)} 篇`,
        undated: (n: number) => `${count(n)} 篇没有日期`,
        others: (n: number) => `另有 ${count(n)} 篇更早或没有月份：显示全部年份`,
        lastYears: "按月显示最近十年",
        fresh: "新出现",
        rising: (since: string) => `自 ${since} 起上升`,
        times: (n: number) => `${figure(n)} 倍`,
        risingHint: "出现的篇数，以及其占比是此前十二个月的几倍",
        all: "全部上升的词语",
        noRising: "与此前十二个月相比，没有突出的词语。",
        empty: "索引是空的。用 gramdex index --index corpus.gdx PATH 添加文档。",
        sources: (n: number) => `${count(n)} 个来源`,
    },
});

interface Holdings {
    cells: HeatCell[];
    sources: number;
    undated: number;
}

const seriesOf = (reply: TrendResponseJson): TrendSeriesJson[] =>
    [...(reply.series ?? [])].sort((a, b) => Number(b.documents ?? 0) - Number(a.documents ?? 0));

/** Documents by source and month; those whose date is a year alone are in the year. */
function holdingsOf(months: TrendResponseJson, years: TrendResponseJson): Holdings {
    const cells: HeatCell[] = [];
    const byYear = new Map<string, number>();
    const sum = (source: string, year: string): string => JSON.stringify([source, year]);
    for (const { source = "", rows } of seriesOf(months)) {
        for (const { period, documents } of rows ?? []) {
            if (!period) continue;
            const value = Number(documents ?? 0);
            cells.push({ source, month: period, value });
            const name = sum(source, period.slice(0, 4));
            byYear.set(name, (byYear.get(name) ?? 0) + value);
        }
    }
    for (const { source = "", rows } of seriesOf(years)) {
        for (const { period, documents } of rows ?? []) {
            const rest = Number(documents ?? 0) - (byYear.get(sum(source, period ?? "")) ?? 0);
            if (period && rest > 0) cells.push({ source, month: period, value: rest });
        }
    }
    const undated = Number(years.rows?.find((row) => !row.period)?.documents ?? 0);
    return { cells, sources: months.series?.length ?? 0, undated };
}

const monthsShown = 120;

/** The first month that is shown: ten years before the last one, unless all years are asked for. */
function firstShown(cells: HeatCell[]): string {
    if (key("map") === "years") return "";
    const last = cells.reduce((most, cell) => (cell.month > most ? cell.month : most), "");
    const first = numberOf(last.length === 4 ? `${last}-12` : last) - monthsShown + 1;
    return cells.some((cell) => cell.month < nameOf("month", first)) ? nameOf("month", first) : "";
}

function HeatMap({ holdings }: { holdings: Holdings }): VNode {
    const w = words();
    const s = say();
    const first = firstShown(holdings.cells);
    const cells = useMemo(
        () => (first ? holdings.cells.filter((cell) => cell.month.length === 7 && cell.month >= first) : holdings.cells),
        [holdings, first],
    );
    const sum = (of: HeatCell[]): number => of.reduce((all, cell) => all + cell.value, 0);
    const others = sum(holdings.cells) - sum(cells);
    const latest = useRef<SVGSVGElement | null>(null);
    const draw = useMemo(
        () => (width: number) => ({
            element: heatmap({
                width,
                title: s.map,
                axis: s.axis,
                cells,
                name: (source) => source || w.noSource,
                label: (source, period, value) => s.cell(source || w.noSource, period, value),
                href: (source, period) => linkTo(paths.hits, { q: `source:${valueOf(source)} ${filterOf(period)}`, order: "newest" }),
            }),
        }),
        [cells, language.value],
    );
    useOffer(
        () => ({
            picture: () => latest.current,
            rows: () => ({
                columns: ["source", "month", "documents"],
                rows: holdings.cells.map((cell) => [cell.source, cell.month, cell.value]),
            }),
            calls: [{ method: "Trend", message: { query: everything, by: "PERIOD_MONTH", splitBySource: true } }],
        }),
        { phase: "done", reply: holdings },
    );
    const more: (VNode | null)[] = [
        others > 0 ? html`<a href=${linkHere({ map: "years" })}>${s.others(others)}</a>` : null,
        key("map") === "years" ? html`<a href=${linkHere({ map: undefined })}>${s.lastYears}</a>` : null,
        holdings.undated > 0 ? html`<a href=${linkTo(paths.hits, { q: "NOT date:0001.." })}>${s.undated(holdings.undated)}</a>` : null,
    ];
    return html`${h(Figure, {
            draw,
            hint: s.map,
            taken: (element) => {
                latest.current = element;
            },
        })}
        <p class="map-links">${more}</p>`;
}

function Example({ text }: { text: string }): VNode {
    return html`<li><a class="example" href=${linkTo(paths.hits, { q: text })}>${text}</a></li>`;
}

/** Three kinds of query, made of what rises: a phrase, two near each other, one in titles since then. */
function examplesOf(phrases: string[], since: string): string[] {
    const [first, second, third] = phrases.map(phraseOf);
    if (!first) return [];
    const both = second ? `${first} OR ${second}` : `NOT ${first} date:${since.slice(0, 4)}..`;
    return [first, both, `title:${third ?? first} date:${since.slice(0, 4)}..`];
}

function RisingNow({ groups, since }: { groups: ContrastGroupJson[]; since: string }): VNode {
    const s = say();
    return html`<h2>${s.rising(since)}</h2>
        <p class="soft">${groups.length > 0 ? s.risingHint : s.noRising}</p>
        <ol>
            ${groups.map(
                (group) => html`<li>
                    <a href=${linkTo(paths.trend, { q: phraseOf(group.phrase ?? "") })}>${group.phrase}</a>
                    <span class="figure">${count(group.unitsA)}</span
                    ><span class="figure">${Number(group.unitsB ?? 0) === 0 ? s.fresh : s.times(Number(group.ratio ?? 0))}</span>
                </li>`,
            )}
        </ol>
        <p><a href=${linkTo(paths.rising, { q: undefined })}>${s.all}</a></p>`;
}

/** What rises gives the examples, too: they find something, whatever the collection is. */
function Newest({ since }: { since: string }): VNode {
    const s = say();
    const { a, b } = periodsOf(since, "", "12m");
    const question = useAsk("contrast", { a, b, limit: 10 });
    const groups = question.state.value.reply?.groups ?? [];
    const examples = examplesOf(groups.map((group) => group.phrase ?? ""), since);
    return html`<section class="examples">
            <h2>${s.examples}</h2>
            <ul>
                ${examples.map((text) => h(Example, { key: text, text }))}
            </ul>
        </section>
        <section class="rising-now">
            ${h(Answered<ContrastResponseJson>, { question, children: () => h(RisingNow, { groups, since }) })}
        </section>`;
}

function Start(): VNode {
    const s = say();
    const request = { query: everything, splitBySource: true, scope: { minCommit: key("commit") || "0", allowPartial: true } };
    const question = useAsk("trend", { ...request, by: "PERIOD_MONTH" }, true);
    const byYear = useAsk("trend", { ...request, by: "PERIOD_YEAR" }, true);
    const { reply } = question.state.value;
    const years = byYear.state.value.reply;
    const holdings = useMemo(() => (reply && years ? holdingsOf(reply, years) : null), [reply, years]);
    useStatus(reply && holdings ? { documents: reply.documents ?? 0, more: [s.sources(holdings.sources)], answer: reply.answer } : {});
    return html`<div class="start">
        <p class="lead">${s.lead}</p>
        ${h(Answered<TrendResponseJson>, {
            question: byYear.state.value.failure ? byYear : question,
            children: () => {
                const answer = reply ?? {};
                if (Number(answer.documents ?? 0) === 0) return html`<p>${s.empty}</p>`;
                const months = (answer.rows ?? []).map((row) => ({ value: row.period ?? "", documents: row.documents ?? "0" }));
                const since = newestSince(months);
                return html`<section class="holdings">
                        <h2>${s.holds}</h2>
                        ${holdings ? h(HeatMap, { holdings }) : null}
                    </section>
                    ${since ? h(Newest, { since }) : null}`;
            },
        })}
    </div>`;
}

export const start: View = { path: paths.start, name: "start", component: Start, keys: ["map"], tab: false, facets: false };
