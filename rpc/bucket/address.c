// SPDX-License-Identifier: Apache-2.0
// address.c: see address.h. Paths are restricted to characters that no encoding changes, so that what is signed is what
// is sent.

#include "address.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

// What stands before an @ may be a password, and messages end up in logs.
static const char *without_credentials(const char *address) {
    const char *at = strrchr(address, '@');
    return at ? at + 1 : address;
}

static gdx_status refuse(const char *address, const char *why, gdx_error *err) {
    return gdx_fail(err, GDX_INVALID, "%.300s: %s", without_credentials(address), why);
}

static bool has_prefix(const char *text, const char *prefix, const char **out_rest) {
    size_t bytes = strlen(prefix);
    *out_rest = text + bytes;
    return strncmp(text, prefix, bytes) == 0;
}

// What is wrong with BUCKET/PREFIX, or NULL.
static const char *path_fault(const char *path, size_t bytes) {
    if (bytes == 0)
        return "a bucket is missing: s3://BUCKET/PREFIX or https://HOST/BUCKET/PREFIX";
    size_t part = 0; // where it starts
    for (size_t i = 0; i <= bytes; i++) {
        if (i < bytes && path[i] != '/') {
            if (!isalnum((unsigned char)path[i]) && !strchr("-._~", path[i]))
                return path[i] == '?' || path[i] == '#'
                           ? "no ? and no # in an address; credentials come from AWS_ACCESS_KEY_ID and "
                             "AWS_SECRET_ACCESS_KEY"
                           : "its path may have letters of ASCII, digits, - . _ ~ and / alone";
            continue;
        }
        size_t length = i - part;
        if (length == 0 || (length <= 2 && strncmp(path + part, "..", length) == 0))
            return "no part of its path may be empty, . or ..";
        part = i + 1;
    }
    return NULL;
}

// What is wrong with HOST[:PORT], or NULL.
static const char *host_fault(const char *host, size_t bytes) {
    if (memchr(host, '@', bytes))
        return "no credentials in an address; they come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY";
    for (size_t i = 0; i < bytes; i++)
        if (!isalnum((unsigned char)host[i]) && !strchr("-.:[]", host[i]))
            return "no name of a host";
    return bytes ? NULL : "a host is missing";
}

// Bytes of http:// or https://; 0: it begins with neither.
static size_t scheme_bytes(const char *address) {
    const char *rest;
    return has_prefix(address, "https://", &rest) || has_prefix(address, "http://", &rest) ? (size_t)(rest - address)
                                                                                           : 0;
}

static size_t without_slashes(const char *text) {
    size_t bytes = strlen(text);
    while (bytes > 0 && text[bytes - 1] == '/')
        bytes--;
    return bytes;
}

// The endpoint of AWS, or the one that was given, into `to`.
static gdx_status write_endpoint(const gdx_bucket_options *options, char to[ADDRESS_BYTES], gdx_error *err) {
    const char *region = options->region ? options->region : "us-east-1", *endpoint = options->endpoint;
    if (!endpoint) {
        for (const char *at = region; *at; at++)
            if (!isalnum((unsigned char)*at) && *at != '-')
                return gdx_fail(err, GDX_INVALID, "AWS_REGION: \"%.60s\" is no region", region);
        snprintf(to, ADDRESS_BYTES, "https://s3.%.60s.amazonaws.com", region);
        return GDX_OK;
    }
    size_t scheme = scheme_bytes(endpoint), bytes = without_slashes(endpoint);
    const char *fault = !scheme || bytes <= scheme ? "expected https://HOST or http://HOST"
                                                   : host_fault(endpoint + scheme, bytes - scheme);
    if (fault || bytes >= ADDRESS_BYTES / 2)
        return gdx_fail(err, GDX_INVALID, "AWS_ENDPOINT_URL: %.200s: %s", without_credentials(endpoint),
                        fault ? fault : "too long");
    snprintf(to, ADDRESS_BYTES, "%.*s", (int)bytes, endpoint);
    return GDX_OK;
}

gdx_status address_parse(const gdx_bucket_options *options, struct address *out, gdx_error *err) {
    const char *address = options->address, *path, *fault = NULL;
    size_t bytes = without_slashes(address);
    char endpoint[ADDRESS_BYTES] = "";
    if (bytes >= ADDRESS_BYTES / 2)
        return refuse(address, "too long", err);
    snprintf(out->where, sizeof out->where, "%.*s", (int)bytes, address);
    if (has_prefix(address, "s3://", &path)) {
        gdx_status status = write_endpoint(options, endpoint, err);
        if (status != GDX_OK)
            return status;
        fault = path_fault(path, address + bytes > path ? (size_t)(address + bytes - path) : 0);
        snprintf(out->base, sizeof out->base, "%.199s/%.*s", endpoint, (int)strlen(out->where) - 5, path);
    } else if (scheme_bytes(address)) {
        const char *host = address + scheme_bytes(address), *end = strchr(host, '/');
        size_t host_bytes = end ? (size_t)(end - host) : strlen(host);
        fault = host_fault(host, host_bytes);
        path = host + host_bytes + 1;
        if (!fault)
            fault = path_fault(path, end && address + bytes > path ? (size_t)(address + bytes - path) : 0);
        snprintf(out->base, sizeof out->base, "%.*s", (int)bytes, address);
    } else {
        fault = "expected s3://BUCKET/PREFIX, https://HOST/BUCKET/PREFIX or http://HOST/BUCKET/PREFIX";
    }
    return fault ? refuse(address, fault, err) : GDX_OK;
}
