// SPDX-License-Identifier: Apache-2.0
// Documents that match, each with its first match in its surroundings; page by page.
import type { HitJson } from "gramdex/search_pb";
import type { VNode } from "preact";
import { useAsk } from "../ask.ts";
import { h, html } from "../html.ts";
import { Pager } from "../parts/pager.ts";
import { Answered, useOffer, useStatus } from "../parts/panels.ts";
import { placeKey } from "../parts/place.ts";
import { Origin, Snippet, titleOf } from "../parts/snippet.ts";
import { paths } from "../paths.ts";
import { asked, key, linkTo, query, scope, set } from "../state.ts";
import type { View } from "../view.ts";
import { count, wording, words } from "../words.ts";

const say = wording({
    en: {
        order: "Order",
        orders: { relevance: "by relevance", newest: "newest first", oldest: "oldest first", id: "by id" } as Record<string, string>,
        more: (n: string) => `${n} in this document`,
        bridged: "bridged: a block of lines divides it",
        deep: "Pages past the 100,000th document cannot be reached. Narrow the query, or sort another way.",
    },
    zh: {
        order: "排序",
        orders: { relevance: "按相关度", newest: "最新在前", oldest: "最早在前", id: "按编号" },
        more: (n: string) => `本篇 ${n} 处`,
        bridged: "跨行块：中间隔有数行",
        deep: "第 100,000 篇之后无法翻到。请缩小检索范围，或换一种排序。",
    },
});

const perPage = 20;
const deepest = 100000;

function Hit({ hit }: { hit: HitJson }): VNode {
    const w = words();
    const s = say();
    const first = hit.matches?.[0];
    const title = titleOf(hit);
    const to = linkTo(paths.document, { id: hit.id, ...(first ? { at: placeKey(first) } : {}) });
    const { snippet } = hit;
    const aside = snippet?.field && snippet.field !== "FIELD_TEXT" ? w.fields[snippet.field] : "";
    return html`<li class="hit">
        <h2><a href=${to} data-row>${title}</a></h2>
        <p class="about">
            ${h(Origin, { of: hit })}
            ${snippet?.place ? html`<span>${snippet.place}</span>` : null}
            ${Number(hit.occurrences ?? 0) > 0 ? html`<span>${s.more(count(hit.occurrences))}</span>` : null}
            ${aside ? html`<span class="tag">${aside}</span>` : null}
            ${hit.bridged ? html`<span class="tag">${s.bridged}</span>` : null}
            ${title === hit.id ? null : html`<code class="id">${hit.id}</code>`}
        </p>
        ${snippet ? h(Snippet, { snippet }) : null}
    </li>`;
}

function OrderChoice({ order }: { order: string }): VNode {
    const s = say();
    return html`<label class="choice"
        >${s.order}
        <select
            value=${order}
            onChange=${(event: Event) => {
                const to = (event.target as HTMLSelectElement).value;
                set({ order: to === "relevance" ? undefined : to });
            }}
        >
            ${Object.entries(s.orders).map(([value, name]) => html`<option value=${value}>${name}</option>`)}
        </select>
    </label>`;
}

function Hits(): VNode {
    const s = say();
    const text = asked();
    const order = key("order") || "relevance";
    const page = Math.max(1, Number(key("page")) || 1);
    const request = {
        query: text,
        scope: scope.value,
        limit: perPage,
        offset: Math.min(deepest, (page - 1) * perPage),
        order: `ORDER_${order.toUpperCase()}` as "ORDER_RELEVANCE",
        snippetSymbols: 60,
        matchLimit: 1,
    };
    const question = useAsk("search", text ? request : null);
    const reply = question.state.value.reply;
    const shown = text ? reply : undefined;
    useStatus(
        shown
            ? {
                  documents: shown.documents ?? 0,
                  occurrences: shown.occurrences ?? 0,
                  bridged: shown.bridgedOccurrences ?? 0,
                  answer: shown.answer,
              }
            : {},
    );
    useOffer(
        () => ({
            calls: [{ method: "Search", message: request }],
            rows: () => ({
                columns: ["id", "title", "date", "source", "occurrences", "snippet"],
                rows: (reply?.hits ?? []).map((hit) => [
                    hit.id ?? "",
                    hit.title ?? "",
                    hit.date ?? "",
                    hit.source ?? "",
                    Number(hit.occurrences ?? 0),
                    (hit.snippet?.pieces ?? []).map((piece) => piece.text ?? "").join(""),
                ]),
            }),
        }),
        question.state.value,
    );
    return h(Answered<NonNullable<typeof reply>>, {
        question,
        text: query.value,
        isEmpty: (answer) => !answer.hits?.length && page === 1,
        children: (answer) => {
            const documents = Number(answer.documents ?? 0);
            const pages = Math.ceil(Math.min(documents, deepest) / perPage);
            return html`<div class="above-list">${h(OrderChoice, { order })}</div>
                <ol class="hits" start=${(page - 1) * perPage + 1}>
                    ${(answer.hits ?? []).map((hit) => h(Hit, { key: hit.id, hit }))}
                </ol>
                ${documents > deepest && page >= pages ? html`<p>${s.deep}</p>` : null}
                ${h(Pager, { page, pages, change: (to) => ({ page: to === 1 ? undefined : String(to) }) })}`;
        },
    });
}

export const hits: View = {
    path: paths.hits,
    name: "hits",
    component: Hits,
    keys: ["order"],
    tab: true,
    facets: true,
};
