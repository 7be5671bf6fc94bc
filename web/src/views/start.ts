// SPDX-License-Identifier: Apache-2.0
// The first minute: what the collection holds by source and month, what is rising in its newest period, and three queries that
// find something in it.
import type { TrendResponseJson } from "gramdex/search_pb";
import type { VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useAsk } from "../ask.ts";
import { h, html } from "../html.ts";
import { Figure } from "../parts/figure.ts";
import { Answered, useStatus } from "../parts/panels.ts";
import { paths } from "../paths.ts";
import { type HeatCell, heatmap } from "../pictures/heatmap.ts";
import { filterOf } from "../pictures/period.ts";
import { key, language, linkTo } from "../state.ts";
import { offer, type View } from "../view.ts";
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
        undated: (n: string) => `${plural(n, "document")} without a month`,
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
        undated: (n: string) => `${count(n)} 篇没有月份`,
        rising: (since: string) => `自 ${since} 起上升`,
        times: (n: number) => `${figure(n)} 倍`,
        risingHint: "出现的篇数，以及其占比是此前十二个月的几倍",
        all: "全部上升的词语",
        noRising: "与此前十二个月相比，没有突出的词语。",
        empty: "索引是空的。用 gramdex index --index corpus.gdx PATH 添加文档。",
        sources: (n: number) => `${count(n)} 个来源`,
    },
});

const everything = "date:0001.. OR NOT date:0001..";

/** Quoted, so that whatever a source is called is a value. */
const quoted = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;

interface Holdings {
    cells: HeatCell[];
    sources: number;
    undated: string;
}

function holdingsOf(reply: TrendResponseJson): Holdings {
    const series = [...(reply.series ?? [])].sort((a, b) => Number(b.documents ?? 0) - Number(a.documents ?? 0));
    const cells = series.flatMap((each) =>
        (each.rows ?? [])
            .filter((row) => row.period)
            .map((row) => ({ source: each.source ?? "", month: row.period ?? "", value: Number(row.documents ?? 0) })),
    );
    const undated = reply.rows?.find((row) => !row.period)?.documents ?? "0";
    return { cells, sources: series.length, undated };
}

function Map({ holdings }: { holdings: Holdings }): VNode {
    const w = words();
    const s = say();
    const latest = useRef<SVGSVGElement | null>(null);
    const draw = useMemo(
        () => (width: number) => ({
            element: heatmap({
                width,
                title: s.map,
                axis: s.axis,
                cells: holdings.cells,
                name: (source) => source || w.noSource,
                label: (source, period, value) => s.cell(source || w.noSource, period, value),
                href: (source, period) => linkTo(paths.hits, { q: `source:${quoted(source)} ${filterOf(period)}`, order: "newest" }),
            }),
        }),
        [holdings, language.value],
    );
    useEffect(() => {
        offer.value = {
            picture: () => latest.current,
            rows: () => ({
                columns: ["source", "month", "documents"],
                rows: holdings.cells.map((cell) => [cell.source, cell.month, cell.value]),
            }),
            call: { method: "Trend", message: { query: everything, by: "PERIOD_MONTH", splitBySource: true } },
        };
        return () => {
            offer.value = {};
        };
    }, [holdings]);
    return h(Figure, {
        draw,
        hint: s.map,
        taken: (element) => {
            latest.current = element;
        },
    });
}

function Example({ text }: { text: string }): VNode {
    return html`<li><a class="example" href=${linkTo(paths.hits, { q: text })}>${text}</a></li>`;
}

/** Three kinds of query, made of what rises: a phrase, two near each other, one in titles since then. */
function examplesOf(phrases: string[], since: string): string[] {
    const spell = (phrase: string): string => (/\s/.test(phrase) ? `"${phrase}"` : phrase);
    const [first, second, third] = phrases.map(spell);
    if (!first) return [];
    const beside = second ?? first;
    return [first, `${first} OR ${beside}`, `title:${third ?? first} date:${since.slice(0, 4)}..`];
}

function RisingNow({ since }: { since: string }): VNode {
    const s = say();
    const { a, b } = periodsOf(since, "", "12m");
    const question = useAsk("contrast", { a, b, limit: 10 });
    return h(Answered<NonNullable<typeof question.state.value.reply>>, {
        question,
        children: (reply) => {
            const groups = reply.groups ?? [];
            const phrases = groups.map((group) => group.phrase ?? "");
            return html`<section class="rising-now">
                    <h2>${s.rising(since)}</h2>
                    <p class="soft">${s.risingHint}</p>
                    ${groups.length === 0 ? html`<p>${s.noRising}</p>` : null}
                    <ol>
                        ${groups.map(
                            (group) => html`<li>
                                <a href=${linkTo(paths.trend, { q: group.phrase?.includes(" ") ? `"${group.phrase}"` : group.phrase })}
                                    >${group.phrase}</a
                                >
                                <span class="figure">${count(group.unitsA)}</span
                                ><span class="figure">${s.times(Number(group.ratio ?? 0))}</span>
                            </li>`,
                        )}
                    </ol>
                    <p><a href=${linkTo(paths.rising, { q: undefined })}>${s.all}</a></p>
                </section>
                ${phrases.length > 0
                    ? html`<section class="examples">
                          <h2>${s.examples}</h2>
                          <ul>
                              ${examplesOf(phrases, since).map((text) => h(Example, { key: text, text }))}
                          </ul>
                      </section>`
                    : null}`;
        },
    });
}

function Start(): VNode {
    const s = say();
    const commit = { minCommit: key("commit") || "0" };
    const question = useAsk("trend", { query: everything, by: "PERIOD_MONTH", splitBySource: true, scope: { ...commit, allowPartial: true } }, true);
    const { reply } = question.state.value;
    const holdings = useMemo(() => (reply ? holdingsOf(reply) : null), [reply]);
    useStatus(reply && holdings ? { documents: reply.documents ?? 0, more: [s.sources(holdings.sources)], answer: reply.answer } : {});
    return html`<div class="start">
        <p class="lead">${s.lead}</p>
        ${h(Answered<TrendResponseJson>, {
            question,
            children: (answer) => {
                if (!holdings || Number(answer.documents ?? 0) === 0) return html`<p>${s.empty}</p>`;
                const months = (answer.rows ?? []).map((row) => ({ value: row.period ?? "", documents: row.documents ?? "0" }));
                const since = newestSince(months);
                return html`<section class="holdings">
                        <h2>${s.holds}</h2>
                        ${h(Map, { holdings })}
                        ${Number(holdings.undated) > 0
                            ? html`<p><a href=${linkTo(paths.hits, { q: "NOT date:0001.." })}>${s.undated(holdings.undated)}</a></p>`
                            : null}
                    </section>
                    ${since ? h(RisingNow, { since }) : null}`;
            },
        })}
    </div>`;
}

export const start: View = { path: paths.start, name: "start", component: Start, keys: [], tab: false, facets: false };
