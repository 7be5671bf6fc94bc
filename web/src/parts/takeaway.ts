// SPDX-License-Identifier: Apache-2.0
// What can be taken away of a view: its table, its picture, the call that asks the same.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { command, curl, lean, type Message, python, whereOf } from "../call.ts";
import { token } from "../client.ts";
import { csv, fileName, jsonLines, png, save, svgText } from "../export.ts";
import type { VNode } from "preact";
import { h, html } from "../html.ts";
import { place, query } from "../state.ts";
import { type Offer, offer, status } from "../view.ts";
import { wording, words as common } from "../words.ts";

const words = wording({
    en: {
        bom: "for Excel",
        bomHint: "A byte order mark first, without which Excel reads UTF-8 as something else",
        save: (form: string) => `Save as ${form}`,
        call: "Call",
        callTitle: "The same from elsewhere",
        callWhy: "Each asks this server what this view shows.",
        forms: { gramdex: "gramdex", curl: "curl", python: "Python" } as Record<string, string>,
        none: "This view's question has no such form.",
        copy: "Copy",
        copied: "Copied",
        token: "The server wants a token: put it into the file “token” first.",
        close: "Close",
        failed: "The picture could not be made.",
    },
    zh: {
        bom: "适用于 Excel",
        bomHint: "在开头加字节顺序标记，否则 Excel 会误读 UTF-8",
        save: (form: string) => `存为 ${form}`,
        call: "调用",
        callTitle: "在别处作同样的查询",
        callWhy: "下列各式向本服务器提出与此视图相同的问题。",
        forms: { gramdex: "gramdex", curl: "curl", python: "Python" },
        none: "此视图的问题没有这种写法。",
        copy: "复制",
        copied: "已复制",
        token: "服务器需要令牌：请先将令牌存入文件 token。",
        close: "关闭",
        failed: "图形未能生成。",
    },
});

const mark = signal(false); // of bytes; the reader's own, in no link
const trouble = signal("");

function name(extension: string): string {
    return fileName(place.value.path.slice(1) || "start", query.value, extension);
}

/** Where a picture is from. */
function from(): string {
    const { answer } = status.value;
    return ["gramdex", location.host, answer?.commit && common().commit(answer.commit), new Date().toISOString().slice(0, 10)].filter(Boolean).join(" · ");
}

async function take(form: string, what: Offer): Promise<void> {
    trouble.value = "";
    try {
        const picture = form === "svg" || form === "png" ? what.picture?.() : null;
        if (form === "csv" && what.rows) save(name(form), csv(what.rows(), mark.value));
        if (form === "jsonl" && what.rows) save(name(form), jsonLines(what.rows()));
        if (form === "svg" && picture) save(name(form), svgText(picture, from()));
        if (form === "png" && picture) save(name(form), await png(picture, from()));
    } catch (error) {
        trouble.value = `${words().failed} ${String(error)}`;
    }
}

/** CSV, JSON Lines, SVG, PNG: those that the view offers. */
export function Exports(): VNode {
    const text = words();
    const what = offer.value;
    const forms = [...(what.rows ? ["csv", "jsonl"] : []), ...(what.picture ? ["svg", "png"] : [])];
    return html`${forms.map(
            (form) =>
                html`<button type="button" key=${form} title=${text.save(form.toUpperCase())} onClick=${() => void take(form, what)}>
                    ${form.toUpperCase()}
                </button>`,
        )}
        ${what.rows
            ? html`<label class="switch" title=${text.bomHint}>
                  <input type="checkbox" checked=${mark.value} onChange=${(event: Event) => (mark.value = (event.target as HTMLInputElement).checked)} />
                  <span>${text.bom}</span>
              </label>`
            : null}
        ${trouble.value ? html`<span role="alert">${trouble.value}</span>` : null}`;
}

function Form({ label, text }: { label: string; text: string }): VNode {
    const done = useRef<HTMLButtonElement>(null);
    const say = words();
    const copy = (): void => {
        navigator.clipboard?.writeText(text).then(
            () => done.current && (done.current.textContent = say.copied),
            () => undefined, // the text stands there to be selected
        );
    };
    return html`<section class="call-form">
        <h3>${label}</h3>
        ${text
            ? html`<pre tabindex="0" role="region" aria-label=${label}><code>${text}</code></pre>
                  <button type="button" ref=${done} aria-label=${`${say.copy}: ${label}`} onClick=${copy}>${say.copy}</button>`
            : html`<p>${say.none}</p>`}
    </section>`;
}

const open = signal(false);

function Dialog({ calls }: { calls: { method: string; message: Message }[] }): VNode {
    const box = useRef<HTMLDialogElement>(null);
    const text = words();
    useEffect(() => {
        if (box.current && !box.current.open) box.current.showModal();
    }, []);
    const where = whereOf(location, token.value !== "");
    const makers = { gramdex: command, curl, python };
    return html`<dialog class="call" ref=${box} aria-labelledby="call-title" onClose=${() => (open.value = false)}>
        <h2 id="call-title">${text.callTitle}</h2>
        <p>${text.callWhy}${where.token ? ` ${text.token}` : ""}</p>
        ${Object.entries(makers).map(
            ([form, make]) => h(Form, { key: form, label: text.forms[form] ?? form, text: calls.map(({ method, message }) => make(method, message, where)).join("\n") }),
        )}
        <form method="dialog"><button>${text.close}</button></form>
    </dialog>`;
}

/** Shows the view's question as a command, a line of curl, a program. */
export function Call(): VNode | null {
    const asked = offer.value.calls;
    if (!asked) return null;
    const calls = asked.map(({ method, message }) => ({ method: method.charAt(0).toUpperCase() + method.slice(1), message: lean(message) }));
    return html`<button type="button" aria-haspopup="dialog" onClick=${() => (open.value = true)}>${words().call}</button>
        ${open.value ? h(Dialog, { calls }) : null}`;
}
