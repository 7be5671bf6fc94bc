// SPDX-License-Identifier: Apache-2.0
// The views in the order of their tabs: one file each, and a line here.
import type { View } from "./view.ts";
import { about } from "./views/about.ts";
import { collocates } from "./views/collocates.ts";
import { compare } from "./views/compare.ts";
import { concordance } from "./views/concordance.ts";
import { hits } from "./views/hits.ts";
import { neighbours } from "./views/neighbours.ts";
import { quote } from "./views/quote.ts";
import { reader } from "./views/reader.ts";
import { rising } from "./views/rising.ts";
import { start } from "./views/start.ts";
import { trend } from "./views/trend.ts";

export const views: readonly View[] = [start, hits, concordance, trend, neighbours, collocates, rising, compare, quote, reader, about];
