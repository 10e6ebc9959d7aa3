#pragma once
#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

// Macros of OpenSSL as functions.
static inline void castle_set_minimum_tls12(SSL_CTX *context) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
}

static inline void castle_forbid_renegotiation(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF);
}

static inline void castle_release_idle_buffers(SSL_CTX *context) {
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
}

static inline int castle_set_server_name(SSL *ssl, const char *name) {
    return (int)SSL_set_tlsext_host_name(ssl, name);
}

static inline size_t castle_memory_bytes(BIO *bio, const char **start) {
    return (size_t)BIO_get_mem_data(bio, (char **)start);
}

static inline void castle_memory_reset(BIO *bio) { (void)BIO_reset(bio); }

// The server's choice of protocol: HTTP/2 or an alert.
static inline int castle_select_h2(
    SSL *ssl, const unsigned char **out, unsigned char *out_size, const unsigned char *in,
    unsigned int in_size, void *context) {
    (void)ssl, (void)context;
    for (unsigned int at = 0; at < in_size; at += 1u + in[at]) {
        if (in[at] == 2 && at + 2 < in_size && memcmp(in + at + 1, "h2", 2) == 0) {
            *out = in + at + 1;
            *out_size = 2;
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}
