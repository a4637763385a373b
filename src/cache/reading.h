/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is known while one transaction is classified. One pass over its lines finds which
 * fields are there (ct_cache_scan); everything else is looked at only when something asks.
 * Parsers turn lines into statements, ct_cache_settle turns statements into the verdict.
 */
#ifndef CACHETAP_CACHE_READING_H
#define CACHETAP_CACHE_READING_H

#include "base/span.h"
#include "cache/control.h"
#include "cache/tables.h"

#define CT_LINE_NONE UINT32_MAX
#define CT_SEEN_MAX  64

/* Rank of statements that come from behind the server of the connection: a second tier's. */
#define CT_RANK_BEHIND 6

/* What one cache says of this transaction, or said when the response was stored. */
struct ct_statement {
    struct ct_ref node;
    const char *label;
    const char *rule; /* static, where it takes more than the word to decide; or NULL */
    int64_t hits;
    uint32_t line;
    uint32_t also; /* a second line that decided with it, or CT_LINE_NONE */
    uint32_t marks;
    uint16_t header; /* enum ct_header, or a user's */
    uint8_t dialect; /* enum ct_dialect, or a user's */
    uint8_t outcome;
    uint8_t written; /* the outcome before the messages refined it: what holds for a fossil */
    uint8_t reason;
    uint8_t rank;
    int8_t depth; /* order within a field where labels give it: larger is nearer the client */
    bool known_writer;
    bool bare; /* nothing but a word: no name, no label */
};

struct ct_seen {
    uint32_t line;
    uint16_t header;
};

enum ct_status_field { /* Cache-Status as a structured field */
                       CT_STATUS_FIELD_UNREAD,
                       CT_STATUS_FIELD_VALID,
                       CT_STATUS_FIELD_INVALID,
};

struct ct_reading {
    const struct ct_cache *cache;
    const struct ct_txn *txn;
    uint32_t have[2];                  /* bit per enum ct_field, of each direction */
    uint32_t first[2][CT_FIELD_COUNT]; /* line; only where the bit is set */
    uint32_t again;                    /* bit per enum ct_field that has several lines */
    struct ct_seen seen[CT_SEEN_MAX];  /* lines of the response that the tables know */
    uint32_t n_seen;
    struct ct_seen users_seen[CT_SEEN_MAX]; /* lines that a user's dialect reads */
    uint32_t n_users_seen;
    struct ct_dialect_set prints; /* dialects whose fingerprint is there */
    uint32_t print_line;          /* of the first of them, or CT_LINE_NONE */
    uint8_t print_traits;         /* CT_TRAIT_ bits that one of prints has */
    uint8_t print_lacks;          /* CT_TRAIT_ bits that one of prints has not; 0: no print */
    struct ct_dialect_set spoke;  /* dialects that made a statement */
    struct ct_statement statements[CT_TIERS_MAX];
    uint32_t n_statements;
    bool cut;       /* more statements than fit: those of the origin's side are gone */
    bool unfilled;  /* a status field was there and empty, or a template nobody filled in */
    bool partial;   /* header lines may be missing: that one is not there says nothing */
    bool age_wrong; /* Age is there and no integer */
    int64_t age_s;
    enum ct_status_field status_field;
    uint8_t decider; /* dialect of the statement that decided; set by ct_cache_settle */
    bool from_cache; /* the client of this connection is a cache: see side.c */
    bool to_gateway; /* the response speaks to a gateway that would have consumed it */
    struct ct_dialect_set clients; /* networks that the client belongs to */
    bool date_known;
    int64_t date_s; /* see ct_cache_date */
    bool server_known;
    bool vias_known;
    uint8_t server;   /* dialect by the Server field; see ct_cache_find_server */
    uint8_t last_via; /* dialect by the last element of Via; see ct_cache_find_makers */
    uint8_t n_vias;   /* elements of Via, saturates; see ct_cache_find_makers */
    bool control_known[2];
    struct ct_control control[2];
};

static inline struct ct_span ct_reading_text(const struct ct_reading *r, uint32_t line)
{
    return ct_txn_text(r->txn, r->txn->lines[line].value);
}

