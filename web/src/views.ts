// SPDX-License-Identifier: Apache-2.0
// The views in the order of their tabs: one file each, and a line here.
import type { View } from "./view.ts";
import { about } from "./views/about.ts";
import { concordance } from "./views/concordance.ts";
import { document } from "./views/document.ts";
import { hits } from "./views/hits.ts";
import { quote } from "./views/quote.ts";
import { start } from "./views/start.ts";

export const views: readonly View[] = [start, hits, concordance, quote, document, about];
