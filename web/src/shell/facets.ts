// SPDX-License-Identifier: Apache-2.0
// The filters at the left: sources, years, a range of dates, and what is on. Figures of sources leave the filter of sources
// aside, those of years that of dates: so a choice never hides the others.
import { useSignal } from "@preact/signals";
import type { FacetRowJson } from "gramdex/search_pb";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { useAsk } from "../ask.ts";
import { h, html } from "../html.ts";
import { asked, filtered, key, keysOf, linkHere, query, scopeWithout, set } from "../state.ts";
import { count, words } from "../words.ts";

const shown = 12;
const first = { page: undefined, token: undefined };

interface RowProps {
    row: FacetRowJson;
    most: number;
    name: string;
    on: boolean;
    href: string;
}

/** A value as a link that switches it on or off, with a bar of its documents. */
function Row({ row, most, name, on, href }: RowProps): VNode {
    const share = Math.round((Number(row.documents ?? 0) / Math.max(1, most)) * 100);
    return html`<li class=${on ? "on" : ""}>
        <a href=${href} aria-current=${on ? "true" : undefined}>
            <span class="name">${name}</span><span class="figure">${count(row.documents)}</span>
            <svg class="bar" viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect width=${share} height="1" /></svg>
        </a>
    </li>`;
}

interface ListProps {
    title: string;
    rows: FacetRowJson[];
    isOn: (value: string) => boolean;
    href: (value: string) => string;
    name: (value: string) => string;
    more: (n: number) => string;
}

function List({ title, rows, isOn, href, name, more }: ListProps): VNode | null {
    const w = words();
    const all = useSignal(false);
    if (rows.length === 0) return null;
    const most = Math.max(...rows.map((row) => Number(row.documents ?? 0)));
    const visible = all.value ? rows : rows.filter((row, at) => at < shown || isOn(row.value ?? ""));
    const rest = rows.length - visible.length;
    return html`<section>
        <h2>${title}</h2>
        <ul>
            ${visible.map((row) => {
                const value = row.value ?? "";
                return h(Row, { key: value, row, most, name: name(value), on: isOn(value), href: href(value) });
            })}
        </ul>
        ${rest > 0 || all.value
            ? html`<button type="button" class="quiet" onClick=${() => (all.value = !all.value)}>
                  ${all.value ? w.fewer : more(rest)}
              </button>`
            : null}
    </section>`;
}

function toggled(value: string): string[] {
    const now = keysOf("source");
    return now.includes(value) ? now.filter((each) => each !== value) : [...now, value];
}

function Sources({ text }: { text: string }): VNode | null {
    const w = words();
    const found = useAsk("facets", { query: text, scope: scopeWithout("source"), by: ["source"], limit: 200 });
    const rows = found.state.value.reply?.facets?.[0]?.rows ?? [];
    return h(List, {
        title: w.sources,
        rows,
        isOn: (value) => keysOf("source").includes(value),
        href: (value) => linkHere({ ...first, source: toggled(value) }),
        name: (value) => value || w.noSource,
        more: w.moreSources,
    });
}

function Years({ text }: { text: string }): VNode | null {
    const w = words();
    const found = useAsk("facets", { query: text, scope: scopeWithout("date"), by: ["year"], limit: 1000 });
    const all = found.state.value.reply?.facets?.[0]?.rows ?? [];
    const rows = all.filter((row) => row.value).reverse();
    const isOn = (year: string): boolean => key("from") === year && key("to") === year;
    return h(List, {
        title: w.years,
        rows,
        isOn,
        href: (year) => linkHere({ ...first, from: isOn(year) ? undefined : year, to: isOn(year) ? undefined : year }),
        name: (year) => year,
        more: w.moreYears,
    });
}

function Range(): VNode {
    const w = words();
    const from = useSignal(key("from"));
    const to = useSignal(key("to"));
    const [fromNow, toNow] = [key("from"), key("to")];
    useEffect(() => {
        from.value = fromNow;
        to.value = toNow;
    }, [fromNow, toNow]);
    const field = (id: string, label: string, value: typeof from): VNode =>
        html`<label for=${id}>${label}</label>
            <input
                id=${id}
                placeholder="2023-05"
                inputmode="numeric"
                pattern="[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?"
                value=${value.value}
                onInput=${(event: Event) => (value.value = (event.target as HTMLInputElement).value)}
            />`;
    const submit = (event: Event): void => {
        event.preventDefault();
        set({ from: from.value.trim(), to: to.value.trim() });
    };
    return html`<form class="range" onSubmit=${submit}>
        ${field("from", w.from, from)} ${field("to", w.to, to)}
        <button type="submit">${w.apply}</button>
    </form>`;
}

/** What is on, each with a way to drop it: it is seen also where the lists are folded away. */
export function Chosen({ undated = false }: { undated?: boolean | undefined }): VNode | null {
    const w = words();
    if (!filtered.value) return null;
    const chip = (text: string, href: string): VNode =>
        html`<li><a href=${href} aria-label=${w.dropFilter(text)}>${text}<span aria-hidden="true"> ×</span></a></li>`;
    const [from, to] = undated ? ["", ""] : [key("from"), key("to")];
    const dates = from === to ? from : `${from} – ${to}`;
    const metadata = keysOf("meta");
    return html`<ul class="chosen">
        ${keysOf("source").map((each) => chip(each || w.noSource, linkHere({ ...first, source: toggled(each) })))}
        ${dates.trim() ? chip(dates, linkHere({ ...first, from: undefined, to: undefined })) : null}
        ${metadata.map((each) => chip(each, linkHere({ ...first, meta: metadata.filter((other) => other !== each) })))}
    </ul>`;
}

/** Lists of values, and what each would give. */
export function Facets(): VNode | null {
    const w = words();
    const text = asked(query.value);
    const narrow = useSignal(matchMedia("(max-width: 60rem)").matches);
    if (!text) return null;
    return html`<aside class="facets" aria-label=${w.filters}>
        <details open=${!narrow.value}>
            <summary>${w.filters}</summary>
            ${h(Sources, { text })} ${h(Years, { text })} ${h(Range, {})}
        </details>
    </aside>`;
}
