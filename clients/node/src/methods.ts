// SPDX-License-Identifier: Apache-2.0
// Made by clients/generate from proto/: change that, not this.
// methods.ts: each method of the service as a function.

import type { Items } from "./items.js";
import type {
    BatchGetResponse,
    CollocatesResponse,
    ContrastResponse,
    CountResponse,
    DeleteResponse,
    DispersionResponse,
    FacetsResponse,
    Filter,
    GetResponse,
    Given,
    Hit,
    KwicResponse,
    Measure,
    NeighboursResponse,
    NgramsResponse,
    Occurrence,
    Order,
    PassagesResponse,
    Period,
    QuoteResponse,
    ReprintsResponse,
    ScanResponse,
    SearchResponse,
    Side,
    StatResponse,
    SuggestResponse,
    TrendResponse,
    Unit,
} from "./messages.js";

/** How a call is made. */
export interface CallOptions {
    /** Milliseconds for the call and all its tries, in place of the client's. */
    timeout?: number;
    /** Ends the call: it rejects with the signal's reason. */
    signal?: AbortSignal;
}

/** Which documents, which commit. */
export interface ScopeOptions {
    /** Documents that do not pass are left out, as if the query ended with these filters. */
    filter?: Given<Filter>;
    /** The answer must come from this commit or a later one. */
    minCommit?: number;
    /** When a part of the index cannot be read, an answer from the rest is welcome. */
    allowPartial?: boolean;
}

/** What search may be given besides. */
export interface SearchOptions extends ScopeOptions, CallOptions {
    /** Hits on this page. 0: 10. At most 1000; more is INVALID_ARGUMENT. */
    limit?: number;
    /**
     * `next_page_token` of the page before, with the same query, scope and order, or INVALID_ARGUMENT. "": the first
     * page. FAILED_PRECONDITION, reason PAGE_TOKEN_EXPIRED: the commit it was made from is no longer held; start again.
     */
    pageToken?: string;
    /** How hits are sorted. */
    order?: Order;
    /**
     * Symbols (characters, or words of alphabetic scripts) of context on each side of the first match. 0: 30. At most
     * 1000.
     */
    snippetSymbols?: number;
    /** Leave snippets out. */
    noSnippet?: boolean;
    /**
     * Match ranges for each hit, at most 10000, and `limit` times it at most 100000. 0: none; the hit's `occurrences`
     * counts them all the same.
     */
    matchLimit?: number;
    /** Only the totals, no hits. `limit` is ignored. */
    totalsOnly?: boolean;
    /** Hits to pass over before the first, in place of a page token. At most 100000. */
    offset?: number;
}

/** What scan may be given besides. */
export interface ScanOptions extends ScopeOptions, CallOptions {
    /** Symbols of context on each side of each occurrence. 0: 30. At most 1000. */
    contextSymbols?: number;
    /** Leave `before` and `after` out; `matched` comes all the same. */
    noContext?: boolean;
    /** Stop after so many occurrences. 0: all of them. */
    limit?: number;
}

/** What count may be given besides. */
export interface CountOptions extends ScopeOptions, CallOptions {
}

/** What trend may be given besides. */
export interface TrendOptions extends ScopeOptions, CallOptions {
    /** How long a period is. */
    by?: Period;
    /**
     * The first date: "2022", "2022-03", "2022-03-05". Rows are those of the periods that have a day in the limits, each
     * whole, and a limit leaves out the row with period "". "": rows start at the first period with a document that
     * matches.
     */
    dateFrom?: string;
    /** The last date, included whole: "2024" reaches to its end of December. "": no upper limit. */
    dateTo?: string;
    /** Other queries to set beside it, at most 9, each under the same scope. */
    compare?: string[];
    /** Also a series for each source that has a match. RESOURCE_EXHAUSTED: they have more than 1,000,000 rows in all. */
    splitBySource?: boolean;
}

/** What facets may be given besides. */
export interface FacetsOptions extends ScopeOptions, CallOptions {
    /**
     * What to group by, each once: "source", "year", "quarter", "month", "week", "day", or "meta.KEY", the values that
     * documents have under a key of their metadata. None: source and year. RESOURCE_EXHAUSTED: a key has over 1,000,000
     * different values.
     */
    by?: string[];
    /** Rows for each of them. 0: 100. At most 10000. */
    limit?: number;
}

/** What dispersion may be given besides. */
export interface DispersionOptions extends ScopeOptions, CallOptions {
    /** What the parts are: "year", "quarter", "month", "week", "day", "source" or "document". "": month. */
    by?: string;
    /** Rows by document. 0: 100. At most 10000. All other parts have a row each. */
    limit?: number;
}

