// SPDX-License-Identifier: Apache-2.0
// A trend's answer as lines and as rows: no page in it, so that it is tested without one.
import type { TrendResponseJson, TrendRowJson } from "gramdex/search_pb";
import type { Line, LinePoint } from "../pictures/lines.ts";
import { looks } from "../pictures/frame.ts";
import type { Rows } from "../view.ts";

export const measures = ["share", "rate", "documents", "occurrences"] as const;
export type Measure = (typeof measures)[number];

/** Fewer documents than this say little: such a period is hollow and does not set the scale. */
export const thinBelow = 10;

export interface Series {
    query: string; // as it was typed
    source?: string; // of one source alone; "": of documents without one
    rows: readonly TrendRowJson[];
    documents: number;
    occurrences: number;
}

const number = (value: string | number | undefined): number => Number(value ?? 0);

/** The series in the order of the queries; `typed` are these. Split, each is of one source. */
export function seriesOf(reply: TrendResponseJson, typed: readonly string[], split: boolean): Series[] {
    const of = (each: { rows?: TrendRowJson[]; documents?: string; occurrences?: string }, query: string): Series => ({
        query,
        rows: each.rows ?? [],
        documents: number(each.documents),
        occurrences: number(each.occurrences),
    });
    const totals: Series[] = [of(reply, typed[0] ?? "")];
    const parts: Series[] = [];
    for (const each of reply.series ?? []) {
        const query = typed[totals.length - (each.bySource ? 1 : 0)] ?? each.query ?? "";
        if (each.bySource) parts.push({ ...of(each, query), source: each.source ?? "" });
        else totals.push(of(each, query));
    }
    return split ? parts : totals;
}

/** As many as can be told apart; those with the most documents, in their own order. */
export function drawnOf(series: readonly Series[]): Series[] {
    const most = [...series].sort((a, b) => b.documents - a.documents).slice(0, looks);
    return series.filter((each) => most.includes(each) && each.documents > 0);
}

export function valueOf(row: TrendRowJson, measure: Measure): number {
    if (measure === "rate") return row.perMillion === undefined ? 0 : Number(row.perMillion);
    if (measure === "share") return number(row.ofDocuments) > 0 ? number(row.documents) / number(row.ofDocuments) : 0;
    return number(row[measure]);
}

export interface Saying {
    name: (series: Series) => string;
    label: (series: Series, row: TrendRowJson) => string;
    href: (series: Series, row: TrendRowJson) => string | undefined;
}

export function linesOf(series: readonly Series[], measure: Measure, band: boolean, say: Saying): Line[] {
    return series.map((each) => ({
        name: say.name(each),
        points: each.rows
            .filter((row) => row.period)
            .map((row): LinePoint => {
                const href = say.href(each, row);
                const isRelative = measure === "share" || measure === "rate";
                return {
                    period: row.period ?? "",
                    value: valueOf(row, measure),
                    label: say.label(each, row),
                    thin: isRelative && number(row.ofDocuments) < thinBelow,
                    ...(href ? { href } : {}),
                    ...(band && measure === "share" ? { low: Number(row.shareLow ?? 0), high: Number(row.shareHigh ?? 0) } : {}),
                };
            }),
    }));
}

/** All of it, with the columns of gramdex trend --format csv. */
export function rowsOf(series: readonly Series[]): Rows {
    const columns = ["query", "source", "period", "documents", "occurrences", "of_documents", "of_symbols", "per_million", "share_low", "share_high"];
    return {
        columns,
        rows: series.flatMap((each) =>
            each.rows.map((row) => [
                each.query,
                each.source ?? "",
                row.period ?? "",
                number(row.documents),
                number(row.occurrences),
                number(row.ofDocuments),
                number(row.ofSymbols),
                Number(row.perMillion ?? 0),
                Number(row.shareLow ?? 0),
                Number(row.shareHigh ?? 0),
            ]),
        ),
    };
}

/** One query a line; as many as a call takes beside the first, each once. */
export function otherQueries(text: string, first: string): string[] {
    const all = text.split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
    return [...new Set(all)].filter((each) => each !== first).slice(0, looks - 1);
}
