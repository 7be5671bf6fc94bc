// SPDX-License-Identifier: Apache-2.0
// Rising: which phrases stand in a larger share of the documents since a date than of those before it; or in a smaller one.
// Nobody has to type a query; one that is typed narrows both periods to its documents.
import type { VNode } from "preact";
import { useAsk } from "../ask.ts";
import { h, html } from "../html.ts";
import { Choice, chosen, Words } from "../parts/choice.ts";
import { Failed, Loading, Panel } from "../parts/panels.ts";
import { paths } from "../paths.ts";
import { narrowed } from "../query.ts";
import { asked, key, query, scopeWithout } from "../state.ts";
import type { View } from "../view.ts";
import { wording } from "../words.ts";
import { Contrasts, directions, Settings, settingKeys, useContrast, useSettings } from "./contrast.ts";
import { isKnownDate, newestSince, periodsOf, type Span, spans } from "./periods.ts";

const words = wording({
    en: {
        since: "Since",
        until: "Until",
        before: "Against",
        spans: { "12m": "the 12 months before", "24m": "24 months", "60m": "5 years", all: "all before" } as Record<Span, string>,
        direction: "Direction",
        directions: { up: "rising", down: "falling", both: "both" },
        up: (since: string) => `More since ${since}`,
        down: (since: string) => `Less since ${since}`,
        then: (since: string) => `since ${since}`,
        earlier: "before",
        why: "The newest period is taken unless you choose one. A query above narrows both periods to its documents.",
        bad: (date: string) => `“${date}” is no date`,
        badHint: "A date is 2024, 2024-05 or 2024-05-06.",
        empty: "The collection has no dates to compare by",
        emptyHint: "Compare sets any two parts of it side by side.",
    },
    zh: {
        since: "自",
        until: "至",
        before: "相比于",
        spans: { "12m": "此前 12 个月", "24m": "24 个月", "60m": "5 年", all: "此前全部" },
        direction: "方向",
        directions: { up: "上升", down: "下降", both: "两者" },
        up: (since: string) => `自 ${since} 起增多`,
        down: (since: string) => `自 ${since} 起减少`,
        then: (since: string) => `${since} 起`,
        earlier: "此前",
        why: "不作选择时取最新的时期。上方的检索式把两个时期都限于它的文档。",
        bad: (date: string) => `“${date}”不是日期`,
        badHint: "日期写作 2024、2024-05 或 2024-05-06。",
        empty: "语料中没有可供比较的日期",
        emptyHint: "“对比”可以比较语料的任意两部分。",
    },
});

function Result({ since }: { since: string }): VNode {
    const w = words();
    const direction = chosen("dir", directions);
    const until = key("until");
    const periods = periodsOf(since, until, chosen("before", spans));
    const text = asked(query.value);
    const [a, b] = [narrowed(text, periods.a), narrowed(text, periods.b)];
    const rest = { ...useSettings(), scope: scopeWithout("date") };
    const { up, down } = useContrast(a, b, direction, rest, true);
    const then = { name: w.then(since), query: a, typed: query.value };
    const earlier = { name: w.earlier, query: b, typed: query.value };
    const links = { from: undefined, to: undefined }; // the periods are in the queries
    const tables = [
        { direction: "up" as const, links, title: w.up(since), more: then, less: earlier, question: up, message: { ...rest, a, b } },
        { direction: "down" as const, links, title: w.down(since), more: earlier, less: then, question: down, message: { ...rest, a: b, b: a } },
    ].filter((table) => direction === "both" || table.direction === direction);
    return h(Contrasts, { tables, idle: html`<span></span>` });
}

function RisingView(): VNode {
    const w = words();
    const typed = key("since");
    const months = useAsk("facets", typed ? null : { query: "date:0001..9999", by: ["month"], limit: 10000, scope: scopeWithout("date") }, true);
    const { phase, reply, failure } = months.state.value;
    const newest = reply ? newestSince(reply.facets?.[0]?.rows ?? []) : "";
    const since = typed || newest;
    const bad = [typed, key("until")].find((date) => date && !isKnownDate(date));
    const waits = phase === "slow" || phase === "long";
    return html`<div class="controls">
            ${h(Words, { name: "since", label: w.since, placeholder: newest, kind: "date" })}
            ${h(Words, { name: "until", label: w.until, placeholder: "…", kind: "date" })}
            ${h(Choice, { name: "before", label: w.before, options: spans.map((each) => [each, w.spans[each]] as const) })}
            ${h(Choice, { name: "dir", label: w.direction, options: directions.map((each) => [each, w.directions[each]] as const) })}
            ${h(Settings, {})}
        </div>
        <p class="aside">${w.why}</p>
        ${bad
            ? html`<${Panel} title=${w.bad(bad)} kind="bad"><p>${w.badHint}</p><//>`
            : since
              ? h(Result, { since })
              : failure
                ? h(Failed, { failure, again: months.again })
                : reply
                  ? html`<${Panel} title=${w.empty}><p>${w.emptyHint}</p><//>`
                  : waits
                    ? h(Loading, { phase, cancel: months.cancel })
                    : null}`;
}

export const rising: View = {
    path: paths.rising,
    name: "rising",
    component: RisingView,
    keys: ["since", "until", "before", ...settingKeys],
    tab: true,
    facets: false,
    undated: true,
};
