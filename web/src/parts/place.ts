// SPDX-License-Identifier: Apache-2.0
// A place in a document as the state's `at` has it: "text.0.1234" is the match that begins at byte 1234 of part 0 of the text;
// "text.0.1234-1300" are these bytes, whether the query matches there or not.
import type { FieldJson, MatchJson } from "gramdex/search_pb";

export function placeKey(match: MatchJson): string {
    const field = (match.field ?? "FIELD_TEXT").replace("FIELD_", "").toLowerCase();
    return `${field}.${match.part ?? 0}.${match.begin ?? "0"}`;
}

export const rangeKey = (match: MatchJson): string => `${placeKey(match)}-${match.end ?? "0"}`;

/** The bytes that a range names; null when it names a match alone. */
export function rangeOf(at: string): MatchJson | null {
    const found = /^(\w+)\.(\d{1,9})\.(\d{1,12})-(\d{1,12})$/.exec(at);
    if (!found) return null;
    return { field: `FIELD_${(found[1] ?? "").toUpperCase()}` as FieldJson, part: Number(found[2]), begin: found[3] ?? "0", end: found[4] ?? "0" };
}
