// SPDX-License-Identifier: Apache-2.0
// Periods as Search.Trend names them ("2023", "2023-Q2", "2023-05", "2023-W18", "2023-05-06"), numbered so that neighbours
// differ by one, and the ticks of a time axis. A gap in the numbers is a period in which the collection has nothing.

import type { Tick } from "./axis.ts";

export type Kind = "year" | "quarter" | "month" | "week" | "day";
export const kinds: readonly Kind[] = ["year", "quarter", "month", "week", "day"];

const dayLength = 86400000;

/** Days from 1970-01-01 on; months and days past their ends run over. */
function days(year: number, month: number, day: number): number {
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, day);
    return Math.round(date.getTime() / dayLength);
}

function dayName(number: number): string {
    return new Date(number * dayLength).toISOString().slice(0, 10);
}

/** 1970-01-01 is a Thursday, so week 0 is the one that begins on 1969-12-29. */
function weekOfDay(number: number): number {
    return Math.floor((number + 3) / 7);
}

function firstWeek(year: number): number {
    return weekOfDay(days(year, 1, 4));
}

const two = (number: number): string => String(number).padStart(2, "0");
const four = (number: number): string => String(number).padStart(4, "0");

export function kindOf(period: string): Kind | undefined {
    if (/^\d{4}$/.test(period)) return "year";
    if (/^\d{4}-Q[1-4]$/.test(period)) return "quarter";
    if (/^\d{4}-W\d\d$/.test(period)) return "week";
    if (/^\d{4}-\d\d$/.test(period)) return "month";
    return /^\d{4}-\d\d-\d\d$/.test(period) ? "day" : undefined;
}

/** The number of a period among those of its kind; NaN for what is none, as "", the row without a date. */
export function numberOf(period: string): number {
    const year = Number(period.slice(0, 4));
    switch (kindOf(period)) {
        case "year":
            return year;
        case "quarter":
            return year * 4 + Number(period[6]) - 1;
        case "month":
            return year * 12 + Number(period.slice(5)) - 1;
        case "week":
            return firstWeek(year) + Number(period.slice(6)) - 1;
        case "day":
            return days(year, Number(period.slice(5, 7)), Number(period.slice(8)));
        default:
            return NaN;
    }
}

export function nameOf(kind: Kind, number: number): string {
    switch (kind) {
        case "year":
            return four(number);
        case "quarter":
            return `${four(Math.floor(number / 4))}-Q${(number % 4) + 1}`;
        case "month":
            return `${four(Math.floor(number / 12))}-${two((number % 12) + 1)}`;
        case "week": {
            const year = Number(dayName(number * 7).slice(0, 4)); // the week's Thursday
            return `${four(year)}-W${two(number - firstWeek(year) + 1)}`;
        }
        case "day":
            return dayName(number);
    }
}

/** The first and the last date of a period, as the query language's date: takes them. */
export function spanOf(period: string): { from: string; to: string } {
    const kind = kindOf(period);
    const number = numberOf(period);
    if (kind === "quarter") {
        const month = number * 3;
        return { from: nameOf("month", month), to: nameOf("month", month + 2) };
    }
    if (kind === "week") return { from: dayName(number * 7 - 3), to: dayName(number * 7 + 3) };
    return { from: period, to: period };
}

/** A period's filter in the query language. */
export function filterOf(period: string): string {
    const { from, to } = spanOf(period);
    return from === to ? `date:${from}` : `date:${from}..${to}`;
}

/** The coarser period that a month lies in. */
export function coarsen(month: string, kind: Kind): string {
    const number = numberOf(month);
    if (kind === "year") return month.slice(0, 4);
    return kind === "quarter" ? nameOf("quarter", Math.floor(number / 3)) : month;
}

const yearSteps = [1, 2, 5, 10, 20, 50, 100];
const perYear: Partial<Record<Kind, number>> = { year: 1, quarter: 4, month: 12 };
const fineSteps: Record<Kind, readonly number[]> = { year: [], quarter: [1, 2], month: [1, 2, 3, 6], week: [1, 2, 4, 8], day: [1, 7, 14, 28] };

function yearTicks(kind: Kind, low: number, high: number, step: number): Tick[] {
    const ticks: Tick[] = [];
    const last = Number(nameOf(kind, high).slice(0, 4));
    for (let year = Number(nameOf(kind, low).slice(0, 4)); year <= last; year++) {
        const length = perYear[kind];
        const number = length ? year * length : kind === "week" ? firstWeek(year) : days(year, 1, 1);
        if (year % step === 0 && number >= low && number <= high) ticks.push({ number, name: four(year) });
    }
    return ticks;
}

/** As many ticks as have room: names of periods while these fit, then years. */
export function ticksOf(kind: Kind, low: number, high: number, width: number): Tick[] {
    const room = kind === "day" ? 84 : kind === "year" ? 44 : 68;
    for (const step of fineSteps[kind]) {
        if (((high - low) / step) * room > width) continue;
        const ticks: Tick[] = [];
        for (let number = Math.ceil(low / step) * step; number <= high; number += step)
            ticks.push({ number, name: nameOf(kind, number) });
        if (ticks.length > 0) return ticks;
    }
    for (const step of yearSteps) {
        const ticks = yearTicks(kind, low, high, step);
        if (ticks.length > 0 && ticks.length * 44 <= Math.max(width, 44)) return ticks;
    }
    return [{ number: low, name: nameOf(kind, low) }];
}
