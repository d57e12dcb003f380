#pragma once
// SHA-256 by its plain functions: the newer interface looks the algorithm up at every call (350 ns) and loads
// libcrypto's configuration and error tables for it (2 MB resident), which an agent without TLS needs for nothing else.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>
#include <stddef.h>

// SHA-256 of the two parts together, into 32 bytes.
static inline void ccrypto_sha256(const void *head, size_t head_count, const void *body, size_t body_count,
                                  unsigned char *digest) {
    SHA256_CTX context;
    SHA256_Init(&context);
    SHA256_Update(&context, head, head_count);
    SHA256_Update(&context, body, body_count);
    SHA256_Final(digest, &context);
}

// The same for what comes piece by piece.
static inline void ccrypto_sha256_begin(SHA256_CTX *context) { SHA256_Init(context); }
static inline void ccrypto_sha256_update(SHA256_CTX *context, const void *bytes, size_t count) {
    SHA256_Update(context, bytes, count);
}
static inline void ccrypto_sha256_end(SHA256_CTX *context, unsigned char *digest) { SHA256_Final(digest, context); }
