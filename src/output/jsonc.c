/* SPDX-License-Identifier: Apache-2.0 */
/*
 * json-c keeps the order of keys and writes a double with the text it was given, so that
 * decimals are exact. Strings that hold more than plain characters are given their JSON text
 * too: json-c would pass on what is not UTF-8, and the controls above 0x1f.
 */
#include "output/jsonc.h"

#include <limits.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "base/text.h"

#define KEY_FLAGS (JSON_C_OBJECT_ADD_KEY_IS_NEW | JSON_C_OBJECT_ADD_CONSTANT_KEY)

void ct_output_json_init(struct ct_json *json)
{
    json->root = json_object_new_object();
    json->failed = json->root == NULL;
}

void ct_output_json_fini(struct ct_json *json)
{
    (void)json_object_put(json->root); /* 1 when freed; takes NULL */
    json->root = NULL;
}

/* Takes value. A NULL value stands for JSON's null. */
static bool add(struct ct_json *json, struct json_object *into, const char *key,
                struct json_object *value)
{
    int error = -1;
    if (!json->failed && into != NULL) {
        error = key != NULL ? json_object_object_add_ex(into, key, value, KEY_FLAGS)
                            : json_object_array_add(into, value);
    }
    if (error != 0) {
        json->failed = true;
        (void)json_object_put(value);
        return false;
    }
    return true;
}

/* The same for values that must not be null. */
static struct json_object *add_made(struct ct_json *json, struct json_object *into, const char *key,
                                    struct json_object *value)
{
    if (value == NULL) {
        json->failed = true;
        return NULL;
    }
    return add(json, into, key, value) ? value : NULL;
}

struct json_object *ct_output_json_object(struct ct_json *json, struct json_object *into,
                                          const char *key)
{
    return add_made(json, into, key, json_object_new_object());
}

struct json_object *ct_output_json_array(struct ct_json *json, struct json_object *into,
                                         const char *key)
{
    return add_made(json, into, key, json_object_new_array());
}

void ct_output_json_null(struct ct_json *json, struct json_object *into, const char *key)
{
    (void)add(json, into, key, NULL); /* failure is kept in json */
}

void ct_output_json_bool(struct ct_json *json, struct json_object *into, const char *key,
                         bool value)
{
    (void)add_made(json, into, key, json_object_new_boolean(value)); /* as above */
}

void ct_output_json_u64(struct ct_json *json, struct json_object *into, const char *key,
                        uint64_t value)
{
    (void)add_made(json, into, key, json_object_new_uint64(value)); /* as above */
}

void ct_output_json_seconds(struct ct_json *json, struct json_object *into, const char *key,
                            int64_t ns)
{
    char text[CT_SECONDS_TEXT_MAX];
    ct_output_seconds_text(text, ns);
    (void)add_made(json, into, key, json_object_new_double_s(0, text)); /* as above */
}

void ct_output_json_millionths(struct ct_json *json, struct json_object *into, const char *key,
                               uint64_t value)
{
    ct_output_json_seconds(json, into, key, (int64_t)(value * 1000));
}

void ct_output_json_word(struct ct_json *json, struct json_object *into, const char *key,
                         const char *word)
{
    if (word == NULL) {
        ct_output_json_null(json, into, key);
        return;
    }
    (void)add_made(json, into, key, json_object_new_string(word)); /* as above */
}

/* ---- strings ---------------------------------------------------------------------------- */

static bool is_plain(struct ct_span text)
{
    for (size_t at = 0; at < text.n;) {
        size_t length = ct_base_utf8_length(text, at);
        if (length == 0 || (text.p[at] >= 0x7f && ct_base_utf8_control(text.p + at, length))) {
            return false;
        }
        at += length;
    }
    return true;
}

/* RFC 8259 section 7: code points above U+FFFF as a surrogate pair. */
static void put_escape(struct ct_buf *out, uint32_t code_point)
{
    if (code_point > 0xffff) {
        ct_output_putf(out, "\\u%04x", (unsigned)(0xd7c0 + (code_point >> 10)));
        code_point = 0xdc00 + (code_point & 0x3ffu);
    }
    ct_output_putf(out, "\\u%04x", (unsigned)code_point);
}

static uint32_t decode_utf8(const uint8_t *p, size_t length)
{
    uint32_t code_point = length == 1 ? p[0] : p[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        code_point = code_point << 6 | (p[i] & 0x3fu);
    }
    return code_point;
}

static void put_json_string(struct ct_buf *out, struct ct_span text)
{
    ct_output_put_char(out, '"');
    for (size_t at = 0; at < text.n;) {
        size_t length = ct_base_utf8_length(text, at);
        const uint8_t *p = text.p + at;
        if (length == 0) {
            put_escape(out, p[0]);
            length = 1;
        } else if (ct_base_utf8_control(p, length)) {
            put_escape(out, decode_utf8(p, length));
        } else {
            if (p[0] == '"' || p[0] == '\\') {
                ct_output_put_char(out, '\\');
            }
            ct_output_put_bytes(out, (const char *)p, length);
        }
        at += length;
    }
    ct_output_put_char(out, '"');
    ct_output_put_char(out, '\0');
}

void ct_output_json_text(struct ct_json *json, struct json_object *into, const char *key,
                         struct ct_span text)
{
    int n = text.n < INT_MAX ? (int)text.n : INT_MAX;
    struct json_object *value = json_object_new_string_len(n > 0 ? (const char *)text.p : "", n);
    if (add_made(json, into, key, value) == NULL || is_plain(text)) {
        return;
    }
    struct ct_buf out = {0};
    put_json_string(&out, text);
    if (out.failed) {
        json->failed = true;
        ct_output_buf_fini(&out);
        return;
    }
    /* value owns the text from here on. */
    json_object_set_serializer(value, json_object_userdata_to_json_string, out.p,
                               json_object_free_userdata);
}

bool ct_output_json_write(const struct ct_json *json, struct ct_buf *buf)
{
    size_t n = 0;
    const char *text = NULL;
    if (!json->failed) {
        text = json_object_to_json_string_length(
            json->root, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &n);
    }
    if (text == NULL) {
        buf->failed = true;
        return false;
    }
    ct_output_put_bytes(buf, text, n);
    return true;
}
