// SPDX-License-Identifier: Apache-2.0
// Made by clients/generate from proto/: change that, not this.
// messages.ts: what the server answers, and what it is given, as plain objects.

/** Whatever a document's record has besides. */
export type Metadata = { [key: string]: unknown };

/** A message that a program makes: what it leaves out has its zero. */
export type Given<T> = { [K in keyof T]?: T[K] extends (infer E)[] ? (E extends object ? Given<E>[] : E[]) : T[K] };

/** A part of a document that is searched. A match never crosses from one to another. */
export type Field = "title" | "text" | "note" | "caption" | "furniture";

/** The order of hits. Among equals every order falls back on the id, so answers are the same on every run. */
export type Order = "relevance" | "newest" | "oldest" | "id";

/** The length of a period. */
export type Period = "year" | "month" | "day" | "quarter" | "week";

/** What shares are out of. */
export type Unit = "document" | "passage";

/** A side of an occurrence. */
export type Side = "left" | "right";

/** How strongly a string is bound to a query. docs/statistics.md has the formulas. */
export type Measure = "log_dice" | "ll" | "mi" | "t";

/** What became of a quotation. */
export type Verdict = "exact" | "folded" | "other_document" | "stitched" | "absent";

/** What the posting lists of an index hold. Answers are the same in each shape. */
export type Shape = "exact" | "compact" | "archive";

/**
 * A condition on a document's other metadata: the keys of its record that are no field of its own. The answer is the
 * same for a key that the index declares (gramdex index --facet) and for any other, for which the metadata of each
 * document is read; Answer.notes says so.
 */
export interface MetadataFilter {
    /** Required. At most 64 bytes. */
    key: string;
    /**
     * The document has one of these values, whole and with its case: a string, a number or a boolean as JSON spells it,
     * or one of an array. "": documents without a value of this key. Required; at most 1000, of at most 256 bytes each.
     */
    values: string[];
}

/**
 * Conditions on a document's metadata, all of which must hold. A program fills these in rather than writing strings of
 * its users into a query. Filters do not rank.
 */
export interface Filter {
    /** The document's source is one of these. Empty: any source. At most 1000. */
    sources: string[];
    /**
     * The first date: "2022", "2022-03", "2022-03-05". "": no lower limit. A document without a date does not pass a
     * limit.
     */
    dateFrom: string;
    /** The last date, included whole: "2024" reaches to its end of December. "": no upper limit. */
    dateTo: string;
    /** The id starts with these bytes. "": any id. */
    idPrefix: string;
    /** Each of these holds. At most 16. */
    metadata: MetadataFilter[];
}

/** What every read says of its answer. */
export interface Answer {
    /** The commit that the answer was taken from. */
    commit: number;
    /** True when the answer covers the whole index; false when a part could not be read and was left out. */
    complete: boolean;
    /** What looks like a slip in the request, in sentences for people. */
    notes: string[];
    /** Microseconds on the server, waiting for a worker included. */
    tookUs: number;
}

/**
 * A range of bytes of the stored field, as Get gives it. Document.span gives it in characters, Document.matched the
 * text.
 */
export interface Match {
    /** The field. */
    field: string;
    /** Its first byte. */
    beginByte: number;
    /** The byte after its last. */
    endByte: number;
    /**
     * Its number among the parts of that field, from 0: a document may have many notes. Bytes count in the part. Of the
     * text, Document.text is 0, and what Document.parts has of it follows.
     */
    part: number;
    /** Where in the original its first byte stands, as the document says: "page 3". "" when it does not. */
    place: string;
}

/** A piece of a snippet. */
export interface Piece {
    /** The text. */
    text: string;
    /** True if it matches the query. */
    matched: boolean;
}

/** A stretch of a document's text in pieces, matched and not. The pieces in a row are the stretch. */
export interface Snippet {
    /** In order; none is empty. */
    pieces: Piece[];
    /** The field it is taken from. */
    field: string;
    /** True if the snippet starts at the start of the part. */
    atStart: boolean;
    /** True if it ends at the end of the part. */
    atEnd: boolean;
    /** The number of the part among those of that field, from 0. */
    part: number;
    /** As Match.place, of the first match; without a match, of the start. */
    place: string;
}

/** A document that matches. */
export interface Hit {
    /** The document's id. */
    id: string;
    /** Its title; "" when it has none. */
    title: string;
    /** Its date; "" when it has none. */
    date: string;
    /** Its source; "" when it has none. */
    source: string;
    /** BM25; 0 when nothing ranks. Comparable within one answer alone. */
    score: number;
    /** Of all phrases of the query that are not negated, in this document. */
    occurrences: number;
    /**
     * Keyword in context: the original text around the first match, runs of white space shown as one space. Absent when
     * the request has `no_snippet`.
     */
    snippet?: Snippet;
    /** As many as `match_limit` asks for, ascending, title first. */
    matches: Match[];
    /** The record's other keys. */
    metadata: Metadata;
    /** Symbols of title, text, notes and captions; a title that is a line of the text is left out. */
    length: number;
    /** The document matches by bridged places alone; it is not counted in `documents`. */
    bridged: boolean;
}

/** Search.Search. */
export interface SearchResponse {
    /** Matching documents, in all. */
    documents: number;
    /** Occurrences in all of them. */
    occurrences: number;
    /** The page. */
    hits: Hit[];
    /** For the next page; "" when this is the last. */
    nextPageToken: string;
    /** Commit, completeness, notes, time. */
    answer: Answer;
    /** Places of bridge: where a block of lines divides the phrase. In no other figure. */
    bridgedOccurrences: number;
}

/** One occurrence of a query. */
export interface Occurrence {
    /** The document's id. */
    id: string;
    /** Its title. */
    title: string;
    /** Its date. */
    date: string;
    /** Its source. */
    source: string;
    /** Where it is. */
    match: Match;
    /** The number of the symbol that it starts with, in the part, from 0. */
    position: number;
    /** Original text before the match, runs of white space shown as one space. */
    before: string;
    /** The match itself, likewise. */
    matched: string;
    /** Original text after the match, likewise. */
    after: string;
    /** A block of lines divides it; it is not counted in `occurrences`. */
    bridged: boolean;
}

/**
 * Several occurrences at once; how many is the server's choice. An export has at least one message, so `answer` always
 * comes.
 */
export interface ScanResponse {
    /** In document order: as documents came into the index; in each by field, part and first byte. */
    occurrences: Occurrence[];
    /** In each message: the same commit, and the time so far. Notes are in the first one alone. */
    answer: Answer;
}

/** Search.Count. */
export interface CountResponse {
    /** Documents that match. */
    documents: number;
    /** Occurrences of the query's phrases in them. */
    occurrences: number;
    /** Commit, completeness, notes, time. */
    answer: Answer;
    /** As in SearchResponse. */
    bridgedOccurrences: number;
}

