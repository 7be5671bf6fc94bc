// SPDX-License-Identifier: Apache-2.0
// Pieces of text, matched and not; and the line that says of which document they are.
import type { SnippetJson } from "gramdex/search_pb";
import type { VNode } from "preact";
import { html } from "../html.ts";
import { words } from "../words.ts";

export function Snippet({ snippet }: { snippet: SnippetJson }): VNode {
    return html`<p class="snippet">
        ${snippet.atStart ? "" : "…"}${(snippet.pieces ?? []).map((piece) =>
            piece.matched ? html`<mark>${piece.text}</mark>` : piece.text,
        )}${snippet.atEnd ? "" : "…"}
    </p>`;
}

export interface AboutDocument {
    id?: string;
    title?: string;
    date?: string;
    source?: string;
}

/** A title to show: the document's, or its id. */
export const titleOf = (of: AboutDocument): string => of.title || of.id || words().untitled;

/** Date and source, said also when there is none. */
export function Origin({ of }: { of: AboutDocument }): VNode {
    const w = words();
    return html`<span class="origin"
        ><time>${of.date || w.noDate}</time><span class="source">${of.source || w.noSource}</span></span
    >`;
}
