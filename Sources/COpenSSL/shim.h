/// OpenSSL 3 for Swift: the headers in use, and a function for each macro that Swift cannot import.
#pragma once
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
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

/// OPENSSL_free is a macro that records file and line.
static inline void jwtctl_openssl_free(void *memory) { OPENSSL_free(memory); }

/// The same for what must not stay readable.
static inline void jwtctl_openssl_clear_free(void *memory, size_t count) {
    OPENSSL_clear_free(memory, count);
}

/// The selection macros of EVP_PKEY_fromdata are sums of cast constants.
static inline int jwtctl_selection_public(void) { return EVP_PKEY_PUBLIC_KEY; }
static inline int jwtctl_selection_pair(void) { return EVP_PKEY_KEYPAIR; }
