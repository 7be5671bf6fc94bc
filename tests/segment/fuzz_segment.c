// SPDX-License-Identifier: Apache-2.0
// fuzz_segment.c: a sound small segment with bytes of the fuzzer's choice laid over it, its checksums made right again:
// opened, read by every way there is, verified and merged. What verify takes for sound must be readable.
// Input: groups of three bytes, an offset (little-endian, from the file's end when its top bit is set) and a value. The
// segment is compact when bytes are left over, else exact.

#include "damage.h"

#include "../support/folder.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char *folder;
static gdx_buffer wholes[GDX_SHAPES];

int LLVMFuzzerInitialize(int *argument_count, char ***arguments);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes);

static void remove_folder(void) {
    for (int shape = 0; shape < GDX_SHAPES; shape++)
        gdx_buffer_clear(&wholes[shape]);
    folder_remove(folder);
}

int LLVMFuzzerInitialize(int *argument_count, char ***arguments) {
    (void)argument_count;
    (void)arguments;
    gdx_segment_info info;
    char name[GDX_SEGMENT_FILE_NAME_BYTES];
    folder = folder_new();
    atexit(remove_folder);
    for (int shape = 0; shape < GDX_SHAPES; shape++) {
        wholes[shape] = damage_small_segment(folder, (gdx_shape)shape, true, &info);
        unlink(folder_path(folder, gdx_segment_file_name(info.name, name)));
    }
    return 0;
}

static void lay_over(gdx_buffer file, const uint8_t *data, size_t bytes) {
    for (; bytes >= 3; data += 3, bytes -= 3) {
        uint16_t place = gdx_load_u16(data);
        size_t offset = place & 0x7FFF;
        if (offset < file.bytes)
            file.data[place & 0x8000 ? file.bytes - 1 - offset : offset] = data[2];
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t bytes) {
    char name[GDX_SEGMENT_FILE_NAME_BYTES];
    const gdx_buffer *whole = &wholes[bytes % GDX_SHAPES];
    gdx_buffer file = {0};
    if (gdx_buffer_append(&file, whole->data, whole->bytes) != GDX_OK)
        return 0;
    lay_over(file, data, bytes);
    uint64_t checksum = damage_mend(file.data, file.bytes);
    folder_write(folder, gdx_segment_file_name(checksum, name), file.data, file.bytes);
    damage_outcome outcome = damage_try(folder, checksum, true);
    unlink(folder_path(folder, name));
    gdx_buffer_clear(&file);
    if (outcome.opened == GDX_OK && outcome.verified == GDX_OK && outcome.read != GDX_OK)
        abort();
    return 0;
}
