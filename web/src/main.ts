// SPDX-License-Identifier: Apache-2.0
// Starts the page.
import { render } from "preact";
import { h } from "./html.ts";
import { listen } from "./shell/keys.ts";
import { Shell } from "./shell/shell.ts";

document.body.replaceChildren();
listen();
render(h(Shell, {}), document.body);
