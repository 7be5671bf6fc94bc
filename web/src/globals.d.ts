// SPDX-License-Identifier: Apache-2.0
/** Where the licences of what is bundled are, by the build. */
declare const LICENCES: string;
