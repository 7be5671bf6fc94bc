// SPDX-License-Identifier: Apache-2.0
// Trend: how often, over time. Several queries, one a line; relative unless asked otherwise, since a collection has more of
// some years than of others; each point opens the places behind it.
import type { TrendResponseJson, TrendRowJson } from "gramdex/search_pb";
import type { VNode } from "preact";
import { useCallback, useEffect, useRef } from "preact/hooks";
import { useSignal } from "@preact/signals";
import { useAsk } from "../ask.ts";
import { h, html } from "../html.ts";
import { Choice, chosen, Switch, switched } from "../parts/choice.ts";
import { Figure } from "../parts/figure.ts";
import { type Column, Grid } from "../parts/grid.ts";
import { Answered, Failed, useOffer, useStatus } from "../parts/panels.ts";
import { paths } from "../paths.ts";
import { lines } from "../pictures/lines.ts";
import { kindOf, spanOf } from "../pictures/period.ts";
import { asked, key, keysOf, linkTo, query, scope, scopeWithout, set } from "../state.ts";
import type { View } from "../view.ts";
import { count, figure, percent, wording, words as common } from "../words.ts";
import { drawnOf, linesOf, type Measure, measures, otherQueries, rowsOf, type Series, seriesOf, thinBelow, valueOf } from "./trend-data.ts";

const words = wording({
    en: {
        by: "By",
        kinds: { year: "year", quarter: "quarter", month: "month", week: "week", day: "day" } as Record<string, string>,
        of: "Show",
        measures: { share: "share of documents", rate: "per million", documents: "documents", occurrences: "occurrences" } as Record<Measure, string>,
        hints: {
            share: "Documents with it, of all documents of the period",
            rate: "Occurrences in a million symbols of the period",
            documents: "How many documents have it",
            occurrences: "How often it occurs",
        } as Record<Measure, string>,
        axis: {
            share: "share of the period's documents, with its 95 % interval",
            rate: "occurrences per million symbols of the period",
            documents: "documents",
            occurrences: "occurrences",
        } as Record<Measure, string>,
        split: "each source apart",
        band: "95 % interval",
        bandHint: "Wilson's score interval: what the share may well be when a period has few documents",
        beside: "Beside it, one a line",
        besideHint: "up to nine more queries",
        compare: "Draw",
        thin: `hollow: fewer than ${thinBelow} documents in the period`,
        some: (drawn: number, all: number) => `Drawn are the ${drawn} of ${all} series with the most documents; the files have all.`,
        hint: "Point at the picture, or use the arrow keys, to read a period; a click opens its concordance.",
        table: "As a table",
        period: "period",
        of_documents: "of documents",
        title: (names: string, measure: string, kind: string) => `${names}: ${measure} by ${kind}`,
        label: (what: string, row: Told) =>
            `${row.period}, ${what}: ${row.documents} of ${row.of} documents (${row.share}; ${row.low} to ${row.high}), ${row.occurrences} occurrences, ${row.rate} per million`,
        even: (dp: string, d: string, having: string, all: string) =>
            `Evenness: DP ${dp} (0: as even as the text; near 1: all in one small part), Juilland's D ${d} (1: even); in ${having} of ${all} periods.`,
        evenHint: "Gries' deviation of proportions and Juilland's D over all periods of this length, filters included",
        outOf: "Shares and rates are out of all documents of a period, whatever their source. “Each source apart” sets each against its own.",
        none: "No period in these limits has it.",
        whole: "Show all periods",
    },
    zh: {
        by: "按",
        kinds: { year: "年", quarter: "季", month: "月", week: "周", day: "日" },
        of: "显示",
        measures: { share: "篇数占比", rate: "每百万字", documents: "篇数", occurrences: "次数" },
        hints: { share: "含有它的文档占该时期全部文档的比例", rate: "该时期每百万字中的出现次数", documents: "含有它的文档数", occurrences: "出现次数" },
        axis: { share: "占该时期文档的比例，附 95 % 区间", rate: "该时期每百万字的出现次数", documents: "篇数", occurrences: "次数" },
        split: "按来源分列",
        band: "95 % 区间",
        bandHint: "威尔逊区间：时期内文档很少时，比例可能的范围",
        beside: "并列比较，每行一个",
        besideHint: "最多再加九个检索式",
        compare: "绘制",
        thin: `空心：该时期文档少于 ${thinBelow} 篇`,
        some: (drawn: number, all: number) => `共 ${all} 条，图中为篇数最多的 ${drawn} 条；导出文件含全部。`,
        hint: "指向图中或用方向键可读出各时期；点击打开该时期的索引行。",
        table: "表格",
        period: "时期",
        of_documents: "总篇数",
        title: (names: string, measure: string, kind: string) => `${names}：${measure}，按${kind}`,
        label: (what: string, row: Told) =>
            `${row.period}，${what}：${row.of} 篇中 ${row.documents} 篇（${row.share}，${row.low} 至 ${row.high}），${row.occurrences} 次，每百万字 ${row.rate}`,
        even: (dp: string, d: string, having: string, all: string) =>
            `分布：DP ${dp}（0 为与文本同样均匀，近 1 为集中于一小部分），Juilland D ${d}（1 为均匀）；${all} 个时期中见于 ${having} 个。`,
        evenHint: "格里斯离散比例与 Juilland D，按此长度的全部时期计算，含筛选",
        outOf: "比例和频率以该时期的全部文档为底数，不论来源。“按来源分列”则各以本来源为底数。",
        none: "此范围内没有出现。",
        whole: "显示全部时期",
    },
});

