/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON trees. The only place that knows json-c is jsonc.c. A value goes into a member of an
 * object, or to the end of an array (key NULL). Keys must be constants. Memory that is
 * refused turns the tree bad: further calls do nothing, and ct_output_json_write says so.
 */
#ifndef CACHETAP_OUTPUT_JSONC_H
#define CACHETAP_OUTPUT_JSONC_H

#include "cachetap/base.h"
#include "output/buf.h"

struct json_object; /* an object or an array; NULL: memory was refused */

struct ct_json {
    struct json_object *root; /* an object */
    bool failed;
};

void ct_output_json_init(struct ct_json *json);
void ct_output_json_fini(struct ct_json *json);

struct json_object *ct_output_json_object(struct ct_json *json, struct json_object *into,
                                          const char *key);
struct json_object *ct_output_json_array(struct ct_json *json, struct json_object *into,
                                         const char *key);
void ct_output_json_null(struct ct_json *json, struct json_object *into, const char *key);
void ct_output_json_bool(struct ct_json *json, struct json_object *into, const char *key,
                         bool value);
void ct_output_json_u64(struct ct_json *json, struct json_object *into, const char *key,
                        uint64_t value);
/* Six digits after the point, exact. */
void ct_output_json_seconds(struct ct_json *json, struct json_object *into, const char *key,
                            int64_t ns);
void ct_output_json_millionths(struct ct_json *json, struct json_object *into, const char *key,
                               uint64_t value);
/* Ours, plain ASCII; NULL gives null. */
void ct_output_json_word(struct ct_json *json, struct json_object *into, const char *key,
                         const char *word);
/*
 * Bytes from the wire: a byte that is not part of UTF-8 becomes \u00XX, and what a terminal
 * could act upon is escaped as well.
 */
void ct_output_json_text(struct ct_json *json, struct json_object *into, const char *key,
                         struct ct_span text);

/* Appends the root as one line without its end. False: memory was refused. */
bool ct_output_json_write(const struct ct_json *json, struct ct_buf *buf);

#endif
