/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The recorded captures once more, judged as if no cache told its status: what RFC 9111 and the
 * history of each URI say instead, against the caches' own logs. A wrong class is a lie, and
 * there may be none; the other figures are held, so that they cannot slip.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/span.h"
#include "cachetap/cachetap.h"
#include "support/tape.h"

/* The fields with which these caches speak. */
static const char *const ignored[] = {
    "X-Cache", "X-Cache-Status", "X-Cache-Lookup", "X-Cache-Hits", "X-Varnish", "X-Squid-Error",
};

/* A line of NAME.verdicts.tsv. */
struct logged {
    char client[CT_ADDR_TEXT_MAX];
    unsigned port;
    unsigned nth;
    char uri[128];
    char word[40];
};

struct blind {
    struct logged *logs;
    size_t n_logs;
    unsigned seen;
    unsigned agree;
    unsigned finer; /* nothing served from a store, and why: the log has one word for it all */
    unsigned pass;  /* fetched by an operator's rule that no message shows: logged as a bypass */
    unsigned unknown;
    unsigned lies;
};

static bool is_one_of(const char *word, const char *const *words, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(word, words[i]) == 0) {
            return true;
        }
    }
    return false;
}

static enum ct_class class_of(const char *word)
{
    static const char *const hits[] = {
        "HIT",
        "STALE",
        "UPDATING",
        "REVALIDATED",
        "hit",
        "TCP_MEM_HIT",
        "TCP_INM_HIT",
        "TCP_IMS_HIT",
        "TCP_CF_HIT",
        "TCP_NEGATIVE_HIT",
        "TCP_REFRESH_UNMODIFIED",
        "TCP_REFRESH_FAIL_OLD",
    };
    static const char *const misses[] = {
        "MISS",
        "EXPIRED",
        "miss",
        "TCP_MISS",
        "TCP_REFRESH_MODIFIED",
        "TCP_CF_REFRESH_MODIFIED",
        "TCP_REFRESH_FAIL_ERR",
    };
    static const char *const own[] = {"synth", "TCP_DENIED"};
    if (is_one_of(word, hits, sizeof hits / sizeof hits[0])) {
        return CT_CLASS_HIT;
    }
    if (is_one_of(word, misses, sizeof misses / sizeof misses[0])) {
        return CT_CLASS_MISS;
    }
    return is_one_of(word, own, sizeof own / sizeof own[0]) ? CT_CLASS_OTHER : CT_CLASS_BYPASS;
}

static void load_logs(struct blind *blind, const char *path)
{
    char line[1024];
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    blind->logs = calloc(1000, sizeof *blind->logs);
    assert_non_null(blind->logs);
    while (blind->n_logs < 1000 && fgets(line, sizeof line, file) != NULL) {
        struct logged *log = &blind->logs[blind->n_logs];
        /* NOLINTNEXTLINE(cert-err34-c): a number that does not fit would match nothing */
        if (line[0] != '#' && sscanf(line, "%45s %u %u %*s %127s %*s %39s", log->client, &log->port,
                                     &log->nth, log->uri, log->word) == 5) {
            blind->n_logs++;
        }
    }
    (void)fclose(file);
}

static const struct logged *log_of(const struct blind *blind, const struct ct_txn *txn)
{
    char client[CT_ADDR_TEXT_MAX];
    ct_base_endpoint_text(&txn->conn.orig, client);
    for (size_t i = 0; i < blind->n_logs; i++) {
        const struct logged *log = &blind->logs[i];
        if (strcmp(log->client, client) == 0 && log->port == txn->conn.orig.port &&
            log->nth == txn->depth) {
            return log;
        }
    }
    return NULL;
}

/* Where the log says miss, a bypass with its cause, and the cache's own error page. */
static bool is_finer(const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    return verdict->class == CT_CLASS_BYPASS ||
           ((verdict->outcome == CT_OUTCOME_ERROR || verdict->outcome == CT_OUTCOME_SYNTHETIC) &&
            txn->status >= 500);
}

