// SPDX-License-Identifier: Apache-2.0
// tls.c: TLS by OpenSSL over memory buffers: bytes in, bytes out, no socket here. What is agreed on: see
// gdx/tls.h.

#include "gdx/tls.h"

#include "gdx/protocol.h"

#include <assert.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <time.h>

struct gdx_tls { // immutable after open, any thread
    SSL_CTX *context;
    bool is_client;
};

struct gdx_tls_session { // one owner
    SSL *ssl;
    BIO *from_peer, *to_peer; // ssl's
    gdx_buffer early;         // plaintext written before the handshake was over
};

static const unsigned char PROTOCOLS[] = {2, 'h', '2'}; // a client's
static const unsigned char SERVED[] = {2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

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
    if (SSL_select_next_proto(&chosen, out_bytes, SERVED, sizeof SERVED, offered, offered_bytes) !=
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

static gdx_status load_pair(SSL_CTX *context, const char *certificate, const char *key, gdx_error *err) {
    if (SSL_CTX_use_certificate_chain_file(context, certificate) != 1)
        return fail_openssl(err, GDX_INVALID, certificate);
    if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1)
        return fail_openssl(err, GDX_INVALID, key);
    if (SSL_CTX_check_private_key(context) != 1)
        return fail_openssl(err, GDX_INVALID, "certificate and key do not belong together");
    return GDX_OK;
}

static gdx_status demand_certificates(SSL_CTX *context, const char *client_authority, gdx_error *err) {
    STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(client_authority);
    if (!names || SSL_CTX_load_verify_locations(context, client_authority, NULL) != 1) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        return fail_openssl(err, GDX_INVALID, client_authority);
    }
    SSL_CTX_set_client_CA_list(context, names);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return GDX_OK;
}

static gdx_status trust(SSL_CTX *context, const char *authority, gdx_error *err) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
    if (SSL_CTX_set_alpn_protos(context, PROTOCOLS, sizeof PROTOCOLS) != 0) // 0 is success here
        return fail_openssl(err, GDX_NO_MEMORY, "TLS");
    if (!authority)
        return SSL_CTX_set_default_verify_paths(context) == 1
                   ? GDX_OK
                   : fail_openssl(err, GDX_INVALID, "the system's certificate authorities");
    return SSL_CTX_load_verify_locations(context, authority, NULL) == 1 ? GDX_OK
                                                                        : fail_openssl(err, GDX_INVALID, authority);
}

static gdx_status new_tls(bool is_client, gdx_tls **out, gdx_error *err) {
    gdx_tls *tls = calloc(1, sizeof *tls);
    if (!tls)
        return gdx_fail(err, GDX_NO_MEMORY, "no memory for TLS");
    tls->is_client = is_client;
    tls->context = SSL_CTX_new(is_client ? TLS_client_method() : TLS_server_method());
    if (!tls->context) {
        free(tls);
        return fail_openssl(err, GDX_NO_MEMORY, "TLS");
    }
    set_rules(tls->context);
    *out = tls;
    return GDX_OK;
}

// Hands over what has become ready, or frees what has failed.
static gdx_status hand_over(gdx_tls *tls, gdx_status status, gdx_tls **out) {
    if (status == GDX_OK)
        *out = tls;
    else
        gdx_tls_close(tls);
    return status;
}

gdx_status gdx_tls_open(const char *certificate, const char *key, const char *client_authority, gdx_tls **out,
                        gdx_error *err) {
    gdx_tls *tls = NULL;
    gdx_status status = new_tls(false, &tls, err);
    if (status != GDX_OK)
        return status;
    status = load_pair(tls->context, certificate, key, err);
    if (status == GDX_OK && client_authority)
        status = demand_certificates(tls->context, client_authority, err);
    return hand_over(tls, status, out);
}

gdx_status gdx_tls_open_client(const char *authority, const char *certificate, const char *key, gdx_tls **out,
                               gdx_error *err) {
    gdx_tls *tls = NULL;
    gdx_status status = new_tls(true, &tls, err);
    if (status != GDX_OK)
        return status;
    status = trust(tls->context, authority, err);
    if (status == GDX_OK && certificate)
        status = load_pair(tls->context, certificate, key, err);
    return hand_over(tls, status, out);
}

void gdx_tls_close(gdx_tls *tls) {
    if (tls) {
        SSL_CTX_free(tls->context);
        free(tls);
    }
}

