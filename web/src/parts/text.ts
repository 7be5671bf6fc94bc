// SPDX-License-Identifier: Apache-2.0
// A text cut where something begins or ends in it. Places come as bytes of UTF-8, as the server counts; strings here are UTF-16.

export interface Span {
    begin: number; // bytes
    end: number;
}

export interface Slice {
    text: string;
    matches: number[]; // those that cover it
    shared: boolean; // stands in the other document, too
    place: string; // a place of the original begins here
}

/** The index in the string of each byte asked for, which come ascending. One pass. */
export function indexesOf(text: string, bytes: readonly number[]): Map<number, number> {
    const found = new Map<number, number>();
    let byte = 0;
    let next = 0;
    let at = 0;
    while (next < bytes.length) {
        while (next < bytes.length && (bytes[next] as number) <= byte) found.set(bytes[next++] as number, at);
        if (at >= text.length) break;
        const code = text.charCodeAt(at);
        const isPair = code >= 0xd800 && code < 0xdc00;
        byte += code < 0x80 ? 1 : code < 0x800 ? 2 : isPair ? 4 : 3;
        at += isPair ? 2 : 1;
    }
    for (; next < bytes.length; next++) found.set(bytes[next] as number, text.length);
    return found;
}

export interface Named {
    byte: number;
    name: string;
}

/** The text in slices, each of which has one look. Matches come by where they begin; some may overlap. */
export function slices(text: string, matches: readonly Span[], shared: readonly Span[], places: readonly Named[]): Slice[] {
    const named = new Map(places.map((place) => [place.byte, place.name]));
    const spans = [...matches, ...shared];
    const cuts = [...new Set([0, ...spans.flatMap((span) => [span.begin, span.end]), ...named.keys()])].sort((a, b) => a - b);
    const indexes = indexesOf(text, cuts);
    const bySharedBegin = [...shared].sort((a, b) => a.begin - b.begin);
    const all: Slice[] = [];
    let next = 0; // of the matches
    let open: number[] = [];
    let other = 0;
    let sharedEnd = 0;
    cuts.forEach((byte, number) => {
        const begun = next;
        while (next < matches.length && (matches[next] as Span).begin <= byte) next++;
        open = [...open, ...matches.slice(begun, next).map((_, index) => begun + index)].filter((each) => (matches[each] as Span).end > byte);
        for (; other < bySharedBegin.length && (bySharedBegin[other] as Span).begin <= byte; other++) {
            sharedEnd = Math.max(sharedEnd, (bySharedBegin[other] as Span).end);
        }
        const end = cuts[number + 1];
        const piece = text.slice(indexes.get(byte), end === undefined ? text.length : indexes.get(end));
        if (piece || named.has(byte)) {
            all.push({ text: piece, matches: open, shared: byte < sharedEnd, place: named.get(byte) ?? "" });
        }
    });
    return all;
}

export const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

const blockLength = 3000;

/** Slices in blocks that end with a line, so that a browser lays out those in view alone. */
export function blocks(all: readonly Slice[]): Slice[][] {
    const found: Slice[][] = [[]];
    let length = 0;
    const put = (slice: Slice): void => {
        (found[found.length - 1] as Slice[]).push(slice);
        length += slice.text.length;
    };
    for (const slice of all) {
        let rest = slice;
        for (;;) {
            const line = length + rest.text.length > blockLength ? rest.text.indexOf("\n", Math.max(0, blockLength - length)) : -1;
            if (line < 0) break;
            put({ ...rest, text: rest.text.slice(0, line) }); // the break between two blocks is their edge
            found.push([]);
            length = 0;
            rest = { ...rest, text: rest.text.slice(line + 1), place: "" };
        }
        put(rest);
    }
    return found;
}
