// SPDX-License-Identifier: Apache-2.0
// Links to the pages before and after, and to some between where pages can be reached by number.
import type { VNode } from "preact";
import { html } from "../html.ts";
import { type Change, linkHere } from "../state.ts";
import { words } from "../words.ts";

export interface PagerProps {
    page: number; // from 1
    pages: number;
    change: (page: number) => Change | null; // the state of a page; null: it cannot be reached from here
}

/** First, last, and those around this one. 0 is a gap. */
export function pagesShown(page: number, pages: number): number[] {
    const near = [1, page - 2, page - 1, page, page + 1, page + 2, pages];
    const shown = [...new Set(near)].filter((each) => each >= 1 && each <= pages).sort((a, b) => a - b);
    return shown.flatMap((each, at) => (at > 0 && each - (shown[at - 1] ?? 0) > 1 ? [0, each] : [each]));
}

export function Pager({ page, pages, change }: PagerProps): VNode | null {
    const w = words();
    if (pages <= 1) return null;
    const link = (to: number, text: string, rel?: string): VNode | null => {
        const state = to >= 1 && to <= pages ? change(to) : null;
        return state ? html`<a href=${linkHere(state)} rel=${rel} aria-label=${rel ? undefined : w.page(to)}>${text}</a>` : null;
    };
    return html`<nav class="pager" aria-label=${w.pages}>
        ${link(page - 1, w.previous, "prev")}
        <ol>
            ${pagesShown(page, pages).map((each) => {
                if (each === 0) return html`<li aria-hidden="true">…</li>`;
                if (each === page) return html`<li><span aria-current="page">${String(each)}</span></li>`;
                const to = link(each, String(each));
                return to ? html`<li>${to}</li>` : null;
            })}
        </ol>
        ${link(page + 1, w.next, "next")}
    </nav>`;
}
