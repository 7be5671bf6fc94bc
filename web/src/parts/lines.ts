// SPDX-License-Identifier: Apache-2.0
// Lines of a concordance: the match in the middle, what stands before it to the left, what follows to the right.
import type { OccurrenceJson } from "gramdex/search_pb";
import type { VNode } from "preact";
import { h, html } from "../html.ts";
import { paths } from "../paths.ts";
import { textWidth } from "../pictures/frame.ts";
import { go, linkTo } from "../state.ts";
import { wording, words } from "../words.ts";
import { placeKey } from "./place.ts";

const say = wording({
    en: {
        columns: { date: "Date", source: "Source", left: "Left", node: "Match", right: "Right" } as Record<string, string>,
        sortBy: (what: string) => `Sort by: ${what}`,
        left: "left context, outwards from the match",
        caption: "Concordance",
        bridged: "bridged: a block of lines divides it",
    },
    zh: {
        columns: { date: "日期", source: "来源", left: "左", node: "命中", right: "右" },
        sortBy: (what: string) => `排序：${what}`,
        left: "左侧，从命中处向外",
        caption: "索引行",
        bridged: "跨行块：中间隔有数行",
    },
});

export const columns = ["date", "source", "left", "node", "right"] as const;

interface LineProps {
    line: OccurrenceJson;
}

function Line({ line }: LineProps): VNode {
    const w = words();
    const s = say();
    const match = line.match ?? {};
    const to = linkTo(paths.document, { id: line.id, at: placeKey(match) });
    const aside = match.field && match.field !== "FIELD_TEXT" ? w.fields[match.field] : "";
    return html`<tr>
        <td class="date">${line.date || "—"}</td>
        <td class="source">${line.source || "—"}</td>
        <td class="left"><span>${line.before}</span></td>
        <td class="node">
            <a href=${to} data-row title=${[line.title || line.id, match.place, line.bridged ? s.bridged : ""].filter(Boolean).join(" · ")}
                >${line.matched}</a
            >${aside ? html`<span class="tag">${aside}</span>` : null}
        </td>
        <td class="right"><span>${line.after}</span></td>
    </tr>`;
}

interface LinesProps {
    lines: OccurrenceJson[];
    sort: string[]; // columns, the first one decides
    sortBy: ((column: string) => void) | null; // null: they come in one order alone
}

/** A click beside the link opens the line, too; not one that ends the marking of words. */
function open(event: MouseEvent): void {
    const target = event.target as Element;
    if (target.closest("a, button") || getSelection()?.toString()) return;
    const to = target.closest("tr")?.querySelector("a[data-row]")?.getAttribute("href");
    if (to) go(to);
}

/** Room for the widest match, within reason. */
function nodeWidth(lines: OccurrenceJson[]): number {
    const widths = lines.map((line) => textWidth(line.matched ?? "", 15) + (line.match?.field === "FIELD_TEXT" ? 0 : 50));
    return Math.min(320, Math.max(70, ...widths) + 16);
}

export function Lines({ lines, sort, sortBy }: LinesProps): VNode {
    const s = say();
    return html`<table class="lines">
        <caption class="hidden">
            ${s.caption}
        </caption>
        <colgroup>
            <col class="date" /><col class="source" /><col /><col style=${{ width: `${nodeWidth(lines)}px` }} /><col />
        </colgroup>
        <thead>
            <tr>
                ${columns.map((column) => {
                    const rank = sort.indexOf(column);
                    const name = s.columns[column] ?? column;
                    const hint = s.sortBy(column === "left" ? s.left : name);
                    return html`<th scope="col" class=${column} aria-sort=${rank === 0 ? "ascending" : undefined}>
                        ${sortBy
                            ? html`<button type="button" title=${hint} onClick=${() => sortBy(column)}>
                                  ${name}${rank >= 0 ? html`<span class="rank">${String(rank + 1)}</span>` : null}
                              </button>`
                            : name}
                    </th>`;
                })}
            </tr>
        </thead>
        <tbody onClick=${open}>
            ${lines.map((line) => h(Line, { line }))}
        </tbody>
    </table>`;
}
