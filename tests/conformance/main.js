// SPDX-License-Identifier: Apache-2.0
// main.js: Connect and gRPC-Web as stock clients and bare bytes ask for them. tests/README.md says more.
// usage: node main.js DESCRIPTORS (--reference | --server HOST:PORT LOG) [--some] [--every N] [--only TEXT]
// DESCRIPTORS: files of the build, comma between them. --reference: the cases themselves are tested, against another implementation.
// --some: by a third of the stock clients. --every: of the stock clients' cases, or of all of the reference, one of N, others in each run;
// GRAMDEX_TEST_ALL=1 takes all.
'use strict';

const fs = require('node:fs');
require('./packages.js');
const {run} = require('./harness.js');
const service = require('./service.js');

const option = (name) => process.argv.indexOf(name);

// Each case by itself, so that one name is asked by some of the clients in each run.
function sample(cases, every, isSampled) {
    if (every === 1 || process.env.GRAMDEX_TEST_ALL === '1')
        return cases;
    console.log(`1 of ${every} cases of the stock clients; GRAMDEX_TEST_ALL=1 takes all`);
    return cases.filter(([name]) => !isSampled(name) || Math.floor(Math.random() * every) === 0);
}

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
    const every = option('--every') > 0 && !only ? Number(process.argv[option('--every') + 1]) : 1;
    const failed = await run(sample(all, every, (name) => server.reference || /^(node|web) /.test(name)), only);
    server.stop();
    process.exit(failed ? 1 : 0); // what clients keep open would keep the process
}

main();
