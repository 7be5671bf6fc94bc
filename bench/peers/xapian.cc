// SPDX-License-Identifier: Apache-2.0
// xapian.cc: Xapian with n-grams of Chinese, Japanese and Korean text, with positions; documents stored.
// Settings: memory for 50,000 documents between flushes, no syncing, in place (DB_DANGEROUS), no list of terms per
// document, which nothing here needs. Words are folded in case by the term generator; no stemmer.

#include "peer.h"

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>
#include <xapian.h>

namespace {

bool fail(const Xapian::Error &error, peer_message *message) {
    snprintf(message->text, sizeof message->text, "%s", error.get_description().c_str());
    return false;
}

std::string string_of(const peer_text &text) {
    return std::string(text.data, text.bytes);
}

struct builder {
    Xapian::WritableDatabase database;
    Xapian::TermGenerator generator;
};

void *begin(const char *directory, unsigned, peer_message *message) {
    try {
        setenv("XAPIAN_FLUSH_THRESHOLD", "50000", 1);
        builder *build = new builder;
        build->database = Xapian::WritableDatabase(directory, Xapian::DB_CREATE_OR_OVERWRITE | Xapian::DB_NO_SYNC |
                                                                  Xapian::DB_DANGEROUS | Xapian::DB_NO_TERMLIST);
        build->generator.set_flags(Xapian::TermGenerator::FLAG_CJK_NGRAM);
        return build;
    } catch (const Xapian::Error &error) {
        fail(error, message);
        return nullptr;
    }
}

bool add(void *opened, const peer_document *given, peer_message *message) {
    try {
        builder *build = static_cast<builder *>(opened);
        Xapian::Document document;
        build->generator.set_document(document);
        build->generator.set_termpos(0);
        build->generator.index_text(string_of(given->title));
        build->generator.increase_termpos(100); // no phrase reaches from the title into the text
        build->generator.index_text(string_of(given->text));
        document.set_data(string_of(given->id) + '\n' + string_of(given->title) + '\n' + string_of(given->date) + '\n' +
                          string_of(given->source) + '\n' + string_of(given->text));
        build->database.add_document(document);
        return true;
    } catch (const Xapian::Error &error) {
        return fail(error, message);
    }
}

bool finish(void *opened, peer_message *message) {
    builder *build = static_cast<builder *>(opened);
    bool is_done = true;
    try {
        build->database.commit();
        build->database.close();
    } catch (const Xapian::Error &error) {
        is_done = fail(error, message);
    }
    delete build;
    return is_done;
}

struct reader {
    Xapian::Database database;
    Xapian::QueryParser parser;
};

void *open_index(const char *, const char *directory, peer_message *message) {
    try {
        reader *opened = new reader;
        opened->database = Xapian::Database(directory);
        opened->parser.set_database(opened->database);
        return opened;
    } catch (const Xapian::Error &error) {
        fail(error, message);
        return nullptr;
    }
}

int64_t count(void *opened, peer_text phrase, peer_message *message) {
    try {
        reader *read = static_cast<reader *>(opened);
        std::string text = string_of(phrase);
        for (char &byte : text)
            if (byte == '"')
                byte = ' ';
        Xapian::Query query = read->parser.parse_query('"' + text + '"', Xapian::QueryParser::FLAG_PHRASE |
                                                                             Xapian::QueryParser::FLAG_CJK_NGRAM);
        if (query.empty())
            return PEER_CANNOT; // punctuation alone
        Xapian::Enquire enquire(read->database);
        enquire.set_query(query);
        enquire.set_weighting_scheme(Xapian::BoolWeight());
        return enquire.get_mset(0, 0, read->database.get_doccount()).get_matches_lower_bound();
    } catch (const Xapian::Error &error) {
        fail(error, message);
    } catch (const std::exception &error) {
        snprintf(message->text, sizeof message->text, "%s", error.what());
    }
    return PEER_FAILED;
}

void close_index(void *opened) {
    delete static_cast<reader *>(opened);
}

} // namespace

extern "C" {
extern const struct peer peer = {.name = "Xapian n-grams",
                                 .version = XAPIAN_VERSION ", 2023",
                                 .prepare = nullptr,
                                 .begin = begin,
                                 .add = add,
                                 .finish = finish,
                                 .settle = nullptr,
                                 .build_file = nullptr,
                                 .open = open_index,
                                 .count = count,
                                 .close = close_index,
                                 .processor_ns = nullptr,
                                 .index_bytes = nullptr};
}
