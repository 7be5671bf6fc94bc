# SPDX-License-Identifier: Apache-2.0
# Made by clients/generate from proto/: change that, not this.
"""methods.py: each method of the service as a function, for clients that wait and for those that do not."""
from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from .convert import scope
from .items import AsyncItems, Items
from .messages import (
    BatchGetResponse,
    CollocatesResponse,
    ContrastResponse,
    CountResponse,
    DeleteResponse,
    DispersionResponse,
    FacetsResponse,
    Filter,
    GetResponse,
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
    SearchResponse,
    Side,
    StatResponse,
    SuggestResponse,
    TrendResponse,
    Unit,
)
from .records import Record


class Methods:
    """The methods of the service; how they are called is the client's."""

    __slots__ = ()

    def _one(self, method: str, request: dict[str, Any], timeout: float | None) -> Record:
        raise NotImplementedError

    def _stream(self, method: str, request: dict[str, Any], timeout: float | None) -> Items[Any]:
        raise NotImplementedError

    def _pages(self, method: str, request: dict[str, Any], timeout: float | None) -> Items[Any]:
        raise NotImplementedError

    def search(self, query: str, *, limit: int = 0, page_token: str = "", order: Order | None = None, snippet_symbols: int = 0,
               no_snippet: bool = False, match_limit: int = 0, totals_only: bool = False, offset: int = 0,
               filter: Filter | None = None, min_commit: int = 0, allow_partial: bool = False,
               timeout: float | None = None) -> SearchResponse:
        """Ranked hits, page by page, with the totals of the whole query.

        query: Required.
        limit: Hits on this page. 0: 10. At most 1000; more is INVALID_ARGUMENT.
        page_token: `next_page_token` of the page before, with the same query, scope and order, or INVALID_ARGUMENT.
            "": the first page. FAILED_PRECONDITION, reason PAGE_TOKEN_EXPIRED: the commit it was made from is no
            longer held; start again.
        order: How hits are sorted.
        snippet_symbols: Symbols (characters, or words of alphabetic scripts) of context on each side of the first
            match. 0: 30. At most 1000.
        no_snippet: Leave snippets out.
        match_limit: Match ranges for each hit, at most 10000, and `limit` times it at most 100000. 0: none; the hit's
            `occurrences` counts them all the same.
        totals_only: Only the totals, no hits. `limit` is ignored.
        offset: Hits to pass over before the first, in place of a page token. At most 100000.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(SearchResponse, self._one("Search", {"query": query, "limit": limit, "page_token": page_token, "order": order,
            "snippet_symbols": snippet_symbols, "no_snippet": no_snippet, "match_limit": match_limit, "totals_only": totals_only,
            "offset": offset, "scope": scope(filter, min_commit, allow_partial)}, timeout))

    def search_all(self, query: str, *, limit: int = 0, order: Order | None = None, snippet_symbols: int = 0,
                   no_snippet: bool = False, match_limit: int = 0, filter: Filter | None = None, min_commit: int = 0,
                   allow_partial: bool = False, timeout: float | None = None) -> Items[Hit]:
        """As search, and on through all of its pages; timeout is of each of them.

        query: Required.
        limit: Hits on this page. 0: 10. At most 1000; more is INVALID_ARGUMENT.
        order: How hits are sorted.
        snippet_symbols: Symbols (characters, or words of alphabetic scripts) of context on each side of the first
            match. 0: 30. At most 1000.
        no_snippet: Leave snippets out.
        match_limit: Match ranges for each hit, at most 10000, and `limit` times it at most 100000. 0: none; the hit's
            `occurrences` counts them all the same.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return self._pages("Search", {"query": query, "limit": limit, "order": order, "snippet_symbols": snippet_symbols,
            "no_snippet": no_snippet, "match_limit": match_limit, "scope": scope(filter, min_commit, allow_partial)}, timeout)

    def scan(self, query: str, *, context_symbols: int = 0, no_context: bool = False, limit: int = 0,
             filter: Filter | None = None, min_commit: int = 0, allow_partial: bool = False,
             timeout: float | None = None) -> Items[Occurrence]:
        """Every occurrence in document order, each with its context: a complete export. Neither side holds it in memory:
        the server reads on as the client does. Cancel to stop.

        query: Required.
        context_symbols: Symbols of context on each side of each occurrence. 0: 30. At most 1000.
        no_context: Leave `before` and `after` out; `matched` comes all the same.
        limit: Stop after so many occurrences. 0: all of them.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return self._stream("Scan", {"query": query, "context_symbols": context_symbols, "no_context": no_context, "limit": limit,
            "scope": scope(filter, min_commit, allow_partial)}, timeout)

    def count(self, query: str, *, filter: Filter | None = None, min_commit: int = 0, allow_partial: bool = False,
              timeout: float | None = None) -> CountResponse:
        """How many documents match and how often, without reading them.

        query: Required.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(CountResponse, self._one("Count", {"query": query, "scope": scope(filter, min_commit, allow_partial)}, timeout))

    def trend(self, query: str, *, by: Period | None = None, date_from: str = "", date_to: str = "", compare: Sequence[str] = (),
              split_by_source: bool = False, filter: Filter | None = None, min_commit: int = 0, allow_partial: bool = False,
              timeout: float | None = None) -> TrendResponse:
        """The same over time.

        query: Required.
        by: How long a period is.
        date_from: The first date: "2022", "2022-03", "2022-03-05". Rows are those of the periods that have a day in
            the limits, each whole, and a limit leaves out the row with period "". "": rows start at the first period
            with a document that matches.
        date_to: The last date, included whole: "2024" reaches to its end of December. "": no upper limit.
        compare: Other queries to set beside it, at most 9, each under the same scope.
        split_by_source: Also a series for each source that has a match. RESOURCE_EXHAUSTED: they have more than
            1,000,000 rows in all.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(TrendResponse, self._one("Trend", {"query": query, "by": by, "date_from": date_from, "date_to": date_to,
            "compare": compare, "split_by_source": split_by_source, "scope": scope(filter, min_commit, allow_partial)}, timeout))

    def facets(self, query: str, *, by: Sequence[str] = (), limit: int = 0, filter: Filter | None = None, min_commit: int = 0,
               allow_partial: bool = False, timeout: float | None = None) -> FacetsResponse:
        """The same by source and by period.

        query: Required.
        by: What to group by, each once: "source", "year", "quarter", "month", "week", "day", or "meta.KEY", the
            values that documents have under a key of their metadata. None: source and year. RESOURCE_EXHAUSTED: a key
            has over 1,000,000 different values.
        limit: Rows for each of them. 0: 100. At most 10000.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(FacetsResponse, self._one("Facets", {"query": query, "by": by, "limit": limit, "scope": scope(filter, min_commit,
            allow_partial)}, timeout))

    def dispersion(self, query: str, *, by: str = "", limit: int = 0, filter: Filter | None = None, min_commit: int = 0,
                   allow_partial: bool = False, timeout: float | None = None) -> DispersionResponse:
        """How evenly the occurrences lie over periods, sources or documents.

        query: Required.
        by: What the parts are: "year", "quarter", "month", "week", "day", "source" or "document". "": month.
        limit: Rows by document. 0: 100. At most 10000. All other parts have a row each.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(DispersionResponse, self._one("Dispersion", {"query": query, "by": by, "limit": limit, "scope": scope(filter,
            min_commit, allow_partial)}, timeout))

    def contrast(self, a: str, b: str = "", *, unit: Unit | None = None, min_length: int = 0, max_length: int = 0,
                 min_units: int = 0, with_digits: bool = False, limit: int = 0, filter: Filter | None = None, min_commit: int = 0,
                 allow_partial: bool = False, timeout: float | None = None) -> ContrastResponse:
        """Strings that nobody typed: what stands in a larger share of some documents than of others. Rising and falling
        phrases when the two are periods, keyness when they are sources.

        a: Required: the query whose documents are A. INVALID_ARGUMENT: no document matches it.
        b: The query whose documents are B. "": all others of the scope. INVALID_ARGUMENT: no document matches it, or
            one is in A, too.
        unit: What shares are out of.
        min_length: Letters of the shortest string. 0: 2. At least 2.
        max_length: Letters of the longest string. 0: 20. At most 20.
        min_units: Units of A that must have a string. 0: 5.
        with_digits: Also strings with a word of digits alone, and dates and numbers in characters (明年, 第三条).
        limit: Groups to give. 0: 30. At most 1000.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(ContrastResponse, self._one("Contrast", {"a": a, "b": b, "unit": unit, "min_length": min_length,
            "max_length": max_length, "min_units": min_units, "with_digits": with_digits, "limit": limit, "scope": scope(filter,
            min_commit, allow_partial)}, timeout))

    def ngrams(self, query: str = "", *, min_length: int = 0, max_length: int = 0, min_documents: int = 0,
               with_digits: bool = False, with_parts: bool = False, limit: int = 0, filter: Filter | None = None, min_commit: int = 0,
               allow_partial: bool = False, timeout: float | None = None) -> NgramsResponse:
        """The most frequent strings of some documents.

        query: The query whose documents are read. "": all of the scope.
        min_length: Letters of the shortest string. 0: 2.
        max_length: Letters of the longest string. 0: 8. At most 20.
        min_documents: Documents that must have a string. 0: 5.
        with_digits: Also strings with a word of digits alone, and dates and numbers in characters (明年, 第三条).
        with_parts: Also strings that are followed, or preceded, by one letter in more than 0.8 of their places: parts
            of a longer one.
        limit: Rows. 0: 30. At most 10000.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(NgramsResponse, self._one("Ngrams", {"query": query, "min_length": min_length, "max_length": max_length,
            "min_documents": min_documents, "with_digits": with_digits, "with_parts": with_parts, "limit": limit,
            "scope": scope(filter, min_commit, allow_partial)}, timeout))

    def neighbours(self, query: str, *, side: Side | None = None, length: int = 0, limit: int = 0, filter: Filter | None = None,
                   min_commit: int = 0, allow_partial: bool = False, timeout: float | None = None) -> NeighboursResponse:
        """The strings directly left or right of a query.

        query: Required, with a phrase.
        side: The side that is looked at.
        length: Letters of a string. 0: 2. At most 8.
        limit: Rows. 0: 30. At most 10000.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(NeighboursResponse, self._one("Neighbours", {"query": query, "side": side, "length": length, "limit": limit,
            "scope": scope(filter, min_commit, allow_partial)}, timeout))

    def collocates(self, query: str, *, window: int = 0, by: Measure | None = None, limit: int = 0, filter: Filter | None = None,
                   min_commit: int = 0, allow_partial: bool = False, timeout: float | None = None) -> CollocatesResponse:
        """What stands near a query more often than elsewhere.

        query: Required, with a phrase.
        window: Letters on each side of an occurrence, not past 。！？； or the end of the part. 0: 10. At most 50.
        by: What rows are ordered by.
        limit: Rows. 0: 30. At most 1000.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(CollocatesResponse, self._one("Collocates", {"query": query, "window": window, "by": by, "limit": limit,
            "scope": scope(filter, min_commit, allow_partial)}, timeout))

    def kwic(self, query: str, *, sort: Sequence[str] = (), sample: int = 0, limit: int = 0, page_token: str = "",
             context_symbols: int = 0, no_context: bool = False, filter: Filter | None = None, min_commit: int = 0,
             allow_partial: bool = False, timeout: float | None = None) -> KwicResponse:
        """A concordance: every occurrence with its context, sorted by what stands beside it, page by page.

        query: Required: a query with a phrase.
        sort: What lines are sorted by, each once: "right" (the symbols after the match, outwards), "left" (those
            before it, the nearest first), "node" (the match itself), "date" (earliest first, no date last), "source",
            "id". Symbols are compared by the code points of their folded spelling. Ties: by id, field, part and
            place. None: by id.
        sample: Sort so many occurrences, drawn from all: those whose id and place have the lowest hashes, so that the
            same query draws the same. 0: all of them. At most 1000000.
        limit: Lines on this page. 0: 100. At most 1000; more is INVALID_ARGUMENT.
        page_token: `next_page_token` of the page before, with the same query, filter, sort and sample, or
            INVALID_ARGUMENT. "": the first page. FAILED_PRECONDITION, reason PAGE_TOKEN_EXPIRED: the commit it was
            made from is no longer held; start again.
        context_symbols: Symbols of context on each side of each occurrence. 0: 30. At most 1000.
        no_context: Leave `before` and `after` out; `matched` comes all the same.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(KwicResponse, self._one("Kwic", {"query": query, "sort": sort, "sample": sample, "limit": limit,
            "page_token": page_token, "context_symbols": context_symbols, "no_context": no_context, "scope": scope(filter, min_commit,
            allow_partial)}, timeout))

    def kwic_all(self, query: str, *, sort: Sequence[str] = (), sample: int = 0, limit: int = 0, context_symbols: int = 0,
                 no_context: bool = False, filter: Filter | None = None, min_commit: int = 0, allow_partial: bool = False,
                 timeout: float | None = None) -> Items[Occurrence]:
        """As kwic, and on through all of its pages; timeout is of each of them.

        query: Required: a query with a phrase.
        sort: What lines are sorted by, each once: "right" (the symbols after the match, outwards), "left" (those
            before it, the nearest first), "node" (the match itself), "date" (earliest first, no date last), "source",
            "id". Symbols are compared by the code points of their folded spelling. Ties: by id, field, part and
            place. None: by id.
        sample: Sort so many occurrences, drawn from all: those whose id and place have the lowest hashes, so that the
            same query draws the same. 0: all of them. At most 1000000.
        limit: Lines on this page. 0: 100. At most 1000; more is INVALID_ARGUMENT.
        context_symbols: Symbols of context on each side of each occurrence. 0: 30. At most 1000.
        no_context: Leave `before` and `after` out; `matched` comes all the same.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return self._pages("Kwic", {"query": query, "sort": sort, "sample": sample, "limit": limit,
            "context_symbols": context_symbols, "no_context": no_context, "scope": scope(filter, min_commit, allow_partial)}, timeout)

    def reprints(self, query: str = "", *, limit: int = 0, members: int = 0, excerpts: int = 0, filter: Filter | None = None,
                 min_commit: int = 0, allow_partial: bool = False, timeout: float | None = None) -> ReprintsResponse:
        """Documents that are reprints of each other, and those that stand in others in part.

        query: The query whose documents are meant. "": all of the scope.
        limit: Groups to give. 0: 30. At most 1000.
        members: Documents to give of each group. 0: 10. At most 1000.
        excerpts: Excerpts to give. 0: as many as groups. At most 1000.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(ReprintsResponse, self._one("Reprints", {"query": query, "limit": limit, "members": members, "excerpts": excerpts,
            "scope": scope(filter, min_commit, allow_partial)}, timeout))

    def passages(self, id: str, other: str, *, min_letters: int = 0, limit: int = 0, min_commit: int = 0,
                 allow_partial: bool = False, timeout: float | None = None) -> PassagesResponse:
        """What two documents have in common, word for word. NOT_FOUND when no document has one of the ids.

        id: Required, 1 to 1024 bytes.
        other: Required: the id of the document to compare it with. INVALID_ARGUMENT: the same document.
        min_letters: Letters of the shortest passage. 0: 13. From 4 to 10000.
        limit: Passages to give. 0: 100. At most 1000.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(PassagesResponse, self._one("Passages", {"id": id, "other": other, "min_letters": min_letters, "limit": limit,
            "scope": scope(None, min_commit, allow_partial)}, timeout))

    def quote(self, text: str, *, id: str = "", filter: Filter | None = None, min_commit: int = 0, allow_partial: bool = False,
              timeout: float | None = None) -> QuoteResponse:
        """Whether the quotations of a text stand in the documents, and where. NOT_FOUND when no document has the id that
        they are said to be from.

        text: Required: the text to check, at most 1 MiB, with at most 10000 quotations of at most 60000 bytes each.
        id: The id of the document that they are said to be from. "": any.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(QuoteResponse, self._one("Quote", {"text": text, "id": id, "scope": scope(filter, min_commit, allow_partial)},
            timeout))

    def suggest(self, prefix: str, *, limit: int = 0, min_commit: int = 0, allow_partial: bool = False,
                timeout: float | None = None) -> SuggestResponse:
        """Words by their start.

        prefix: Required: the start of a word of letters and digits. A Chinese character is a symbol of its own, not a
            word.
        limit: Words to give. 0: 10. At most 1000.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(SuggestResponse, self._one("Suggest", {"prefix": prefix, "limit": limit, "scope": scope(None, min_commit,
            allow_partial)}, timeout))

    def get(self, id: str, *, min_commit: int = 0, allow_partial: bool = False, timeout: float | None = None) -> GetResponse:
        """One document as it was stored. NOT_FOUND when no document has this id.

        id: Required, 1 to 1024 bytes.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(GetResponse, self._one("Get", {"id": id, "scope": scope(None, min_commit, allow_partial)}, timeout))

    def batch_get(self, ids: Sequence[str], *, min_commit: int = 0, allow_partial: bool = False,
                  timeout: float | None = None) -> BatchGetResponse:
        """Several documents as they were stored, in the order asked for.

        ids: 1 to 1000 ids of 1 to 1024 bytes each. An id given twice is answered twice.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(BatchGetResponse, self._one("BatchGet", {"ids": ids, "scope": scope(None, min_commit, allow_partial)}, timeout))

    def stat(self, *, min_commit: int = 0, allow_partial: bool = False, timeout: float | None = None) -> StatResponse:
        """What the index holds and what it costs.

        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(StatResponse, self._one("Stat", {"scope": scope(None, min_commit, allow_partial)}, timeout))

    def delete(self, ids: Sequence[str], *, timeout: float | None = None) -> DeleteResponse:
        """Removes documents by id, in one commit. Ids that no document has are counted, not an error.

        ids: At most 10000. An id given twice counts once.
        timeout: Seconds, in place of the client's.
        """
        return cast(DeleteResponse, self._one("Delete", {"ids": ids}, timeout))



