// SPDX-License-Identifier: Apache-2.0
// A document for pictures that are drawn without a browser.
import { parseHTML } from "linkedom";

export const page = parseHTML("<!doctype html><html><body></body></html>");
Object.assign(globalThis, { document: page.document });

/** A look by class, in place of a browser's. */
export function styleOf(looks: Record<string, Record<string, string>>) {
    return (element: Element) => ({
        getPropertyValue: (name: string): string =>
            (element.getAttribute("class") ?? "").split(" ").reduce((found, each) => looks[each]?.[name] ?? found, ""),
    });
}
