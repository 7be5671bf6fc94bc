// SPDX-License-Identifier: Apache-2.0
// html_tree.c: an HTML text -> gumbo's tree, within a limit of memory and of time.
// Relies on html.h. Gumbo looks at no allocation's result and frees its tree by recursion. So all its memory comes from
// here, in one list: where there is no more, the parse is left by longjmp, which is safe because gumbo holds nothing
// but this memory; and the list is freed in a loop, however deep the tree is. A page made to be slow (a tag with a
// million attributes, each compared with all others) is left in the same way.

#include "html.h"

#include <setjmp.h>
#include <stdlib.h>
#include <time.h>

enum { SECONDS_MOST = 30, CALLS_BETWEEN_LOOKS = 4096 };

struct block { // followed by the memory that gumbo sees
    struct block *before, *after;
    size_t bytes;
    size_t unused; // keeps that memory aligned as malloc's is
};

struct html_tree {
    struct block all; // a ring
    size_t bytes, limit;
    unsigned calls;
    time_t until; // in seconds of this thread's computing
    gdx_status status;
    jmp_buf leave;
};

html_tree *html_tree_new(void) {
    html_tree *tree = calloc(1, sizeof *tree);
    if (tree)
        tree->all.before = tree->all.after = &tree->all;
    return tree;
}

void html_tree_clear(html_tree *tree) {
    for (struct block *block = tree->all.after, *after; block != &tree->all; block = after) {
        after = block->after;
        free(block);
    }
    tree->all.before = tree->all.after = &tree->all;
    tree->bytes = 0;
}

void html_tree_free(html_tree *tree) {
    if (tree)
        html_tree_clear(tree);
    free(tree);
}

static time_t computed_seconds(void) {
    struct timespec now;
    return clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0 ? now.tv_sec : 0;
}

static void leave(html_tree *tree, gdx_status status) {
    tree->status = status;
    longjmp(tree->leave, 1);
}

static void *allocate(void *userdata, size_t bytes) {
    html_tree *tree = userdata;
    if (++tree->calls % CALLS_BETWEEN_LOOKS == 0 && computed_seconds() > tree->until)
        leave(tree, GDX_DEADLINE);
    if (bytes > tree->limit - tree->bytes)
        leave(tree, GDX_TOO_LARGE);
    struct block *block = malloc(sizeof *block + bytes);
    if (!block)
        leave(tree, GDX_NO_MEMORY);
    block->bytes = bytes;
    block->before = &tree->all;
    block->after = tree->all.after;
    block->after->before = block;
    tree->all.after = block;
    tree->bytes += bytes;
    return block + 1;
}

static void release(void *userdata, void *memory) {
    html_tree *tree = userdata;
    if (!memory)
        return;
    struct block *block = (struct block *)memory - 1;
    block->before->after = block->after;
    block->after->before = block->before;
    tree->bytes -= block->bytes;
    free(block);
}

// NULL: left, and tree->status says why. No local is changed between setjmp and its return.
static GumboOutput *parse_or_leave(html_tree *tree, gdx_slice page) {
    GumboOptions options = kGumboDefaultOptions;
    options.allocator = allocate;
    options.deallocator = release;
    options.userdata = tree;
    options.max_errors = 0;
    if (setjmp(tree->leave))
        return NULL;
    return gumbo_parse_with_options(&options, page.data, page.bytes);
}

gdx_status html_tree_parse(html_tree *tree, gdx_slice page, size_t limit, const GumboNode **out_root, gdx_error *err) {
    html_tree_clear(tree);
    tree->limit = limit;
    tree->calls = 0;
    tree->status = GDX_OK;
    tree->until = computed_seconds() + SECONDS_MOST;
    GumboOutput *output = parse_or_leave(tree, page.bytes ? page : (gdx_slice){"", 0});
    if (output) {
        *out_root = output->root;
        return GDX_OK;
    }
    html_tree_clear(tree);
    if (tree->status == GDX_NO_MEMORY)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for an HTML page of %zu bytes", page.bytes);
    if (tree->status == GDX_DEADLINE)
        return gdx_fail(err, GDX_TOO_LARGE, "an HTML page that takes over %d seconds to read, expected less",
                        SECONDS_MOST);
    return gdx_fail(err, GDX_TOO_LARGE, "an HTML page of %zu bytes whose elements take over %zu bytes, expected less",
                    page.bytes, limit);
}