/** One period. */
export interface TrendRow {
    /** As Period says: "2023", "2023-Q2", "2023-05", "2023-W18" or "2023-05-06". */
    period: string;
    /** Documents that match. */
    documents: number;
    /** Their occurrences. */
    occurrences: number;
    /** All documents of the period. */
    ofDocuments: number;
    /** Their symbols. */
    ofSymbols: number;
    /** Occurrences per million symbols of the period; 0 when it has none. */
    perMillion: number;
    /**
     * The 95 % interval of documents / of_documents (Wilson's score interval): what the share may well be when the
     * period has few documents.
     */
    shareLow: number;
    /** Its upper end. */
    shareHigh: number;
}

/** A query over time, in all sources or in one. */
export interface TrendSeries {
    /** As it was asked. */
    query: string;
    /** The source; "" when by_source is false, or for documents without one. */
    source: string;
    /** True: documents of one source. The rows' `of_documents` and `of_symbols` are of that source, too. */
    bySource: boolean;
    /** As TrendResponse.rows. */
    rows: TrendRow[];
    /** Documents that match, over all rows. */
    documents: number;
    /** Their occurrences. */
    occurrences: number;
}

/** Search.Trend. */
export interface TrendResponse {
    /**
     * Ascending. A period without a row is one in which the index has no documents, or one outside of what was asked
     * for. A row with period "" comes last: documents whose date is missing or less precise.
     */
    rows: TrendRow[];
    /** Documents that match, over all rows. */
    documents: number;
    /** Their occurrences. */
    occurrences: number;
    /** Commit, completeness, notes, time. */
    answer: Answer;
    /**
     * What `split_by_source` and `compare` ask for: the sources of the query, by name, then the first other query, then
     * its sources, and so on.
     */
    series: TrendSeries[];
}

/** One value. */
export interface FacetRow {
    /** The source, the period as Period says, or the value. A document with several values is in the row of each. */
    value: string;
    /** Documents that match. */
    documents: number;
    /** Their occurrences. */
    occurrences: number;
    /**
     * All documents of this value that the filters leave: those of the scope and the query's conditions without a
     * phrase.
     */
    ofDocuments: number;
    /** Their symbols. */
    ofSymbols: number;
    /** Occurrences per million of these symbols; 0 when there are none. */
    perMillion: number;
}

/** Matching documents by what they have in common. */
export interface Facet {
    /** As in the request. */
    by: string;
    /**
     * What has a match. Sources and values of metadata: most documents first, then by name; "" is documents without one.
     * Periods: ascending; "" comes last: documents whose date is missing or less precise.
     */
    rows: FacetRow[];
    /** How many values have a match, those past the limit too. */
    values: number;
    /**
     * Of metadata: documents that match and have a value that is in no row, because it is longer than 256 bytes, an
     * object or an array in an array, or one of more than 256.
     */
    leftOut: number;
}

/** Search.Facets. */
export interface FacetsResponse {
    /** In the order asked for. */
    facets: Facet[];
    /** Documents that match. */
    documents: number;
    /** Their occurrences. */
    occurrences: number;
    /** Commit, completeness, notes, time. */
    answer: Answer;
}

/** One part. */
export interface DispersionRow {
    /** The source, the document's id, or the period as Period says. */
    part: string;
    /** Occurrences in it. */
    occurrences: number;
    /** Its symbols. */
    symbols: number;
    /** Occurrences per million of its symbols. */
    perMillion: number;
}

/** Search.Dispersion. */
export interface DispersionResponse {
    /** The parts, those without a symbol too. */
    parts: number;
    /** Parts with an occurrence. */
    partsWith: number;
    /** Occurrences in all parts. */
    occurrences: number;
    /** Symbols of all parts. */
    symbols: number;
    /**
     * Gries' deviation of proportions: half the sum of |v/f - s/n| over parts with v of f occurrences and s of n
     * symbols. 0: as even as can be; near 1: in one small part. NaN: there is no occurrence. Of this and the next two,
     * parts without a symbol are left out.
     */
    dp: number;
    /** The same divided by its largest value, 1 - min s/n. NaN also for a single part. */
    dpNorm: number;
    /**
     * Juilland's D: 1 - (standard deviation / mean of v/s) / sqrt(parts - 1). 1: even; 0: in one of equal parts; below 0
     * where parts are very unequal. NaN also for a single part.
     */
    juillandD: number;
    /**
     * Periods ascending, the one without a date last; sources by name. Documents: those with an occurrence, most first,
     * then by id.
     */
    rows: DispersionRow[];
    /** Commit, completeness, notes, time. */
    answer: Answer;
}

/** Strings that say one thing: one contains the other, or they overlap, or they stand in the same documents. */
export interface ContrastGroup {
    /**
     * Its name, folded: its strongest string, with the letters that nearly always stand beside it. Words of letters and
     * digits have a space between them.
     */
    phrase: string;
    /** Units of A that have it. */
    unitsA: number;
    /** Units of B that have it. */
    unitsB: number;
    /** How often it occurs in A. */
    occurrences: number;
    /** (units_a / A's units) / ((units_b + 0.5) / (B's units + 0.5)); at least 2. */
    ratio: number;
    /**
     * The log-likelihood ratio G2 of the units of its strongest string. An order, not a probability: strings overlap,
     * and documents are not drawn at random.
     */
    score: number;
    /** Of the documents of A that have it, the first date; "" when none has one. */
    firstDate: string;
    /** The first document of that date, by id. */
    firstId: string;
    /** Different days of these documents. */
    days: number;
    /** Other strings of the group, strongest first, at most 8. */
    also: string[];
    /** How many others there are. */
    folded: number;
}

/** Search.Contrast. RESOURCE_EXHAUSTED: the documents of A and B have more than 50,000,000 symbols. */
export interface ContrastResponse {
    /** Strongest first. */
    groups: ContrastGroup[];
    /** Units of A. */
    unitsA: number;
    /** Units of B. */
    unitsB: number;
    /** Letters of A. */
    lettersA: number;
    /** Letters of B. */
    lettersB: number;
    /** How many strings were compared: those that enough units of A have. */
    tested: number;
    /** Commit, completeness, notes, time. */
    answer: Answer;
}

/** A string of letters. */
export interface Ngram {
    /** Folded. Words of letters and digits have a space between them. */
    phrase: string;
    /** How often it occurs. */
    occurrences: number;
    /** In how many documents. */
    documents: number;
}

/** Search.Ngrams. RESOURCE_EXHAUSTED: the documents have more than 50,000,000 symbols. */
export interface NgramsResponse {
    /** Most occurrences first, then most documents, then by code points. */
    ngrams: Ngram[];
    /** Documents read. */
    documents: number;
    /** Their letters. */
    letters: number;
    /** Commit, completeness, notes, time. */
    answer: Answer;
}

