// SPDX-License-Identifier: Apache-2.0
// What of a browser the page's state asks for when it is loaded. A test imports it first.
export const visited: string[] = [];
const at = { pathname: "/", search: "", origin: "http://127.0.0.1:50051" };

function visit(address: string): void {
    const url = new URL(address, at.origin);
    at.pathname = url.pathname;
    at.search = url.search;
    visited.push(address);
}

const all = {
    location: at,
    history: { pushState: (_: unknown, __: string, to: string) => visit(to), replaceState: (_: unknown, __: string, to: string) => visit(to) },
    addEventListener: () => undefined,
    scrollTo: () => undefined,
    scrollY: 0,
    requestAnimationFrame: () => 0,
    matchMedia: () => ({ matches: false, addEventListener: () => undefined }),
    document: { documentElement: { dataset: {} } },
};
for (const [name, value] of Object.entries(all)) Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
Object.defineProperty(globalThis, "navigator", { value: { language: "en" }, configurable: true });
