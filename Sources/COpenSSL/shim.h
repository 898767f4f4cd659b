/// OpenSSL 3 for Swift: the headers in use, and a function for each macro that Swift cannot import.
#pragma once
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/param_build.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

/// OPENSSL_free is a macro that records file and line.
static inline void jwtctl_openssl_free(void *memory) { OPENSSL_free(memory); }

/// The same for what must not stay readable.
static inline void jwtctl_openssl_clear_free(void *memory, size_t count) {
    OPENSSL_clear_free(memory, count);
}

/// The selection macros of EVP_PKEY_fromdata are sums of cast constants.
static inline int jwtctl_selection_public(void) { return EVP_PKEY_PUBLIC_KEY; }
static inline int jwtctl_selection_pair(void) { return EVP_PKEY_KEYPAIR; }

/// What every TLS context of ours has, all of it macros: TLS 1.2 and 1.3 only, no renegotiation and
/// no compression, and writes that take a part and may be repeated from a buffer that has moved.
static inline int jwtctl_tls_configure(SSL_CTX *context) {
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 &&
           SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1;
}

static inline long jwtctl_tls_set_server_name(SSL *session, const char *name) {
    return SSL_set_tlsext_host_name(session, name);
}

static inline long jwtctl_bio_content(BIO *memory, char **start) {
    return BIO_get_mem_data(memory, start);
}

/// Prints a name as RFC 2253 writes it.
static inline int jwtctl_print_name(BIO *output, const X509_NAME *name) {
    return X509_NAME_print_ex(output, name, 0, XN_FLAG_RFC2253);
}
