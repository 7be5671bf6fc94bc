// SPDX-License-Identifier: Apache-2.0
// The help: what may be typed, which keys there are. Opened by ?, closed by Escape.
import { signal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { html } from "../html.ts";
import { linkTo } from "../state.ts";
import { paths } from "../paths.ts";
import { wording, words } from "../words.ts";

export const helpOpen = signal(false);

const say = wording({
    en: {
        queries: "What may be typed",
        keys: "Keys",
        forms: [
            ["产业链", "exactly these characters; a run without spaces is one phrase"],
            ['"global supply chain"', "a phrase with spaces"],
            ["美国 关税", "both"],
            ["美国 OR 欧盟", "either"],
            ["美国 NOT 关税", "the first without the second"],
            ["美国 NEAR/20 关税", "at most 20 characters or words apart"],
            ["贸易 THEN/5 保护", "the same, in this order"],
            ["title:供应链", "in the title; also text, note, caption"],
            ["tariff*", "words that begin so; *tpp: that end so"],
            ["source:news date:2022-03..2024", "filters"],
            ['exact:"產業鏈"', "these very characters, no variants"],
        ],
        pressed: [
            ["/", "to the query"],
            ["1 – 8", "to the view with that number"],
            ["n, p", "in a document: next and previous match; elsewhere: next and previous page"],
            ["j, k", "next and previous row"],
            ["Enter", "open the row"],
            ["?", "this help"],
            ["Esc", "close, or cancel what is asked"],
        ],
        about: "Version and licences",
    },
    zh: {
        queries: "可以输入什么",
        keys: "按键",
        forms: [
            ["产业链", "就是这几个字；不含空格的一串是一个词语"],
            ['"global supply chain"', "含空格的词语"],
            ["美国 关税", "两者都有"],
            ["美国 OR 欧盟", "有其一"],
            ["美国 NOT 关税", "有前者而无后者"],
            ["美国 NEAR/20 关税", "相距至多 20 个字或词"],
            ["贸易 THEN/5 保护", "同上，且按此顺序"],
            ["title:供应链", "在标题中；另有 text、note、caption"],
            ["tariff*", "以此开头的词；*tpp：以此结尾的词"],
            ["source:news date:2022-03..2024", "筛选"],
            ['exact:"產業鏈"', "一字不差，不含异体"],
        ],
        pressed: [
            ["/", "到检索式"],
            ["1 – 8", "到相应序号的视图"],
            ["n、p", "文档中：下一处、上一处；其他视图：下一页、上一页"],
            ["j、k", "下一行、上一行"],
            ["Enter", "打开该行"],
            ["?", "本帮助"],
            ["Esc", "关闭，或取消查询"],
        ],
        about: "版本与许可",
    },
});

export function Help(): VNode {
    const dialog = useRef<HTMLDialogElement>(null);
    const open = helpOpen.value;
    useEffect(() => {
        if (open) dialog.current?.showModal();
        else dialog.current?.close();
    }, [open]);
    const w = words();
    const s = say();
    const close = (): void => {
        helpOpen.value = false;
    };
    const list = (rows: string[][], tag: string): VNode =>
        html`<dl>
            ${rows.map(
                ([left, right]) => html`<div>
                    <dt>${tag === "kbd" ? html`<kbd>${left}</kbd>` : html`<code>${left}</code>`}</dt>
                    <dd>${right}</dd>
                </div>`,
            )}
        </dl>`;
    return html`<dialog class="help" ref=${dialog} onClose=${close} aria-label=${w.help}>
        <button type="button" class="close" aria-label=${w.close} onClick=${close}>×</button>
        <h2>${s.queries}</h2>
        ${list(s.forms, "code")}
        <h2>${s.keys}</h2>
        ${list(s.pressed, "kbd")}
        <p><a href=${linkTo(paths.about)} onClick=${close}>${s.about}</a></p>
    </dialog>`;
}
