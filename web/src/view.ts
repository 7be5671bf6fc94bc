// SPDX-License-Identifier: Apache-2.0
// What a view is, and what it tells the shell around it.
import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import type { Path } from "./paths.ts";

export interface View {
    path: Path;
    name: ViewName; // its word in words.ts
    component: ComponentType;
    keys: readonly string[]; // of the state, beside the shared ones: what its links carry
    tab: boolean; // has a place among the tabs
    facets: boolean; // has the filters at its left
    undated?: true; // has periods of its own: the filter of dates does not hold
}

export type ViewName =
    | "start"
    | "hits"
    | "concordance"
    | "trend"
    | "neighbours"
    | "collocates"
    | "rising"
    | "compare"
    | "quote"
    | "document"
    | "about";

/** What the status line says. All but `answer` may be missing: then it is not said. */
export interface Status {
    documents?: string | number;
    occurrences?: string | number;
    bridged?: string | number;
    more?: string[]; // further parts, in words
    answer?: { commit?: string; complete?: boolean; notes?: string[]; tookUs?: string } | undefined;
}

export const status = signal<Status>({});

/** True while what it says is of a question before. */
export const statusOld = signal(false);

export interface Rows {
    columns: string[];
    rows: (string | number | boolean)[][];
}

/** What the view shows, for those who take it away: each part may be missing. */
export interface Offer {
    rows?: () => Rows; // CSV, JSON Lines
    picture?: () => SVGSVGElement | null; // SVG, PNG
    calls?: { method: string; message: object }[]; // as a command, as curl, in Python
}

export const offer = signal<Offer>({});

/** Further components of the toolbar beside the link: exports, the call. */
export const tools: ComponentType[] = [];
