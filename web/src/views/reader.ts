// SPDX-License-Identifier: Apache-2.0
// The reader: a document whole, with every match, where they stand in it, its notes and captions apart, and what it shares
// with another document.
import { useSignal } from "@preact/signals";
import type { DocumentJson, FieldJson, MatchJson, PassagesResponseJson, PlaceJson, ReprintJson } from "gramdex/search_pb";
import type { VNode } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { useAsk } from "../ask.ts";
import type { Cited } from "../export.ts";
import { h, html } from "../html.ts";
import { Cite } from "../parts/cite.ts";
import { Answered, Failed, useOffer, useStatus } from "../parts/panels.ts";
import { placeKey, rangeKey, rangeOf } from "../parts/place.ts";
import { titleOf } from "../parts/snippet.ts";
import { blocks, bytesOf, type Named, type Slice, slices, type Span } from "../parts/text.ts";
import { paths } from "../paths.ts";
import { strip } from "../pictures/strip.ts";
import { valueOf } from "../query.ts";
import { go, key, linkHere, linkTo, query, set } from "../state.ts";
import type { View } from "../view.ts";
import { count, percent, plural, wording, words } from "../words.ts";

const say = wording({
    en: {
        idle: "Open a document from the hits or the concordance, or by its id.",
        id: "Id of a document",
        open: "Open",
        matchOf: (n: number, of: number) => (n > 0 ? `match ${count(n)} of ${count(of)}` : plural(of, "match", "matches")),
        noMatch: "no match in this document",
        next: "Next match (n)",
        previous: "Previous match (p)",
        back: "To the hits",
        where: (n: number) => `Where the ${count(n)} matches stand in the text`,
        parts: { FIELD_NOTE: "Notes", FIELD_CAPTION: "Captions", FIELD_FURNITURE: "Page furniture", FIELD_TEXT: "Further text" } as Record<string, string>,
        metadata: "Metadata",
        origin: "File",
        similar: "Also printed as",
        excerptOf: (share: string) => `${share} of it stands here`,
        notBuilt: "Reprints were not looked for.",
        compare: "Compare with the document",
        doCompare: "Show what is shared",
        shared: (n: string | undefined, title: string) => `${plural(n, "passage is", "passages are")} shared with ${title}`,
        letters: (n: number | undefined) => `${count(n)} letters`,
        noShared: "No passage of 13 letters or more is shared.",
        stop: "Stop comparing",
        text: "Text",
    },
    zh: {
        idle: "请从文献或索引行中打开文档，或输入编号。",
        id: "文档编号",
        open: "打开",
        matchOf: (n: number, of: number) => (n > 0 ? `第 ${count(n)} 处，共 ${count(of)} 处` : `${count(of)} 处`),
        noMatch: "本篇没有命中",
        next: "下一处（n）",
        previous: "上一处（p）",
        back: "回到文献",
        where: (n: number) => `${count(n)} 处命中在文中的位置`,
        parts: { FIELD_NOTE: "注释", FIELD_CAPTION: "图表说明", FIELD_FURNITURE: "页眉页脚", FIELD_TEXT: "其余正文" },
        metadata: "元数据",
        origin: "文件",
        similar: "另见转载",
        excerptOf: (share: string) => `其 ${share} 见于此`,
        notBuilt: "尚未查找转载。",
        compare: "与另一文档比较",
        doCompare: "显示共有段落",
        shared: (n: string | undefined, title: string) => `与《${title}》共有 ${count(n)} 段`,
        letters: (n: number | undefined) => `${count(n)} 字`,
        noShared: "没有 13 字以上的共有段落。",
        stop: "结束比较",
        text: "正文",
    },
});

const isOf = (match: MatchJson, field: FieldJson, part: number): boolean =>
    (match.field ?? "FIELD_TEXT") === field && (match.part ?? 0) === part;
const spanOf = (match: MatchJson): Span => ({ begin: Number(match.begin ?? 0), end: Number(match.end ?? 0) });
const namedOf = (places: PlaceJson[] | undefined): Named[] =>
    (places ?? []).filter((each) => each.name).map((each) => ({ byte: Number(each.byte ?? 0), name: each.name ?? "" }));

/** A slice of the text: a match has an id by which it can be gone to. */
function piece(slice: Slice, ids: readonly string[]): unknown {
    const place = slice.place ? html`<span class="place">${slice.place}</span>` : null;
    const words = slice.matches.length > 0 ? html`<mark data-at=${slice.matches.map((each) => ids[each]).join(" ")}>${slice.text}</mark>` : slice.text;
    const whole = slice.shared ? html`<span class="shared">${words}</span>` : words;
    return place ? [place, whole] : whole;
}

