// SPDX-License-Identifier: Apache-2.0
// query.ts: parts of queries that programs write. The language itself is described in docs/query-language.md.

const halfOfPair = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/**
 * A string of a user as one quoted phrase, whatever is in it: signs of the query language are characters like any other.
 * RangeError: there is nothing in it, or a zero byte or half of a surrogate pair, which no query has.
 */
export function phrase(text: string): string {
    if (text.includes("\0")) throw new RangeError("a phrase has no zero byte");
    if (halfOfPair.test(text)) throw new RangeError("a phrase is text, without halves of surrogate pairs");
    if (!text.trim()) throw new RangeError("a phrase has a character");
    return `"${text.replace(/["\\]/g, "\\$&")}"`;
}

const day = (date: Date): string => date.toISOString().slice(0, 10);

function firstDay(date: string): Date {
    const found = /^(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?$/.exec(date);
    const [year, month, number] = (found ?? []).slice(1).map((each) => Number(each ?? 1));
    const made = new Date(0);
    made.setUTCFullYear(year ?? NaN, (month ?? 1) - 1, number ?? 1);
    if (!found || Number.isNaN(made.getTime()) || made.getUTCMonth() + 1 !== month || made.getUTCDate() !== number)
        throw new RangeError(`${JSON.stringify(date)}, expected a date: 2025, 2025-04 or 2025-04-03`);
    return made;
}

function earlier(date: Date, span: string): Date {
    const found = /^([1-9]\d{0,5})([ymwd])$/.exec(span);
    if (!found) throw new RangeError(`${JSON.stringify(span)}, expected a number and y, m, w or d: 12m`);
    const count = Number(found[1]);
    const made = new Date(date);
    if (found[2] === "y" || found[2] === "m") made.setUTCMonth(made.getUTCMonth() - count * (found[2] === "y" ? 12 : 1));
    else made.setUTCDate(made.getUTCDate() - count * (found[2] === "w" ? 7 : 1));
    return made;
}

/** Which periods `rising` compares. */
export interface RisingOptions {
    /** The last date, included whole. */
    until?: string;
    /** How long before `since` to compare with: "2y", "12m", "6w", "90d". */
    before?: string;
    /** Of the documents of this query alone. */
    where?: string;
}

/**
 * The two queries of what has become more frequent, as `gramdex rising` asks:
 * `const [a, b] = rising("2025"); client.contrast(a, { b })`. For what has become rarer swap the two. RangeError: no date, no span.
 */
export function rising(since: string, { until = "", before = "12m", where = "" }: RisingOptions = {}): [a: string, b: string] {
    const first = firstDay(since);
    if (until && firstDay(until) < first) throw new RangeError(`until ${until} is before since ${since}`);
    const condition = where ? `( ${where} ) ` : "";
    return [`${condition}date:${since}..${until}`, `${condition}date:${day(earlier(first, before))}..${day(earlier(first, "1d"))}`];
}
