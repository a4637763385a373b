/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http: two directions of bytes to transactions. llhttp reads the messages, this stage keeps
 * the header lines that somebody asked for, counts bodies without looking at them, and pairs
 * each response with its request. What cannot be known is said (notes), never guessed.
 *
 * Pairing. Responses answer requests in order (RFC 9112 section 9.3). After a hole the order
 * is known again where the acknowledgement numbers prove it: what answers a request begins
 * at or after the offset that the request's own segment had acknowledged, and a client that
 * does not pipeline has acknowledged the whole of the earlier response. Otherwise request and
 * response are listed apart, marked order-unknown.
 */
#ifndef CACHETAP_HTTP_H
#define CACHETAP_HTTP_H

#include "cachetap/consumer.h"

/* clang-format off */
/*
 * Header fields that the program itself knows: symbol, name. Others are interned by who
 * needs them (dialects). SECRET: only the presence is kept, never the value.
 */
#define CT_FIELDS(X) /* symbol, name, secret */                                        \
    X(HOST, "Host", 0)                                                                 \
    X(USER_AGENT, "User-Agent", 0)                                                     \
    X(REFERER, "Referer", 0)                                                           \
    X(CONTENT_TYPE, "Content-Type", 0)                                                 \
    X(CONTENT_LENGTH, "Content-Length", 0)                                             \
    X(CONTENT_ENCODING, "Content-Encoding", 0)                                         \
    X(CONTENT_RANGE, "Content-Range", 0)                                               \
    X(CONTENT_LOCATION, "Content-Location", 0)                                         \
    X(TRANSFER_ENCODING, "Transfer-Encoding", 0)                                       \
    X(CONNECTION, "Connection", 0)                                                     \
    X(UPGRADE, "Upgrade", 0)                                                           \
    X(COOKIE, "Cookie", 1)                                                             \
    X(SET_COOKIE, "Set-Cookie", 1)                                                     \
    X(AUTHORIZATION, "Authorization", 1)                                               \
    X(PROXY_AUTHORIZATION, "Proxy-Authorization", 1)                                   \
    X(CACHE_CONTROL, "Cache-Control", 0)                                               \
    X(PRAGMA, "Pragma", 0)                                                             \
    X(EXPIRES, "Expires", 0)                                                           \
    X(DATE, "Date", 0)                                                                 \
    X(AGE, "Age", 0)                                                                   \
    X(ETAG, "ETag", 0)                                                                 \
    X(LAST_MODIFIED, "Last-Modified", 0)                                               \
    X(IF_NONE_MATCH, "If-None-Match", 0)                                               \
    X(IF_MODIFIED_SINCE, "If-Modified-Since", 0)                                       \
    X(RANGE, "Range", 0)                                                               \
    X(VARY, "Vary", 0)                                                                 \
    X(VIA, "Via", 0)                                                                   \
    X(WARNING, "Warning", 0)                                                           \
    X(SERVER, "Server", 0)                                                             \
    X(CACHE_STATUS, "Cache-Status", 0)                                                 \
    X(SERVER_TIMING, "Server-Timing", 0)
/* clang-format on */

enum ct_field {
#define X(symbol, name, secret) CT_FIELD_##symbol,
    CT_FIELDS(X)
#undef X
        CT_FIELD_COUNT /* interned fields follow */
};

/*
 * The set of header names that are kept. Filled before the first byte is read, constant
 * afterwards. Names compare without case. At most CT_FIELDS_MAX.
 */
#define CT_FIELDS_MAX 1024
#define CT_FIELD_NONE UINT16_MAX
struct ct_fields;