interface Told {
    period: string;
    documents: string;
    of: string;
    share: string;
    low: string;
    high: string;
    occurrences: string;
    rate: string;
}

function told(row: TrendRowJson): Told {
    return {
        period: row.period || common().noDate,
        documents: count(row.documents),
        of: count(row.ofDocuments),
        share: percent(valueOf(row, "share")),
        low: percent(Number(row.shareLow ?? 0)),
        high: percent(Number(row.shareHigh ?? 0)),
        occurrences: count(row.occurrences),
        rate: figure(row.perMillion as number | undefined),
    };
}

const kinds = ["year", "quarter", "month", "week", "day"] as const;

/** The places behind a point; of a query without a phrase the documents. */
function placesOf(series: Series, row: TrendRowJson): string | undefined {
    if (!row.period || !Number(row.documents ?? 0)) return undefined;
    const { from, to } = spanOf(row.period);
    const source = series.source === undefined ? keysOf("source") : [series.source];
    return linkTo(Number(row.occurrences ?? 0) > 0 ? paths.concordance : paths.hits, { q: series.query, from, to, source });
}

function nameOf(series: Series, many: boolean): string {
    if (series.source === undefined) return series.query;
    const source = series.source || common().noSource;
    return many ? `${series.query} · ${source}` : source;
}

function formatOf(measure: Measure): (value: number) => string {
    return measure === "share" ? percent : measure === "rate" ? figure : count;
}

/** An answer with what was asked for it: while the next one is on its way, it is still this one that is shown. */
interface Shown {
    reply: TrendResponseJson;
    typed: readonly string[];
    split: boolean;
}

interface DrawnProps extends Shown {
    taken: (element: SVGSVGElement) => void;
}

