// SPDX-License-Identifier: Apache-2.0
// statistics.h: what a query adds up to, worked out again by brute force: from the oracle's answers and the documents
// of the collection, one by one.
#ifndef TEST_STATISTICS_H
#define TEST_STATISTICS_H

#include "trial.h"

void check_trend(struct trial *trial); // for a random period and random limits
void check_facets(struct trial *trial);
void check_dispersion(struct trial *trial);

#endif