/** Search.Neighbours. RESOURCE_EXHAUSTED: more than 50,000,000 symbols stand around the occurrences. */
export interface NeighboursResponse {
    /** Most occurrences first, then most documents, then by code points. */
    neighbours: Ngram[];
    /** Different strings that there are. */
    values: number;
    /** Occurrences that have one: with so many letters beside them before a mark or the end of the part. */
    beside: number;
    /** Occurrences of the query, those of Scan but for furniture and titles from the text. */
    occurrences: number;
    /** Documents that have one. */
    documents: number;
    /** Commit, completeness, notes, time. */
    answer: Answer;
}

/** A string that stands near the query. */
export interface Collocate {
    /** Folded. Words of letters and digits have a space between them. */
    phrase: string;
    /** How often it occurs in the windows. */
    near: number;
    /** Of these, left of an occurrence and not right of another. */
    left: number;
    /** Documents that have it in a window. */
    documents: number;
    /** How often it occurs in the documents that the filters leave. */
    total: number;
    /** log-dice. */
    logDice: number;
    /** Log-likelihood. */
    ll: number;
    /** Mutual information, in bits. */
    mi: number;
    /** The t-score. */
    t: number;
    /** Longer and shorter forms that were folded into it, strongest first, at most 8. */
    also: string[];
    /** How many were. */
    folded: number;
}

/** Search.Collocates. RESOURCE_EXHAUSTED: more than 50,000,000 symbols stand around the occurrences. */
export interface CollocatesResponse {
    /** Strongest first, then by code points. */
    collocates: Collocate[];
    /** Strings that are collocates, before longer and shorter forms are folded. */
    values: number;
    /** Occurrences of the query, as in NeighboursResponse. */
    occurrences: number;
    /** Documents that have one. */
    documents: number;
    /** Letters in the windows, each once. */
    windowLetters: number;
    /** Letters of the documents that the filters leave. */
    letters: number;
    /** Commit, completeness, notes, time. */
    answer: Answer;
}

/**
 * Search.Kwic. RESOURCE_EXHAUSTED: there are more than 1,000,000 occurrences, and `sample` is 0; or so many stand in
 * long texts that are alike that more than 50,000,000 symbols would be read to sort them.
 */
export interface KwicResponse {
    /** The page, in order. Bridged occurrences are among them, as in Search.Scan. */
    lines: Occurrence[];
    /** For the next page; "" when this is the last. Each page sorts anew, as far as it goes. */
    nextPageToken: string;
    /** Lines on all pages: all occurrences, bridged ones included, or the sample. */
    sorted: number;
    /** Matching documents, in all, whatever the sample. */
    documents: number;
    /** Occurrences in all of them. */
    occurrences: number;
    /** As in SearchResponse. */
    bridgedOccurrences: number;
    /** Commit, completeness, notes, time. */
    answer: Answer;
}

/** A document of a group, or of an excerpt. */
export interface Reprint {
    /** Its id. */
    id: string;
    /** Its title. */
    title: string;
    /** "2023-05-06", "2023-05", "2023"; "": none. */
    date: string;
    /** Its source. */
    source: string;
    /** The share of shingles that it has in common with the document of its group that is most like it. 0 in an excerpt. */
    jaccard: number;
    /** Whether it matches the query. */
    matches: boolean;
}

/** A document most of which stands in a longer one. */
export interface Excerpt {
    /** The shorter one. */
    excerpt: Reprint;
    /** The longer one. */
    of: Reprint;
    /** The share of the shorter that stands in the longer. */
    containment: number;
}

/** Documents that are reprints of each other. */
export interface ReprintGroup {
    /** The first, which is:first finds, then the others by date and id; those without a date are last. */
    reprints: Reprint[];
    /** How many documents the group has. */
    documents: number;
    /** How many of them match. */
    matching: number;
}

/** Search.Reprints. INVALID_ARGUMENT: reprints were not looked for yet; `gramdex reprints --build` does. */
export interface ReprintsResponse {
    /** Groups with a document that matches. Most documents first, then by the date and the id of the first. */
    groups: ReprintGroup[];
    /** Pairs with a document that matches. By the excerpt's date and id, then the other's. */
    excerpts: Excerpt[];
    /** Documents that match. */
    documents: number;
    /** The same, those of one group counted once. */
    distinct: number;
    /** Groups in all, also those that are not given. */
    allGroups: number;
    /** Excerpts in all, also those that are not given. */
    allExcerpts: number;
    /** Documents that were committed since reprints were looked for; each counts as the first of its own. */
    later: number;
    /** The share of shingles from which on two documents are reprints, as reprints were looked for. */
    jaccard: number;
    /** The days that their dates are apart at most, likewise. */
    withinDays: number;
    /** Commit, completeness, notes, time. */
    answer: Answer;
}

/** What two texts have in common. */
export interface Passage {
    /** How long it is. */
    letters: number;
    /** Where it stands in the first document. */
    match: Match;
    /** Where it stands in the other one. */
    otherMatch: Match;
    /** The first document's words there, runs of white space shown as one space; at most 2000 bytes of them. */
    text: string;
    /** The other one's, which may differ in marks, widths, case and script variants. */
    otherText: string;
    /** True: the words are longer than what is given of them. */
    cut: boolean;
}

/**
 * Search.Passages. RESOURCE_EXHAUSTED: the texts have more than 50,000,000 symbols, or repeat themselves so often that
 * passages of so few letters are too many to compare.
 */
export interface PassagesResponse {
    /** Longest first, then by where they begin in the first document, then in the other one. */
    passages: Passage[];
    /** How many there are, those past the limit too. */
    found: number;
    /** Letters of the first document's text. */
    letters: number;
    /** Letters of the other one's. */
    otherLetters: number;
    /** Commit, completeness, notes, time. */
    answer: Answer;
}

/** Where a quotation or a piece of one stands. */
export interface QuotedPlace {
    /** The document's id. */
    id: string;
    /** Its title; "" when it has none. */
    title: string;
    /** Its date; "" when it has none. */
    date: string;
    /** Its source; "" when it has none. */
    source: string;
    /** Where in the document. */
    match: Match;
    /** The document's words there, where they differ from the quotation's; else "". */
    text: string;
}

/** A piece of a quotation. */
export interface QuotedPiece {
    /** Its first character in the text. */
    begin: number;
    /** The character after its last. */
    end: number;
    /** How long it is in symbols. */
    symbols: number;
    /** Where it stands: in the document of the piece before it when that has it, else the first place in document order. */
    place?: QuotedPlace;
}

/** A quotation of the text. */
export interface Quotation {
    /** What became of it. */
    verdict: string;
    /** Its first character in the text. */
    begin: number;
    /** The character after its last. */
    end: number;
    /** How long it is in symbols. */
    symbols: number;
    /** Its words, runs of white space shown as one space. */
    text: string;
    /**
     * Where it stands as a whole: the first place in document order that is exact, of the first 2000, else the first of
     * all. Absent when it stands nowhere as a whole.
     */
    place?: QuotedPlace;
    /**
     * Of what stands nowhere as a whole: its longest pieces that do, in the order of the text, the first 1000. They may
     * overlap; no piece is part of another.
     */
    pieces: QuotedPiece[];
    /** How many there are, those past the limit too. */
    piecesFound: number;
}

