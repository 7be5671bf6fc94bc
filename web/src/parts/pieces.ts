// SPDX-License-Identifier: Apache-2.0
// The shorter pieces of a query that found nothing: its terms or, of a single phrase, its halves and quarters.
import { phraseOf, unquoted } from "../query.ts";

/** Terms as the query language separates them; operators, filters and fields are left aside. */
export function termsOf(query: string): string[] {
    const terms: string[] = [];
    const token = /"((?:\\.|[^"\\])*)"|“([^”]*)”|「([^」]*)」|([^\s()（）|｜"]+)/g;
    for (const match of query.matchAll(token)) {
        const quoted = match[1] === undefined ? (match[2] ?? match[3]) : unquoted(match[0]);
        if (quoted !== undefined) {
            if (quoted.trim()) terms.push(phraseOf(quoted));
            continue;
        }
        const run = (match[4] ?? "").replace(/^(title|text|note|caption|furniture|any|exact|bridge):/, "");
        if (!run || /^(AND|OR|NOT|ＯＲ|(NEAR|THEN)\/\d+)$/.test(run)) continue;
        if (/^[-－]/.test(run) || /^(source|date|id|is|alias|meta\.[^:]+):/.test(run)) continue;
        terms.push(run);
    }
    return [...new Set(terms)];
}

/** Pieces that are shown. */
export const most = 12;

/** Halves, quarters and so on, the longest first; the words of a phrase in words. */
export function shorter(phrase: string): string[] {
    const words = phrase.split(/\s+/).filter(Boolean);
    const units = words.length > 1 ? words : [...phrase];
    const join = (part: string[]): string => (words.length > 1 ? phraseOf(part.join(" ")) : part.join(""));
    const least = words.length > 1 ? 1 : 2;
    const found: string[] = [];
    for (let length = Math.ceil(units.length / 2); length >= least && found.length < most; length = Math.ceil(length / 2)) {
        for (let at = 0; at + least <= units.length; at += length) found.push(join(units.slice(at, at + length)));
        if (length === 1) break;
    }
    return [...new Set(found)].filter((each) => each !== phrase).slice(0, most);
}
