// SPDX-License-Identifier: Apache-2.0
// Starts the page.
import { render } from "preact";
import { h } from "./html.ts";
import { Call, Exports } from "./parts/takeaway.ts";
import { listen } from "./shell/keys.ts";
import { Shell } from "./shell/shell.ts";
import { tools } from "./view.ts";

tools.push(Exports, Call);
document.body.replaceChildren();
listen();
render(h(Shell, {}), document.body);