function Picture({ reply, typed, split, taken }: DrawnProps): VNode {
    const w = words();
    const band = switched("band", true);
    const measure = chosen("of", measures);
    const all = seriesOf(reply, typed, split);
    const drawn = drawnOf(all);
    const without = all.filter((each) => each.documents === 0);
    const first = drawn.flatMap((each) => each.rows).find((row) => row.period);
    const kind = kindOf(first?.period ?? "") ?? "year";
    const name = (series: Series): string => nameOf(series, typed.length > 1);
    const draw = useCallback(
        (width: number) =>
            lines({
                width,
                height: Math.round(Math.max(240, Math.min(430, width * 0.46))),
                kind,
                title: w.title(typed.join("、"), w.measures[measure], w.kinds[kind] ?? kind),
                description: `${w.axis[measure]}; ${w.thin}`,
                axis: w.axis[measure],
                format: formatOf(measure),
                thin: w.thin,
                named: typed.length > 1 || split,
                lines: linesOf(drawn, measure, band, { name, label: (each, row) => w.label(name(each), told(row)), href: placesOf }),
            }),
        [reply, measure, band, w],
    );
    return html`<div class="sheet">${h(Figure, { draw, hint: w.hint, taken })}</div>
        ${keysOf("source").length > 0 && !split && (measure === "share" || measure === "rate") ? html`<p class="aside">${w.outOf}</p>` : null}
        ${without.length > 0 ? html`<p class="aside">${common().nothingFor(without.map(name).join("、"))}</p>` : null}
        ${drawn.length + without.length < all.length ? html`<p class="aside">${w.some(drawn.length, all.length)}</p>` : null}
        ${all.length === 1 ? h(Evenness, { text: asked(typed[0]), by: kind }) : null} ${h(Table, { series: drawn, measure, name })}`;
}

interface TableProps {
    series: readonly Series[];
    measure: Measure;
    name: (series: Series) => string;
}

/** The same in figures, made when it is opened. */
function Table({ series, measure, name }: TableProps): VNode {
    const w = words();
    const open = useSignal(false);
    const toggle = (event: Event): void => {
        open.value = (event.target as HTMLDetailsElement).open;
    };
    const link = (each: Series, row: TrendRowJson, text: string): unknown => {
        const href = placesOf(each, row);
        return href ? html`<a href=${href}>${text}</a>` : text;
    };
    const rowsBy = series.map((each) => new Map(each.rows.map((row) => [row.period ?? "", row])));
    const periods = [...new Set(series.flatMap((each) => each.rows.map((row) => row.period ?? "")))].sort((a, b) => (a && b ? a.localeCompare(b) : a ? -1 : 1));
    const [only] = series;
    const columns: Column<string>[] = [{ name: w.period, cell: (period) => period || common().noDate }];
    if (series.length === 1 && only) {
        const at = (period: string): TrendRowJson => rowsBy[0]?.get(period) ?? {};
        columns.push(
            { name: w.measures.documents, figure: true, cell: (period) => link(only, at(period), count(at(period).documents)) },
            { name: w.of_documents, figure: true, cell: (period) => count(at(period).ofDocuments) },
            { name: w.measures.share, figure: true, cell: (period) => percent(valueOf(at(period), "share")) },
            { name: w.band, figure: true, wide: true, cell: (period) => `${told(at(period)).low} – ${told(at(period)).high}` },
            { name: w.measures.occurrences, figure: true, cell: (period) => count(at(period).occurrences) },
            { name: w.measures.rate, figure: true, cell: (period) => figure(at(period).perMillion as number | undefined) },
        );
    } else
        series.forEach((each, index) =>
            columns.push({
                name: name(each),
                figure: true,
                cell: (period) => {
                    const row = rowsBy[index]?.get(period);
                    return row ? link(each, row, formatOf(measure)(valueOf(row, measure))) : "–";
                },
            }),
        );
    return html`<details class="as-table" onToggle=${toggle}>
        <summary>${w.table}</summary>
        ${open.value ? h(Grid<string>, { caption: `${w.table}: ${w.axis[measure]}`, columns, rows: periods, rowKey: (period) => period || "-" }) : null}
    </details>`;
}

function Beside(): VNode {
    const w = words();
    const field = useRef<HTMLTextAreaElement>(null);
    const now = keysOf("and").join("\n");
    const take = (event: Event): void => {
        event.preventDefault();
        set({ and: otherQueries(field.current?.value ?? "", query.value) });
    };
    useEffect(() => {
        if (field.current) field.current.value = now;
    }, [now]);
    const press = (event: KeyboardEvent): void => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) take(event);
    };
    return html`<form class="beside" onSubmit=${take}>
        <label for="beside">${w.beside}</label>
        <textarea id="beside" ref=${field} rows=${Math.max(2, keysOf("and").length)} spellcheck=${false} placeholder=${w.besideHint} onKeyDown=${press}></textarea>
        <button type="submit">${w.compare}</button>
    </form>`;
}