/** What contrast may be given besides. */
export interface ContrastOptions extends ScopeOptions, CallOptions {
    /**
     * The query whose documents are B. "": all others of the scope. INVALID_ARGUMENT: no document matches it, or one is
     * in A, too.
     */
    b?: string;
    /** What shares are out of. */
    unit?: Unit;
    /** Letters of the shortest string. 0: 2. At least 2. */
    minLength?: number;
    /** Letters of the longest string. 0: 20. At most 20. */
    maxLength?: number;
    /** Units of A that must have a string. 0: 5. */
    minUnits?: number;
    /** Also strings with a word of digits alone, and dates and numbers in characters (明年, 第三条). */
    withDigits?: boolean;
    /** Groups to give. 0: 30. At most 1000. */
    limit?: number;
}

/** What ngrams may be given besides. */
export interface NgramsOptions extends ScopeOptions, CallOptions {
    /** The query whose documents are read. "": all of the scope. */
    query?: string;
    /** Letters of the shortest string. 0: 2. */
    minLength?: number;
    /** Letters of the longest string. 0: 8. At most 20. */
    maxLength?: number;
    /** Documents that must have a string. 0: 5. */
    minDocuments?: number;
    /** Also strings with a word of digits alone, and dates and numbers in characters (明年, 第三条). */
    withDigits?: boolean;
    /**
     * Also strings that are followed, or preceded, by one letter in more than 0.8 of their places: parts of a longer
     * one.
     */
    withParts?: boolean;
    /** Rows. 0: 30. At most 10000. */
    limit?: number;
}

/** What neighbours may be given besides. */
export interface NeighboursOptions extends ScopeOptions, CallOptions {
    /** The side that is looked at. */
    side?: Side;
    /** Letters of a string. 0: 2. At most 8. */
    length?: number;
    /** Rows. 0: 30. At most 10000. */
    limit?: number;
}

/** What collocates may be given besides. */
export interface CollocatesOptions extends ScopeOptions, CallOptions {
    /** Letters on each side of an occurrence, not past 。！？； or the end of the part. 0: 10. At most 50. */
    window?: number;
    /** What rows are ordered by. */
    by?: Measure;
    /** Rows. 0: 30. At most 1000. */
    limit?: number;
}

/** What kwic may be given besides. */
export interface KwicOptions extends ScopeOptions, CallOptions {
    /**
     * What lines are sorted by, each once: "right" (the symbols after the match, outwards), "left" (those before it, the
     * nearest first), "node" (the match itself), "date" (earliest first, no date last), "source", "id". Symbols are
     * compared by the code points of their folded spelling. Ties: by id, field, part and place. None: by id.
     */
    sort?: string[];
    /**
     * Sort so many occurrences, drawn from all: those whose id and place have the lowest hashes, so that the same query
     * draws the same. 0: all of them. At most 1000000.
     */
    sample?: number;
    /** Lines on this page. 0: 100. At most 1000; more is INVALID_ARGUMENT. */
    limit?: number;
    /**
     * `next_page_token` of the page before, with the same query, filter, sort and sample, or INVALID_ARGUMENT. "": the
     * first page. FAILED_PRECONDITION, reason PAGE_TOKEN_EXPIRED: the commit it was made from is no longer held; start
     * again.
     */
    pageToken?: string;
    /** Symbols of context on each side of each occurrence. 0: 30. At most 1000. */
    contextSymbols?: number;
    /** Leave `before` and `after` out; `matched` comes all the same. */
    noContext?: boolean;
}

/** What reprints may be given besides. */
export interface ReprintsOptions extends ScopeOptions, CallOptions {
    /** The query whose documents are meant. "": all of the scope. */
    query?: string;
    /** Groups to give. 0: 30. At most 1000. */
    limit?: number;
    /** Documents to give of each group. 0: 10. At most 1000. */
    members?: number;
    /** Excerpts to give. 0: as many as groups. At most 1000. */
    excerpts?: number;
}

/** What passages may be given besides. */
export interface PassagesOptions extends Omit<ScopeOptions, "filter">, CallOptions {
    /** Letters of the shortest passage. 0: 13. From 4 to 10000. */
    minLetters?: number;
    /** Passages to give. 0: 100. At most 1000. */
    limit?: number;
}

/** What quote may be given besides. */
export interface QuoteOptions extends ScopeOptions, CallOptions {
    /** The id of the document that they are said to be from. "": any. */
    id?: string;
}

/** What suggest may be given besides. */
export interface SuggestOptions extends Omit<ScopeOptions, "filter">, CallOptions {
    /** Words to give. 0: 10. At most 1000. */
    limit?: number;
}

/** What get may be given besides. */
export interface GetOptions extends Omit<ScopeOptions, "filter">, CallOptions {
}

/** What batchGet may be given besides. */
export interface BatchGetOptions extends Omit<ScopeOptions, "filter">, CallOptions {
}

/** What stat may be given besides. */
export interface StatOptions extends Omit<ScopeOptions, "filter">, CallOptions {
}

/** What delete may be given besides. */
export interface DeleteOptions extends CallOptions {
}

