// SPDX-License-Identifier: Apache-2.0
// Every occurrence in its surroundings, aligned on the match: sorted by what stands beside it, page by page; or all of them in
// document order, as they come.
import { useComputed } from "@preact/signals";
import type { KwicResponseJson, OccurrenceJson } from "gramdex/search_pb";
import type { VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useAsk } from "../ask.ts";
import { token as bearer } from "../client.ts";
import { h, html } from "../html.ts";
import { columns, Lines } from "../parts/lines.ts";
import { Pager } from "../parts/pager.ts";
import { Answered, AskSomething, Failed, Loading, Nothing, Panel, useOffer, useStatus } from "../parts/panels.ts";
import { paths } from "../paths.ts";
import { cancelScan, keyOf, mostRows, scan, startScan } from "../scan.ts";
import { asked, type Change, key, language, query, round, scope, set } from "../state.ts";
import type { Rows, View } from "../view.ts";
import { count, wording, words } from "../words.ts";

const say = wording({
    en: {
        sorted: (names: string) => `sorted by ${names}`,
        unsorted: "in the order of ids",
        drawn: (n: string, of: string) => `a sample: ${n} of ${of} drawn`,
        sample: "Lines",
        everything: "all, sorted",
        some: (n: string) => `a sample of ${n}`,
        stream: "all, as they come",
        came: (n: string) => `${n} lines have come`,
        stopped: (n: string) => `Stopped after ${n} lines.`,
        tooMany: "So many lines are not sorted at once. A sample is: the same query draws the same lines.",
        draw: (n: string) => `Draw ${n}`,
        most: (n: string) => `A page keeps ${n} lines at most. gramdex search --all gives every one.`,
        unsort: "Drop the order",
    },
    zh: {
        sorted: (names: string) => `按${names}排序`,
        unsorted: "按编号排列",
        drawn: (n: string, of: string) => `抽样：${of} 行中取 ${n} 行`,
        sample: "行",
        everything: "全部，排序",
        some: (n: string) => `抽样 ${n} 行`,
        stream: "全部，随到随显",
        came: (n: string) => `已到 ${n} 行`,
        stopped: (n: string) => `到 ${n} 行时停止。`,
        tooMany: "行数太多，无法一次排序。可以抽样：同一检索式总是抽到同样的行。",
        draw: (n: string) => `抽取 ${n} 行`,
        most: (n: string) => `此页至多保留 ${n} 行。gramdex search --all 可得全部。`,
        unsort: "取消排序",
    },
});

const perPage = 100;
const symbols = 40;
const samples = ["1000", "10000"];

/** Tokens of pages that were seen, by what was asked: by them a page can be gone back to. */
const tokens = new Map<string, string[]>();

function sortNow(): string[] {
    return key("sort")
        .split(",")
        .filter((each) => (columns as readonly string[]).includes(each));
}

/** A click on a column makes it the first; on the first one, takes it away. */
function sortBy(column: string): void {
    const now = sortNow();
    const rest = now.filter((each) => each !== column);
    const next = now[0] === column ? rest : [column, ...rest].slice(0, 3);
    set({ sort: next.join(",") });
}

function rowsOf(lines: OccurrenceJson[]): Rows {
    return {
        columns: ["id", "title", "date", "source", "field", "part", "begin", "end", "place", "before", "matched", "after"],
        rows: lines.map((line) => [
            line.id ?? "",
            line.title ?? "",
            line.date ?? "",
            line.source ?? "",
            (line.match?.field ?? "").replace("FIELD_", "").toLowerCase(),
            line.match?.part ?? 0,
            Number(line.match?.begin ?? 0),
            Number(line.match?.end ?? 0),
            line.match?.place ?? "",
            line.before ?? "",
            line.matched ?? "",
            line.after ?? "",
        ]),
    };
}

/** All, a sample, or a stream of all. */
function Choice(): VNode {
    const s = say();
    const now = key("all") === "1" ? "stream" : key("sample");
    const choose = (to: string): void =>
        set(to === "stream" ? { all: "1", sample: undefined, sort: undefined } : { all: undefined, sample: to });
    return html`<label class="choice"
        >${s.sample}
        <select value=${now} onChange=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
            <option value="">${s.everything}</option>
            ${[...new Set([...samples, ...(now && now !== "stream" ? [now] : [])])].map(
                (each) => html`<option value=${each}>${s.some(count(each))}</option>`,
            )}
            <option value="stream">${s.stream}</option>
        </select>
    </label>`;
}

function SortSaid({ sort }: { sort: string[] }): VNode {
    const s = say();
    const names = sort.map((each) => lineName(each)).join(", ");
    return html`<span class="soft">${names ? s.sorted(names) : s.unsorted}</span>
        ${names ? html`<button type="button" class="quiet" onClick=${() => set({ sort: undefined })}>${s.unsort}</button>` : null}`;
}

const names = wording({
    en: { date: "date", source: "source", left: "left", node: "match", right: "right" } as Record<string, string>,
    zh: { date: "日期", source: "来源", left: "左侧", node: "命中", right: "右侧" },
});
const lineName = (column: string): string => names()[column] ?? column;

function pageNow(): number {
    return Math.max(1, Math.floor(Number(key("page"))) || 1);
}

