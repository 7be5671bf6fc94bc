// SPDX-License-Identifier: Apache-2.0
// Queries for what stands beside another: what a click on a neighbour or a collocate looks for. The filters of a query stay
// at its end, since NEAR and THEN take phrases alone.
import { grouped, phraseOf } from "../query.ts";

const filter = /^[-－]?(?:source|date|id|is|meta\.[^:\s]+):/;
const terms = /"(?:\\.|[^"\\])*"|“[^”]*”|「[^」]*」|[^\s"“「]+(?:"(?:\\.|[^"\\])*")?/g;

/** The phrase of a query and its filters; null where it has more than one phrase or any operator. */
function phraseAndFilters(query: string): [phrase: string, filters: string[]] | null {
    const all = query.match(terms) ?? [];
    const filters = all.filter((term) => filter.test(term));
    const phrases = all.filter((term) => !filter.test(term));
    const [phrase] = phrases;
    const isOperator = /[()（）|｜]|^(AND|OR|NOT|ＯＲ)$|^(NEAR|THEN)\/\d+$|^[-－]./;
    if (!phrase || phrases.length > 1 || isOperator.test(phrase)) return null;
    return [phrase, filters];
}

/** `phrase` with `operator` and the query behind or before it. Of a query that is no single phrase: both, anywhere. */
function joined(query: string, phrase: string, join: (node: string, other: string) => string): string {
    const other = phraseOf(phrase);
    const parts = phraseAndFilters(query);
    if (!parts) return `${grouped(query)} ${other}`;
    return [join(parts[0], other), ...parts[1]].join(" ");
}

export function directlyBeside(query: string, phrase: string, left: boolean): string {
    return joined(query, phrase, (node, other) => (left ? `${other} THEN/0 ${node}` : `${node} THEN/0 ${other}`));
}

export function within(query: string, phrase: string, window: number): string {
    return joined(query, phrase, (node, other) => `${node} NEAR/${window} ${other}`);
}
