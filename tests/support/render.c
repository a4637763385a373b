/* SPDX-License-Identifier: Apache-2.0 */
#include "support/render.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/span.h"
#include "support/txn.h"

static void must(bool holds, const char *what)
{
    if (!holds) {
        (void)fprintf(stderr, "tests: %s failed\n", what);
        exit(1);
    }
}

static struct ct_endpoint ipv4(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint16_t port)
{
    return (struct ct_endpoint){.addr = {a, b, c, d}, .port = port, .family = 4};
}

void rn_sample_init_span(struct rn_sample *sample, struct ct_span text)
{
    memset(sample, 0, sizeof *sample);
    sample->fields = ct_http_fields_new();
    must(sample->fields != NULL, "ct_http_fields_new");
    (void)ct_http_fields_intern(sample->fields, "X-Cache");
    sample->txn = tx_new_span(sample->fields, text);
    (void)snprintf(sample->txn->conn.uid, CT_UID_MAX, "CuidOfTheTest");
    sample->txn->conn.orig = ipv4(192, 0, 2, 10, 40000);
    sample->txn->conn.resp = ipv4(198, 51, 100, 1, 80);
    sample->verdict = (struct ct_verdict){
        .outcome = CT_OUTCOME_HIT,
        .class = CT_CLASS_HIT,
        .basis = CT_BASIS_STATED,
        .dialect = "x-cache",
        .rule = "the status word of the last tier",
        .age_s = -1,
    };
}

void rn_sample_init(struct rn_sample *sample, const char *text)
{
    rn_sample_init_span(sample, ct_span_of(text));
}

void rn_sample_fini(struct rn_sample *sample)
{
    tx_free(sample->txn);
    ct_http_fields_free(sample->fields);
}

void rn_add_evidence(struct rn_sample *sample, enum ct_evidence_kind kind, uint32_t line)
{
    struct ct_verdict *verdict = &sample->verdict;
    must(verdict->n_evidence < CT_EVIDENCE_MAX, "room for evidence");
    verdict->evidence[verdict->n_evidence++] = (struct ct_evidence){kind, line};
}

char *rn_render(enum ct_format format, struct ct_output_options options,
                const struct rn_sample *sample, const struct ct_snapshot *snapshot, size_t *n_bytes)
{
    char *text = NULL;
    size_t n = 0;
    FILE *file = open_memstream(&text, &n);
    must(file != NULL, "open_memstream");
    if (options.fields == NULL && sample != NULL) {
        options.fields = sample->fields;
    }
    struct ct_writer *writer = ct_output_new(format, file, &options);
    must(writer != NULL, "ct_output_new");
    if (sample != NULL) {
        must(ct_output_txn(writer, sample->txn, &sample->verdict) == CT_OUTPUT_OK, "writing");
    }
    must(ct_output_end(writer, snapshot) == CT_OUTPUT_OK, "writing the end");
    ct_output_free(writer);
    must(fclose(file) == 0, "fclose");
    if (n_bytes != NULL) {
        *n_bytes = n;
    }
    return text;
}

int rn_use_utc(void **state)
{
    (void)state;
    (void)setenv("TZ", "UTC", 1);
    tzset();
    return 0;
}
