/* SPDX-License-Identifier: Apache-2.0 */
#include "service/metrics_accept.h"

#include <string.h>

#include "base/span.h"

/* Qualities in thousandths; -1: the client does not name it. */
struct wishes {
    int openmetrics;
    int text;
};

static struct ct_span trim(struct ct_span text)
{
    while (text.n > 0 && (text.p[0] == ' ' || text.p[0] == '\t')) {
        text = ct_span_slice(text, 1, text.n);
    }
    while (text.n > 0 && (text.p[text.n - 1] == ' ' || text.p[text.n - 1] == '\t')) {
        text.n--;
    }
    return text;
}

/* Takes the part before the next mark outside quotes off rest. False: nothing is left. */
static bool next_part(struct ct_span *rest, uint8_t mark, struct ct_span *part)
{
    bool quoted = false;
    size_t i = 0;
    if (rest->p == NULL) {
        return false;
    }
    for (; i < rest->n && (quoted || rest->p[i] != mark); i++) {
        quoted = rest->p[i] == '"' ? !quoted : quoted;
    }
    *part = trim(ct_span_slice(*rest, 0, i));
    *rest = i < rest->n ? ct_span_slice(*rest, i + 1, rest->n) : (struct ct_span){NULL, 0};
    return true;
}

/* qvalue (RFC 9110 section 12.4.2) in thousandths; what is none counts as 0. */
static int quality_of(struct ct_span text)
{
    int quality = 0;
    if (text.n == 0 || text.n > 5 || (text.p[0] != '0' && text.p[0] != '1') ||
        (text.n > 1 && text.p[1] != '.')) {
        return 0;
    }
    quality = (text.p[0] - '0') * 1000;
    for (size_t i = 2, unit = 100; i < text.n; i++, unit /= 10) {
        if (text.p[i] < '0' || text.p[i] > '9') {
            return 0;
        }
        quality += (text.p[i] - '0') * (int)unit;
    }
    return quality > 1000 ? 1000 : quality;
}

/* "version=1.0.0": the one we write; a client that gives none takes any. */
static bool is_our_version(struct ct_span value)
{
    return ct_span_equal(value, ct_span_of("1.0.0")) ||
           ct_span_equal(value, ct_span_of("\"1.0.0\""));
}

static void read_range(struct wishes *wishes, struct ct_span range)
{
    struct ct_span type = {NULL, 0};
    struct ct_span parameter;
    int quality = 1000;
    bool version = true;
    (void)next_part(&range, ';', &type);
    bool openmetrics = ct_span_equal_nocase(type, "application/openmetrics-text");
    while (next_part(&range, ';', &parameter)) {
        struct ct_span name;
        if (!next_part(&parameter, '=', &name)) {
            continue;
        }
        if (ct_span_equal_nocase(name, "q")) {
            quality = quality_of(trim(parameter));
        } else if (ct_span_equal_nocase(name, "version") && openmetrics) {
            version = is_our_version(trim(parameter));
        }
    }
    if (openmetrics && version && quality > wishes->openmetrics) {
        wishes->openmetrics = quality;
    }
    if (ct_span_equal_nocase(type, "text/plain") && quality > wishes->text) {
        wishes->text = quality;
    }
}

enum ct_metrics_format ct_service_metrics_accept(const char *accept)
{
    struct wishes wishes = {-1, -1};
    struct ct_span rest = {NULL, 0};
    struct ct_span range;
    if (accept != NULL) {
        rest = ct_span_of(accept);
    }
    while (next_part(&rest, ',', &range)) {
        read_range(&wishes, range);
    }
    return wishes.openmetrics > 0 && wishes.openmetrics >= wishes.text ? CT_METRICS_OPENMETRICS
                                                                       : CT_METRICS_TEXT;
}
