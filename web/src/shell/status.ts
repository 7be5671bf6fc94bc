// SPDX-License-Identifier: Apache-2.0
// The line that says what the view has: documents, occurrences, complete or not, commit; the toolbar; notes; what is away.
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { away, tryNow } from "../client.ts";
import { h, html } from "../html.ts";
import { acceptNewest, go, key, linkHere, linkToShare, longestLink, newestCommit, place } from "../state.ts";
import { type Status, status, statusOld, tools } from "../view.ts";
import { clock, words } from "../words.ts";

function LinkButton(): VNode {
    const w = words();
    const said = useSignal("");
    const length = place.value.keys.toString().length;
    const copy = async (): Promise<void> => {
        const link = linkToShare(status.value.answer?.commit ?? newestCommit.value);
        if (link === null) {
            said.value = w.linkLong(length);
            return;
        }
        try {
            await navigator.clipboard.writeText(link);
            said.value = w.linkCopied;
        } catch {
            said.value = w.linkFailed;
        }
        setTimeout(() => (said.value = ""), 4000);
    };
    return html`<span class="link">
        <button type="button" class=${length > longestLink ? "no" : ""} onClick=${copy}>${w.link}</button>
        <span role="status" class=${said.value ? "said" : "hidden"}>${said.value}</span>
    </span>`;
}

export function Toolbar(): VNode {
    const w = words();
    return html`<div class="toolbar" role="group" aria-label=${w.export}>
        ${tools.map((Tool, at) => h(Tool, { key: at }))} ${h(LinkButton, {})}
    </div>`;
}

export function StatusLine(): VNode {
    const w = words();
    const { documents, occurrences, bridged, more, answer } : Status = statusOld.value ? {} : status.value;
    const parts: (string | VNode)[] = [];
    if (documents !== undefined) parts.push(html`<strong>${w.documents(documents)}</strong>`);
    if (occurrences !== undefined) parts.push(html`<strong>${w.occurrences(occurrences)}</strong>`);
    if (Number(bridged ?? 0) > 0) parts.push(w.bridged(bridged));
    parts.push(...(more ?? []));
    if (answer) {
        parts.push(answer.complete ? w.complete : html`<strong class="partial">${w.incomplete}</strong>`);
        parts.push(w.commit(answer.commit ?? "0"));
        parts.push(html`<span class="took">${w.took(Number(answer.tookUs ?? 0) / 1000)}</span>`);
    }
    return html`<p class="status" role="status">
        ${parts.map((part, at) => html`<span key=${at}>${part}</span>`)}
    </p>`;
}

export function Notes(): VNode | null {
    const w = words();
    const notes = status.value.answer?.notes ?? [];
    if (notes.length === 0) return null;
    return html`<ul class="notes" aria-label=${w.notes}>
        ${notes.map((note) => html`<li lang="en">${note}</li>`)}
    </ul>`;
}

/** What stands above every view: the server is away; it has newer data than what is shown, or what is shown is newer than the link. */
export function Banners(): VNode {
    const w = words();
    const gone = away.value;
    const { answer } = status.value;
    const [link, shown, newest] = [key("commit"), answer ? (answer.commit ?? "0") : newestCommit.value, newestCommit.value];
    const banner = (said: string, action: string, act: () => void): VNode =>
        html`<p class="banner">${said} <button type="button" onClick=${act}>${action}</button></p>`;
    return html`<div class="banners" role="status">
        ${gone
            ? html`<p class="banner banner-bad">
                  ${w.awaySince(clock(gone.since))} <button type="button" onClick=${tryNow}>${w.tryNow}</button>
              </p>`
            : null}
        ${Number(shown) < Number(newest)
            ? banner(w.moved(shown, newest), w.takeNewest, acceptNewest)
            : link && Number(link) < Number(shown)
              ? banner(w.linkOld(link, shown), w.close, () => go(linkHere({ commit: undefined }), true))
              : null}
    </div>`;
}
