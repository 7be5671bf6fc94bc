// SPDX-License-Identifier: Apache-2.0
// tls.c: TLS between a socket and a gdx_connection, by OpenSSL over memory buffers: bytes in, bytes out, no socket
// here. HTTP/2 must be agreed by ALPN; TLS 1.2 at least, and with it only suites that HTTP/2 allows (RFC 9113, 9.2).

#include "server.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>

struct gdx_tls { // immutable after open, any thread
    SSL_CTX *context;
};

struct tls_session { // loop thread only
    SSL *ssl;
    BIO *from_peer, *to_peer; // ssl's
    gdx_buffer early;         // plaintext written before the handshake was over
};

static const unsigned char PROTOCOLS[] = {2, 'h', '2'};

static gdx_status fail_openssl(gdx_error *err, gdx_status status, const char *what) {
    char text[256] = "no reason given";
    unsigned long code = ERR_get_error();
    if (code)
        ERR_error_string_n(code, text, sizeof text);
    ERR_clear_error();
    return gdx_fail(err, status, "%s: %s", what, text);
}

static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_bytes, const unsigned char *offered,
                           unsigned offered_bytes, void *context) {
    (void)ssl, (void)context;
    unsigned char *chosen = NULL;
    if (SSL_select_next_proto(&chosen, out_bytes, PROTOCOLS, sizeof PROTOCOLS, offered, offered_bytes) !=
        OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

static void set_rules(SSL_CTX *context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20");
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context,
                     SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, NULL);
    SSL_CTX_set_session_id_context(context, (const unsigned char *)"gramdex", 7);
}

static gdx_status load(SSL_CTX *context, const char *certificate, const char *key, const char *client_authority,
                       gdx_error *err) {
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
        return fail_openssl(err, GDX_INVALID, certificate);
    if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        return fail_openssl(err, GDX_INVALID, key);
    if (SSL_CTX_check_private_key(context) != 1)
        return fail_openssl(err, GDX_INVALID, "certificate and key do not belong together");
    if (!client_authority)
        return GDX_OK;
    STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(client_authority);
    if (!names || SSL_CTX_load_verify_locations(context, client_authority, NULL) != 1) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        return fail_openssl(err, GDX_INVALID, client_authority);
    }
    SSL_CTX_set_client_CA_list(context, names);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return GDX_OK;
}

gdx_status gdx_tls_open(const char *certificate, const char *key, const char *client_authority, gdx_tls **out,
                        gdx_error *err) {
    gdx_tls *tls = calloc(1, sizeof *tls);
    if (!tls)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for TLS");
    gdx_status status = GDX_OK;
    tls->context = SSL_CTX_new(TLS_server_method());
    if (!tls->context) {
        status = fail_openssl(err, GDX_NO_MEMORY, "TLS");
    } else {
        set_rules(tls->context);
        status = load(tls->context, certificate, key, client_authority, err);
    }
    if (status != GDX_OK) {
        gdx_tls_close(tls);
        return status;
    }
    *out = tls;
    return GDX_OK;
}

void gdx_tls_close(gdx_tls *tls) {
    if (tls) {
        SSL_CTX_free(tls->context);
        free(tls);
    }
}

tls_session *tls_session_new(const gdx_tls *tls) {
    tls_session *session = calloc(1, sizeof *session);
    if (!session)
        return NULL;
    session->ssl = SSL_new(tls->context);
    session->from_peer = BIO_new(BIO_s_mem());
    session->to_peer = BIO_new(BIO_s_mem());
    if (!session->ssl || !session->from_peer || !session->to_peer) {
        BIO_free(session->from_peer);
        BIO_free(session->to_peer);
        SSL_free(session->ssl);
        free(session);
        return NULL;
    }
    SSL_set_bio(session->ssl, session->from_peer, session->to_peer);
    SSL_set_accept_state(session->ssl);
    return session;
}

void tls_session_free(tls_session *session) {
    if (session) {
        SSL_free(session->ssl); // with its BIOs
        gdx_buffer_clear(&session->early);
        free(session);
    }
}

static gdx_status write_early(tls_session *session, gdx_error *err) {
    if (session->early.bytes == 0 || !SSL_is_init_finished(session->ssl))
        return GDX_OK;
    gdx_buffer early = session->early;
    session->early = (gdx_buffer){0};
    gdx_status status = tls_session_write(session, gdx_buffer_slice(&early), err);
    gdx_buffer_clear(&early);
    return status;
}

gdx_status tls_session_feed(tls_session *session, gdx_slice cipher, gdx_buffer *plain, gdx_error *err) {
    enum { RECORD_BYTES = 16 * 1024 };
    if (BIO_write(session->from_peer, cipher.data, (int)cipher.bytes) != (int)cipher.bytes)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for TLS");
    for (;;) {
        gdx_status status = gdx_buffer_reserve(plain, RECORD_BYTES);
        if (status != GDX_OK)
            return gdx_fail(err, status, "no memory for TLS");
        ERR_clear_error();
        int bytes = SSL_read(session->ssl, plain->data + plain->bytes, RECORD_BYTES);
        if (bytes > 0) {
            plain->bytes += (size_t)bytes;
            continue;
        }
        int code = SSL_get_error(session->ssl, bytes);
        if (code == SSL_ERROR_WANT_READ || code == SSL_ERROR_WANT_WRITE)
            return write_early(session, err);
        if (code == SSL_ERROR_ZERO_RETURN)
            return gdx_fail(err, GDX_UNAVAILABLE, "TLS: the peer closed");
        return fail_openssl(err, GDX_CORRUPT, "TLS");
    }
}

gdx_status tls_session_write(tls_session *session, gdx_slice plain, gdx_error *err) {
    if (!SSL_is_init_finished(session->ssl)) {
        if (gdx_buffer_append(&session->early, plain.data, plain.bytes) != GDX_OK)
            return gdx_fail(err, GDX_NO_MEMORY, "no memory for TLS");
        return GDX_OK;
    }
    while (plain.bytes > 0) {
        ERR_clear_error();
        int bytes = SSL_write(session->ssl, plain.data, plain.bytes > INT32_MAX ? INT32_MAX : (int)plain.bytes);
        if (bytes <= 0)
            return fail_openssl(err, GDX_CORRUPT, "TLS");
        plain = (gdx_slice){plain.data + bytes, plain.bytes - (size_t)bytes};
    }
    return GDX_OK;
}

gdx_status tls_session_pull(tls_session *session, gdx_buffer *cipher) {
    size_t bytes = BIO_ctrl_pending(session->to_peer);
    if (bytes == 0)
        return GDX_OK;
    gdx_status status = gdx_buffer_reserve(cipher, bytes);
    if (status != GDX_OK)
        return status;
    int taken = BIO_read(session->to_peer, cipher->data + cipher->bytes, (int)bytes);
    cipher->bytes += taken > 0 ? (size_t)taken : 0;
    return GDX_OK;
}

void tls_session_end(tls_session *session) {
    if (SSL_is_init_finished(session->ssl))
        SSL_shutdown(session->ssl);
    ERR_clear_error();
}
