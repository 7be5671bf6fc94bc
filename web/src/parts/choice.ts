// SPDX-License-Identifier: Apache-2.0
// What a view can be asked for: one of a few, a number, yes or no. Each is a plain control of the browser, so keys and screen
// readers know it; each is a key of the state, so a link has it.
import type { VNode } from "preact";
import { html } from "../html.ts";
import { key, set } from "../state.ts";

export interface ChoiceProps {
    name: string; // the key of the state
    label: string;
    options: readonly (readonly [value: string, text: string, hint?: string])[]; // the first is what no key means
}

/** What a key says, if it is one of these; else the first. */
export function chosen<T extends string>(name: string, values: readonly T[]): T {
    const value = key(name) as T;
    return values.includes(value) ? value : (values[0] as T);
}

/** One of a few, side by side. */
export function Choice({ name, label, options }: ChoiceProps): VNode {
    const value = chosen(name, options.map(([each]) => each));
    return html`<fieldset class="pick">
        <legend>${label}</legend>
        <span class="pick-row">
            ${options.map(
                ([each, text, hint], index) =>
                    html`<label key=${each} title=${hint}>
                        <input
                            type="radio"
                            name=${name}
                            value=${each}
                            checked=${each === value}
                            onChange=${() => set({ [name]: index === 0 ? undefined : each })}
                        />
                        <span>${text}</span>
                    </label>`,
            )}
        </span>
    </fieldset>`;
}

export interface AmountProps {
    name: string;
    label: string;
    least: number;
    most: number;
    usual: number; // what no key means
}

/** The number that a text says, within its limits; of none, and of an emptied field, the usual one. */
export function within(text: string, least: number, most: number, usual: number): number {
    const value = Math.round(Number(text.trim() || NaN));
    return Number.isFinite(value) ? Math.min(most, Math.max(least, value)) : usual;
}

export function amount(name: string, least: number, most: number, usual: number): number {
    return within(key(name), least, most, usual);
}

export function Amount({ name, label, least, most, usual }: AmountProps): VNode {
    const change = (event: Event): void => {
        const kept = within((event.target as HTMLInputElement).value, least, most, usual);
        (event.target as HTMLInputElement).value = String(kept);
        set({ [name]: kept === usual ? undefined : String(kept) });
    };
    return html`<label class="amount">
        <span>${label}</span>
        <input type="number" min=${least} max=${most} value=${amount(name, least, most, usual)} onChange=${change} />
    </label>`;
}

export interface SwitchProps {
    name: string;
    label: string;
    hint?: string;
    usual?: boolean; // what no key means
}

export function switched(name: string, usual = false): boolean {
    const value = key(name);
    return value === "" ? usual : value === "1";
}

export function Switch({ name, label, hint, usual = false }: SwitchProps): VNode {
    const change = (event: Event): void => {
        const on = (event.target as HTMLInputElement).checked;
        set({ [name]: on === usual ? undefined : on ? "1" : "0" });
    };
    return html`<label class="switch" title=${hint}>
        <input type="checkbox" checked=${switched(name, usual)} onChange=${change} />
        <span>${label}</span>
    </label>`;
}

export interface WordsProps {
    name: string;
    label: string;
    placeholder?: string;
    kind?: "date" | "query";
}

/** A line of text that is taken by Enter or when it is left. */
export function Words({ name, label, placeholder, kind = "query" }: WordsProps): VNode {
    const change = (event: Event): void => set({ [name]: (event.target as HTMLInputElement).value.trim() || undefined });
    return html`<label class=${`words words-${kind}`}>
        <span>${label}</span>
        <input
            type="text"
            value=${key(name)}
            placeholder=${placeholder}
            spellcheck=${false}
            autocomplete="off"
            onChange=${change}
            inputmode=${kind === "date" ? "numeric" : undefined}
        />
    </label>`;
}
