// SPDX-License-Identifier: Apache-2.0
// interval.c: the score interval of a share. Relies on gdx/statistics.h.

#include "gdx/statistics.h"

#include <math.h>

// Wilson (1927): the shares p that a normal test at this level would not refuse for k of n, which are the roots of
// (k/n - p)^2 = z^2 p (1 - p) / n.
gdx_interval gdx_interval_of(uint64_t successes, uint64_t trials) {
    const double z = 1.9599639845400545; // 95 %
    if (trials == 0)
        return (gdx_interval){0};
    double n = (double)trials, share = (double)successes / n, z2 = z * z;
    double middle = share + z2 / (2 * n), half = z * sqrt(share * (1 - share) / n + z2 / (4 * n * n));
    double low = (middle - half) / (1 + z2 / n), high = (middle + half) / (1 + z2 / n);
    return (gdx_interval){successes == 0 ? 0 : low, successes == trials ? 1 : high};
}
