// SPDX-License-Identifier: Apache-2.0
// Takes the place of d3-interpolate and d3-format in the bundle (build.mjs, test/run.mjs): a scale here goes from numbers to
// numbers and says no format of its own, and what d3-scale would bring along, colours and locales, is 8 kB in gzip.
export const interpolateNumber = (a: number, b: number) => (at: number): number => a * (1 - at) + b * at;
export const interpolate = interpolateNumber;
export const interpolateRound = (a: number, b: number) => (at: number): number => Math.round(interpolateNumber(a, b)(at));

function missing(): never {
    throw new Error("a picture formats its own figures");
}
export const format = missing;
export const formatPrefix = missing;
export const formatSpecifier = missing;
export const precisionFixed = missing;
export const precisionPrefix = missing;
export const precisionRound = missing;
export const piecewise = missing;