interface BodyProps {
    text: string;
    field: FieldJson;
    part: number;
    matches: MatchJson[];
    shared: MatchJson[];
    places: Named[];
}

function Body({ text, field, part, matches, shared, places }: BodyProps): VNode {
    return useMemo(() => {
        const mine = matches.filter((match) => isOf(match, field, part));
        const others = shared.filter((match) => isOf(match, field, part)).map(spanOf);
        const ids = mine.map(rangeKey);
        const all = slices(text, mine.map(spanOf), others, places);
        return html`<div class="body-text">
            ${blocks(all).map((block) => html`<div class="block">${block.map((slice) => piece(slice, ids))}</div>`)}
        </div>`;
    }, [text, matches, shared, places, field, part]);
}

/** The strip at the side: a tick for each match of the text; a click goes to the nearest. */
function Where({ matches, length }: { matches: MatchJson[]; length: number }): VNode {
    const s = say();
    const box = useRef<HTMLDivElement>(null);
    const own = matches.filter((match) => isOf(match, "FIELD_TEXT", 0));
    const name = s.where(own.length);
    useEffect(() => {
        const begins = own.map((match) => Number(match.begin ?? 0));
        box.current?.replaceChildren(
            strip({ title: name, length, places: begins, width: 16, height: Math.max(200, innerHeight - 220), upright: true }),
        );
    }, [matches, length, name]);
    const click = (event: MouseEvent): void => {
        const area = box.current?.getBoundingClientRect();
        if (!area || own.length === 0) return;
        const byte = ((event.clientY - area.top) / area.height) * length;
        const off = (match: MatchJson): number => Math.abs(Number(match.begin ?? 0) - byte);
        const nearest = own.reduce((best, match) => (off(match) < off(best) ? match : best));
        go(linkHere({ at: rangeKey(nearest) }), true);
    };
    return html`<div class="where" ref=${box} onClick=${click} hidden=${own.length === 0}></div>`;
}

/** Marks the match that `at` names and brings it into view. */
function useShown(at: string, ...shown: unknown[]): void {
    useEffect(() => {
        if (!at) return;
        for (const old of document.querySelectorAll("mark.now")) old.classList.remove("now");
        const marks = document.querySelectorAll(`mark[data-at~="${CSS.escape(at)}"]`);
        for (const mark of marks) mark.classList.add("now");
        const first = marks[0];
        first?.closest("details")?.setAttribute("open", "");
        first?.scrollIntoView({ block: "center" });
    }, [at, ...shown]);
}

function Stepper({ matches, at }: { matches: MatchJson[]; at: string }): VNode {
    const s = say();
    const keys = [...new Set(matches.map(rangeKey))];
    const now = keys.indexOf(at);
    const step = (by: number): void => {
        const to = keys[now < 0 ? (by > 0 ? 0 : keys.length - 1) : (now + by + keys.length) % keys.length];
        if (to) go(linkHere({ at: to }), true);
    };
    if (keys.length === 0) return html`<span class="soft">${query.value ? s.noMatch : ""}</span>`;
    return html`<span class="stepper">
        <button type="button" class="icon" data-previous aria-label=${s.previous} title=${s.previous} onClick=${() => step(-1)}>
            <span aria-hidden="true">↑</span>
        </button>
        <button type="button" class="icon" data-next aria-label=${s.next} title=${s.next} onClick=${() => step(1)}>
            <span aria-hidden="true">↓</span>
        </button>
        <span role="status">${s.matchOf(now + 1, keys.length)}</span>
    </span>`;
}

function OtherLink({ of, more }: { of: ReprintJson; more?: string }): VNode {
    return html`<li>
        <a href=${linkHere({ other: of.id })}>${titleOf(of)}</a>
        <span class="soft">${[of.date, of.source, more].filter(Boolean).join(" · ")}</span>
    </li>`;
}

/** Its reprints and excerpts, each a click away from what is shared; or any other document, by its id. */
function Similar({ id }: { id: string }): VNode {
    const s = say();
    const typed = useSignal("");
    const found = useAsk("reprints", { query: `id:${valueOf(id)}`, members: 20 });
    const { reply, failure } = found.state.value;
    const group = reply?.groups?.[0]?.reprints?.filter((each) => each.id !== id) ?? [];
    const excerpts = (reply?.excerpts ?? []).map((each) => ({
        other: each.excerpt?.id === id ? each.of : each.excerpt,
        share: each.containment ?? 0,
    }));
    const compare = (event: Event): void => {
        event.preventDefault();
        if (typed.value.trim()) set({ other: typed.value.trim() });
    };
    return html`<section class="similar">
        ${failure ? html`<p class="soft">${failure.code === "invalid_argument" ? s.notBuilt : html`<span lang="en">${failure.message}</span>`}</p>` : null}
        ${group.length + excerpts.length > 0
            ? html`<h3>${s.similar}</h3>
                  <ul>
                      ${group.map((of) => h(OtherLink, { key: of.id ?? "", of }))}
                      ${excerpts.map((each) =>
                          each.other ? h(OtherLink, { of: each.other, more: s.excerptOf(percent(Number(each.share))) }) : null,
                      )}
                  </ul>`
            : null}
        <form onSubmit=${compare}>
            <label for="other">${s.compare}</label>
            <input
                id="other"
                value=${typed.value}
                onInput=${(event: Event) => (typed.value = (event.target as HTMLInputElement).value)}
            />
            <button type="submit">${s.doCompare}</button>
        </form>
    </section>`;
}