class AsyncMethods:
    """The methods of the service; how they are called is the client's."""

    __slots__ = ()

    async def _one(self, method: str, request: dict[str, Any], timeout: float | None) -> Record:
        raise NotImplementedError

    def _stream(self, method: str, request: dict[str, Any], timeout: float | None) -> AsyncItems[Any]:
        raise NotImplementedError

    def _pages(self, method: str, request: dict[str, Any], timeout: float | None) -> AsyncItems[Any]:
        raise NotImplementedError

    async def search(self, query: str, *, limit: int = 0, page_token: str = "", order: Order | None = None,
                     snippet_symbols: int = 0, no_snippet: bool = False, match_limit: int = 0, totals_only: bool = False,
                     offset: int = 0, filter: Filter | None = None, min_commit: int = 0, allow_partial: bool = False,
                     timeout: float | None = None) -> SearchResponse:
        """Ranked hits, page by page, with the totals of the whole query.

        query: Required.
        limit: Hits on this page. 0: 10. At most 1000; more is INVALID_ARGUMENT.
        page_token: `next_page_token` of the page before, with the same query, scope and order, or INVALID_ARGUMENT.
            "": the first page. FAILED_PRECONDITION, reason PAGE_TOKEN_EXPIRED: the commit it was made from is no
            longer held; start again.
        order: How hits are sorted.
        snippet_symbols: Symbols (characters, or words of alphabetic scripts) of context on each side of the first
            match. 0: 30. At most 1000.
        no_snippet: Leave snippets out.
        match_limit: Match ranges for each hit, at most 10000, and `limit` times it at most 100000. 0: none; the hit's
            `occurrences` counts them all the same.
        totals_only: Only the totals, no hits. `limit` is ignored.
        offset: Hits to pass over before the first, in place of a page token. At most 100000.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(SearchResponse, await self._one("Search", {"query": query, "limit": limit, "page_token": page_token,
            "order": order, "snippet_symbols": snippet_symbols, "no_snippet": no_snippet, "match_limit": match_limit,
            "totals_only": totals_only, "offset": offset, "scope": scope(filter, min_commit, allow_partial)}, timeout))

    def search_all(self, query: str, *, limit: int = 0, order: Order | None = None, snippet_symbols: int = 0,
                   no_snippet: bool = False, match_limit: int = 0, filter: Filter | None = None, min_commit: int = 0,
                   allow_partial: bool = False, timeout: float | None = None) -> AsyncItems[Hit]:
        """As search, and on through all of its pages; timeout is of each of them.

        query: Required.
        limit: Hits on this page. 0: 10. At most 1000; more is INVALID_ARGUMENT.
        order: How hits are sorted.
        snippet_symbols: Symbols (characters, or words of alphabetic scripts) of context on each side of the first
            match. 0: 30. At most 1000.
        no_snippet: Leave snippets out.
        match_limit: Match ranges for each hit, at most 10000, and `limit` times it at most 100000. 0: none; the hit's
            `occurrences` counts them all the same.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return self._pages("Search", {"query": query, "limit": limit, "order": order, "snippet_symbols": snippet_symbols,
            "no_snippet": no_snippet, "match_limit": match_limit, "scope": scope(filter, min_commit, allow_partial)}, timeout)

    def scan(self, query: str, *, context_symbols: int = 0, no_context: bool = False, limit: int = 0,
             filter: Filter | None = None, min_commit: int = 0, allow_partial: bool = False,
             timeout: float | None = None) -> AsyncItems[Occurrence]:
        """Every occurrence in document order, each with its context: a complete export. Neither side holds it in memory:
        the server reads on as the client does. Cancel to stop.

        query: Required.
        context_symbols: Symbols of context on each side of each occurrence. 0: 30. At most 1000.
        no_context: Leave `before` and `after` out; `matched` comes all the same.
        limit: Stop after so many occurrences. 0: all of them.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return self._stream("Scan", {"query": query, "context_symbols": context_symbols, "no_context": no_context, "limit": limit,
            "scope": scope(filter, min_commit, allow_partial)}, timeout)

    async def count(self, query: str, *, filter: Filter | None = None, min_commit: int = 0, allow_partial: bool = False,
                    timeout: float | None = None) -> CountResponse:
        """How many documents match and how often, without reading them.

        query: Required.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(CountResponse, await self._one("Count", {"query": query, "scope": scope(filter, min_commit, allow_partial)},
            timeout))

    async def trend(self, query: str, *, by: Period | None = None, date_from: str = "", date_to: str = "",
                    compare: Sequence[str] = (), split_by_source: bool = False, filter: Filter | None = None, min_commit: int = 0,
                    allow_partial: bool = False, timeout: float | None = None) -> TrendResponse:
        """The same over time.

        query: Required.
        by: How long a period is.
        date_from: The first date: "2022", "2022-03", "2022-03-05". Rows are those of the periods that have a day in
            the limits, each whole, and a limit leaves out the row with period "". "": rows start at the first period
            with a document that matches.
        date_to: The last date, included whole: "2024" reaches to its end of December. "": no upper limit.
        compare: Other queries to set beside it, at most 9, each under the same scope.
        split_by_source: Also a series for each source that has a match. RESOURCE_EXHAUSTED: they have more than
            1,000,000 rows in all.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(TrendResponse, await self._one("Trend", {"query": query, "by": by, "date_from": date_from, "date_to": date_to,
            "compare": compare, "split_by_source": split_by_source, "scope": scope(filter, min_commit, allow_partial)}, timeout))

    async def facets(self, query: str, *, by: Sequence[str] = (), limit: int = 0, filter: Filter | None = None,
                     min_commit: int = 0, allow_partial: bool = False, timeout: float | None = None) -> FacetsResponse:
        """The same by source and by period.

        query: Required.
        by: What to group by, each once: "source", "year", "quarter", "month", "week", "day", or "meta.KEY", the
            values that documents have under a key of their metadata. None: source and year. RESOURCE_EXHAUSTED: a key
            has over 1,000,000 different values.
        limit: Rows for each of them. 0: 100. At most 10000.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(FacetsResponse, await self._one("Facets", {"query": query, "by": by, "limit": limit, "scope": scope(filter,
            min_commit, allow_partial)}, timeout))

    async def dispersion(self, query: str, *, by: str = "", limit: int = 0, filter: Filter | None = None, min_commit: int = 0,
                         allow_partial: bool = False, timeout: float | None = None) -> DispersionResponse:
        """How evenly the occurrences lie over periods, sources or documents.

        query: Required.
        by: What the parts are: "year", "quarter", "month", "week", "day", "source" or "document". "": month.
        limit: Rows by document. 0: 100. At most 10000. All other parts have a row each.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(DispersionResponse, await self._one("Dispersion", {"query": query, "by": by, "limit": limit,
            "scope": scope(filter, min_commit, allow_partial)}, timeout))

    async def contrast(self, a: str, b: str = "", *, unit: Unit | None = None, min_length: int = 0, max_length: int = 0,
                       min_units: int = 0, with_digits: bool = False, limit: int = 0, filter: Filter | None = None,
                       min_commit: int = 0, allow_partial: bool = False, timeout: float | None = None) -> ContrastResponse:
        """Strings that nobody typed: what stands in a larger share of some documents than of others. Rising and falling
        phrases when the two are periods, keyness when they are sources.

        a: Required: the query whose documents are A. INVALID_ARGUMENT: no document matches it.
        b: The query whose documents are B. "": all others of the scope. INVALID_ARGUMENT: no document matches it, or
            one is in A, too.
        unit: What shares are out of.
        min_length: Letters of the shortest string. 0: 2. At least 2.
        max_length: Letters of the longest string. 0: 20. At most 20.
        min_units: Units of A that must have a string. 0: 5.
        with_digits: Also strings with a word of digits alone, and dates and numbers in characters (明年, 第三条).
        limit: Groups to give. 0: 30. At most 1000.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(ContrastResponse, await self._one("Contrast", {"a": a, "b": b, "unit": unit, "min_length": min_length,
            "max_length": max_length, "min_units": min_units, "with_digits": with_digits, "limit": limit, "scope": scope(filter,
            min_commit, allow_partial)}, timeout))

    async def ngrams(self, query: str = "", *, min_length: int = 0, max_length: int = 0, min_documents: int = 0,
                     with_digits: bool = False, with_parts: bool = False, limit: int = 0, filter: Filter | None = None,
                     min_commit: int = 0, allow_partial: bool = False, timeout: float | None = None) -> NgramsResponse:
        """The most frequent strings of some documents.

        query: The query whose documents are read. "": all of the scope.
        min_length: Letters of the shortest string. 0: 2.
        max_length: Letters of the longest string. 0: 8. At most 20.
        min_documents: Documents that must have a string. 0: 5.
        with_digits: Also strings with a word of digits alone, and dates and numbers in characters (明年, 第三条).
        with_parts: Also strings that are followed, or preceded, by one letter in more than 0.8 of their places: parts
            of a longer one.
        limit: Rows. 0: 30. At most 10000.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(NgramsResponse, await self._one("Ngrams", {"query": query, "min_length": min_length, "max_length": max_length,
            "min_documents": min_documents, "with_digits": with_digits, "with_parts": with_parts, "limit": limit,
            "scope": scope(filter, min_commit, allow_partial)}, timeout))

    async def neighbours(self, query: str, *, side: Side | None = None, length: int = 0, limit: int = 0,
                         filter: Filter | None = None, min_commit: int = 0, allow_partial: bool = False,
                         timeout: float | None = None) -> NeighboursResponse:
        """The strings directly left or right of a query.

        query: Required, with a phrase.
        side: The side that is looked at.
        length: Letters of a string. 0: 2. At most 8.
        limit: Rows. 0: 30. At most 10000.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(NeighboursResponse, await self._one("Neighbours", {"query": query, "side": side, "length": length, "limit": limit,
            "scope": scope(filter, min_commit, allow_partial)}, timeout))

    async def collocates(self, query: str, *, window: int = 0, by: Measure | None = None, limit: int = 0,
                         filter: Filter | None = None, min_commit: int = 0, allow_partial: bool = False,
                         timeout: float | None = None) -> CollocatesResponse:
        """What stands near a query more often than elsewhere.

        query: Required, with a phrase.
        window: Letters on each side of an occurrence, not past 。！？； or the end of the part. 0: 10. At most 50.
        by: What rows are ordered by.
        limit: Rows. 0: 30. At most 1000.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(CollocatesResponse, await self._one("Collocates", {"query": query, "window": window, "by": by, "limit": limit,
            "scope": scope(filter, min_commit, allow_partial)}, timeout))

    async def kwic(self, query: str, *, sort: Sequence[str] = (), sample: int = 0, limit: int = 0, page_token: str = "",
                   context_symbols: int = 0, no_context: bool = False, filter: Filter | None = None, min_commit: int = 0,
                   allow_partial: bool = False, timeout: float | None = None) -> KwicResponse:
        """A concordance: every occurrence with its context, sorted by what stands beside it, page by page.

        query: Required: a query with a phrase.
        sort: What lines are sorted by, each once: "right" (the symbols after the match, outwards), "left" (those
            before it, the nearest first), "node" (the match itself), "date" (earliest first, no date last), "source",
            "id". Symbols are compared by the code points of their folded spelling. Ties: by id, field, part and
            place. None: by id.
        sample: Sort so many occurrences, drawn from all: those whose id and place have the lowest hashes, so that the
            same query draws the same. 0: all of them. At most 1000000.
        limit: Lines on this page. 0: 100. At most 1000; more is INVALID_ARGUMENT.
        page_token: `next_page_token` of the page before, with the same query, filter, sort and sample, or
            INVALID_ARGUMENT. "": the first page. FAILED_PRECONDITION, reason PAGE_TOKEN_EXPIRED: the commit it was
            made from is no longer held; start again.
        context_symbols: Symbols of context on each side of each occurrence. 0: 30. At most 1000.
        no_context: Leave `before` and `after` out; `matched` comes all the same.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(KwicResponse, await self._one("Kwic", {"query": query, "sort": sort, "sample": sample, "limit": limit,
            "page_token": page_token, "context_symbols": context_symbols, "no_context": no_context, "scope": scope(filter, min_commit,
            allow_partial)}, timeout))

    def kwic_all(self, query: str, *, sort: Sequence[str] = (), sample: int = 0, limit: int = 0, context_symbols: int = 0,
                 no_context: bool = False, filter: Filter | None = None, min_commit: int = 0, allow_partial: bool = False,
                 timeout: float | None = None) -> AsyncItems[Occurrence]:
        """As kwic, and on through all of its pages; timeout is of each of them.

        query: Required: a query with a phrase.
        sort: What lines are sorted by, each once: "right" (the symbols after the match, outwards), "left" (those
            before it, the nearest first), "node" (the match itself), "date" (earliest first, no date last), "source",
            "id". Symbols are compared by the code points of their folded spelling. Ties: by id, field, part and
            place. None: by id.
        sample: Sort so many occurrences, drawn from all: those whose id and place have the lowest hashes, so that the
            same query draws the same. 0: all of them. At most 1000000.
        limit: Lines on this page. 0: 100. At most 1000; more is INVALID_ARGUMENT.
        context_symbols: Symbols of context on each side of each occurrence. 0: 30. At most 1000.
        no_context: Leave `before` and `after` out; `matched` comes all the same.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return self._pages("Kwic", {"query": query, "sort": sort, "sample": sample, "limit": limit,
            "context_symbols": context_symbols, "no_context": no_context, "scope": scope(filter, min_commit, allow_partial)}, timeout)

    async def reprints(self, query: str = "", *, limit: int = 0, members: int = 0, excerpts: int = 0,
                       filter: Filter | None = None, min_commit: int = 0, allow_partial: bool = False,
                       timeout: float | None = None) -> ReprintsResponse:
        """Documents that are reprints of each other, and those that stand in others in part.

        query: The query whose documents are meant. "": all of the scope.
        limit: Groups to give. 0: 30. At most 1000.
        members: Documents to give of each group. 0: 10. At most 1000.
        excerpts: Excerpts to give. 0: as many as groups. At most 1000.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(ReprintsResponse, await self._one("Reprints", {"query": query, "limit": limit, "members": members,
            "excerpts": excerpts, "scope": scope(filter, min_commit, allow_partial)}, timeout))

    async def passages(self, id: str, other: str, *, min_letters: int = 0, limit: int = 0, min_commit: int = 0,
                       allow_partial: bool = False, timeout: float | None = None) -> PassagesResponse:
        """What two documents have in common, word for word. NOT_FOUND when no document has one of the ids.

        id: Required, 1 to 1024 bytes.
        other: Required: the id of the document to compare it with. INVALID_ARGUMENT: the same document.
        min_letters: Letters of the shortest passage. 0: 13. From 4 to 10000.
        limit: Passages to give. 0: 100. At most 1000.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(PassagesResponse, await self._one("Passages", {"id": id, "other": other, "min_letters": min_letters,
            "limit": limit, "scope": scope(None, min_commit, allow_partial)}, timeout))

    async def quote(self, text: str, *, id: str = "", filter: Filter | None = None, min_commit: int = 0,
                    allow_partial: bool = False, timeout: float | None = None) -> QuoteResponse:
        """Whether the quotations of a text stand in the documents, and where. NOT_FOUND when no document has the id that
        they are said to be from.

        text: Required: the text to check, at most 1 MiB, with at most 10000 quotations of at most 60000 bytes each.
        id: The id of the document that they are said to be from. "": any.
        filter: Documents that do not pass are left out, as if the query ended with these filters.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(QuoteResponse, await self._one("Quote", {"text": text, "id": id, "scope": scope(filter, min_commit,
            allow_partial)}, timeout))

    async def suggest(self, prefix: str, *, limit: int = 0, min_commit: int = 0, allow_partial: bool = False,
                      timeout: float | None = None) -> SuggestResponse:
        """Words by their start.

        prefix: Required: the start of a word of letters and digits. A Chinese character is a symbol of its own, not a
            word.
        limit: Words to give. 0: 10. At most 1000.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(SuggestResponse, await self._one("Suggest", {"prefix": prefix, "limit": limit, "scope": scope(None, min_commit,
            allow_partial)}, timeout))

    async def get(self, id: str, *, min_commit: int = 0, allow_partial: bool = False,
                  timeout: float | None = None) -> GetResponse:
        """One document as it was stored. NOT_FOUND when no document has this id.

        id: Required, 1 to 1024 bytes.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(GetResponse, await self._one("Get", {"id": id, "scope": scope(None, min_commit, allow_partial)}, timeout))

    async def batch_get(self, ids: Sequence[str], *, min_commit: int = 0, allow_partial: bool = False,
                        timeout: float | None = None) -> BatchGetResponse:
        """Several documents as they were stored, in the order asked for.

        ids: 1 to 1000 ids of 1 to 1024 bytes each. An id given twice is answered twice.
        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(BatchGetResponse, await self._one("BatchGet", {"ids": ids, "scope": scope(None, min_commit, allow_partial)},
            timeout))

    async def stat(self, *, min_commit: int = 0, allow_partial: bool = False, timeout: float | None = None) -> StatResponse:
        """What the index holds and what it costs.

        min_commit: The answer must come from this commit or a later one.
        allow_partial: When a part of the index cannot be read, an answer from the rest is welcome.
        timeout: Seconds, in place of the client's.
        """
        return cast(StatResponse, await self._one("Stat", {"scope": scope(None, min_commit, allow_partial)}, timeout))

    async def delete(self, ids: Sequence[str], *, timeout: float | None = None) -> DeleteResponse:
        """Removes documents by id, in one commit. Ids that no document has are counted, not an error.

        ids: At most 10000. An id given twice counts once.
        timeout: Seconds, in place of the client's.
        """
        return cast(DeleteResponse, await self._one("Delete", {"ids": ids}, timeout))
