// SPDX-License-Identifier: Apache-2.0
// A view to come.
import type { VNode } from "preact";
import { html } from "../html.ts";
import { paths } from "../paths.ts";
import type { View } from "../view.ts";

function Empty(): VNode {
    return html`<p></p>`;
}

export const start: View = { path: paths.start, name: "start", component: Empty, keys: [], tab: true, facets: false };