function Shared({ reply, other }: { reply: PassagesResponseJson; other: string }): VNode {
    const s = say();
    const passages = reply.passages ?? [];
    return html`<section class="similar">
        <h3>${s.shared(reply.found, other)}</h3>
        ${passages.length === 0 ? html`<p>${s.noShared}</p>` : null}
        <ol class="passages">
            ${passages.slice(0, 50).map(
                (each) => html`<li>
                    <a href=${linkTo(paths.document, { id: other, other: key("id"), at: each.otherMatch ? rangeKey(each.otherMatch) : "" })}
                        >${[...(each.text ?? "")].slice(0, 60).join("")}${each.cut || (each.text ?? "").length > 60 ? "…" : ""}</a
                    >
                    <span class="soft">${s.letters(each.letters)}</span>
                </li>`,
            )}
        </ol>
        <p><a href=${linkHere({ other: undefined })}>${s.stop}</a></p>
    </section>`;
}

function Metadata({ document }: { document: DocumentJson }): VNode | null {
    const s = say();
    let values: [string, unknown][] = [];
    try {
        values = Object.entries(JSON.parse(document.metadata || "{}") as object);
    } catch {
        values = [["", document.metadata]];
    }
    if (document.origin) values.unshift([s.origin, document.origin]);
    if (values.length === 0) return null;
    return html`<details class="metadata">
        <summary>${s.metadata}</summary>
        <dl>
            ${values.map(
                ([name, value]) => html`<div>
                    <dt>${name}</dt>
                    <dd>${typeof value === "string" ? value : JSON.stringify(value)}</dd>
                </div>`,
            )}
        </dl>
    </details>`;
}

function citedOf({ id = "", title = "", date = "", source = "" }: DocumentJson, commit: string, match: MatchJson | undefined): Cited {
    const whole = { id, title, date, source, commit };
    if (!match) return whole;
    const field = (match.field ?? "FIELD_TEXT").slice(6).toLowerCase();
    return { ...whole, field, part: match.part ?? 0, place: match.place ?? "", ...spanOf(match) };
}

interface ReaderProps {
    document: DocumentJson;
    commit: string; // that it was read from
    matches: MatchJson[];
    passages: PassagesResponseJson | undefined;
    failed: string; // why there are none
    other: string;
}

const apart: FieldJson[] = ["FIELD_TEXT", "FIELD_NOTE", "FIELD_CAPTION", "FIELD_FURNITURE"];

function Parts({ document, matches, shared }: { document: DocumentJson; matches: MatchJson[]; shared: MatchJson[] }): VNode {
    const s = say();
    const numbered = useMemo(() => {
        const next = new Map<string, number>([["FIELD_TEXT", 1]]); // part 0 of the text is the document's
        return (document.parts ?? []).map((part) => {
            const field = part.field ?? "FIELD_UNSPECIFIED";
            const number = next.get(field) ?? 0;
            next.set(field, number + 1);
            return { part, field, number, places: namedOf(part.places) };
        });
    }, [document]);
    return html`<div>
        ${apart.map((field) => {
            const mine = numbered.filter((each) => each.field === field);
            if (mine.length === 0) return null;
            return html`<details class="parts" open=${field !== "FIELD_FURNITURE"}>
                <summary>${s.parts[field]} <span class="soft">${count(mine.length)}</span></summary>
                ${mine.map(({ part, number, places }) =>
                    h(Body, { key: number, text: part.text ?? "", field, part: number, matches, shared, places }),
                )}
            </details>`;
        })}
    </div>`;
}

