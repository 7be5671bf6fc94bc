// SPDX-License-Identifier: Apache-2.0
// gramdex: asks a gramdex server.
//
//     import { Client } from "gramdex";
//     console.log((await new Client("127.0.0.1:50051").count("产业链")).documents);
export { Client, type ClientOptions } from "./client.js";
export { GramdexError } from "./errors.js";
export type { Documents, IngestOptions } from "./ingest.js";
export { Items } from "./items.js";
export type * from "./messages.js";
export type * from "./methods.js";
export { phrase, rising, type RisingOptions } from "./query.js";
export type { Retry } from "./retry.js";
export { matched, span, type Span, textOf } from "./texts.js";