/** Search.Quote. */
export interface QuoteResponse {
    /** In the order of the text. */
    quotations: Quotation[];
    /** How many are VERDICT_EXACT. */
    exact: number;
    /** How many are VERDICT_FOLDED. */
    folded: number;
    /** How many are VERDICT_OTHER_DOCUMENT. */
    otherDocument: number;
    /** How many are VERDICT_STITCHED. */
    stitched: number;
    /** How many are VERDICT_ABSENT. */
    absent: number;
    /** Quotations of fewer than 2 letters, which are not looked for and not in `quotations`. */
    passedOver: number;
    /** Opening marks whose quotation does not end before a blank line. */
    unclosed: number;
    /** Commit, completeness, notes, time. */
    answer: Answer;
}

/** A word as the index has it. */
export interface Word {
    /** Folded. */
    text: string;
    /** In titles and texts of live documents. */
    occurrences: number;
}

/** Search.Suggest. */
export interface SuggestResponse {
    /** Most frequent first, then by code points. */
    words: Word[];
    /** Commit, completeness, notes, time. */
    answer: Answer;
}

/** A place in the original, from which a text comes from `byte` on, up to the next place. */
export interface Place {
    /** The character of its text from which on it holds. Each is after the one before. */
    begin: number;
    /** "page 3", "slide 2", "00:01:05": at most 256 bytes without control characters. "": of no place. */
    name: string;
}

/** A text of a document besides its title and its main text. No match crosses from one to another. */
export interface DocumentPart {
    /** Not FIELD_TITLE. FIELD_TEXT is a further part of the text. */
    field: string;
    /** All texts of a document together are held to the limit that one text has. */
    text: string;
    /** Where in the original it comes from. */
    places: Place[];
}

/** A document as it is given and stored. */
export interface Document {
    /** Required, unique, 1 to 1024 bytes without control characters. */
    id: string;
    /** "" for none. */
    title: string;
    /**
     * Given in any form that docs/query-language.md and `gramdex index` take ("2023-5-6", "2023年5月"); given back as ISO
     * 8601.
     */
    date: string;
    /** Who published it, for filters; "" for none. */
    source: string;
    /** What is searched, besides the title. */
    text: string;
    /** Whatever else is to be kept. */
    metadata: Metadata;
    /** The title is a line of the text: a name for that place, whose symbols count once. */
    titleFromText: boolean;
    /** The file that it came from, as the program that read it names it; "" for none. */
    origin: string;
    /**
     * What is searched besides title and text: notes, captions, furniture, further parts of the text. At most 1048576.
     * Given back by field, in the enum's order; those of one field in the order in which they came.
     */
    parts: DocumentPart[];
    /** Where in the original the text comes from. At most 1048576, those of the parts included. */
    places: Place[];
}

/** Search.Get. */
export interface GetResponse {
    /** The document. */
    document: Document;
    /** Commit, completeness, notes, time. */
    answer: Answer;
}

/** Search.BatchGet. */
export interface BatchGetResponse {
    /** Those that the index has, in the order asked for. */
    documents: Document[];
    /** Ids that no document has. */
    missing: string[];
    /**
     * Ids that were not looked for because the answer is large enough (2 MiB of documents): ask for them again. At least
     * one document or missing id comes in each answer.
     */
    remaining: string[];
    /** Commit, completeness, notes, time. */
    answer: Answer;
}

/** A part of the index. */
export interface Part {
    /** "postings", "term dictionary", "documents", ... */
    name: string;
    /** What it takes on the disk. */
    bytes: number;
}

/** Search.Stat. */
export interface StatResponse {
    /** Live documents. */
    documents: number;
    /** Documents that were deleted or replaced and still take room until a merge. */
    deleted: number;
    /** Segments. */
    segments: number;
    /** Symbols of live documents. */
    symbols: number;
    /** Distinct pairs of neighbouring symbols, added up over the segments. */
    terms: number;
    /** Distinct words, added up over the segments. */
    words: number;
    /** Stored texts and titles, in bytes before compression. */
    textBytes: number;
    /** All files. */
    indexBytes: number;
    /** What takes how much, largest first; they add up to `index_bytes`. */
    parts: Part[];
    /** Of the program that answers. */
    version: string;
    /** Commit, completeness, notes, time. */
    answer: Answer;
    /** Segments of which something cannot be read. */
    badSegments: number;
    /** In how many hours a server verifies every page again. 0: it does not; a command never does. */
    scrubHours: number;
    /** Keys of metadata that the index declares, by name: those that filters and facets find in columns. */
    metadataKeys: string[];
    /** Of the segments that are written from now on. */
    shape: string;
    /** Segments of another shape. They get this one when they are merged. */
    otherShapeSegments: number;
}

/** A document that is not in the index. */
export interface Refusal {
    /** Which document of the call, from 0. */
    number: number;
    /** Its id; "" when the id is what is wrong. */
    id: string;
    /** What was found, what was expected. */
    reason: string;
}

/** Index.Ingest: what became of them. */
export interface IngestResponse {
    /** Documents that are new or replace another. */
    documents: number;
    /** Of these, those that replace another. */
    replaced: number;
    /** Documents that are the same as what the index had. */
    unchanged: number;
    /** Documents that break a rule and are not in the index. */
    refused: number;
    /** The first 100 of those refused. */
    refusals: Refusal[];
    /** Bytes of titles, texts and parts. */
    textBytes: number;
    /** The commit that holds them all. */
    commit: number;
    /** Microseconds from the first message to the commit. */
    tookUs: number;
}

/** Index.Delete. */
export interface DeleteResponse {
    /** Documents removed. */
    documents: number;
    /** Ids that no document has. */
    missing: string[];
    /** Documents that are left. */
    documentsLeft: number;
    /** The commit after it. */
    commit: number;
    /** Microseconds on the server. */
    tookUs: number;
}

/** A field: its name in JSON, its name here, and what it holds. */
export interface Row {
    wire: string;
    name: string;
    kind: "text" | "bool" | "real" | "whole" | "enum" | "object" | "message";
    type?: string; // of a message or an enum
    repeated?: true;
    optional?: true; // an answer may lack it
}