function Controls(): VNode {
    const w = words();
    return html`<div class="controls">
        ${h(Choice, { name: "by", label: w.by, options: kinds.map((each) => [each, w.kinds[each] ?? each] as const) })}
        ${h(Choice, { name: "of", label: w.of, options: measures.map((each) => [each, w.measures[each], w.hints[each]] as const) })}
        <div class="switches">
            ${h(Switch, { name: "split", label: w.split })}
            ${chosen("of", measures) === "share" ? h(Switch, { name: "band", label: w.band, hint: w.bandHint, usual: true }) : null}
        </div>
        ${h(Beside, {})}
    </div>`;
}

/** How evenly the one query lies over the periods that are shown. */
function Evenness({ text, by }: { text: string; by: string }): VNode | null {
    const w = words();
    const { phase, reply } = useAsk("dispersion", { query: text, by, scope: scope.value }).state.value;
    const known = [reply?.dp, reply?.juillandD].map(Number);
    if (phase !== "done" || !reply || known.some((value) => !Number.isFinite(value))) return null;
    const [dp = 0, d = 0] = known;
    return html`<p class="aside" title=${w.evenHint}>${w.even(figure(dp), figure(d), count(reply.partsWith), count(reply.parts))}</p>`;
}

/** Which of several queries cannot be read: the answer to all of them does not say. */
function Guilty({ text }: { text: string }): VNode | null {
    const question = useAsk("count", { query: asked(text) });
    const { failure } = question.state.value;
    return failure ? h(Failed, { failure, again: question.again, text }) : null;
}

/** What was kept of another question and leaves nothing of this one. */
function Outside(): VNode {
    const w = words();
    return html`<section class="panel" role="status">
        <h2>${w.none}</h2>
        <button type="button" onClick=${() => set({ from: undefined, to: undefined })}>${w.whole}</button>
    </section>`;
}

function TrendView(): VNode {
    const text = query.value;
    const typed = [text, ...otherQueries(keysOf("and").join("\n"), text)];
    const split = switched("split");
    const message = {
        query: asked(text),
        by: `PERIOD_${chosen("by", kinds).toUpperCase()}` as "PERIOD_YEAR",
        compare: typed.slice(1).map((each) => asked(each)),
        splitBySource: split,
        dateFrom: key("from"),
        dateTo: key("to"),
        scope: scopeWithout("date"),
    };
    const question = useAsk("trend", text ? message : null);
    const { phase, reply, failure } = question.state.value;
    const picture = useRef<SVGSVGElement | null>(null);
    const shown = useRef<Shown | null>(null);
    if (reply && phase === "done" && shown.current?.reply !== reply) shown.current = { reply, typed, split };
    useStatus(reply ? { documents: reply.documents ?? 0, occurrences: reply.occurrences ?? 0, answer: reply.answer } : {});
    useOffer(
        () => ({ rows: () => rowsOf(seriesOf(reply ?? {}, typed, split)), picture: () => picture.current, calls: [{ method: "trend", message }] }),
        question.state.value,
    );
    const limited = Boolean(key("from") || key("to"));
    const empty = (answer: TrendResponseJson): boolean =>
        !Number(answer.documents ?? 0) && !(answer.series ?? []).some((each) => Number(each.documents ?? 0) > 0);
    if (failure?.reasons.reason === "QUERY_SYNTAX" && typed.length > 1)
        return html`${h(Controls, {})} ${typed.map((each) => h(Guilty, { key: each, text: each }))}`;
    return html`${text ? h(Controls, {}) : null}
    ${h(Answered<TrendResponseJson>, {
        question,
        isEmpty: (answer) => empty(answer) && !limited,
        children: (answer) =>
            empty(answer) || !shown.current
                ? h(Outside, {})
                : h(Picture, { ...shown.current, taken: (element: SVGSVGElement) => (picture.current = element) }),
    })}`;
}

export const trend: View = {
    path: paths.trend,
    name: "trend",
    component: TrendView,
    keys: ["and", "by", "of", "split", "band"],
    tab: true,
    facets: true,
};
