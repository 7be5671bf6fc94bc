// SPDX-License-Identifier: Apache-2.0
// main.js: Connect and gRPC-Web as stock clients and bare bytes ask for them. tests/README.md says more.
// usage: node main.js DESCRIPTORS (--reference | --server HOST:PORT LOG) [--some] [--only TEXT]
// DESCRIPTORS: files of the build, comma between them. --reference: the cases themselves are tested, against another implementation.
// --some: by a third of the stock clients.
'use strict';

const fs = require('node:fs');
require('./packages.js');
const {run} = require('./harness.js');
const service = require('./service.js');

const option = (name) => process.argv.indexOf(name);

async function main() {
    const types = service.load(process.argv[2]);
    const at = option('--server'), log = at > 0 ? process.argv[at + 2] : undefined;
    const server = at < 0 ? await require('./reference.js').start(types) : {
        http1: process.argv[at + 1], http2: process.argv[at + 1],
        log: () => fs.readFileSync(log, 'utf8').split('\n'),
        stop() {},
    };
    server.reference = at < 0;
    server.some = option('--some') > 0;
    const only = option('--only') > 0 ? process.argv[option('--only') + 1] : '';
    const all = ['./clients.js', './unary.js', './streams.js', './many.js'].flatMap((file) => require(file).cases(server, types));
    const failed = await run(all, only);
    server.stop();
    process.exit(failed ? 1 : 0); // what clients keep open would keep the process
}

main();
