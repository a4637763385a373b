/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 9651 section 4.2; the names of the functions are those of its algorithms. */
#include "http/sf.h"

#include "base/span.h"
#include "http/sf_item.h"
#include "http/token.h"

static void advance(struct ct_span *in, size_t n)
{
    in->p += n;
    in->n -= n;
}

static void skip_sp(struct ct_span *in)
{
    while (in->n > 0 && in->p[0] == ' ') {
        advance(in, 1);
    }
}

static void skip_ows(struct ct_span *in)
{
    while (in->n > 0 && (in->p[0] == ' ' || in->p[0] == '\t')) {
        advance(in, 1);
    }
}

static bool is_lower(uint8_t c)
{
    return c >= 'a' && c <= 'z';
}

/* section 4.2.3.3 */
static bool parse_key(struct ct_span *in, struct ct_span *key)
{
    if (in->n == 0 || (!is_lower(in->p[0]) && in->p[0] != '*')) {
        return false;
    }
    size_t n = 0;
    while (n < in->n && (is_lower(in->p[n]) || ct_http_is_digit(in->p[n]) || in->p[n] == '_' ||
                         in->p[n] == '-' || in->p[n] == '.' || in->p[n] == '*')) {
        n++;
    }
    *key = (struct ct_span){in->p, n};
    advance(in, n);
    return true;
}

static struct ct_sf_item implied_true(struct ct_span at)
{
    return (struct ct_sf_item){.text = {at.p, 0}, .number = 1, .type = CT_SF_BOOLEAN};
}

/* One parameter; in begins with ";". */
static bool parse_parameter(struct ct_span *in, struct ct_sf_param *param)
{
    advance(in, 1);
    skip_sp(in);
    if (!parse_key(in, &param->key)) {
        return false;
    }
    param->item = implied_true(*in);
    if (in->n > 0 && in->p[0] == '=') {
        advance(in, 1);
        return ct_http_sf_bare_item(in, &param->item);
    }
    return true;
}

/* section 4.2.3.2; *text: all of them */
static bool parse_parameters(struct ct_span *in, struct ct_span *text)
{
    struct ct_span start = *in;
    size_t n = 0;
    while (in->n > 0 && in->p[0] == ';') {
        struct ct_sf_param param;
        if (++n > CT_SF_PARAMS_MAX || !parse_parameter(in, &param)) {
            return false;
        }
    }
    *text = (struct ct_span){start.p, start.n - in->n};
    return true;
}

/* section 4.2.3 */
static bool parse_item(struct ct_span *in, struct ct_sf_member *member)
{
    return ct_http_sf_bare_item(in, &member->item) && parse_parameters(in, &member->params);
}

/* section 4.2.1.2; in begins with "(" */
static bool parse_inner_list(struct ct_span *in, struct ct_sf_member *member)
{
    advance(in, 1);
    struct ct_span start = *in;
    for (size_t n = 0; in->n > 0; n++) {
        skip_sp(in);
        if (in->n > 0 && in->p[0] == ')') {
            member->item =
                (struct ct_sf_item){.text = {start.p, start.n - in->n}, .type = CT_SF_INNER_LIST};
            advance(in, 1);
            return parse_parameters(in, &member->params);
        }
        struct ct_sf_member inner = {0};
        if (n == CT_SF_INNER_MAX || !parse_item(in, &inner) || in->n == 0 ||
            (in->p[0] != ' ' && in->p[0] != ')')) {
            return false;
        }
    }
    return false;
}

/* section 4.2.1.1 */
static bool parse_item_or_inner_list(struct ct_span *in, struct ct_sf_member *member)
{
    if (in->n > 0 && in->p[0] == '(') {
        return parse_inner_list(in, member);
    }
    return parse_item(in, member);
}

struct ct_sf_reader ct_http_sf_read(struct ct_span value)
{
    skip_sp(&value);
    while (value.n > 0 && value.p[value.n - 1] == ' ') {
        value.n--;
    }
    return (struct ct_sf_reader){.rest = value};
}

/* To the next member: the comma, or the end. */
static bool parse_comma(struct ct_sf_reader *reader)
{
    struct ct_span *in = &reader->rest;
    skip_ows(in);
    if (in->n == 0) {
        return true;
    }
    if (in->p[0] != ',') {
        return false;
    }
    advance(in, 1);
    skip_ows(in);
    return in->n > 0; /* a comma at the end */
}

static bool fail(struct ct_sf_reader *reader)
{
    reader->failed = true;
    return false;
}

bool ct_http_sf_list_next(struct ct_sf_reader *reader, struct ct_sf_member *member)
{
    if (reader->failed || reader->rest.n == 0) {
        return false;
    }
    *member = (struct ct_sf_member){0};
    if (++reader->n_members > CT_SF_MEMBERS_MAX ||
        !parse_item_or_inner_list(&reader->rest, member) || !parse_comma(reader)) {
        return fail(reader);
    }
    return true;
}

bool ct_http_sf_dict_next(struct ct_sf_reader *reader, struct ct_sf_member *member)
{
    struct ct_span *in = &reader->rest;
    if (reader->failed || in->n == 0) {
        return false;
    }
    *member = (struct ct_sf_member){0};
    if (++reader->n_members > CT_SF_MEMBERS_MAX || !parse_key(in, &member->key)) {
        return fail(reader);
    }
    if (in->n > 0 && in->p[0] == '=') {
        advance(in, 1);
        if (!parse_item_or_inner_list(in, member)) {
            return fail(reader);
        }
    } else {
        member->item = implied_true(*in);
        if (!parse_parameters(in, &member->params)) {
            return fail(reader);
        }
    }
    return parse_comma(reader) || fail(reader);
}

bool ct_http_sf_item(struct ct_span value, struct ct_sf_member *member)
{
    struct ct_sf_reader reader = ct_http_sf_read(value);
    *member = (struct ct_sf_member){0};
    return parse_item(&reader.rest, member) && reader.rest.n == 0;
}

bool ct_http_sf_inner_next(struct ct_span *rest, struct ct_sf_member *member)
{
    skip_sp(rest);
    *member = (struct ct_sf_member){0};
    return rest->n > 0 && parse_item(rest, member);
}

bool ct_http_sf_param_next(struct ct_span *params, struct ct_sf_param *param)
{
    *param = (struct ct_sf_param){0};
    return params->n > 0 && params->p[0] == ';' && parse_parameter(params, param);
}

bool ct_http_sf_param_find(struct ct_span params, const char *key, struct ct_sf_item *item)
{
    struct ct_sf_param param;
    bool found = false;
    while (ct_http_sf_param_next(&params, &param)) {
        if (ct_span_equal(param.key, ct_span_of(key))) {
            *item = param.item;
            found = true;
        }
    }
    return found;
}

bool ct_http_sf_list_valid(struct ct_span value)
{
    struct ct_sf_reader reader = ct_http_sf_read(value);
    struct ct_sf_member member;
    while (ct_http_sf_list_next(&reader, &member)) {
    }
    return !reader.failed;
}

bool ct_http_sf_dict_valid(struct ct_span value)
{
    struct ct_sf_reader reader = ct_http_sf_read(value);
    struct ct_sf_member member;
    while (ct_http_sf_dict_next(&reader, &member)) {
    }
    return !reader.failed;
}