static void on_transaction(void *user, const struct ct_txn *txn, const struct ct_verdict *verdict)
{
    struct blind *blind = user;
    const struct logged *log = log_of(blind, txn);
    if (log == NULL) {
        return; /* of the other side */
    }
    enum ct_class want = class_of(log->word);
    blind->seen++;
    if (verdict->outcome == CT_OUTCOME_UNKNOWN) {
        blind->unknown++;
    } else if (verdict->class == want) {
        blind->agree++;
    } else if (want == CT_CLASS_MISS && is_finer(txn, verdict)) {
        blind->finer++;
    } else if (strcmp(log->uri, "/?nocache=1") == 0 && verdict->class == CT_CLASS_MISS) {
        blind->pass++;
    } else {
        blind->lies++;
    }
    bool shown = getenv("BLIND_TABLE") != NULL ||
                 (verdict->class != want && verdict->outcome != CT_OUTCOME_UNKNOWN);
    if (shown) {
        const char *reason = ct_cache_reason_name(verdict->reason);
        print_message("#   %-24s %-24s %s%s %s; %s\n", log->uri, log->word,
                      ct_cache_outcome_name(verdict->outcome),
                      (verdict->marks >> CT_MARK_WEAK & 1) != 0 ? " (weak)" : "",
                      reason != NULL ? reason : "-", verdict->rule != NULL ? verdict->rule : "-");
    }
}

struct sample {
    const char *name;
    const char *verdicts;
    const char *paths[2];
    unsigned n;
    unsigned known_least; /* agree and finer */
    unsigned pass;
};

static void judge(const struct sample *sample)
{
    struct blind blind = {0};
    struct tape tape;
    struct ct_engine_config config = {.transaction = on_transaction, .user = &blind};
    ct_base_limits_init(&config.limits);
    config.cache.ignored = ignored;
    config.cache.n_ignored = sizeof ignored / sizeof ignored[0];
    load_logs(&blind, sample->verdicts);
    tape_load(&tape, sample->paths, sample->paths[1] != NULL ? 2 : 1);
    struct ct_engine *engine = ct_engine_new(&config);
    assert_non_null(engine);
    for (size_t i = 0; i < tape.n; i++) {
        ct_engine_frame(engine, &tape.frames[i]);
    }
    ct_engine_finish(engine);
    ct_engine_free(engine);
    tape_free(&tape);
    free(blind.logs);
    print_message("# %-14s %4u requests: %4u as logged, %3u finer than the log, %3u UNKNOWN "
                  "(%u %%), %u by a rule not shown, %u wrong\n",
                  sample->name, blind.seen, blind.agree, blind.finer, blind.unknown,
                  blind.seen > 0 ? 100 * blind.unknown / blind.seen : 0, blind.pass, blind.lies);
    assert_int_equal(blind.seen, sample->n);
    assert_int_equal(blind.lies, 0);
    assert_int_equal(blind.pass, sample->pass);
    assert_true(blind.agree + blind.finer >= sample->known_least);
}

static void without_status_headers_no_class_is_wrong(void **state)
{
    (void)state;
    /* nginx sends no Age and stamps Date anew: of it one side shows next to nothing. */
    static const struct sample samples[] = {
        {"nginx", "captures/nginx.verdicts.tsv", {"captures/nginx.pcap"}, 131, 12, 0},
        {"varnish", "captures/varnish.verdicts.tsv", {"captures/varnish.pcap"}, 131, 97, 1},
        {"squid", "captures/squid.verdicts.tsv", {"captures/squid.pcapng"}, 131, 128, 0},
        {"chain", "captures/chain.verdicts.tsv", {"captures/chain.pcap"}, 131, 12, 0},
        {"chain-varnish",
         "captures/chain-varnish.verdicts.tsv",
         {"captures/chain.pcap"},
         77,
         61,
         1},
    };
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        judge(&samples[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_status_headers_no_class_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
