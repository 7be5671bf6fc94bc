// SPDX-License-Identifier: Apache-2.0
// Keys that work everywhere, and links of the page, which change the state in place of loading it anew.
import { go } from "../state.ts";
import { helpOpen } from "./help.ts";

/** Gives the focus to what the view shows: keys then go through its rows. */
export function toResults(): void {
    document.getElementById("main")?.focus({ preventScroll: true });
}

/** Whether a letter belongs to what has the focus: a box to tick takes none. */
function isTyping(target: EventTarget | null): boolean {
    return target instanceof Element && target.closest("input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable], dialog") !== null;
}

/** The next or previous row that can be opened gets the focus. */
function step(by: 1 | -1): void {
    const rows = [...document.querySelectorAll<HTMLElement>("main [data-row]")];
    if (rows.length === 0) return;
    const now = rows.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
    const to = rows[now < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, now + by))];
    to?.focus();
    to?.scrollIntoView({ block: "nearest" });
}

function follow(selector: string): boolean {
    const link = document.querySelector<HTMLElement>(selector);
    link?.click();
    return link !== null;
}

/** Whether it was a key of ours. */
function pressed(key: string): boolean {
    if (key === "/") {
        const input = document.querySelector<HTMLInputElement>("#query");
        input?.focus();
        input?.select();
        return input !== null;
    }
    if (key === "?") helpOpen.value = true;
    else if (/^[1-9]$/.test(key)) return follow(`.tabs li:nth-child(${key}) a`);
    else if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
    else if (key === "n") return follow("[data-next]") || follow("main a[rel=next]");
    else if (key === "p") return follow("[data-previous]") || follow("main a[rel=prev]");
    else if (key === "Escape") return follow(".loading button");
    else return false;
    return true;
}

function onKey(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || isTyping(event.target)) return;
    if (pressed(event.key)) event.preventDefault();
}

function onClick(event: MouseEvent): void {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    const to = link?.getAttribute("href");
    if (!link || !to?.startsWith("/") || to.startsWith("//") || link.hasAttribute("target") || link.hasAttribute("download")) return;
    event.preventDefault();
    go(to);
}

export function listen(): void {
    document.addEventListener("keydown", onKey);
    document.addEventListener("click", onClick);
}
