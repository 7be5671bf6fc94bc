// SPDX-License-Identifier: Apache-2.0
// The same question from elsewhere: a gramdex command, a curl line, ten lines of Python. A request is the message as the page
// sends it (proto3's JSON), so whatever a view asks can be said here without the view's help.
import { grouped, narrowed, valueOf } from "./query.ts";

export type Value = string | number | boolean | Value[] | { [key: string]: Value | undefined };
export type Message = { [key: string]: Value | undefined };

export interface Where {
    host: string; // "127.0.0.1:50051"
    tls: boolean;
    token: boolean; // the server wants one; it is read from a file, never printed
}

/** The server of a page, with the port that an address need not say. */
export function whereOf({ protocol, hostname, port }: { protocol: string; hostname: string; port: string }, token: boolean): Where {
    const tls = protocol === "https:";
    return { host: `${hostname}:${port || (tls ? 443 : 80)}`, tls, token };
}

/** What a default says already is not worth a word. */
export function lean(message: object): Message {
    const all: Message = {};
    for (const [key, value] of Object.entries(message) as [string, Message[string]][]) {
        const inner = value !== null && typeof value === "object" && !Array.isArray(value) ? lean(value) : value;
        const empty = !inner || (key === "minCommit" && inner === "0") || (typeof inner === "object" && Object.keys(inner).length === 0);
        if (!empty && key !== "allowPartial") all[key] = inner;
    }
    return all;
}

