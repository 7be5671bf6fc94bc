// SPDX-License-Identifier: Apache-2.0
// The program, the index, and the licences of what is bundled into the page.
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect } from "preact/hooks";
import { useAsk } from "../ask.ts";
import { h, html } from "../html.ts";
import { Answered, useStatus } from "../parts/panels.ts";
import { paths } from "../paths.ts";
import type { View } from "../view.ts";
import { bytes, count, wording } from "../words.ts";

const say = wording({
    en: {
        what: "gramdex finds every occurrence of exactly what was typed, and says how many there are.",
        index: "The index",
        version: "Version",
        documents: "Documents",
        symbols: "Symbols",
        segments: "Segments",
        shape: "Shape",
        shapes: { SHAPE_EXACT: "exact", SHAPE_COMPACT: "compact", SHAPE_ARCHIVE: "archive" } as Record<string, string>,
        otherShape: "Of another shape, until a merge",
        text: "Text before compression",
        disk: "On the disk",
        deleted: "Deleted, until a merge",
        keys: "Keys of metadata in columns",
        scrub: "Verified again every",
        hours: (n: number) => `${count(n)} hours`,
        never: "never",
        damaged: "Damaged segments",
        licences: "Licences",
        own: "gramdex is under the Apache License 2.0. This page has in it:",
        noLicences: "The list of licences could not be read.",
    },
    zh: {
        what: "gramdex 查出与所输入文字完全一致的每一处，并给出数目。",
        index: "索引",
        version: "程序版本",
        documents: "文档",
        symbols: "字符（字或词）",
        segments: "分段",
        shape: "形态",
        shapes: { SHAPE_EXACT: "精确", SHAPE_COMPACT: "紧凑", SHAPE_ARCHIVE: "归档" } as Record<string, string>,
        otherShape: "其他形态、待合并",
        text: "压缩前的文本",
        disk: "占用磁盘",
        deleted: "已删除、待合并",
        keys: "以列存放的元数据",
        scrub: "重新校验周期",
        hours: (n: number) => `${count(n)} 小时`,
        never: "从不",
        damaged: "损坏的分段",
        licences: "许可",
        own: "gramdex 采用 Apache License 2.0。本页包含：",
        noLicences: "无法读取许可清单。",
    },
});

interface Licence {
    name: string;
    version: string;
    licence: string;
    text: string;
}

function Licences(): VNode {
    const s = say();
    const list = useSignal<Licence[] | null>([]);
    useEffect(() => {
        fetch(LICENCES)
            .then((response) => (response.ok ? response.json() : Promise.reject(new Error(response.statusText))))
            .then((all: Licence[]) => (list.value = all))
            .catch(() => (list.value = null));
    }, []);
    return html`<section>
        <h2>${s.licences}</h2>
        <p>${s.own}</p>
        ${list.value === null ? html`<p>${s.noLicences}</p>` : null}
        ${(list.value ?? []).map(
            (each) => html`<details>
                <summary>${each.name} ${each.version} <span class="soft">${each.licence}</span></summary>
                <pre tabindex="0">${each.text}</pre>
            </details>`,
        )}
    </section>`;
}

function About(): VNode {
    const s = say();
    const question = useAsk("stat", {}, true);
    const { reply } = question.state.value;
    useStatus(reply ? { documents: reply.documents ?? 0, answer: reply.answer } : {});
    return html`<div class="about-view">
        <p class="lead">${s.what}</p>
        <section>
            <h2>${s.index}</h2>
            ${h(Answered<NonNullable<typeof reply>>, {
                question,
                children: (stat) => {
                    const rows: [string, string][] = [
                        [s.version, stat.version ?? ""],
                        [s.documents, count(stat.documents)],
                        [s.symbols, count(stat.symbols)],
                        [s.segments, count(stat.segments)],
                        [s.text, bytes(stat.textBytes)],
                        [s.disk, bytes(stat.indexBytes)],
                        [s.scrub, Number(stat.scrubHours ?? 0) > 0 ? s.hours(Number(stat.scrubHours)) : s.never],
                    ];
                    if (stat.shape) rows.push([s.shape, s.shapes[stat.shape] ?? stat.shape]);
                    if (Number(stat.otherShapeSegments ?? 0) > 0) rows.push([s.otherShape, count(stat.otherShapeSegments)]);
                    if (Number(stat.deleted ?? 0) > 0) rows.push([s.deleted, count(stat.deleted)]);
                    if (Number(stat.badSegments ?? 0) > 0) rows.push([s.damaged, count(stat.badSegments)]);
                    if (stat.metadataKeys?.length) rows.push([s.keys, stat.metadataKeys.join(", ")]);
                    return html`<dl>
                        ${rows.map(
                            ([name, value]) => html`<div>
                                <dt>${name}</dt>
                                <dd>${value}</dd>
                            </div>`,
                        )}
                    </dl>`;
                },
            })}
        </section>
        ${h(Licences, {})}
    </div>`;
}

export const about: View = { path: paths.about, name: "about", component: About, keys: [], tab: false, facets: false };