/** Each message's fields. */
export const rows: { [message: string]: Row[] } = {
    Scope: [
        { wire: "filter", name: "filter", kind: "message", type: "Filter", optional: true },
        { wire: "minCommit", name: "minCommit", kind: "whole" },
        { wire: "allowPartial", name: "allowPartial", kind: "bool" },
    ],
    Filter: [
        { wire: "sources", name: "sources", kind: "text", repeated: true },
        { wire: "dateFrom", name: "dateFrom", kind: "text" },
        { wire: "dateTo", name: "dateTo", kind: "text" },
        { wire: "idPrefix", name: "idPrefix", kind: "text" },
        { wire: "metadata", name: "metadata", kind: "message", type: "MetadataFilter", repeated: true },
    ],
    MetadataFilter: [
        { wire: "key", name: "key", kind: "text" },
        { wire: "values", name: "values", kind: "text", repeated: true },
    ],
    Answer: [
        { wire: "commit", name: "commit", kind: "whole" },
        { wire: "complete", name: "complete", kind: "bool" },
        { wire: "notes", name: "notes", kind: "text", repeated: true },
        { wire: "tookUs", name: "tookUs", kind: "whole" },
    ],
    SearchRequest: [
        { wire: "query", name: "query", kind: "text" },
        { wire: "scope", name: "scope", kind: "message", type: "Scope" },
        { wire: "limit", name: "limit", kind: "whole" },
        { wire: "pageToken", name: "pageToken", kind: "text" },
        { wire: "order", name: "order", kind: "enum", type: "Order" },
        { wire: "snippetSymbols", name: "snippetSymbols", kind: "whole" },
        { wire: "noSnippet", name: "noSnippet", kind: "bool" },
        { wire: "matchLimit", name: "matchLimit", kind: "whole" },
        { wire: "totalsOnly", name: "totalsOnly", kind: "bool" },
        { wire: "offset", name: "offset", kind: "whole" },
    ],
    SearchResponse: [
        { wire: "documents", name: "documents", kind: "whole" },
        { wire: "occurrences", name: "occurrences", kind: "whole" },
        { wire: "hits", name: "hits", kind: "message", type: "Hit", repeated: true },
        { wire: "nextPageToken", name: "nextPageToken", kind: "text" },
        { wire: "answer", name: "answer", kind: "message", type: "Answer" },
        { wire: "bridgedOccurrences", name: "bridgedOccurrences", kind: "whole" },
    ],
    Hit: [
        { wire: "id", name: "id", kind: "text" },
        { wire: "title", name: "title", kind: "text" },
        { wire: "date", name: "date", kind: "text" },
        { wire: "source", name: "source", kind: "text" },
        { wire: "score", name: "score", kind: "real" },
        { wire: "occurrences", name: "occurrences", kind: "whole" },
        { wire: "snippet", name: "snippet", kind: "message", type: "Snippet", optional: true },
        { wire: "matches", name: "matches", kind: "message", type: "Match", repeated: true },
        { wire: "metadata", name: "metadata", kind: "object" },
        { wire: "length", name: "length", kind: "whole" },
        { wire: "bridged", name: "bridged", kind: "bool" },
    ],
    Snippet: [
        { wire: "pieces", name: "pieces", kind: "message", type: "Piece", repeated: true },
        { wire: "field", name: "field", kind: "enum", type: "Field" },
        { wire: "atStart", name: "atStart", kind: "bool" },
        { wire: "atEnd", name: "atEnd", kind: "bool" },
        { wire: "part", name: "part", kind: "whole" },
        { wire: "place", name: "place", kind: "text" },
    ],
    Piece: [
        { wire: "text", name: "text", kind: "text" },
        { wire: "matched", name: "matched", kind: "bool" },
    ],
    Match: [
        { wire: "field", name: "field", kind: "enum", type: "Field" },
        { wire: "begin", name: "beginByte", kind: "whole" },
        { wire: "end", name: "endByte", kind: "whole" },
        { wire: "part", name: "part", kind: "whole" },
        { wire: "place", name: "place", kind: "text" },
    ],
    ScanRequest: [
        { wire: "query", name: "query", kind: "text" },
        { wire: "scope", name: "scope", kind: "message", type: "Scope" },
        { wire: "contextSymbols", name: "contextSymbols", kind: "whole" },
        { wire: "noContext", name: "noContext", kind: "bool" },
        { wire: "limit", name: "limit", kind: "whole" },
    ],
    ScanResponse: [
        { wire: "occurrences", name: "occurrences", kind: "message", type: "Occurrence", repeated: true },
        { wire: "answer", name: "answer", kind: "message", type: "Answer" },
    ],
    Occurrence: [
        { wire: "id", name: "id", kind: "text" },
        { wire: "title", name: "title", kind: "text" },
        { wire: "date", name: "date", kind: "text" },
        { wire: "source", name: "source", kind: "text" },
        { wire: "match", name: "match", kind: "message", type: "Match" },
        { wire: "position", name: "position", kind: "whole" },
        { wire: "before", name: "before", kind: "text" },
        { wire: "matched", name: "matched", kind: "text" },
        { wire: "after", name: "after", kind: "text" },
        { wire: "bridged", name: "bridged", kind: "bool" },
    ],
    CountRequest: [
        { wire: "query", name: "query", kind: "text" },
        { wire: "scope", name: "scope", kind: "message", type: "Scope" },
    ],
    CountResponse: [
        { wire: "documents", name: "documents", kind: "whole" },
        { wire: "occurrences", name: "occurrences", kind: "whole" },
        { wire: "answer", name: "answer", kind: "message", type: "Answer" },
        { wire: "bridgedOccurrences", name: "bridgedOccurrences", kind: "whole" },
    ],
    TrendRequest: [
        { wire: "query", name: "query", kind: "text" },
        { wire: "scope", name: "scope", kind: "message", type: "Scope" },
        { wire: "by", name: "by", kind: "enum", type: "Period" },
        { wire: "dateFrom", name: "dateFrom", kind: "text" },
        { wire: "dateTo", name: "dateTo", kind: "text" },
        { wire: "compare", name: "compare", kind: "text", repeated: true },
        { wire: "splitBySource", name: "splitBySource", kind: "bool" },
    ],
    TrendResponse: [
        { wire: "rows", name: "rows", kind: "message", type: "TrendRow", repeated: true },
        { wire: "documents", name: "documents", kind: "whole" },
        { wire: "occurrences", name: "occurrences", kind: "whole" },
        { wire: "answer", name: "answer", kind: "message", type: "Answer" },
        { wire: "series", name: "series", kind: "message", type: "TrendSeries", repeated: true },
    ],
    TrendSeries: [
        { wire: "query", name: "query", kind: "text" },
        { wire: "source", name: "source", kind: "text" },
        { wire: "bySource", name: "bySource", kind: "bool" },
        { wire: "rows", name: "rows", kind: "message", type: "TrendRow", repeated: true },
        { wire: "documents", name: "documents", kind: "whole" },
        { wire: "occurrences", name: "occurrences", kind: "whole" },
    ],
    TrendRow: [
        { wire: "period", name: "period", kind: "text" },
        { wire: "documents", name: "documents", kind: "whole" },
        { wire: "occurrences", name: "occurrences", kind: "whole" },
        { wire: "ofDocuments", name: "ofDocuments", kind: "whole" },
        { wire: "ofSymbols", name: "ofSymbols", kind: "whole" },
        { wire: "perMillion", name: "perMillion", kind: "real" },
        { wire: "shareLow", name: "shareLow", kind: "real" },
        { wire: "shareHigh", name: "shareHigh", kind: "real" },
    ],
    FacetsRequest: [
        { wire: "query", name: "query", kind: "text" },
        { wire: "scope", name: "scope", kind: "message", type: "Scope" },
        { wire: "by", name: "by", kind: "text", repeated: true },
        { wire: "limit", name: "limit", kind: "whole" },
    ],
    FacetsResponse: [
        { wire: "facets", name: "facets", kind: "message", type: "Facet", repeated: true },
        { wire: "documents", name: "documents", kind: "whole" },
        { wire: "occurrences", name: "occurrences", kind: "whole" },
        { wire: "answer", name: "answer", kind: "message", type: "Answer" },
    ],
    Facet: [
        { wire: "by", name: "by", kind: "text" },
        { wire: "rows", name: "rows", kind: "message", type: "FacetRow", repeated: true },
        { wire: "values", name: "values", kind: "whole" },
        { wire: "leftOut", name: "leftOut", kind: "whole" },
    ],
    FacetRow: [
        { wire: "value", name: "value", kind: "text" },
        { wire: "documents", name: "documents", kind: "whole" },
        { wire: "occurrences", name: "occurrences", kind: "whole" },
        { wire: "ofDocuments", name: "ofDocuments", kind: "whole" },
        { wire: "ofSymbols", name: "ofSymbols", kind: "whole" },
        { wire: "perMillion", name: "perMillion", kind: "real" },
    ],
    DispersionRequest: [
        { wire: "query", name: "query", kind: "text" },
        { wire: "scope", name: "scope", kind: "message", type: "Scope" },
        { wire: "by", name: "by", kind: "text" },
        { wire: "limit", name: "limit", kind: "whole" },
    ],
    DispersionResponse: [
        { wire: "parts", name: "parts", kind: "whole" },
        { wire: "partsWith", name: "partsWith", kind: "whole" },
        { wire: "occurrences", name: "occurrences", kind: "whole" },
        { wire: "symbols", name: "symbols", kind: "whole" },
        { wire: "dp", name: "dp", kind: "real" },
        { wire: "dpNorm", name: "dpNorm", kind: "real" },
        { wire: "juillandD", name: "juillandD", kind: "real" },
        { wire: "rows", name: "rows", kind: "message", type: "DispersionRow", repeated: true },
        { wire: "answer", name: "answer", kind: "message", type: "Answer" },
    ],
    DispersionRow: [
        { wire: "part", name: "part", kind: "text" },
        { wire: "occurrences", name: "occurrences", kind: "whole" },
        { wire: "symbols", name: "symbols", kind: "whole" },
        { wire: "perMillion", name: "perMillion", kind: "real" },
    ],
    ContrastRequest: [
        { wire: "a", name: "a", kind: "text" },
        { wire: "b", name: "b", kind: "text" },
        { wire: "scope", name: "scope", kind: "message", type: "Scope" },
        { wire: "unit", name: "unit", kind: "enum", type: "Unit" },
        { wire: "minLength", name: "minLength", kind: "whole" },
        { wire: "maxLength", name: "maxLength", kind: "whole" },
        { wire: "minUnits", name: "minUnits", kind: "whole" },
        { wire: "withDigits", name: "withDigits", kind: "bool" },
        { wire: "limit", name: "limit", kind: "whole" },
    ],
    ContrastResponse: [
        { wire: "groups", name: "groups", kind: "message", type: "ContrastGroup", repeated: true },
        { wire: "unitsA", name: "unitsA", kind: "whole" },
        { wire: "unitsB", name: "unitsB", kind: "whole" },
        { wire: "lettersA", name: "lettersA", kind: "whole" },
        { wire: "lettersB", name: "lettersB", kind: "whole" },
        { wire: "tested", name: "tested", kind: "whole" },
        { wire: "answer", name: "answer", kind: "message", type: "Answer" },
    ],
    ContrastGroup: [
        { wire: "phrase", name: "phrase", kind: "text" },
        { wire: "unitsA", name: "unitsA", kind: "whole" },
        { wire: "unitsB", name: "unitsB", kind: "whole" },
        { wire: "occurrences", name: "occurrences", kind: "whole" },
        { wire: "ratio", name: "ratio", kind: "real" },
        { wire: "score", name: "score", kind: "real" },
        { wire: "firstDate", name: "firstDate", kind: "text" },
        { wire: "firstId", name: "firstId", kind: "text" },
        { wire: "days", name: "days", kind: "whole" },
        { wire: "also", name: "also", kind: "text", repeated: true },
        { wire: "folded", name: "folded", kind: "whole" },
    ],
    NgramsRequest: [
        { wire: "query", name: "query", kind: "text" },
        { wire: "scope", name: "scope", kind: "message", type: "Scope" },
        { wire: "minLength", name: "minLength", kind: "whole" },
        { wire: "maxLength", name: "maxLength", kind: "whole" },
        { wire: "minDocuments", name: "minDocuments", kind: "whole" },
        { wire: "withDigits", name: "withDigits", kind: "bool" },
        { wire: "withParts", name: "withParts", kind: "bool" },
        { wire: "limit", name: "limit", kind: "whole" },
    ],
    NgramsResponse: [
        { wire: "ngrams", name: "ngrams", kind: "message", type: "Ngram", repeated: true },
        { wire: "documents", name: "documents", kind: "whole" },
        { wire: "letters", name: "letters", kind: "whole" },
        { wire: "answer", name: "answer", kind: "message", type: "Answer" },
    ],
    Ngram: [
        { wire: "phrase", name: "phrase", kind: "text" },
        { wire: "occurrences", name: "occurrences", kind: "whole" },
        { wire: "documents", name: "documents", kind: "whole" },
    ],
    NeighboursRequest: [
        { wire: "query", name: "query", kind: "text" },
        { wire: "scope", name: "scope", kind: "message", type: "Scope" },
        { wire: "side", name: "side", kind: "enum", type: "Side" },
        { wire: "length", name: "length", kind: "whole" },
        { wire: "limit", name: "limit", kind: "whole" },
    ],
    NeighboursResponse: [
        { wire: "neighbours", name: "neighbours", kind: "message", type: "Ngram", repeated: true },
        { wire: "values", name: "values", kind: "whole" },
        { wire: "beside", name: "beside", kind: "whole" },
        { wire: "occurrences", name: "occurrences", kind: "whole" },
        { wire: "documents", name: "documents", kind: "whole" },
        { wire: "answer", name: "answer", kind: "message", type: "Answer" },
    ],
    CollocatesRequest: [
        { wire: "query", name: "query", kind: "text" },
        { wire: "scope", name: "scope", kind: "message", type: "Scope" },
        { wire: "window", name: "window", kind: "whole" },
        { wire: "by", name: "by", kind: "enum", type: "Measure" },
        { wire: "limit", name: "limit", kind: "whole" },
    ],
    CollocatesResponse: [
        { wire: "collocates", name: "collocates", kind: "message", type: "Collocate", repeated: true },
        { wire: "values", name: "values", kind: "whole" },
        { wire: "occurrences", name: "occurrences", kind: "whole" },
        { wire: "documents", name: "documents", kind: "whole" },
        { wire: "windowLetters", name: "windowLetters", kind: "whole" },
        { wire: "letters", name: "letters", kind: "whole" },
        { wire: "answer", name: "answer", kind: "message", type: "Answer" },
    ],
    Collocate: [
        { wire: "phrase", name: "phrase", kind: "text" },
        { wire: "near", name: "near", kind: "whole" },
        { wire: "left", name: "left", kind: "whole" },
        { wire: "documents", name: "documents", kind: "whole" },
        { wire: "total", name: "total", kind: "whole" },
        { wire: "logDice", name: "logDice", kind: "real" },
        { wire: "ll", name: "ll", kind: "real" },
        { wire: "mi", name: "mi", kind: "real" },
        { wire: "t", name: "t", kind: "real" },
        { wire: "also", name: "also", kind: "text", repeated: true },
        { wire: "folded", name: "folded", kind: "whole" },
    ],
    KwicRequest: [
        { wire: "query", name: "query", kind: "text" },
        { wire: "scope", name: "scope", kind: "message", type: "Scope" },
        { wire: "sort", name: "sort", kind: "text", repeated: true },
        { wire: "sample", name: "sample", kind: "whole" },
        { wire: "limit", name: "limit", kind: "whole" },
        { wire: "pageToken", name: "pageToken", kind: "text" },
        { wire: "contextSymbols", name: "contextSymbols", kind: "whole" },
        { wire: "noContext", name: "noContext", kind: "bool" },
    ],
    KwicResponse: [
        { wire: "lines", name: "lines", kind: "message", type: "Occurrence", repeated: true },
        { wire: "nextPageToken", name: "nextPageToken", kind: "text" },
        { wire: "sorted", name: "sorted", kind: "whole" },
        { wire: "documents", name: "documents", kind: "whole" },
        { wire: "occurrences", name: "occurrences", kind: "whole" },
        { wire: "bridgedOccurrences", name: "bridgedOccurrences", kind: "whole" },
        { wire: "answer", name: "answer", kind: "message", type: "Answer" },
    ],
    ReprintsRequest: [
        { wire: "query", name: "query", kind: "text" },
        { wire: "scope", name: "scope", kind: "message", type: "Scope" },
        { wire: "limit", name: "limit", kind: "whole" },
        { wire: "members", name: "members", kind: "whole" },
        { wire: "excerpts", name: "excerpts", kind: "whole" },
    ],
    ReprintsResponse: [
        { wire: "groups", name: "groups", kind: "message", type: "ReprintGroup", repeated: true },
        { wire: "excerpts", name: "excerpts", kind: "message", type: "Excerpt", repeated: true },
        { wire: "documents", name: "documents", kind: "whole" },
        { wire: "distinct", name: "distinct", kind: "whole" },
        { wire: "allGroups", name: "allGroups", kind: "whole" },
        { wire: "allExcerpts", name: "allExcerpts", kind: "whole" },
        { wire: "later", name: "later", kind: "whole" },
        { wire: "jaccard", name: "jaccard", kind: "real" },
        { wire: "withinDays", name: "withinDays", kind: "whole" },
        { wire: "answer", name: "answer", kind: "message", type: "Answer" },
    ],
    ReprintGroup: [
        { wire: "reprints", name: "reprints", kind: "message", type: "Reprint", repeated: true },
        { wire: "documents", name: "documents", kind: "whole" },
        { wire: "matching", name: "matching", kind: "whole" },
    ],
    Reprint: [
        { wire: "id", name: "id", kind: "text" },
        { wire: "title", name: "title", kind: "text" },
        { wire: "date", name: "date", kind: "text" },
        { wire: "source", name: "source", kind: "text" },
        { wire: "jaccard", name: "jaccard", kind: "real" },
        { wire: "matches", name: "matches", kind: "bool" },
    ],
    Excerpt: [
        { wire: "excerpt", name: "excerpt", kind: "message", type: "Reprint" },
        { wire: "of", name: "of", kind: "message", type: "Reprint" },
        { wire: "containment", name: "containment", kind: "real" },
    ],
    PassagesRequest: [
        { wire: "id", name: "id", kind: "text" },
        { wire: "other", name: "other", kind: "text" },
        { wire: "scope", name: "scope", kind: "message", type: "Scope" },
        { wire: "minLetters", name: "minLetters", kind: "whole" },
        { wire: "limit", name: "limit", kind: "whole" },
    ],
    PassagesResponse: [
        { wire: "passages", name: "passages", kind: "message", type: "Passage", repeated: true },
        { wire: "found", name: "found", kind: "whole" },
        { wire: "letters", name: "letters", kind: "whole" },
        { wire: "otherLetters", name: "otherLetters", kind: "whole" },
        { wire: "answer", name: "answer", kind: "message", type: "Answer" },
    ],
    Passage: [
        { wire: "letters", name: "letters", kind: "whole" },
        { wire: "match", name: "match", kind: "message", type: "Match" },
        { wire: "otherMatch", name: "otherMatch", kind: "message", type: "Match" },
        { wire: "text", name: "text", kind: "text" },
        { wire: "otherText", name: "otherText", kind: "text" },
        { wire: "cut", name: "cut", kind: "bool" },
    ],
    QuoteRequest: [
        { wire: "text", name: "text", kind: "text" },
        { wire: "id", name: "id", kind: "text" },
        { wire: "scope", name: "scope", kind: "message", type: "Scope" },
    ],
    QuoteResponse: [
        { wire: "quotations", name: "quotations", kind: "message", type: "Quotation", repeated: true },
        { wire: "exact", name: "exact", kind: "whole" },
        { wire: "folded", name: "folded", kind: "whole" },
        { wire: "otherDocument", name: "otherDocument", kind: "whole" },
        { wire: "stitched", name: "stitched", kind: "whole" },
        { wire: "absent", name: "absent", kind: "whole" },
        { wire: "passedOver", name: "passedOver", kind: "whole" },
        { wire: "unclosed", name: "unclosed", kind: "whole" },
        { wire: "answer", name: "answer", kind: "message", type: "Answer" },
    ],
    Quotation: [
        { wire: "verdict", name: "verdict", kind: "enum", type: "Verdict" },
        { wire: "begin", name: "begin", kind: "whole" },
        { wire: "end", name: "end", kind: "whole" },
        { wire: "symbols", name: "symbols", kind: "whole" },
        { wire: "text", name: "text", kind: "text" },
        { wire: "place", name: "place", kind: "message", type: "QuotedPlace", optional: true },
        { wire: "pieces", name: "pieces", kind: "message", type: "QuotedPiece", repeated: true },
        { wire: "piecesFound", name: "piecesFound", kind: "whole" },
    ],
    QuotedPiece: [
        { wire: "begin", name: "begin", kind: "whole" },
        { wire: "end", name: "end", kind: "whole" },
        { wire: "symbols", name: "symbols", kind: "whole" },
        { wire: "place", name: "place", kind: "message", type: "QuotedPlace", optional: true },
    ],
    QuotedPlace: [
        { wire: "id", name: "id", kind: "text" },
        { wire: "title", name: "title", kind: "text" },
        { wire: "date", name: "date", kind: "text" },
        { wire: "source", name: "source", kind: "text" },
        { wire: "match", name: "match", kind: "message", type: "Match" },
        { wire: "text", name: "text", kind: "text" },
    ],
    SuggestRequest: [
        { wire: "prefix", name: "prefix", kind: "text" },
        { wire: "scope", name: "scope", kind: "message", type: "Scope" },
        { wire: "limit", name: "limit", kind: "whole" },
    ],
    SuggestResponse: [
        { wire: "words", name: "words", kind: "message", type: "Word", repeated: true },
        { wire: "answer", name: "answer", kind: "message", type: "Answer" },
    ],
    Word: [
        { wire: "text", name: "text", kind: "text" },
        { wire: "occurrences", name: "occurrences", kind: "whole" },
    ],
    GetRequest: [
        { wire: "id", name: "id", kind: "text" },
        { wire: "scope", name: "scope", kind: "message", type: "Scope" },
    ],
    GetResponse: [
        { wire: "document", name: "document", kind: "message", type: "Document" },
        { wire: "answer", name: "answer", kind: "message", type: "Answer" },
    ],
    BatchGetRequest: [
        { wire: "ids", name: "ids", kind: "text", repeated: true },
        { wire: "scope", name: "scope", kind: "message", type: "Scope" },
    ],
    BatchGetResponse: [
        { wire: "documents", name: "documents", kind: "message", type: "Document", repeated: true },
        { wire: "missing", name: "missing", kind: "text", repeated: true },
        { wire: "remaining", name: "remaining", kind: "text", repeated: true },
        { wire: "answer", name: "answer", kind: "message", type: "Answer" },
    ],
    Document: [
        { wire: "id", name: "id", kind: "text" },
        { wire: "title", name: "title", kind: "text" },
        { wire: "date", name: "date", kind: "text" },
        { wire: "source", name: "source", kind: "text" },
        { wire: "text", name: "text", kind: "text" },
        { wire: "metadata", name: "metadata", kind: "object" },
        { wire: "titleFromText", name: "titleFromText", kind: "bool" },
        { wire: "origin", name: "origin", kind: "text" },
        { wire: "parts", name: "parts", kind: "message", type: "DocumentPart", repeated: true },
        { wire: "places", name: "places", kind: "message", type: "Place", repeated: true },
    ],
    DocumentPart: [
        { wire: "field", name: "field", kind: "enum", type: "Field" },
        { wire: "text", name: "text", kind: "text" },
        { wire: "places", name: "places", kind: "message", type: "Place", repeated: true },
    ],
    Place: [
        { wire: "byte", name: "begin", kind: "whole" },
        { wire: "name", name: "name", kind: "text" },
    ],
    StatRequest: [
        { wire: "scope", name: "scope", kind: "message", type: "Scope" },
    ],
    StatResponse: [
        { wire: "documents", name: "documents", kind: "whole" },
        { wire: "deleted", name: "deleted", kind: "whole" },
        { wire: "segments", name: "segments", kind: "whole" },
        { wire: "symbols", name: "symbols", kind: "whole" },
        { wire: "terms", name: "terms", kind: "whole" },
        { wire: "words", name: "words", kind: "whole" },
        { wire: "textBytes", name: "textBytes", kind: "whole" },
        { wire: "indexBytes", name: "indexBytes", kind: "whole" },
        { wire: "parts", name: "parts", kind: "message", type: "Part", repeated: true },
        { wire: "version", name: "version", kind: "text" },
        { wire: "answer", name: "answer", kind: "message", type: "Answer" },
        { wire: "badSegments", name: "badSegments", kind: "whole" },
        { wire: "scrubHours", name: "scrubHours", kind: "real" },
        { wire: "metadataKeys", name: "metadataKeys", kind: "text", repeated: true },
        { wire: "shape", name: "shape", kind: "enum", type: "Shape" },
        { wire: "otherShapeSegments", name: "otherShapeSegments", kind: "whole" },
    ],
    Part: [
        { wire: "name", name: "name", kind: "text" },
        { wire: "bytes", name: "bytes", kind: "whole" },
    ],
    IngestResponse: [
        { wire: "documents", name: "documents", kind: "whole" },
        { wire: "replaced", name: "replaced", kind: "whole" },
        { wire: "unchanged", name: "unchanged", kind: "whole" },
        { wire: "refused", name: "refused", kind: "whole" },
        { wire: "refusals", name: "refusals", kind: "message", type: "Refusal", repeated: true },
        { wire: "textBytes", name: "textBytes", kind: "whole" },
        { wire: "commit", name: "commit", kind: "whole" },
        { wire: "tookUs", name: "tookUs", kind: "whole" },
    ],
    Refusal: [
        { wire: "number", name: "number", kind: "whole" },
        { wire: "id", name: "id", kind: "text" },
        { wire: "reason", name: "reason", kind: "text" },
    ],
    DeleteRequest: [
        { wire: "ids", name: "ids", kind: "text", repeated: true },
    ],
    DeleteResponse: [
        { wire: "documents", name: "documents", kind: "whole" },
        { wire: "missing", name: "missing", kind: "text", repeated: true },
        { wire: "documentsLeft", name: "documentsLeft", kind: "whole" },
        { wire: "commit", name: "commit", kind: "whole" },
        { wire: "tookUs", name: "tookUs", kind: "whole" },
    ],
};