/** One word for a POSIX shell. */
export function shellWord(text: string): string {
    return /^[\w/:.,=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

const list = (value: Value | undefined): string[] => (Array.isArray(value) ? value.map(String) : []);
const text = (value: Value | undefined): string => (value === undefined ? "" : String(value));

function anyOf(name: string, values: string[]): string {
    const terms = values.map((value) => `${name}:${valueOf(value)}`);
    return terms.length > 1 ? `(${terms.join(" OR ")})` : terms.join("");
}

/** A scope's filter as the end of a query. */
function filterText(message: Message): string {
    const filter = ((message.scope as Message | undefined)?.filter ?? {}) as Message;
    const terms = [anyOf("source", list(filter.sources))];
    if (filter.dateFrom || filter.dateTo) {
        const [from, to] = [text(filter.dateFrom), text(filter.dateTo)];
        terms.push(from === to ? `date:${from}` : `date:${from}..${to}`);
    }
    if (filter.idPrefix) terms.push(`id:${text(filter.idPrefix)}*`);
    for (const each of (filter.metadata ?? []) as Message[]) terms.push(anyOf(`meta.${text(each.key)}`, list(each.values)));
    return terms.filter(Boolean).join(" ");
}

interface Row {
    command: string;
    query?: string; // the message's field that is the argument
    options?: [field: string, option: string][]; // what has a value
    flags?: [field: string, option: string][];
}

const limit: [string, string] = ["limit", "--limit"];
const rows: Record<string, Row> = {
    Search: { command: "search", query: "query", options: [limit, ["offset", "--offset"], ["order", "--order"], ["snippetSymbols", "--snippet"]] },
    Scan: { command: "search --all", query: "query", options: [limit, ["contextSymbols", "--snippet"]] },
    Kwic: { command: "search --all", query: "query", options: [["sort", "--sort"], ["sample", "--sample"], limit, ["contextSymbols", "--snippet"]] },
    Count: { command: "count", query: "query" },
    Trend: {
        command: "trend",
        query: "query",
        options: [["by", "--by"], ["compare", "--compare"], ["dateFrom", "--from"], ["dateTo", "--to"]],
        flags: [["splitBySource", "--split-by-source"]],
    },
    Facets: { command: "facets", query: "query", options: [["by", "--by"], limit] },
    Dispersion: { command: "dispersion", query: "query", options: [["by", "--by"], limit] },
    Contrast: {
        command: "keyness",
        options: [["a", "--a"], ["b", "--b"], ["unit", "--unit"], ["minLength", "--min"], ["maxLength", "--max"], ["minUnits", "--units"], limit],
        flags: [["withDigits", "--digits"]],
    },
    Ngrams: {
        command: "ngrams",
        options: [["query", "--where"], ["minLength", "--min"], ["maxLength", "--max"], ["minDocuments", "--documents"], limit],
        flags: [["withDigits", "--digits"], ["withParts", "--parts"]],
    },
    Neighbours: { command: "neighbours", query: "query", options: [["side", "--side"], ["length", "--length"], limit] },
    Collocates: { command: "collocates", query: "query", options: [["window", "--window"], ["by", "--by"], limit] },
    Reprints: { command: "reprints", query: "query", options: [limit, ["members", "--members"]], flags: [["excerpts", "--excerpts"]] },
    Passages: { command: "passages", query: "id", options: [["minLetters", "--min"], limit] },
    Quote: { command: "quote", options: [["id", "--in"]] },
    Suggest: { command: "suggest", query: "prefix" },
    Get: { command: "get", query: "id" },
    Stat: { command: "stat" },
};
/** What is said once for each value; other lists are joined by commas. */
const repeated = new Set(["--compare"]);
/** The queries of a message that its filter narrows. */
const narrowable = new Set(["query", "a", "b", "compare"]);

/** "PERIOD_MONTH" is month on the command line, MEASURE_LOG_DICE log-dice. */
function plain(value: Value): string {
    const match = /^(PERIOD|SIDE|MEASURE|UNIT|ORDER)_(.+)$/.exec(String(value));
    return match?.[2] ? match[2].toLowerCase().replaceAll("_", "-") : Array.isArray(value) ? value.join(",") : String(value);
}

/** The message with its filter in its queries, since a command has no other place for it. */
function prepared(method: string, message: Message): Message {
    const filter = filterText(message);
    const all: Message = { ...message };
    if (method === "Kwic" && list(message.sort).length === 0) all.sort = "id"; // without a key it is Scan
    if (!filter) return all;
    if (method === "Contrast" && !message.b) all.b = `NOT ${grouped(text(message.a))}`; // all others, but of the scope alone
    if ((method === "Ngrams" || method === "Reprints") && !message.query) all.query = "";
    for (const key of Object.keys(all)) {
        if (!narrowable.has(key)) continue;
        const value = all[key];
        all[key] = Array.isArray(value) ? value.map((each) => narrowed(String(each), filter)) : narrowed(text(value), filter);
    }
    return all;
}

function options(row: Row, message: Message): string[] {
    const words: string[] = [];
    for (const [field, option] of row.options ?? []) {
        const value = message[field];
        if (value === undefined || value === "" || (Array.isArray(value) && value.length === 0)) continue;
        for (const each of repeated.has(option) ? (value as Value[]) : [value]) {
            const word = plain(each);
            words.push(word.startsWith("-") ? shellWord(`${option}=${word}`) : `${option} ${shellWord(word)}`);
        }
    }
    for (const [field, option] of row.flags ?? []) if (message[field]) words.push(option);
    return words;
}

/** "" when no command asks the same: of a later page, or with a filter where there is no query to put it in. */
export function command(method: string, message: Message, where: Where): string {
    const row = rows[method];
    if (!row || message.pageToken || (method === "Quote" && filterText(message))) return "";
    const whole = prepared(method, message);
    const words = ["gramdex", row.command, `--server ${shellWord(where.host)}`];
    if (where.tls) words.push("--tls");
    if (where.token) words.push("--token-file token");
    words.push(...options(row, whole));
    const argument = row.query ? text(whole[row.query]) : "";
    if (argument.startsWith("-")) words.push("--");
    if (argument || (row.query && method !== "Reprints")) words.push(shellWord(argument));
    if (method === "Passages") words.push(shellWord(text(whole.other)));
    const line = words.join(" ");
    return method === "Quote" ? `printf %s ${shellWord(text(message.text))} | ${line} -` : line;
}

/** Connect's unary form; a stream has frames, which no line of curl can write. */
export function curl(method: string, message: Message, where: Where): string {
    if (method === "Scan") return "";
    const token = where.token ? ` -H "authorization: Bearer $(cat token)"` : "";
    const address = `${where.tls ? "https" : "http"}://${where.host}/gramdex.v1.Search/${method}`;
    return `curl -H 'content-type: application/json'${token} -d ${shellWord(JSON.stringify(message))} ${shellWord(address)}`;
}

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** 64-bit integers, which JSON has in quotes and Python has not. */
const large = new Set(["minCommit", "limit"]);

function literal(value: Value, key = ""): string {
    if (large.has(key)) return String(value);
    if (typeof value === "boolean") return value ? "True" : "False";
    if (typeof value === "number") return String(value);
    if (typeof value === "string") return JSON.stringify(value);
    if (Array.isArray(value)) return `[${value.map((each) => literal(each)).join(", ")}]`;
    const items = Object.entries(value).filter(([, each]) => each !== undefined);
    return `{${items.map(([key, each]) => `${JSON.stringify(snake(key))}: ${literal(each as Value, key)}`).join(", ")}}`;
}

export function python(method: string, message: Message, where: Where): string {
    const set = Object.entries(message).filter(([, value]) => value !== undefined);
    const stream = method === "Scan";
    const channel = where.tls ? `grpc.secure_channel("${where.host}", grpc.ssl_channel_credentials())` : `grpc.insecure_channel("${where.host}")`;
    const token = where.token ? `, metadata=[("authorization", "Bearer " + open("token").read().strip())]` : "";
    return [
        "# pip install grpcio grpcio-tools; in a checkout of gramdex:",
        "# python3 -m grpc_tools.protoc -Iproto --python_out=. gramdex/v1/search.proto",
        "import grpc",
        "from gramdex.v1 import search_pb2 as gramdex",
        "",
        `request = gramdex.${method}Request(${set.map(([key, value]) => `${snake(key)}=${literal(value as Value, key)}`).join(", ")})`,
        `with ${channel} as channel:`,
        `    ask = channel.unary_${stream ? "stream" : "unary"}("/gramdex.v1.Search/${method}",`,
        `        gramdex.${method}Request.SerializeToString, gramdex.${method}Response.FromString)`,
        stream
            ? `    for message in ask(request, timeout=60${token}):\n        print(message)`
            : `    print(ask(request, timeout=60${token}))`,
        "",
    ].join("\n");
}
