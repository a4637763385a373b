/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzes structured fields and HTTP dates. Checked besides memory: what the reader gives lies
 * in the value, a valid list is read to its end, and reading twice gives the same.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/date.h"
#include "http/sf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool ok, const char *what)
{
    if (!ok) {
        (void)fprintf(stderr, "fuzz_sf: %s\n", what);
        abort();
    }
}

static void check_span(struct ct_span value, struct ct_span part)
{
    require(part.n == 0 || (part.p >= value.p && part.n <= (size_t)(value.p + value.n - part.p)),
            "span outside of the value");
}

static void check_params(struct ct_span value, struct ct_span params)
{
    struct ct_sf_param param;
    struct ct_sf_item found;
    check_span(value, params);
    while (ct_http_sf_param_next(&params, &param)) {
        check_span(value, param.key);
        check_span(value, param.item.text);
        require(param.key.n > 0, "empty key");
    }
    require(params.n == 0, "parameters not read to the end");
    (void)ct_http_sf_param_find(params, "hit", &found);
}

static void check_member(struct ct_span value, const struct ct_sf_member *member)
{
    char text[64];
    check_span(value, member->item.text);
    check_params(value, member->params);
    require(ct_http_sf_copy(&member->item, text, sizeof text) <= sizeof text, "copy");
    if (member->item.type == CT_SF_INNER_LIST) {
        struct ct_span rest = member->item.text;
        struct ct_sf_member inner;
        while (ct_http_sf_inner_next(&rest, &inner)) {
            require(inner.item.type != CT_SF_INNER_LIST, "nested");
            check_span(value, inner.item.text);
            check_params(value, inner.params);
        }
        require(rest.n == 0, "inner list not read to the end");
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ct_span value = {data, size};
    struct ct_sf_member member;
    struct ct_sf_reader reader = ct_http_sf_read(value);
    while (ct_http_sf_list_next(&reader, &member)) {
        check_member(value, &member);
    }
    require(ct_http_sf_list_valid(value) == !reader.failed, "list");
    reader = ct_http_sf_read(value);
    while (ct_http_sf_dict_next(&reader, &member)) {
        check_span(value, member.key);
        check_member(value, &member);
    }
    require(ct_http_sf_dict_valid(value) == !reader.failed, "dictionary");
    if (ct_http_sf_item(value, &member)) {
        check_member(value, &member);
        require(ct_http_sf_list_valid(value), "an item is a list of one");
    }
    int64_t epoch_s = 0;
    if (ct_http_parse_date(value, 1700000000, &epoch_s)) {
        require(epoch_s >= INT64_C(-62167219200) && epoch_s <= INT64_C(253402300800), "date");
    }
    return 0;
}
