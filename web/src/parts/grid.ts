// SPDX-License-Identifier: Apache-2.0
// A table of figures: text to the left, figures to the right, a bar beside the one it is ordered by. Where it is wider than the
// screen it scrolls by itself, by keys too.
import { useLayoutEffect, useRef } from "preact/hooks";
import type { VNode } from "preact";
import { html } from "../html.ts";
import { bar } from "../pictures/bars.ts";

export interface Column<R> {
    name: string;
    silent?: boolean; // its name is for screen readers alone
    hint?: string;
    figure?: boolean;
    wide?: boolean; // left out where the screen is narrow
    sorted?: boolean; // what the rows are ordered by
    sort?: () => void; // makes it that
    cell: (row: R) => unknown;
}

export interface GridProps<R> {
    caption: string;
    columns: readonly Column<R>[];
    rows: readonly R[];
    rowKey: (row: R) => string;
}

function classOf<R>(column: Column<R>): string {
    return [column.figure && "grid-figure", column.wide && "grid-wide"].filter(Boolean).join(" ");
}

export function Grid<R>({ caption, columns, rows, rowKey }: GridProps<R>): VNode {
    return html`<div class="grid-scroll" role="region" aria-label=${caption} tabindex="0">
        <table class="grid">
            <caption class="hidden">${caption}</caption>
            <thead>
                <tr>
                    ${columns.map(
                        (column) =>
                            html`<th scope="col" class=${classOf(column)} title=${column.hint} aria-sort=${column.sorted ? "descending" : undefined}>
                                ${column.sort && !column.sorted
                                    ? html`<button type="button" class="grid-sort" onClick=${column.sort}>${column.name}</button>`
                                    : html`<span class=${column.silent ? "hidden" : undefined}>${column.name}</span>${column.sorted ? html`<span aria-hidden="true"> ↓</span>` : null}`}
                            </th>`,
                    )}
                </tr>
            </thead>
            <tbody>
                ${rows.map(
                    (row) =>
                        html`<tr key=${rowKey(row)}>
                            ${columns.map((column, index) =>
                                index === 0
                                    ? html`<th scope="row" class=${classOf(column)}>${column.cell(row)}</th>`
                                    : html`<td class=${classOf(column)}>${column.cell(row)}</td>`,
                            )}
                        </tr>`,
                )}
            </tbody>
        </table>
    </div>`;
}

export function Bar({ value, most, width = 90 }: { value: number; most: number; width?: number }): VNode {
    const place = useRef<HTMLSpanElement>(null);
    useLayoutEffect(() => place.current?.replaceChildren(bar(value, most, width)), [value, most, width]);
    return html`<span class="grid-bar" ref=${place}></span>`;
}
