/* SPDX-License-Identifier: Apache-2.0 */
/* The list of dialects says what the classifier does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cache/lister.h"
#include "command/dialects.h"
#include "support/verdict.h"

/* What stands in the list as a sentence holds for its example. */
static void examples_of_rules_hold(void **state)
{
    size_t wrong = 0;
    size_t n = 0;
    for (; ct_cache_rule(n) != NULL; n++) {
        const struct ct_rule *rule = ct_cache_rule(n);
        struct ct_verdict v = vx_judge(*state, rule->example);
        if (v.outcome != (enum ct_outcome)rule->outcome ||
            v.reason != (enum ct_reason)rule->reason || v.dialect == NULL ||
            strcmp(v.dialect, ct_cache_dialects[rule->dialect].name) != 0) {
            wrong++;
            (void)fprintf(stderr, "%s: %s: gives %s %s %s\n", rule->header, rule->text,
                          ct_cache_outcome_name(v.outcome),
                          v.reason != CT_REASON_NOT_GIVEN ? ct_cache_reason_name(v.reason) : "-",
                          v.dialect);
        }
    }
    assert_true(n > 40);
    assert_int_equal(wrong, 0);
}

struct tally {
    const struct vx_stage *stage;
    const char *dialect;
    const char *headers[256];
    size_t n_headers;
    size_t n_entries;
    size_t n_words;
    size_t wrong;
};

static void count_entry(void *user, const struct ct_entry *entry)
{
    struct tally *tally = user;
    tally->n_entries++;
    assert_true(entry->kind != CT_ENTRY_VALUE || entry->text != NULL);
    assert_true((unsigned)entry->outcome < CT_OUTCOME_COUNT);
    if (entry->kind == CT_ENTRY_HEADER && strcmp(tally->dialect, "generic") != 0) {
        tally->headers[tally->n_headers++] = entry->header;
    }
    /* A word of all dialects, in a field that nobody else writes. */
    if (entry->kind == CT_ENTRY_VALUE && entry->header == NULL &&
        strcmp(tally->dialect, "generic") == 0) {
        char line[128];
        (void)snprintf(line, sizeof line, "x-edge-cache-status: %s", entry->text);
        struct ct_verdict v = vx_judge(tally->stage, line);
        tally->n_words++;
        if (v.outcome != entry->outcome) {
            (void)fprintf(stderr, "%s: gives %s\n", line, ct_cache_outcome_name(v.outcome));
            tally->wrong++;
        }
    }
}

static void every_dialect_has_entries_and_words_mean_what_the_list_says(void **state)
{
    const struct vx_stage *stage = *state;
    struct tally *tally = calloc(1, sizeof *tally);
    assert_non_null(tally);
    tally->stage = stage;
    for (size_t i = 0; ct_cache_dialect_name(stage->cache, i) != NULL; i++) {
        tally->dialect = ct_cache_dialect_name(stage->cache, i);
        tally->n_entries = 0;
        tally->n_headers = 0;
        ct_cache_describe(stage->cache, i, count_entry, tally);
        if (tally->n_entries == 0) {
            fail_msg("%s: nothing is listed", tally->dialect);
        }
        assert_in_range(ct_cache_dialect_rank(stage->cache, i), 1, 7);
        assert_false(ct_cache_dialect_is_user(stage->cache, i));
    }
    assert_true(tally->n_words > 90);
    assert_int_equal(tally->wrong, 0);
    free(tally);
}

static char *print(const struct ct_cache_config *config, const char *name, int want)
{
    char *text = NULL;
    size_t n = 0;
    FILE *file = open_memstream(&text, &n);
    assert_non_null(file);
    assert_int_equal(ct_command_dialects_print(file, config, name), want);
    (void)fclose(file);
    return text;
}

static void a_users_dialect_is_listed_as_it_was_given(void **state)
{
    (void)state;
    static const struct ct_user_value values[] = {
        {"H", CT_OUTCOME_HIT, CT_REASON_NOT_GIVEN, CT_USER_STORED_NOT_SAID},
        {"*", CT_OUTCOME_MISS, CT_REASON_COLD, CT_USER_STORED_NO},
    };
    static const struct ct_user_header headers[] = {
        {.name = "X-Acme", .pattern = "s=(\\w+)", .values = values, .n_values = 2},
        {.name = "X-Acme-Tiers", .list = true, .first_is_nearest = true, .common_words = true},
    };
    static const struct ct_user_print prints[] = {
        {"Server", "acme/", NULL}, {"Via", NULL, "acme"}, {"X-Acme-Id", NULL, NULL}};
    static const struct ct_user_dialect dialect = {.name = "acme",
                                                   .rank = 8,
                                                   .headers = headers,
                                                   .n_headers = 2,
                                                   .prints = prints,
                                                   .n_prints = 3};
    static const struct ct_cache_config config = {.dialects = &dialect, .n_dialects = 1};
    char *text = print(&config, "acme", 1);
    assert_string_equal(
        text,
        "acme\n"
        "  rank 8    farther from the client than all that is built in; of the configuration\n"
        "  known by  Server: acme/...\n"
        "            Via: ...acme...\n"
        "            X-Acme-Id\n"
        "  X-Acme                      the word that its pattern finds\n"
        "    pattern s=(\\w+)\n"
        "    H                                   HIT\n"
        "    *                                   MISS            cold; stored=no\n"
        "  X-Acme-Tiers                one word for each cache, the nearest first; also the "
        "words of generic\n"
        "\n");
    free(text);
}

static void lines_fit_a_wide_terminal(void **state)
{
    (void)state;
    char *text = print(NULL, NULL, (int)CT_DIALECT_COUNT);
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n")) {
        if (strlen(line) > 100) {
            fail_msg("%s: %zu columns", line, strlen(line));
        }
    }
    free(text);
    free(print(NULL, "no-such", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_of_rules_hold),
        cmocka_unit_test(every_dialect_has_entries_and_words_mean_what_the_list_says),
        cmocka_unit_test(a_users_dialect_is_listed_as_it_was_given),
        cmocka_unit_test(lines_fit_a_wide_terminal),
    };
    return cmocka_run_group_tests(tests, vx_stage_setup, vx_stage_teardown);
}
