// SPDX-License-Identifier: Apache-2.0
// The URL is the state: the path is the view, the query string alone has all that a link must carry. Everything else here is
// the reader's own (language, theme) and is in no link.
import { computed, effect, signal } from "@preact/signals";
import type { Path } from "./paths.ts";
import { narrowed } from "./query.ts";

export interface Place {
    path: string;
    keys: URLSearchParams;
}

const read = (): Place => ({ path: location.pathname, keys: new URLSearchParams(location.search) });

/** Where the page is. */
export const place = signal<Place>(read());
history.scrollRestoration = "manual";
addEventListener("popstate", (event: PopStateEvent) => {
    place.value = read();
    const { y } = (event.state ?? {}) as { y?: number };
    if (y !== undefined) scrollBack(y, performance.now() + 2000);
});

/** Where the reader was before, as soon as the page is long enough again. */
function scrollBack(y: number, until: number): void {
    if (document.documentElement.scrollHeight >= y + innerHeight) scrollTo(0, y);
    else if (performance.now() < until) requestAnimationFrame(() => scrollBack(y, until));
}

/** Keys that every view understands; going from one view to another keeps them. */
export const sharedKeys = ["q", "source", "from", "to", "meta", "distinct", "commit"] as const;

export type Change = Record<string, string | string[] | undefined>;

/** The keys with a change: undefined, "" and [] take a key away; "" in a list stays, for documents without a source. */
export function changed(keys: URLSearchParams, change: Change): URLSearchParams {
    const all = new URLSearchParams(keys);
    for (const [key, value] of Object.entries(change)) {
        all.delete(key);
        for (const each of Array.isArray(value) ? value : value ? [value] : []) all.append(key, each);
    }
    return all;
}

/** The query first; commas, colons and slashes, which a query string may have, stay as they are. */
export function address(path: string, keys: URLSearchParams): string {
    const all = [...keys];
    const ordered = [...all.filter(([name]) => name === "q"), ...all.filter(([name]) => name !== "q")];
    const text = ordered.map(([name, value]) => `${name}=${plain(value)}`).join("&");
    return text ? `${path}?${text}` : path;
}

function plain(value: string): string {
    return encodeURIComponent(value).replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%2F", "/").replaceAll("%20", "+");
}

/** The address of a view that keeps the shared keys, for links. */
export function linkTo(path: Path, change: Change = {}): string {
    const kept = new URLSearchParams();
    for (const [key, value] of place.value.keys) if ((sharedKeys as readonly string[]).includes(key)) kept.append(key, value);
    return address(path, changed(kept, change));
}

/** The address of this view with a change. */
export function linkHere(change: Change): string {
    return address(place.value.path, changed(place.value.keys, change));
}

/** Goes to an address of the page. Back comes back, unless `replace`. */
export function go(to: string, replace = false): void {
    if (to === location.pathname + location.search) return;
    const before = place.value;
    if (replace) history.replaceState(history.state, "", to);
    else {
        history.replaceState({ y: scrollY }, "");
        history.pushState(null, "", to);
    }
    place.value = read();
    const isOther = before.path !== place.value.path || before.keys.get("page") !== place.value.keys.get("page");
    if (!replace && isOther) scrollTo(0, 0);
}

/** Changes keys of this view. What is not asked for of a page goes back to the first. */
export function set(change: Change, replace = false): void {
    go(linkHere({ page: undefined, token: undefined, ...change }), replace);
}

export const key = (name: string): string => place.value.keys.get(name) ?? "";
export const keysOf = (name: string): string[] => place.value.keys.getAll(name);

export const query = computed(() => key("q").trim());
export const distinct = computed(() => key("distinct") === "1");

export interface Metadata {
    key: string;
    values: string[];
}

/** `meta=KEY:VALUE`, as often as there are conditions. */
export function metadataOf(pairs: string[]): Metadata[] {
    const all = new Map<string, string[]>();
    for (const pair of pairs) {
        const colon = pair.indexOf(":");
        if (colon < 1) continue;
        const name = pair.slice(0, colon);
        all.set(name, [...(all.get(name) ?? []), pair.slice(colon + 1)]);
    }
    return [...all].map(([name, values]) => ({ key: name, values }));
}

/** The scope that the shared keys ask for. `without` leaves a filter out, as a facet of it needs. */
export const scope = computed(() => scopeWithout());

export function scopeWithout(...without: ("source" | "date" | "meta")[]) {
    const keep = (what: "source" | "date" | "meta"): boolean => !without.includes(what);
    return {
        filter: {
            sources: keep("source") ? keysOf("source") : [],
            dateFrom: keep("date") ? key("from") : "",
            dateTo: keep("date") ? key("to") : "",
            metadata: keep("meta") ? metadataOf(keysOf("meta")) : [],
        },
        minCommit: key("commit") || "0",
        allowPartial: true,
    };
}

/** Takes every filter away. */
export const noFilters = { source: undefined, from: undefined, to: undefined, meta: undefined };

/** Whether any filter is on. */
export const filtered = computed(() => Object.keys(noFilters).some((name) => place.value.keys.has(name)));

/** The query as it is sent: with `distinct` the first of each group of reprints alone. */
export function asked(text = query.value): string {
    if (!distinct.value || !text) return text;
    return narrowed(text, "is:first");
}

/** The column of a malformed query in the text that was typed: the server counts what was put before it, too. */
export function columnOf(column: number, text = query.value, sent = asked(text)): number {
    const before = sent.slice(0, Math.max(0, sent.indexOf(text)));
    return Math.max(1, column - [...before].length);
}

/** Longest state that a link carries: mail programs and chats cut longer ones. */
export const longestLink = 2000;

/** The whole address of what is shown, with the commit that it was seen at; null when it is too long for a link. */
export function linkToShare(commit: string): string | null {
    const keys = changed(place.value.keys, { commit: commit && commit !== "0" ? commit : undefined });
    const state = keys.toString();
    return state.length > longestLink ? null : location.origin + address(place.value.path, keys);
}

/** The newest commit that any answer was from. */
export const newestCommit = signal("0");

export function noteCommit(commit = "0"): void {
    if (Number(commit) > Number(newestCommit.value)) newestCommit.value = commit;
}

/** Grows when everything is to be asked anew. */
export const round = signal(0);

/** Shows the newest: asks all again, and lets go of pages and links of an older commit. */
export function acceptNewest(): void {
    round.value++;
    set({ commit: undefined }, true);
}

// The reader's own settings.
function kept(name: string, fallback: string): ReturnType<typeof signal<string>> {
    let first = fallback;
    try {
        first = localStorage.getItem(`gramdex.${name}`) ?? fallback;
    } catch {
        // A browser may keep nothing: then it is as at the first visit.
    }
    const value = signal<string>(first);
    effect(() => {
        try {
            if (value.value !== undefined) localStorage.setItem(`gramdex.${name}`, value.value);
        } catch {
            // Likewise.
        }
    });
    return value;
}

export const language = kept("language", navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en");
export const theme = kept("theme", "auto");

const systemDark = matchMedia("(prefers-color-scheme: dark)");
const dark = signal(systemDark.matches);
systemDark.addEventListener("change", () => {
    dark.value = systemDark.matches;
});

effect(() => {
    document.documentElement.lang = language.value === "zh" ? "zh-Hans" : "en";
    const chosen = theme.value === "auto" ? (dark.value ? "dark" : "light") : theme.value;
    document.documentElement.dataset["theme"] = chosen ?? "light";
});
