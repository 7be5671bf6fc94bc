// SPDX-License-Identifier: Apache-2.0
// A picture in the page: as wide as there is room, drawn again when that changes, its places within reach of pointer and keys.
// Of all places one is in the order of tabs; arrows go from it to the others. What a place says is read out below.
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { VNode } from "preact";
import { html } from "../html.ts";
import type { Spot } from "../pictures/lines.ts";

export interface Drawn {
    element: SVGSVGElement;
    spots?: readonly Spot[]; // where a pointer that is near is as good as on it
}

export interface FigureProps {
    draw: (width: number) => Drawn;
    hint?: string; // in place of what a place says, until there is one
    taken?: (element: SVGSVGElement) => void; // for exports
}

const places = ".picture-point, .picture-cell";
const near = 120; // pixels: with the weights below 60 along the axis, 240 up and down

/** Where it is on the screen. */
function middle(element: Element): number {
    const box = element.getBoundingClientRect();
    return box.x + box.width / 2;
}

/** The place that an arrow leads to: along its row, or the nearest one of the row above or below. */
function next(from: Element, key: string): Element | undefined {
    const row = from.parentElement;
    const svg = from.closest("svg");
    if (!row || !svg) return undefined;
    const inRow = [...row.children].filter((each) => each.matches(places));
    const at = inRow.indexOf(from);
    if (key === "ArrowLeft") return inRow[at - 1];
    if (key === "ArrowRight") return inRow[at + 1];
    if (key === "Home") return inRow[0];
    if (key === "End") return inRow.at(-1);
    if (key !== "ArrowUp" && key !== "ArrowDown") return undefined;
    const rows = [...new Set([...svg.querySelectorAll(places)].map((each) => each.parentElement))];
    const other = rows[rows.indexOf(row) + (key === "ArrowUp" ? -1 : 1)];
    const x = middle(from);
    return [...(other?.children ?? [])]
        .filter((each) => each.matches(places))
        .sort((a, b) => Math.abs(middle(a) - x) - Math.abs(middle(b) - x))[0];
}

/** The spot nearest to a pointer; across counts more, since a reader looks for a period. */
function nearest(spots: readonly Spot[], x: number, y: number): number {
    let best = -1;
    let least = near * near;
    spots.forEach((spot, index) => {
        const distance = (spot.x - x) ** 2 * 4 + (spot.y - y) ** 2 / 4;
        if (distance < least) [best, least] = [index, distance];
    });
    return best;
}

export function Figure({ draw, hint, taken }: FigureProps): VNode {
    const box = useRef<HTMLDivElement>(null);
    const said = useRef<HTMLParagraphElement>(null);
    const drawn = useRef<Drawn | null>(null);

    useLayoutEffect(() => {
        const holder = box.current;
        if (!holder) return undefined;
        let width = 0;
        const paint = (): void => {
            if (holder.clientWidth === width || holder.clientWidth === 0) return;
            width = holder.clientWidth;
            drawn.current = draw(width);
            holder.replaceChildren(drawn.current.element);
            taken?.(drawn.current.element);
        };
        paint();
        const watch = new ResizeObserver(paint);
        watch.observe(holder);
        return () => watch.disconnect();
    }, [draw]);

    useEffect(() => {
        if (said.current) said.current.textContent = hint ?? "";
    }, [draw, hint]);

    const show = (place: Element | null | undefined): void => {
        if (said.current) said.current.textContent = place?.getAttribute("aria-label") ?? hint ?? "";
        for (const each of box.current?.querySelectorAll(".picture-near") ?? []) each.classList.remove("picture-near");
        place?.classList.add("picture-near");
    };
    const placeAt = (event: MouseEvent): Element | null => {
        const on = (event.target as Element).closest(places);
        const svg = drawn.current?.element;
        if (on || !svg || !drawn.current?.spots) return on;
        const frame = svg.getBoundingClientRect();
        const scale = svg.viewBox.baseVal.width / frame.width;
        const spot = nearest(drawn.current.spots, (event.clientX - frame.x) * scale, (event.clientY - frame.y) * scale);
        return spot < 0 ? null : svg.querySelector(`[data-spot="${spot}"]`);
    };
    const click = (event: MouseEvent): void => {
        if ((event.target as Element).closest("a")) return;
        const place = placeAt(event);
        // The link itself is clicked, so that keys for a new tab work as on any link.
        if (place?.matches("a"))
            place.dispatchEvent(
                new MouseEvent("click", { bubbles: true, cancelable: true, ctrlKey: event.ctrlKey, metaKey: event.metaKey, shiftKey: event.shiftKey }),
            );
    };
    const press = (event: KeyboardEvent): void => {
        const from = (event.target as Element).closest(places);
        const to = from && next(from, event.key);
        if (!from || !to) return;
        event.preventDefault();
        from.setAttribute("tabindex", "-1");
        to.setAttribute("tabindex", "0");
        (to as SVGElement).focus();
    };
    return html`<figure>
        <div
            class="picture-box"
            ref=${box}
            onPointerMove=${(event: PointerEvent) => show(placeAt(event))}
            onPointerLeave=${() => show(null)}
            onFocusIn=${(event: FocusEvent) => show((event.target as Element).closest(places))}
            onClick=${click}
            onKeyDown=${press}
        ></div>
        <p class="picture-said" aria-hidden="true" ref=${said}></p>
    </figure>`;
}