struct ct_fields *ct_http_fields_new(void); /* with CT_FIELDS; NULL: no memory */
void ct_http_fields_free(struct ct_fields *fields);
/* The number of a name, added when new; CT_FIELD_NONE when full, no memory, or not a token. */
uint16_t ct_http_fields_intern(struct ct_fields *fields, const char *name);
/* Whether a name can be interned: a token of at most 63 octets (RFC 9110 section 5.1). */
bool ct_http_fields_accepts(struct ct_span name);
/* CT_FIELD_NONE when the name is not kept. */
uint16_t ct_http_fields_find(const struct ct_fields *fields, struct ct_span name);
/* The name in the case it was interned with; static for the life of fields. */
const char *ct_http_fields_name(const struct ct_fields *fields, uint16_t field);
bool ct_http_fields_secret(uint16_t field);

/* Text inside a transaction. */
struct ct_ref {
    uint32_t offset;
    uint32_t length; /* UINT32_MAX: absent */
};
#define CT_REF_NONE ((struct ct_ref){0, UINT32_MAX})

/* One kept header line. Line folding is replaced by one space; secret values are empty. */
struct ct_line {
    struct ct_ref value;
    uint16_t field;
    uint8_t dir;     /* enum ct_dir: of the request or of the response */
    uint8_t trailer; /* 1: came in a trailer section */
};

/* clang-format off */
/* What is to be known about how a transaction was seen: symbol, name in outputs. */
#define CT_NOTES(X)                                                                        \
    X(ORDER_UNKNOWN, "order-unknown")          /* cannot say which message it belongs to */ \
    X(MIDSTREAM, "midstream")                  /* the connection's start was not captured */ \
    X(GAP_IN_HEAD, "gap-in-head")              /* header lines may be missing */            \
    X(HEADER_CUT, "header-cut")                /* more header than the limits keep */       \
    X(URI_CUT, "uri-cut")                      /* longer target than the limit keeps */     \
    X(INTERIM, "interim")                      /* 1xx responses came before */              \
    X(EARLY_RESPONSE, "early-response")        /* answered before the request ended */      \
    X(METHOD_UNKNOWN, "method-unknown")        /* framing of the response is assumed */     \
    X(LENGTH_CONFLICT, "length-conflict")      /* framing fields contradict each other */   \
    X(MALFORMED, "malformed")                  /* the message broke off as not HTTP */      \
    X(CLOSE_DELIMITED, "close-delimited")      /* body ended by the end of the connection */ \
    X(RESET, "reset")                          /* ended by RST */                           \
    X(TUNNEL, "tunnel")                        /* what follows is not HTTP of this kind */  \
    X(PROXIED, "proxied")                      /* client address by PROXY protocol */       \
    X(CREDENTIALS_REMOVED, "credentials-removed") /* userinfo cut from a URI */             \
    X(TOO_MANY_PENDING, "too-many-pending")    /* beyond the limit of pending requests */
/* clang-format on */

enum ct_note {
#define X(symbol, name) CT_NOTE_##symbol,
    CT_NOTES(X)
#undef X
        CT_NOTE_COUNT
};

/* The request or the response of a transaction. */
struct ct_message {
    int64_t first_ns;  /* capture time of the first octet */
    int64_t head_ns;   /* of the octet that ended the header section */
    int64_t last_ns;   /* latest capture time of any octet seen */
    uint64_t wire_len; /* octets of the whole message in the stream, lost ones included */
    uint64_t
        body_len; /* octets of content after removal of the transfer coding (RFC 9112 section 7) */
    uint64_t missing; /* octets of it that the capture does not hold */
    uint8_t version_major;
    uint8_t version_minor;
    bool seen;     /* its start line was read */
    bool complete; /* seen to its end */
};

/*
 * A transaction: a request and its final response, or one of them alone. Compact and
 * self-contained; text and lines belong to it. Strings are bytes from the wire.
 */
