// SPDX-License-Identifier: Apache-2.0
// options.h: the command line of gramdex-sandbox:
//   gramdex-sandbox --folder PATH --input NAME --bytes N [--output NAME] --cpu SECONDS --wall MILLISECONDS
//                   --memory BYTES --address BYTES --files BYTES --processes N [--local-sockets]
//                   [--without-namespaces] [--without-landlock] -- PROGRAM [ARGUMENT...]
// Standard input is a socket: the input's bytes come from it, then nothing, and its end means stop; the verdict is
// written to it. FOLDER in an argument becomes the folder's path. The two --without... are for tests.
#ifndef SANDBOX_OPTIONS_H
#define SANDBOX_OPTIONS_H

#include "sandbox.h"

// False: not a command line as above.
bool options_read(int count, char **words, struct job *job);

#endif