/** Each enum's words, and what they are on the wire. */
export const words: { [name: string]: { [word: string]: string } } = {
    Field: { title: "FIELD_TITLE", text: "FIELD_TEXT", note: "FIELD_NOTE", caption: "FIELD_CAPTION", furniture: "FIELD_FURNITURE" },
    Order: { relevance: "ORDER_RELEVANCE", newest: "ORDER_NEWEST", oldest: "ORDER_OLDEST", id: "ORDER_ID" },
    Period: { year: "PERIOD_YEAR", month: "PERIOD_MONTH", day: "PERIOD_DAY", quarter: "PERIOD_QUARTER", week: "PERIOD_WEEK" },
    Unit: { document: "UNIT_DOCUMENT", passage: "UNIT_PASSAGE" },
    Side: { left: "SIDE_LEFT", right: "SIDE_RIGHT" },
    Measure: { log_dice: "MEASURE_LOG_DICE", ll: "MEASURE_LL", mi: "MEASURE_MI", t: "MEASURE_T" },
    Verdict: { exact: "VERDICT_EXACT", folded: "VERDICT_FOLDED", other_document: "VERDICT_OTHER_DOCUMENT", stitched: "VERDICT_STITCHED", absent: "VERDICT_ABSENT" },
    Shape: { exact: "SHAPE_EXACT", compact: "SHAPE_COMPACT", archive: "SHAPE_ARCHIVE" },
};
