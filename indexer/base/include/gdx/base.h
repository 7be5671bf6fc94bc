// SPDX-License-Identifier: Apache-2.0
// gdx/base.h: includes the headers of this folder, one noun each. New code includes the headers it uses instead. This
// header leaves out gdx/heap.h, gdx/sort.h and gdx/ordering.h.
// Nothing in this folder knows of search. Relies on the C library, POSIX and xxHash.
#ifndef GDX_BASE_H
#define GDX_BASE_H

#include "gdx/arena.h"
#include "gdx/bits.h"
#include "gdx/buffer.h"
#include "gdx/bytes.h"
#include "gdx/clock.h"
#include "gdx/error.h"
#include "gdx/file.h"
#include "gdx/processor.h"
#include "gdx/scope.h"
#include "gdx/slice.h"
#include "gdx/stop.h"
#include "gdx/utf8.h"
#include "gdx/white.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#endif