function Sorted(): VNode {
    const s = say();
    const text = asked();
    const sort = sortNow();
    const sample = Math.min(1000000, Math.max(0, Number(key("sample")) || 0));
    const page = pageNow();
    const request = { query: text, scope: scope.value, sort, sample, limit: perPage, contextSymbols: symbols };
    const name = JSON.stringify([round.value, request]);
    const known = tokens.get(name) ?? [""];
    tokens.set(name, known);
    const token = page === 1 ? "" : (key("token") || known[page - 1] || "");
    if (token) known[page - 1] = token;
    const question = useAsk("kwic", text ? { ...request, pageToken: token } : null);
    const { reply, phase, failure } = question.state.value;
    if (phase === "done" && reply?.nextPageToken) known[page] = reply.nextPageToken;
    const all = Number(reply?.occurrences ?? 0) + Number(reply?.bridgedOccurrences ?? 0);
    const drawn = sample > 0 && all > Number(reply?.sorted ?? 0) ? [s.drawn(count(reply?.sorted), count(all))] : [];
    useStatus(
        text && reply
            ? {
                  documents: reply.documents ?? 0,
                  occurrences: reply.occurrences ?? 0,
                  bridged: reply.bridgedOccurrences ?? 0,
                  more: drawn,
                  answer: reply.answer,
              }
            : {},
    );
    useOffer(() => ({ calls: [{ method: "Kwic", message: { ...request, pageToken: token } }], rows: () => rowsOf(reply?.lines ?? []) }), question.state.value);
    const change = (to: number): Change | null => {
        if (to === 1) return { page: undefined, token: undefined };
        return known[to - 1] ? { page: String(to), token: known[to - 1] } : null;
    };
    if (failure?.code === "resource_exhausted" && !failure.reasons.reason && sample === 0) {
        return html`<${Panel} title=${words().failed}>
            <p lang="en">${failure.message}</p>
            <p>${s.tooMany}</p>
            ${samples.map((each) => html`<button type="button" onClick=${() => set({ sample: each })}>${s.draw(count(each))}</button> `)}
        <//>`;
    }
    return h(Answered<KwicResponseJson>, {
        question,
        isEmpty: (answer) => !answer.lines?.length && page === 1,
        children: (answer) => html`<div class="above-list">${h(Choice, {})} ${h(SortSaid, { sort })}</div>
            ${h(Lines, { lines: answer.lines ?? [], sort, sortBy })}
            ${h(Pager, { page, pages: Math.ceil(Number(answer.sorted ?? 0) / perPage), change })}`,
    });
}

interface PageProps {
    rows: OccurrenceJson[];
    begin: number;
    shown: number;
}

/** Lines that are there stay as they are while further ones come. */
function Page({ rows, begin, shown }: PageProps): VNode {
    return useMemo(
        () => h(Lines, { lines: rows.slice(begin, begin + shown), sort: [], sortBy: null }),
        [rows, begin, shown, language.value],
    );
}

function Streamed(): VNode {
    const w = words();
    const s = say();
    const text = asked();
    const request = { query: text, scope: scope.value, contextSymbols: symbols, limit: String(mostRows) };
    const name = keyOf(request);
    useEffect(() => startScan(request), [name, bearer.value]); // what a wrong token was told is asked again
    const now = useComputed(() => scan.value).value;
    const mine = now?.key === name ? now : null;
    const rows = mine?.rows ?? [];
    const page = pageNow();
    useStatus(mine ? { more: [s.came(count(rows.length))], answer: mine.answer } : {});
    const latest = useRef(rows);
    latest.current = rows;
    const phase = mine ? (mine.phase === "failed" ? "failed" : "done") : "asking"; // what has come can be taken
    useOffer(() => ({ calls: [{ method: "Scan", message: request }], rows: () => rowsOf(latest.current) }), { phase, reply: name });
    if (mine?.phase === "failed" && mine.failure) return h(Failed, { failure: mine.failure, again: () => startScan(request, true) });
    if (mine?.phase === "done" && rows.length === 0) return h(Nothing, {});
    const begin = (page - 1) * perPage;
    const shown = Math.min(perPage, rows.length - begin);
    return html`<div class="above-list">${h(Choice, {})}</div>
        ${mine?.phase === "running" ? h(Loading, { phase: "slow", cancel: cancelScan }) : null}
        ${mine?.phase === "cancelled"
            ? html`<p class="notes">
                  ${s.stopped(count(rows.length))} <button type="button" onClick=${() => startScan(request, true)}>${w.again}</button>
              </p>`
            : null}
        ${rows.length >= mostRows ? html`<p class="notes">${s.most(count(mostRows))}</p>` : null}
        ${h(Page, { rows, begin, shown })}
        ${h(Pager, {
            page,
            pages: Math.ceil(rows.length / perPage),
            change: (to) => ({ page: to === 1 ? undefined : String(to), token: undefined }),
        })}`;
}

function Concordance(): VNode {
    if (!query.value) return h(AskSomething, {});
    return key("all") === "1" ? h(Streamed, {}) : h(Sorted, {});
}

export const concordance: View = {
    path: paths.concordance,
    name: "concordance",
    component: Concordance,
    keys: ["sort", "sample", "all"],
    tab: true,
    facets: true,
};