function Reader({ document, commit, matches, passages, failed, other }: ReaderProps): VNode {
    const w = words();
    const s = say();
    const shared = useMemo(() => (passages?.passages ?? []).flatMap((each) => (each.match ? [each.match] : [])), [passages]);
    const places = useMemo(() => namedOf(document.places), [document]);
    const text = document.text ?? "";
    const length = useMemo(() => bytesOf(text), [text]);
    const none = useMemo(() => [], []);
    const named = key("at");
    const match = matches.find((each) => rangeKey(each) === named) ?? matches.find((each) => placeKey(each) === named);
    const at = match ? rangeKey(match) : "";
    const place = match?.place;
    useShown(at, document, matches, shared);
    const title = { text: document.title || document.id || w.untitled, field: "FIELD_TITLE" as const, part: 0, places: none };
    return html`<article class="reader">
        <div class="reader-bar">
            <a href=${linkTo(query.value ? paths.hits : paths.start)}>← ${s.back}</a>
            ${h(Stepper, { matches, at })} ${place ? html`<span class="tag">${place}</span>` : null}
            ${h(Cite, { cited: citedOf(document, commit, match) })}
        </div>
        <div class="reader-head">
            <h2>${h(Body, { ...title, matches, shared })}</h2>
            <p class="soft">
                ${[document.date || w.noDate, document.source || w.noSource].join(" · ")} · <code>${document.id}</code>
            </p>
            ${h(Metadata, { document })}
        </div>
        <div class="reader-text">
            ${h(Body, { text, field: "FIELD_TEXT", part: 0, matches, shared, places })}
            ${h(Parts, { document, matches, shared })}
        </div>
        ${h(Where, { matches, length })}
        <div class="reader-side">
            ${failed ? html`<p role="alert" lang="en">${failed}</p>` : null}
            ${passages ? h(Shared, { reply: passages, other }) : h(Similar, { id: document.id ?? "" })}
        </div>
    </article>`;
}

function OpenById(): VNode {
    const s = say();
    const typed = useSignal("");
    const open = (event: Event): void => {
        event.preventDefault();
        if (typed.value.trim()) set({ id: typed.value.trim(), at: undefined });
    };
    return html`<section class="panel">
        <h2>${s.idle}</h2>
        <form class="token" onSubmit=${open}>
            <label for="id">${s.id}</label>
            <input id="id" value=${typed.value} onInput=${(event: Event) => (typed.value = (event.target as HTMLInputElement).value)} />
            <button type="submit" class="primary">${s.open}</button>
        </form>
    </section>`;
}

const noMatches: MatchJson[] = [];

/** The matches, and the range that `at` names, at its place among them. */
function withRange(matches: MatchJson[], at: string): MatchJson[] {
    const range = rangeOf(at);
    if (!range || matches.some((match) => rangeKey(match) === at)) return matches;
    const after = matches.findIndex(
        (match) => isOf(match, range.field ?? "FIELD_TEXT", range.part ?? 0) && Number(match.begin ?? 0) > Number(range.begin),
    );
    return after < 0 ? [...matches, range] : [...matches.slice(0, after), range, ...matches.slice(after)];
}

function Document(): VNode {
    const id = key("id");
    const other = key("other");
    const commit = { minCommit: key("commit") || "0" };
    const text = query.value;
    const question = useAsk("get", id ? { id, scope: commit } : null, true);
    // Of the ids that begin like this one it is the first, so it is the one hit, if it matches at all.
    const search = { query: text, scope: { ...commit, filter: { idPrefix: id } }, limit: 1, order: "ORDER_ID" as const };
    const found = useAsk("search", id && text ? { ...search, matchLimit: 10000, noSnippet: true } : null);
    const shared = useAsk("passages", id && other && other !== id ? { id, other, scope: commit, limit: 1000 } : null);
    const hit = found.state.value.reply?.hits?.[0];
    const at = key("at");
    const own = hit && hit.id === id && text ? (hit.matches ?? noMatches) : noMatches;
    const matches = useMemo(() => withRange(own, at), [own, rangeOf(at) ? at : ""]);
    const { reply } = question.state.value;
    const failed = other ? (shared.state.value.failure?.message ?? "") : "";
    const unread = found.state.value.failure; // the document is shown all the same
    useStatus(reply ? { answer: reply.answer ?? {}, ...(text ? { occurrences: hit?.id === id ? (hit.occurrences ?? 0) : 0 } : {}) } : {});
    useOffer(() => ({ calls: [{ method: "Get", message: { id, scope: commit } }] }), question.state.value);
    return h(Answered<NonNullable<typeof reply>>, {
        question,
        idle: h(OpenById, {}),
        children: (answer) =>
            answer.document && answer.document.id === id
                ? html`${unread ? h(Failed, { failure: unread, again: found.again }) : null}
                  ${h(Reader, {
                      key: id,
                      document: answer.document,
                      commit: answer.answer?.commit ?? "0",
                      matches,
                      passages: other ? shared.state.value.reply : undefined,
                      failed,
                      other,
                  })}`
                : null,
    });
}

export const reader: View = {
    path: paths.document,
    name: "document",
    component: Document,
    keys: ["id", "at", "other"],
    tab: false,
    facets: false,
};
