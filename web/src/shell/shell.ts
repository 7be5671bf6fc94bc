// SPDX-License-Identifier: Apache-2.0
// The frame around every view: bar, tabs, filters, status line, toolbar.
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { h, html } from "../html.ts";
import { NotHere } from "../parts/panels.ts";
import { keysOf, linkTo, place, query } from "../state.ts";
import type { View } from "../view.ts";
import { words } from "../words.ts";
import { views } from "../views.ts";
import { Chosen, Facets } from "./facets.ts";
import { Help } from "./help.ts";
import { toResults } from "./keys.ts";
import { TopBar } from "./search.ts";
import { Banners, Notes, StatusLine, Toolbar } from "./status.ts";

/** The link of a tab keeps what its view understands of the present state. */
function tabLink(view: View): string {
    const change: Record<string, string[]> = {};
    for (const name of view.keys) {
        const values = keysOf(name);
        if (values.length > 0) change[name] = values;
    }
    return linkTo(view.path, change);
}

function Tabs({ now }: { now: View | undefined }): VNode {
    const w = words();
    return html`<nav class="tabs" aria-label=${w.viewsLabel}>
        <ul>
            ${views
                .filter((view) => view.tab)
                .map(
                    (view) => html`<li key=${view.path}>
                        <a href=${tabLink(view)} aria-current=${view === now ? "page" : undefined}>${w.views[view.name]}</a>
                    </li>`,
                )}
        </ul>
    </nav>`;
}

export function Shell(): VNode {
    const w = words();
    const view = views.find((each) => each.path === place.value.path);
    const title = [query.value, view && w.views[view.name], "gramdex"].filter(Boolean).join(" · ");
    useEffect(() => {
        document.title = title;
    }, [title]);
    const first = useRef(true);
    useEffect(() => {
        if (!first.current) toResults();
        first.current = false;
    }, [place.value.path]);
    const withFacets = Boolean(view?.facets && query.value);
    return html`<a class="skip" href="#main">${w.skip}</a>
        <header>${h(TopBar, {})} ${h(Tabs, { now: view })}</header>
        <div class=${withFacets ? "body with-facets" : "body"}>
            ${withFacets ? h(Facets, {}) : null}
            <main id="main" tabindex="-1">
                ${h(Banners, {})}
                <h1 class="hidden">${view ? w.views[view.name] : w.noSuch}</h1>
                ${h(Chosen, { undated: view?.undated })}
                <div class="above">${h(StatusLine, {})} ${view ? h(Toolbar, {}) : null}</div>
                ${h(Notes, {})} ${view ? h(view.component, { key: view.path }) : h(NotHere, {})}
            </main>
        </div>
        ${h(Help, {})}`;
}
