#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tail.py: how long a root waits for all of its leaves, from how long one leaf takes: p50, p99 and p99.9, with and without asking a second
replica of a leaf that is late. The figures are exact; --simulate N draws N answers for each instead, from a seed.

A leaf's time is a log-normal one with the given median and 99th percentile; one call in --stuck-every is stuck for --stuck ms more (a disk, a
collection of garbage, a lost packet). A leaf is asked again after --hedge ms, of another replica, and the first answer counts.
"""
import argparse
import bisect
import math
import random

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--leaves", type=int, nargs="*", default=[1, 10, 100, 1000])
parser.add_argument("--median", type=float, default=2, metavar="MS")
parser.add_argument("--p99", type=float, default=20, metavar="MS")
parser.add_argument("--stuck-every", type=float, default=1000, metavar="N")
parser.add_argument("--stuck", type=float, default=200, metavar="MS")
parser.add_argument("--hedge", type=float, default=25, metavar="MS")
parser.add_argument("--simulate", type=int, default=0, metavar="N")
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--check", action="store_true", help="compare the two ways, and fail if they differ")
given = parser.parse_args()

SIGMA = math.log(given.p99 / given.median) / 2.3263478740408408  # the 99th percentile of the normal distribution
STUCK = 1 / given.stuck_every


def plain_late(t):
    """The probability that a leaf takes longer than t, were none ever stuck."""
    return math.erfc(math.log(t / given.median) / SIGMA / math.sqrt(2)) / 2 if t > 0 else 1


def late(t):
    return (1 - STUCK) * plain_late(t) + STUCK * plain_late(t - given.stuck)


def late_hedged(t):
    return late(t) * (late(t - given.hedge) if t > given.hedge else 1)


def quantile(of_one, leaves, share):
    """The time within which all leaves have answered in this share of the calls."""
    wanted = -math.expm1(math.log(share) / leaves)  # how often one leaf may be later
    low, high = 0.0, 1e6
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if of_one(middle) > wanted else (low, middle)
    return high


def draw(chance):
    t = chance.lognormvariate(math.log(given.median), SIGMA)
    return t + given.stuck if chance.random() < STUCK else t


def simulated(leaves, trials, hedged):
    """Sorted times of a root."""
    chance, times = random.Random(given.seed), []
    for _ in range(trials):
        slowest = 0
        for _ in range(leaves):
            t = draw(chance)
            if hedged and t > given.hedge:
                t = min(t, given.hedge + draw(chance))
            slowest = max(slowest, t)
        times.append(slowest)
    return sorted(times)


def row(leaves, hedged):
    shares = (0.5, 0.99, 0.999)
    if given.simulate:
        times = simulated(leaves, given.simulate, hedged)
        return [times[min(len(times) - 1, int(share * len(times)))] for share in shares]
    return [quantile(late_hedged if hedged else late, leaves, share) for share in shares]


def check():
    """Of simulated times as many are within the exact quantile as should be."""
    trials = 4000
    for leaves in (1, 20):
        for hedged in (False, True):
            times = simulated(leaves, trials, hedged)
            for share in (0.5, 0.9, 0.99):
                within = bisect.bisect(times, quantile(late_hedged if hedged else late, leaves, share)) / trials
                error = 5 * math.sqrt(share * (1 - share) / trials)
                assert abs(within - share) < error, (leaves, hedged, share, within)
    print("as simulated")


if given.check:
    check()
else:
    print("one leaf: p50 %g ms, p99 %g ms, one call in %g stuck for %g ms; a second replica after %g ms: %.1f %% more calls" %
          (given.median, given.p99, given.stuck_every, given.stuck, given.hedge, 100 * late(given.hedge)))
    print("%8s  %27s  %27s" % ("", "one replica, ms", "a second one asked, ms"))
    print("%8s" % "leaves" + 2 * ("  %7s %9s %9s" % ("p50", "p99", "p99.9")))
    for count in given.leaves:
        print("%8d" % count + "".join("  %7.0f %9.0f %9.0f" % tuple(row(count, hedged)) for hedged in (False, True)))
