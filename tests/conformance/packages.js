// SPDX-License-Identifier: Apache-2.0
// packages.js: to be required first; a test whose packages could not be fetched is skipped.
'use strict';

try {
    require.resolve('@connectrpc/connect-node');
} catch {
    console.log('@connectrpc/connect-node is not installed');
    process.exit(77); // a skipped test
}
