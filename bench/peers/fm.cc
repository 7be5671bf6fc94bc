// SPDX-License-Identifier: Apache-2.0
// fm.cc: an FM-index of the text's bytes by the SDSL: the compressed self-index of the literature. It holds the text, so
// nothing else is stored but where documents end, and their ids.
// Settings: a Huffman-shaped wavelet tree over RRR bit vectors, the library's documented choice for text, suffixes
// sampled at every 32nd place; the text is in memory while it is built. A backward search gives the number of
// occurrences; documents need each occurrence located. ASCII letters are folded and white space is one blank, in text
// and phrase; nothing else is.

#include "peer.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <fstream>
#include <sdsl/suffix_arrays.hpp>
#include <string>
#include <vector>

namespace {

constexpr char end_of_field = 1;
constexpr uint32_t suffix_sample = 32, inverse_sample = 64;
using index_type = sdsl::csa_wt<sdsl::wt_huff<sdsl::rrr_vector<63>>, suffix_sample, inverse_sample>;

bool fail(const std::exception &error, peer_message *message) {
    snprintf(message->text, sizeof message->text, "%s", error.what());
    return false;
}

bool is_white(unsigned char byte) {
    return byte <= ' ';
}

void append_folded(std::string *to, const peer_text &text) {
    for (size_t i = 0; i < text.bytes; i++) {
        unsigned char byte = static_cast<unsigned char>(text.data[i]);
        if (byte >= 'A' && byte <= 'Z')
            to->push_back(static_cast<char>(byte + ('a' - 'A')));
        else if (!is_white(byte))
            to->push_back(static_cast<char>(byte));
        else if (i + 1 < text.bytes && !is_white(static_cast<unsigned char>(text.data[i + 1])))
            to->push_back(' ');
    }
}

struct builder {
    std::string directory, text, heads;
    std::vector<uint64_t> ends; // of documents, in `text`
};

void *begin(const char *directory, unsigned, peer_message *) {
    builder *build = new builder;
    build->directory = directory;
    return build;
}

bool add(void *opened, const peer_document *given, peer_message *) {
    builder *build = static_cast<builder *>(opened);
    append_folded(&build->text, given->title);
    build->text.push_back(end_of_field);
    append_folded(&build->text, given->text);
    build->text.push_back(end_of_field);
    build->ends.push_back(build->text.size());
    for (const peer_text *text : {&given->id, &given->date, &given->source})
        build->heads.append(text->data, text->bytes).push_back('\n');
    return true;
}

void store(const builder &build) {
    index_type index;
    sdsl::construct_im(index, build.text, 1);
    sdsl::int_vector<> ends(build.ends.size());
    std::copy(build.ends.begin(), build.ends.end(), ends.begin());
    sdsl::util::bit_compress(ends);
    std::ofstream heads(build.directory + "/heads");
    heads << build.heads;
    if (!sdsl::store_to_file(index, build.directory + "/index") ||
        !sdsl::store_to_file(ends, build.directory + "/ends") || !heads.flush())
        throw std::runtime_error(build.directory + ": cannot be written");
}

bool finish(void *opened, peer_message *message) {
    builder *build = static_cast<builder *>(opened);
    bool is_done = true;
    try {
        store(*build);
    } catch (const std::exception &error) {
        is_done = fail(error, message);
    }
    delete build;
    return is_done;
}

struct reader {
    index_type index;
    sdsl::int_vector<> ends;
    std::vector<uint64_t> documents; // of one phrase
};

void close_index(void *opened) {
    delete static_cast<reader *>(opened);
}

void *open_index(const char *, const char *directory, peer_message *message) {
    reader *opened = new reader;
    if (sdsl::load_from_file(opened->index, std::string(directory) + "/index") &&
        sdsl::load_from_file(opened->ends, std::string(directory) + "/ends"))
        return opened;
    snprintf(message->text, sizeof message->text, "%s: no index", directory);
    close_index(opened);
    return nullptr;
}

int64_t count(void *opened, peer_text phrase, peer_message *message) {
    try {
        reader *read = static_cast<reader *>(opened);
        std::string pattern;
        append_folded(&pattern, phrase);
        if (pattern.empty())
            return PEER_CANNOT;
        uint64_t first = 0, last = 0;
        read->documents.clear();
        if (sdsl::backward_search(read->index, 0, read->index.size() - 1, pattern.begin(), pattern.end(), first, last))
            for (uint64_t row = first; row <= last; row++)
                read->documents.push_back(static_cast<uint64_t>(
                    std::upper_bound(read->ends.begin(), read->ends.end(), read->index[row]) - read->ends.begin()));
        std::sort(read->documents.begin(), read->documents.end());
        return std::unique(read->documents.begin(), read->documents.end()) - read->documents.begin();
    } catch (const std::exception &error) {
        fail(error, message);
        return PEER_FAILED;
    }
}

} // namespace

extern "C" {
extern const struct peer peer = {.name = "FM-index (SDSL)",
                                 .version = "2.1.1, 2016",
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
