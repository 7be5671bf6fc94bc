// SPDX-License-Identifier: Apache-2.0
// Compare: which phrases set the documents of one query apart from those of another, or from all others: a source, a period, a
// topic. A is the query of the search field.
import type { VNode } from "preact";
import { useAsk } from "../ask.ts";
import { h, html } from "../html.ts";
import { Choice, chosen, Words } from "../parts/choice.ts";
import { Panel } from "../parts/panels.ts";
import { paths } from "../paths.ts";
import { everything, grouped, valueOf } from "../query.ts";
import { asked, key, linkHere, query, scope } from "../state.ts";
import type { View } from "../view.ts";
import { count, wording, words as common } from "../words.ts";
import { Contrasts, directions, Settings, settingKeys, useContrast, useSettings } from "./contrast.ts";

const words = wording({
    en: {
        b: "Against (B)",
        others: "all other documents",
        direction: "More in",
        directions: { up: "A", down: "B", both: "both" },
        more: (a: string, b: string) => `More in ${a} than in ${b}`,
        rest: "all others",
        why: "A is the query above: a source (source:news), a period (date:2024), a phrase, or any of these together.",
        ask: "Which documents set apart?",
        askHint: "Type a query above, or take a source:",
        against: (source: string, documents: string) => `${source} (${documents})`,
    },
    zh: {
        b: "相比于（乙）",
        others: "其余全部文档",
        direction: "偏多于",
        directions: { up: "甲", down: "乙", both: "两者" },
        more: (a: string, b: string) => `在 ${a} 中多于 ${b}`,
        rest: "其余文档",
        why: "甲即上方的检索式：来源（source:news）、时期（date:2024）、词语，或其组合。",
        ask: "要看哪些文档的特点？",
        askHint: "请在上方输入检索式，或选一个来源：",
        against: (source: string, documents: string) => `${source}（${documents} 篇）`,
    },
});

/** Sources to begin with, the largest first. */
function Sources(): VNode {
    const w = words();
    const found = useAsk("facets", { query: everything, by: ["source"], limit: 12 }, true);
    const rows = found.state.value.reply?.facets?.[0]?.rows ?? [];
    return html`<${Panel} title=${w.ask}>
        <p>${w.askHint}</p>
        <ul class="pieces">
            ${rows.map(
                ({ value = "", documents }) =>
                    html`<li><a href=${linkHere({ q: `source:${valueOf(value)}` })}>${w.against(value || common().noSource, count(documents))}</a></li>`,
            )}
        </ul>
    <//>`;
}

function CompareView(): VNode {
    const w = words();
    const text = query.value;
    const other = key("b").trim();
    const direction = chosen("dir", directions);
    const rest = { ...useSettings(), scope: scope.value };
    const [a, b] = [asked(text), asked(other)];
    const { up, down } = useContrast(a, b, direction, rest, text !== "");
    const one = { name: w.directions.up, query: a, typed: text };
    // Without another query the rest is asked for by what it is not, and a fault is in what was typed.
    const two = { name: w.directions.down, query: b || (text && `NOT ${grouped(a)}`), typed: other || text };
    const [first, second] = [text, other || w.rest];
    const tables = [
        { direction: "up" as const, title: w.more(first, second), more: one, less: two, question: up, message: { ...rest, a, b } },
        {
            direction: "down" as const,
            title: w.more(second, first),
            more: two,
            less: one,
            question: down,
            message: { ...rest, a: two.query, b: a },
        },
    ].filter((table) => direction === "both" || table.direction === direction);
    return html`<div class="controls">
            ${h(Words, { name: "b", label: w.b, placeholder: w.others })}
            ${h(Choice, { name: "dir", label: w.direction, options: directions.map((each) => [each, w.directions[each]] as const) })}
            ${h(Settings, {})}
        </div>
        <p class="aside">${w.why}</p>
        ${text ? h(Contrasts, { tables, idle: html`<span></span>` }) : h(Sources, {})}`;
}

export const compare: View = {
    path: paths.compare,
    name: "compare",
    component: CompareView,
    keys: ["b", ...settingKeys],
    tab: true,
    facets: false,
};