static inline bool ct_reading_contains(struct ct_span text, const char *part)
{
    return text.n > 0 && memmem(text.p, text.n, part, strlen(part)) != NULL;
}

static inline bool ct_reading_has(const struct ct_reading *r, enum ct_dir dir, enum ct_field field)
{
    return (r->have[dir] >> field & 1) != 0;
}

static inline bool ct_reading_has_print(const struct ct_reading *r, enum ct_dialect dialect)
{
    return ct_dialect_set_has(&r->prints, dialect);
}

static inline void ct_reading_add_print(struct ct_reading *r, unsigned dialect, uint32_t line)
{
    r->print_line = r->print_line == CT_LINE_NONE ? line : r->print_line;
    ct_dialect_set_add(&r->prints, dialect);
    r->print_traits |= ct_cache_traits[dialect];
    r->print_lacks |= (uint8_t)~ct_cache_traits[dialect];
}

/* The first line of a field, or CT_LINE_NONE. */
static inline uint32_t ct_reading_line(const struct ct_reading *r, enum ct_dir dir,
                                       enum ct_field field)
{
    return ct_reading_has(r, dir, field) ? r->first[dir][field] : CT_LINE_NONE;
}

/* The value of the first line of a field; empty when there is none. */
static inline struct ct_span ct_reading_value(const struct ct_reading *r, enum ct_dir dir,
                                              enum ct_field field)
{
    uint32_t line = ct_reading_line(r, dir, field);
    return line == CT_LINE_NONE ? (struct ct_span){NULL, 0} : ct_reading_text(r, line);
}

/* Place of a part of the transaction's text. */
static inline struct ct_ref ct_reading_ref(const struct ct_reading *r, struct ct_span part)
{
    if (part.n == 0) {
        return CT_REF_NONE;
    }
    return (struct ct_ref){(uint32_t)(part.p - r->txn->text), (uint32_t)part.n};
}

void ct_cache_scan(struct ct_reading *r, const struct ct_cache *cache, const struct ct_txn *txn);
/* Takes a line as a fingerprint, where its header is one. */
void ct_cache_note_print(struct ct_reading *r, uint32_t line, enum ct_header header);
/* The first line of the response with this header, or CT_LINE_NONE. */
uint32_t ct_cache_seen(const struct ct_reading *r, enum ct_header header);
/* The maker by Server; adds it to prints. */
enum ct_dialect ct_cache_find_server(struct ct_reading *r);
/* Makers by Server and Via; adds them to prints. */
void ct_cache_find_makers(struct ct_reading *r);
/* Takes note of a line that tells the side. */
void ct_cache_note_side(struct ct_reading *r, uint32_t line);
/* On the side of the origin: what its client's network wrote comes from behind the server. */
void ct_cache_turn_sides(struct ct_reading *r);
/* Age was not made by the server of this connection, but came to it from behind. */
bool ct_cache_age_is_behind(struct ct_reading *r);
/* The server is nginx as a proxy, by the order in which it writes its fields. */
bool ct_cache_peer_is_nginx(struct ct_reading *r);
/* The server is Cloudflare, whatever stands last in Via. */
bool ct_cache_peer_is_cloudflare(struct ct_reading *r);
/* A network or Cache-Status spoke, and the server that passed it on is another. */
bool ct_cache_came_from_behind(struct ct_reading *r, const struct ct_statement *s);
/* There is a cache on the way: Age, Via, or the fingerprint of a product that is one. */
bool ct_cache_has_sign(struct ct_reading *r);
/* Date in seconds since the epoch, or -1. */
int64_t ct_cache_date(struct ct_reading *r);
/* Cache-Control of one direction. */
const struct ct_control *ct_cache_control(struct ct_reading *r, enum ct_dir dir);
/* Freshness lifetime for a shared cache in seconds, -1: not given (RFC 9111 section 4.2.1). */
int64_t ct_cache_lifetime(struct ct_reading *r);
/* GET, HEAD, or not known. */
bool ct_cache_method_is_read(const struct ct_txn *txn);
bool ct_cache_method_is(const struct ct_txn *txn, const char *method);
/* Vary with the member "*" (RFC 9110 section 12.5.5). */
bool ct_cache_varies_on_all(const struct ct_reading *r);
/* Whether a Warning field of the response has the code (RFC 7234 section 5.5). */
uint32_t ct_cache_warning(const struct ct_reading *r, const char *code);