void gdx_tls_replace(gdx_tls *tls, gdx_tls *from) {
    assert(tls->is_client == from->is_client);
    SSL_CTX *old = tls->context; // each session holds a reference of its own
    tls->context = from->context;
    from->context = old;
    gdx_tls_close(from);
}

static int64_t end_of(const X509 *certificate) {
    struct tm parts;
    return ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) == 1 ? (int64_t)timegm(&parts) : INT64_MAX;
}

int64_t gdx_tls_expires_s(const gdx_tls *tls) {
    STACK_OF(X509) *chain = NULL;
    const X509 *own = SSL_CTX_get0_certificate(tls->context);
    int64_t first = own ? end_of(own) : INT64_MAX;
    SSL_CTX_get0_chain_certs(tls->context, &chain);
    for (int i = 0; chain && i < sk_X509_num(chain); i++) {
        int64_t end = end_of(sk_X509_value(chain, i));
        first = end < first ? end : first;
    }
    return first;
}

// A client speaks first, and only to the server that it expects.
static bool begin_client(SSL *ssl, const char *server_name) {
    X509_VERIFY_PARAM *expected = SSL_get0_param(ssl);
    SSL_set_connect_state(ssl);
    if (X509_VERIFY_PARAM_set1_ip_asc(expected, server_name) != 1) { // no address, so a name
        ERR_clear_error();
        if (SSL_set1_host(ssl, server_name) != 1 || SSL_set_tlsext_host_name(ssl, server_name) != 1)
            return false;
    }
    SSL_do_handshake(ssl); // wants to read; the first message is in to_peer now
    ERR_clear_error();
    return true;
}

gdx_tls_session *gdx_tls_session_new(const gdx_tls *tls, const char *server_name) {
    gdx_tls_session *session = calloc(1, sizeof *session);
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
    if (!tls->is_client) {
        SSL_set_accept_state(session->ssl);
    } else if (!begin_client(session->ssl, server_name)) {
        gdx_tls_session_free(session);
        return NULL;
    }
    return session;
}

void gdx_tls_session_free(gdx_tls_session *session) {
    if (session) {
        SSL_free(session->ssl); // with its BIOs
        gdx_buffer_clear(&session->early);
        free(session);
    }
}

static gdx_status write_early(gdx_tls_session *session, gdx_error *err) {
    if (session->early.bytes == 0 || !SSL_is_init_finished(session->ssl))
        return GDX_OK;
    gdx_buffer early = session->early;
    session->early = (gdx_buffer){0};
    gdx_status status = gdx_tls_session_write(session, gdx_buffer_slice(&early), err);
    gdx_buffer_clear(&early);
    return status;
}

gdx_status gdx_tls_session_feed(gdx_tls_session *session, gdx_slice cipher, gdx_buffer *plain, gdx_error *err) {
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

gdx_status gdx_tls_session_write(gdx_tls_session *session, gdx_slice plain, gdx_error *err) {
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

gdx_status gdx_tls_session_pull(gdx_tls_session *session, gdx_buffer *cipher) {
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

void gdx_tls_session_end(gdx_tls_session *session) {
    if (SSL_is_init_finished(session->ssl))
        SSL_shutdown(session->ssl);
    ERR_clear_error();
}

// ---- a connection

gdx_status gdx_tls_feed(gdx_tls_session *session, gdx_connection *connection, gdx_slice bytes, gdx_buffer *plain,
                        uint64_t now_ns, gdx_error *err) {
    if (!session)
        return gdx_connection_feed(connection, bytes, now_ns, err);
    plain->bytes = 0;
    gdx_status status = gdx_tls_session_feed(session, bytes, plain, err), fed = GDX_OK;
    if (plain->bytes > 0)
        fed = gdx_connection_feed(connection, gdx_buffer_slice(plain), now_ns, err);
    return status == GDX_OK ? fed : status;
}

gdx_status gdx_tls_pull(gdx_tls_session *session, gdx_connection *connection, size_t limit, gdx_buffer *plain,
                        gdx_buffer *out, uint64_t now_ns, gdx_error *err) {
    if (!session)
        return gdx_connection_pull(connection, out, limit, now_ns);
    plain->bytes = 0;
    gdx_status status = gdx_connection_pull(connection, plain, limit, now_ns);
    if (status == GDX_OK && plain->bytes > 0)
        status = gdx_tls_session_write(session, gdx_buffer_slice(plain), err);
    if (status == GDX_OK && gdx_connection_is_finished(connection))
        gdx_tls_session_end(session);
    return status == GDX_OK ? gdx_tls_session_pull(session, out) : status;
}
