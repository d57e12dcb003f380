// OpenSSL's TLS for Swift: its macros as plain functions.
#pragma once
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

static inline int copenssl_choose_http(SSL *session, const unsigned char **chosen, unsigned char *chosen_count,
                                       const unsigned char *offered, unsigned int offered_count, void *context) {
    (void)session, (void)context;
    static const unsigned char http[] = "\x08http/1.1";
    return SSL_select_next_proto((unsigned char **)chosen, chosen_count, http, sizeof http - 1, offered,
                                 offered_count) == OPENSSL_NPN_NEGOTIATED
               ? SSL_TLSEXT_ERR_OK
               : SSL_TLSEXT_ERR_NOACK;
}

// TLS 1.2 and 1.3 only, no renegotiation, no sessions kept in memory, buffers given back between records.
static inline SSL_CTX *copenssl_server_context(void) {
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (!context) return NULL;
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_AUTO_RETRY);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(context, copenssl_choose_http, NULL);
    return context;
}

// The first certificate is ours, the others lead to the root. 1 if all could be used.
static inline int copenssl_use_certificates(SSL_CTX *context, const void *pem, size_t count) {
    BIO *source = BIO_new_mem_buf(pem, (int)count);
    if (!source) return 0;
    X509 *own = PEM_read_bio_X509(source, NULL, NULL, NULL);
    int is_used = own && SSL_CTX_use_certificate(context, own) == 1;
    X509_free(own);
    X509 *next;
    while (is_used && (next = PEM_read_bio_X509(source, NULL, NULL, NULL)))
        if (SSL_CTX_add_extra_chain_cert(context, next) != 1) {
            X509_free(next);
            is_used = 0;
        }
    if (is_used) ERR_clear_error(); // the end of the text is reported as an error
    BIO_free(source);
    return is_used;
}

static inline int copenssl_no_password(char *buffer, int size, int for_writing, void *context) {
    (void)buffer, (void)size, (void)for_writing, (void)context;
    return 0;
}

// 1 if the key could be read and belongs to the certificate.
static inline int copenssl_use_key(SSL_CTX *context, const void *pem, size_t count) {
    BIO *source = BIO_new_mem_buf(pem, (int)count);
    if (!source) return 0;
    EVP_PKEY *key = PEM_read_bio_PrivateKey(source, NULL, copenssl_no_password, NULL);
    int is_used = key && SSL_CTX_use_PrivateKey(context, key) == 1 && SSL_CTX_check_private_key(context) == 1;
    EVP_PKEY_free(key);
    BIO_free(source);
    return is_used;
}

// A session that reads from the socket and writes into `output`, which it shares with others.
static inline SSL *copenssl_accept(SSL_CTX *context, int socket, BIO *output) {
    SSL *session = SSL_new(context);
    BIO *input = BIO_new_socket(socket, BIO_NOCLOSE);
    if (!session || !input) {
        SSL_free(session);
        BIO_free(input);
        return NULL;
    }
    BIO_up_ref(output);
    SSL_set0_rbio(session, input);
    SSL_set0_wbio(session, output);
    SSL_set_accept_state(session);
    return session;
}

// What has been written into a memory buffer, without taking it.
static inline long copenssl_written(BIO *buffer, char **bytes) { return BIO_get_mem_data(buffer, bytes); }
static inline void copenssl_empty(BIO *buffer) { (void)BIO_reset(buffer); }

// Why the last call failed; "" if OpenSSL does not say.
static inline const char *copenssl_reason(void) {
    const char *reason = ERR_reason_error_string(ERR_peek_last_error());
    return reason ? reason : "";
}
