// SPDX-License-Identifier: Apache-2.0
// A citation of a document, or of one place in it: shown to be selected, and copied where the browser lets a page copy.
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { citation, type Cited } from "../export.ts";
import { html } from "../html.ts";
import { language } from "../state.ts";
import { wording } from "../words.ts";

const words = wording({
    en: { cite: "Cite", hint: "Copy a citation: title, date, source, place, bytes and commit" },
    zh: { cite: "引用", hint: "复制引文出处：标题、日期、来源、位置、字节范围和版本" },
});

export function Cite({ cited }: { cited: Cited }): VNode {
    const w = words();
    const text = citation(cited, language.value === "zh");
    const shown = useSignal("");
    useEffect(() => {
        shown.value = "";
    }, [text]);
    const cite = (): void => {
        shown.value = text;
        navigator.clipboard?.writeText(text).catch(() => undefined);
    };
    return html`<button type="button" title=${w.hint} onClick=${cite}>${w.cite}</button>
        <output class=${shown.value ? "cited" : "hidden"}>${shown.value}</output>`;
}
