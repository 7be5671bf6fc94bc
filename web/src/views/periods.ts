// SPDX-License-Identifier: Apache-2.0
// The two periods of Rising, as gramdex rising makes them: since a date, and so long before it.
import type { FacetRowJson } from "gramdex/search_pb";

export const spans = ["12m", "24m", "60m", "all"] as const;
export type Span = (typeof spans)[number];

const isDate = /^\d{4}(-\d{2}(-\d{2})?)?$/;

/** Whether it is a date as the query language takes it, of the calendar. */
export function isKnownDate(text: string): boolean {
    if (!isDate.test(text)) return false;
    const whole = `${text}-01-01`.slice(0, 10);
    const date = new Date(`${whole}T00:00:00Z`);
    return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === whole;
}

const first = (date: string): Date => new Date(`${`${date}-01-01`.slice(0, 10)}T00:00:00Z`);

function shifted(date: string, months: number, days: number): string {
    const day = first(date);
    const shiftedDay = new Date(0);
    shiftedDay.setUTCFullYear(day.getUTCFullYear(), day.getUTCMonth() + months, day.getUTCDate() + days);
    return shiftedDay.toISOString().slice(0, 10);
}

export interface Periods {
    a: string; // date: filters
    b: string;
}

/** The period since a date, and the one before it. */
export function periodsOf(since: string, until: string, span: Span): Periods {
    const day = `${since}-01-01`.slice(0, 10);
    const begin = span === "all" ? "" : shifted(since, -Number(span.slice(0, -1)), 0);
    return { a: `date:${day}..${until}`, b: `date:${begin}..${shifted(since, 0, -1)}` };
}

/** The last month from which on there are enough documents to say something: a hundredth of all, fifty at least. */
export function newestSince(rows: readonly FacetRowJson[]): string {
    const months = rows.filter((row) => /^\d{4}-\d{2}$/.test(row.value ?? ""));
    const all = months.reduce((sum, row) => sum + Number(row.documents ?? 0), 0);
    const enough = Math.min(all / 2, Math.max(50, all / 100));
    let seen = 0;
    for (const row of [...months].reverse()) {
        seen += Number(row.documents ?? 0);
        if (seen >= enough) return row.value ?? "";
    }
    return "";
}
