// SPDX-License-Identifier: Apache-2.0
// A place in a document as the state's `at` has it: "text.0.1234" is byte 1234 of part 0 of the text.
import type { MatchJson } from "gramdex/search_pb";

export function placeKey(match: MatchJson): string {
    const field = (match.field ?? "FIELD_TEXT").replace("FIELD_", "").toLowerCase();
    return `${field}.${match.part ?? 0}.${match.begin ?? "0"}`;
}
