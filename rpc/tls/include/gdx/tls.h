// SPDX-License-Identifier: Apache-2.0
// gdx/tls.h: TLS between a socket and a gRPC connection, as bytes in and bytes out, for both sides.
// Relies on gdx/base.h; inside on OpenSSL and gdx/protocol.h. By ALPN a server takes HTTP/2 and HTTP/1.1, in this
// order, a client HTTP/2 alone; TLS 1.2 at least, and with it only suites that HTTP/2 allows (RFC 9113, section 9.2).
// Threads: a gdx_tls is immutable after open, but for gdx_tls_replace; a session has one owner.
#ifndef GDX_TLS_H
#define GDX_TLS_H

#include "gdx/base.h"

typedef struct gdx_connection gdx_connection; // gdx/protocol.h
typedef struct gdx_tls gdx_tls;               // certificates and keys; immutable after open, any thread

// A server's. PEM files. client_authority: NULL, or the authorities for clients' certificates, which are then demanded.
// GDX_NO_MEMORY, GDX_INVALID: a file that is no certificate or no key, or a pair that does not fit.
gdx_status gdx_tls_open(const char *certificate, const char *key, const char *client_authority, gdx_tls **out,
                        gdx_error *err) GDX_MUST_CHECK;
// A client's. authority: the authorities for servers' certificates, NULL for the system's. certificate and key: its
// own, for servers that demand one, or both NULL.
gdx_status gdx_tls_open_client(const char *authority, const char *certificate, const char *key, gdx_tls **out,
                               gdx_error *err) GDX_MUST_CHECK;
void gdx_tls_close(gdx_tls *tls); // after all sessions; NULL is fine
// Sessions made from now on have the certificates of `from`, which is taken over; sessions that are there keep theirs.
// Both of one side. The one change after open: while no other thread makes a session.
void gdx_tls_replace(gdx_tls *tls, gdx_tls *from);
// When the first certificate of the chain that it shows expires, in seconds since 1970; INT64_MAX: it shows none.
int64_t gdx_tls_expires_s(const gdx_tls *tls);

typedef struct gdx_tls_session gdx_tls_session; // one connection's

// server_name: of the peer that a client expects, which its certificate must bear; NULL on a server. NULL: no memory.
gdx_tls_session *gdx_tls_session_new(const gdx_tls *tls, const char *server_name);
void gdx_tls_session_free(gdx_tls_session *session); // NULL is fine
// Ciphertext in, plaintext appended to `plain`; what must be answered is in gdx_tls_session_pull.
// GDX_CORRUPT: the peer does not speak TLS, or is not who it should be. GDX_UNAVAILABLE: it has closed.
gdx_status gdx_tls_session_feed(gdx_tls_session *session, gdx_slice cipher, gdx_buffer *plain,
                                gdx_error *err) GDX_MUST_CHECK;
// Plaintext in; GDX_OK also before the handshake is over, the bytes are then kept.
gdx_status gdx_tls_session_write(gdx_tls_session *session, gdx_slice plain, gdx_error *err) GDX_MUST_CHECK;
gdx_status gdx_tls_session_pull(gdx_tls_session *session, gdx_buffer *cipher) GDX_MUST_CHECK; // appends
void gdx_tls_session_end(gdx_tls_session *session);                                           // close_notify

// The bytes of a connection, from its socket and to it, by its session; NULL: they are no TLS. `plain` is for use
// inside. What came before the peer closed counts, and a connection that is finished says so.
gdx_status gdx_tls_feed(gdx_tls_session *session, gdx_connection *connection, gdx_slice bytes, gdx_buffer *plain,
                        uint64_t now_ns, gdx_error *err) GDX_MUST_CHECK;
// Appends at most about `limit` bytes.
gdx_status gdx_tls_pull(gdx_tls_session *session, gdx_connection *connection, size_t limit, gdx_buffer *plain,
                        gdx_buffer *out, uint64_t now_ns, gdx_error *err) GDX_MUST_CHECK;

#endif
