// SPDX-License-Identifier: Apache-2.0
// harness.js: a list of named cases, run one after another; every failure is printed, not the first alone.
'use strict';

const assert = require('node:assert');
const {ConnectError} = require('@connectrpc/connect');
const {CODES} = require('./service.js');

const HANGS_MS = 30000 * Number(process.env.GRAMDEX_TEST_TIME_FACTOR || 1); // no case takes a tenth of it: a guard against waiting for ever

function guarded(promise) {
    let timer;
    const guard = new Promise((resolve, reject) => {
        timer = setTimeout(() => reject(new Error(`no end after ${HANGS_MS} ms`)), HANGS_MS);
    });
    return Promise.race([promise, guard]).finally(() => clearTimeout(timer));
}

// cases: [[name, function], ...]. `only`: what the name must hold. Returns how many failed.
async function run(cases, only = '') {
    const chosen = cases.filter(([name]) => name.includes(only));
    let failed = 0;
    for (const [name, body] of chosen) {
        try {
            await guarded(body());
        } catch (error) {
            failed++;
            console.log(`FAILED ${name}\n    ${String(error.stack || error).split('\n').slice(0, 12).join('\n    ')}`);
        }
    }
    console.log(`${chosen.length - failed} passed, ${failed} failed`);
    return chosen.length ? failed : 1;
}

// The ConnectError that a promise ends with, whose code must be one of the names given.
async function failsWith(codes, promise) {
    const allowed = [].concat(codes);
    let error;
    try {
        await promise;
    } catch (caught) {
        error = caught;
    }
    assert(error, `no failure, expected ${allowed}`);
    assert(error instanceof ConnectError, error);
    const name = CODES.find(({number}) => number === error.code).name;
    assert(allowed.includes(name), `expected ${allowed}: ${error}`);
    return error;
}

module.exports = {run, failsWith};