/* A statement that a parser may fill on: everything set but the outcome. */
struct ct_statement ct_cache_statement(const struct ct_reading *r, enum ct_header header,
                                       enum ct_dialect dialect, uint32_t line);
/* Takes the word's outcome, reason and marks; NULL: UNKNOWN, unrecognised. */
void ct_cache_apply_word(struct ct_statement *statement, const struct ct_word *word);
/* Marks that came with the word; one of them may be the reason. */
void ct_cache_add_marks(struct ct_statement *statement, uint32_t marks);
/* Adds it; when there is no room the one farthest from the client goes. */
void ct_cache_say(struct ct_reading *r, const struct ct_statement *statement);

typedef void (*ct_cache_parser)(struct ct_reading *r, enum ct_header header, uint32_t line);

void ct_cache_read_words(struct ct_reading *r, enum ct_header header, uint32_t line);
void ct_cache_read_cache_status(struct ct_reading *r, enum ct_header header, uint32_t line);
void ct_cache_read_timing(struct ct_reading *r, enum ct_header header, uint32_t line);
void ct_cache_read_varnish(struct ct_reading *r, enum ct_header header, uint32_t line);
void ct_cache_read_via(struct ct_reading *r, enum ct_header header, uint32_t line);
void ct_cache_read_lookup(struct ct_reading *r, enum ct_header header, uint32_t line);
void ct_cache_read_attributes(struct ct_reading *r, enum ct_header header, uint32_t line);
void ct_cache_read_trace(struct ct_reading *r, enum ct_header header, uint32_t line);
void ct_cache_read_trace_tag(struct ct_reading *r, enum ct_header header, uint32_t line);
void ct_cache_read_iinfo(struct ct_reading *r, enum ct_header header, uint32_t line);
void ct_cache_read_brackets(struct ct_reading *r, enum ct_header header, uint32_t line);
void ct_cache_read_detail(struct ct_reading *r, enum ct_header header, uint32_t line);
void ct_cache_read_debug_ttl(struct ct_reading *r, enum ct_header header, uint32_t line);
void ct_cache_read_cf1(struct ct_reading *r, enum ct_header header, uint32_t line);
void ct_cache_read_litespeed(struct ct_reading *r, enum ct_header header, uint32_t line);
void ct_cache_read_disabled(struct ct_reading *r, enum ct_header header, uint32_t line);
void ct_cache_read_presence(struct ct_reading *r, enum ct_header header, uint32_t line);

/* What fields say together: run after all lines are read, before settling. */
void ct_cache_pair_fields(struct ct_reading *r);
void ct_cache_pair_squid(struct ct_reading *r);
void ct_cache_pair_varnish(struct ct_reading *r);
void ct_cache_pair_httpd(struct ct_reading *r);
void ct_cache_pair_library(struct ct_reading *r);
void ct_cache_pair_fastly(struct ct_reading *r);
void ct_cache_pair_networks(struct ct_reading *r);
/* Several fields of one writer about one cache become one statement. */
void ct_cache_merge(struct ct_reading *r);
void ct_cache_remove_statement(struct ct_reading *r, uint32_t i);

/* Statements to tiers and verdict. */
void ct_cache_settle(struct ct_reading *r, struct ct_verdict *verdict);
/* Fills the facts: what more than one transaction may need of this one. */
void ct_cache_collect(struct ct_reading *r, struct ct_verdict *verdict);
/* Why a cache that spoke did so, from the messages; fills reason and marks where they lack. */
void ct_cache_explain(struct ct_reading *r, struct ct_verdict *verdict);
/* Cache problems that the transaction shows. */
void ct_cache_find(struct ct_reading *r, struct ct_verdict *verdict);
/* The verdict where nobody speaks (RFC 9111). */
void ct_cache_infer(struct ct_reading *r, struct ct_verdict *verdict);

void ct_cache_add_evidence(struct ct_verdict *verdict, enum ct_evidence_kind kind, uint32_t line);

#endif
