// SPDX-License-Identifier: Apache-2.0
// The shorter pieces of a query that found nothing: its terms or, of a single phrase, its beginnings and ends.

/** Terms as the query language separates them; operators, filters and fields are left aside. */
export function termsOf(query: string): string[] {
    const terms: string[] = [];
    const token = /"((?:\\.|[^"\\])*)"|“([^”]*)”|「([^」]*)」|([^\s()（）|｜"]+)/g;
    for (const match of query.matchAll(token)) {
        const quoted = match[1] ?? match[2] ?? match[3];
        if (quoted !== undefined) {
            if (quoted.trim()) terms.push(`"${quoted}"`);
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
export const most = 8;

/** Beginnings and ends, the longest first; the words of a phrase in words. */
export function shorter(phrase: string): string[] {
    const bare = phrase.replace(/^"|"$/g, "");
    const words = bare.split(/\s+/).filter(Boolean);
    const units = words.length > 1 ? words : [...bare];
    const join = (part: string[]): string => (words.length > 1 ? `"${part.join(" ")}"` : part.join(""));
    const found: string[] = [];
    const least = words.length > 1 ? 1 : 2;
    for (let length = units.length - 1; length >= least && found.length < most; length--) {
        found.push(join(units.slice(0, length)), join(units.slice(units.length - length)));
    }
    return [...new Set(found)].slice(0, most);
}