/** The methods of the service; how they are called is the client's. */
export abstract class Methods {
    /** A call of one reply. */
    protected abstract one<R>(method: string, fields: object, options: object): Promise<R>;
    /** A call of many replies, whose field `row` has the items. */
    protected abstract stream<T, R>(method: string, row: string, fields: object, options: object): Items<T, R>;
    /** A call for each page. */
    protected abstract pages<T, R>(method: string, row: string, fields: object, options: object): Items<T, R>;

    /** Ranked hits, page by page, with the totals of the whole query. */
    search(query: string, options: SearchOptions = {}): Promise<SearchResponse> {
        return this.one("Search", { query }, options);
    }

    /** As search, and on through all of its pages; `timeout` is of each of them. */
    searchAll(query: string, options: Omit<SearchOptions, "pageToken" | "offset" | "totalsOnly"> = {}): Items<Hit, SearchResponse> {
        return this.pages("Search", "hits", { query }, options);
    }

    /**
     * Every occurrence in document order, each with its context: a complete export. Neither side holds it in memory: the
     * server reads on as the client does. Cancel to stop.
     */
    scan(query: string, options: ScanOptions = {}): Items<Occurrence, ScanResponse> {
        return this.stream("Scan", "occurrences", { query }, options);
    }

    /** How many documents match and how often, without reading them. */
    count(query: string, options: CountOptions = {}): Promise<CountResponse> {
        return this.one("Count", { query }, options);
    }

    /** The same over time. */
    trend(query: string, options: TrendOptions = {}): Promise<TrendResponse> {
        return this.one("Trend", { query }, options);
    }

    /** The same by source and by period. */
    facets(query: string, options: FacetsOptions = {}): Promise<FacetsResponse> {
        return this.one("Facets", { query }, options);
    }

    /** How evenly the occurrences lie over periods, sources or documents. */
    dispersion(query: string, options: DispersionOptions = {}): Promise<DispersionResponse> {
        return this.one("Dispersion", { query }, options);
    }

    /**
     * Strings that nobody typed: what stands in a larger share of some documents than of others. Rising and falling
     * phrases when the two are periods, keyness when they are sources.
     */
    contrast(a: string, options: ContrastOptions = {}): Promise<ContrastResponse> {
        return this.one("Contrast", { a }, options);
    }

    /** The most frequent strings of some documents. */
    ngrams(options: NgramsOptions = {}): Promise<NgramsResponse> {
        return this.one("Ngrams", {}, options);
    }

    /** The strings directly left or right of a query. */
    neighbours(query: string, options: NeighboursOptions = {}): Promise<NeighboursResponse> {
        return this.one("Neighbours", { query }, options);
    }

    /** What stands near a query more often than elsewhere. */
    collocates(query: string, options: CollocatesOptions = {}): Promise<CollocatesResponse> {
        return this.one("Collocates", { query }, options);
    }

    /** A concordance: every occurrence with its context, sorted by what stands beside it, page by page. */
    kwic(query: string, options: KwicOptions = {}): Promise<KwicResponse> {
        return this.one("Kwic", { query }, options);
    }

    /** As kwic, and on through all of its pages; `timeout` is of each of them. */
    kwicAll(query: string, options: Omit<KwicOptions, "pageToken" | "offset" | "totalsOnly"> = {}): Items<Occurrence, KwicResponse> {
        return this.pages("Kwic", "lines", { query }, options);
    }

    /** Documents that are reprints of each other, and those that stand in others in part. */
    reprints(options: ReprintsOptions = {}): Promise<ReprintsResponse> {
        return this.one("Reprints", {}, options);
    }

    /** What two documents have in common, word for word. NOT_FOUND when no document has one of the ids. */
    passages(id: string, other: string, options: PassagesOptions = {}): Promise<PassagesResponse> {
        return this.one("Passages", { id, other }, options);
    }

    /**
     * Whether the quotations of a text stand in the documents, and where. NOT_FOUND when no document has the id that
     * they are said to be from.
     */
    quote(text: string, options: QuoteOptions = {}): Promise<QuoteResponse> {
        return this.one("Quote", { text }, options);
    }

    /** Words by their start. */
    suggest(prefix: string, options: SuggestOptions = {}): Promise<SuggestResponse> {
        return this.one("Suggest", { prefix }, options);
    }

    /** One document as it was stored. NOT_FOUND when no document has this id. */
    get(id: string, options: GetOptions = {}): Promise<GetResponse> {
        return this.one("Get", { id }, options);
    }

    /** Several documents as they were stored, in the order asked for. */
    batchGet(ids: string[], options: BatchGetOptions = {}): Promise<BatchGetResponse> {
        return this.one("BatchGet", { ids }, options);
    }

    /** What the index holds and what it costs. */
    stat(options: StatOptions = {}): Promise<StatResponse> {
        return this.one("Stat", {}, options);
    }

    /** Removes documents by id, in one commit. Ids that no document has are counted, not an error. */
    delete(ids: string[], options: DeleteOptions = {}): Promise<DeleteResponse> {
        return this.one("Delete", { ids }, options);
    }
}
