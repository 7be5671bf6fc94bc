// SPDX-License-Identifier: Apache-2.0
// The paths of the views. The build lists them in assets.json, so that the server knows them: one a line.

export const paths = {
    start: "/",
    hits: "/hits",
    concordance: "/concordance",
    trend: "/trend",
    neighbours: "/neighbours",
    collocates: "/collocates",
    rising: "/rising",
    compare: "/compare",
    quote: "/quote",
    document: "/document",
    about: "/about",
} as const;

export type Path = (typeof paths)[keyof typeof paths];