struct ct_txn {
    struct ct_conn_info conn; /* copied */
    uint32_t depth;           /* position in the connection, from 1 */
    uint32_t notes;           /* bit per enum ct_note */
    struct ct_message request;
    struct ct_message response;
    struct ct_ref method;
    struct ct_ref target; /* request target as on the wire, userinfo removed */
    struct ct_ref host;   /* of the absolute-form target, else the Host field */
    struct ct_ref reason; /* reason phrase */
    uint16_t status;      /* 0: no response seen */
    uint8_t interim;      /* number of 1xx responses, saturates */
    uint8_t interim_early_hints;
    uint32_t n_lines;
    const struct ct_line *lines;
    const uint8_t *text;
    uint32_t text_bytes;
};

static inline struct ct_span ct_txn_text(const struct ct_txn *txn, struct ct_ref ref)
{
    if (ref.length == UINT32_MAX) {
        return (struct ct_span){NULL, 0};
    }
    return (struct ct_span){txn->text + ref.offset, ref.length};
}

static inline bool ct_ref_present(struct ct_ref ref)
{
    return ref.length != UINT32_MAX;
}

/*
 * The next line of a field in one message, in the order received; start with after = NULL.
 * NULL: no more. Trailer lines are included.
 */
const struct ct_line *ct_http_line(const struct ct_txn *txn, enum ct_dir dir, uint16_t field,
                                   const struct ct_line *after);
static inline bool ct_http_has(const struct ct_txn *txn, enum ct_dir dir, uint16_t field)
{
    return ct_http_line(txn, dir, field, NULL) != NULL;
}

/* Time of the transaction: first octet of the request, else of the response. */
int64_t ct_http_txn_ns(const struct ct_txn *txn);

const char *ct_http_note_name(enum ct_note note);

/* clang-format off */
#define CT_HTTP_COUNTERS(X)                                                                  \
    X(requests, "requests read to the end of their header")                                  \
    X(responses, "final responses read to the end of their header")                          \
    X(interim_responses, "1xx responses")                                                    \
    X(transactions, "transactions listed")                                                   \
    X(unanswered, "requests whose response was not seen")                                    \
    X(unasked, "responses whose request was not seen")                                       \
    X(order_unknown, "messages that could not be paired for certain")                        \
    X(incomplete, "transactions of which an end was not seen")                               \
    X(malformed, "messages given up: not valid HTTP")                                        \
    X(resyncs, "times that a direction had to look for the next message start")              \
    X(resync_bytes, "octets passed over while looking for a message start")                  \
    X(gap_bytes_in_bodies, "lost octets inside bodies, counted in missing_bytes")            \
    X(gap_bytes_elsewhere, "lost octets in headers, chunk framing or between messages")      \
    X(header_cut, "messages with more header than the limits keep")                          \
    X(uri_cut, "request targets longer than the limit")                                      \
    X(pending_overflow, "requests beyond the limit of pending requests")                     \
    X(refused, "messages not kept because of the memory limit")                              \
    X(rejected, "connections that looked like HTTP and were not")                            \
    X(tunnels, "connections that became tunnels (CONNECT, Upgrade)")
/* clang-format on */

struct ct_http_counters {
#define X(field, help) uint64_t field;
    CT_HTTP_COUNTERS(X)
#undef X
    uint64_t memory_bytes; /* gauge */
};

/*
 * Called for every transaction when it ends; txn is borrowed for the call. Order: as they
 * end; within a connection by depth.
 */
struct ct_http_hooks {
    void (*txn)(void *user, const struct ct_txn *txn);
    void *user;
};

struct ct_http;

/* Borrows fields and hooks for its life. NULL: no memory. */
struct ct_http *ct_http_new(const struct ct_limits *limits, const struct ct_fields *fields,
                            const struct ct_http_hooks *hooks);
void ct_http_free(struct ct_http *http);
/* The consumer to hand to a transport; valid for the life of http. */
const struct ct_consumer *ct_http_consumer(const struct ct_http *http);
const struct ct_http_counters *ct_http_counters(const struct ct_http *http);

/* "8.1.0": the version of llhttp that was compiled in. */
const char *ct_http_parser_version(void);

#endif
