// SPDX-License-Identifier: Apache-2.0
// certificates.h: keys and certificates made for a test, so that none of the repository's ever runs out.
#ifndef TESTS_CERTIFICATES_H
#define TESTS_CERTIFICATES_H

// Writes a fresh key and a certificate for `name`, signed by itself, as PEM files.
void certificate_make(const char *name, const char *certificate_path, const char *key_path);

#endif
