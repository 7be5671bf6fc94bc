// SPDX-License-Identifier: Apache-2.0
// What the page itself writes in the query language: phrases, values of filters, conditions beside a query that somebody typed.
// Nothing else quotes.

const quoted = (text: string): string => `"${text.replace(/["\\]/g, "\\$&")}"`;

/** A phrase: bare while it is one run of letters. */
export function phraseOf(text: string): string {
    return /^[\p{L}\p{N}]+$/u.test(text) && !/^(AND|OR|NOT|NEAR|THEN|ＯＲ)$/.test(text) ? text : quoted(text);
}

/** The words of a phrase that may be quoted. */
export const unquoted = (phrase: string): string => (phrase.startsWith('"') ? phrase.slice(1, -1).replace(/\\(["\\])/g, "$1") : phrase);

/** A value of a filter; "" is that of documents without one. */
export function valueOf(text: string): string {
    return /^[\w./-]+$/.test(text) ? text : quoted(text);
}

/** Whether a ) of it may end a group that it did not begin. What is quoted is the server's to say. */
function closesMore(query: string): boolean {
    if (/["“”「]/.test(query)) return query.includes(")");
    let open = 0;
    return [...query].some((letter) => (open += letter === "(" ? 1 : letter === ")" ? -1 : 0) < 0);
}

/** A query in parentheses that none of its own signs end: a malformed one stays malformed wherever it is put. */
export function grouped(query: string): string {
    const text = query.trim();
    if (phraseOf(text) === text) return text;
    return closesMore(text) && !/[（）]/.test(text) ? `（${text}）` : `(${text})`; // ） alone ends （
}

/** A query with one more condition, which holds for all of it. */
export function narrowed(query: string, condition: string): string {
    return condition && query.trim() ? `${grouped(query)} ${condition}` : condition || query;
}

/** All documents, with a date or without. */
export const everything = "date:0001.. OR NOT date:0001..";
