// SPDX-License-Identifier: Apache-2.0
// The bar at the top: the query, all or distinct, language, theme, help.
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { h, html } from "../html.ts";
import { paths } from "../paths.ts";
import { distinct, go, language, linkTo, noFilters, place, query, set, theme } from "../state.ts";
import { words } from "../words.ts";
import { helpOpen } from "./help.ts";
import { toResults } from "./keys.ts";

/** Views that answer the query of the field. On others a search goes to the hits. */
const asking: readonly string[] = [
    paths.hits,
    paths.concordance,
    paths.trend,
    paths.neighbours,
    paths.collocates,
    paths.rising,
    paths.compare,
];

function ask(text: string): void {
    const to = text.trim();
    if (!asking.includes(place.value.path)) go(linkTo(to ? paths.hits : paths.start, { q: to }));
    else set({ q: to });
}

function SearchForm(): VNode {
    const w = words();
    const typed = useSignal(query.value);
    const now = query.value;
    useEffect(() => {
        typed.value = now;
    }, [now]);
    const submit = (event: Event): void => {
        event.preventDefault();
        ask(typed.value);
        toResults();
    };
    return html`<form class="search" role="search" onSubmit=${submit}>
        <label class="hidden" for="query">${w.query}</label>
        <input
            id="query"
            type="search"
            name="q"
            autocomplete="off"
            autocapitalize="off"
            spellcheck=${false}
            enterkeyhint="search"
            placeholder=${w.queryHint}
            value=${typed.value}
            onInput=${(event: Event) => (typed.value = (event.target as HTMLInputElement).value)}
        />
        <button type="submit" class="primary">${w.search}</button>
    </form>`;
}

function Distinct(): VNode {
    const w = words();
    const choice = (on: boolean, text: string): VNode =>
        html`<button type="button" aria-pressed=${distinct.value === on} onClick=${() => set({ distinct: on ? "1" : undefined })}>
            ${text}
        </button>`;
    return html`<div class="segments" role="group" aria-label=${w.distinctHint} title=${w.distinctHint}>
        ${choice(false, w.all)}${choice(true, w.distinctShort)}
    </div>`;
}

const themes = ["auto", "light", "dark"];
const signs: Record<string, string> = { auto: "◐", light: "☀", dark: "☾" };

function Settings(): VNode {
    const w = words();
    const now = theme.value ?? "auto";
    const turn = (): void => {
        theme.value = themes[(themes.indexOf(now) + 1) % themes.length] ?? "auto";
    };
    const chinese = language.value === "zh";
    return html`<div class="settings">
        <button
            type="button"
            lang=${chinese ? "en" : "zh-Hans"}
            title=${w.languageHint}
            onClick=${() => (language.value = chinese ? "en" : "zh")}
        >
            ${w.language}
        </button>
        <button type="button" class="icon" aria-label=${w.themes[now]} title=${w.themes[now]} onClick=${turn}>
            <span aria-hidden="true">${signs[now]}</span>
        </button>
        <button type="button" class="icon" aria-label=${w.help} title=${w.help} onClick=${() => (helpOpen.value = true)}>
            <span aria-hidden="true">?</span>
        </button>
    </div>`;
}

export function TopBar(): VNode {
    return html`<div class="top">
        <a class="brand" href=${linkTo(paths.start, { ...noFilters, q: undefined })}><span class="mark" aria-hidden="true"></span>gramdex</a>
        ${h(SearchForm, {})} ${h(Distinct, {})} ${h(Settings, {})}
    </div>`;
}
