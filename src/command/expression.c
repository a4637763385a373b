/* SPDX-License-Identifier: Apache-2.0 */
#include "command/expression.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX (1u << 20)

char *ct_command_expression_join(char *const *words, size_t n)
{
    size_t size = 1;
    for (size_t i = 0; i < n; i++) {
        size += strlen(words[i]) + 1;
    }
    char *text = malloc(size);
    if (text == NULL) {
        return NULL;
    }
    char *at = text;
    for (size_t i = 0; i < n; i++) {
        at = stpcpy(at, words[i]);
        *at++ = ' ';
    }
    at[n > 0 ? -1 : 0] = '\0';
    return text;
}

static void blank_comments(char *text)
{
    bool comment = false;
    for (; *text != '\0'; text++) {
        if (*text == '\n') {
            comment = false;
        } else if (*text == '#') {
            comment = true;
        }
        if (comment) {
            *text = ' ';
        }
    }
}

char *ct_command_expression_read(const char *path)
{
    FILE *file = fopen(path, "re");
    char *text = NULL;
    if (file == NULL) {
        return NULL;
    }
    text = malloc(FILE_BYTES_MAX + 1);
    if (text != NULL) {
        size_t n = fread(text, 1, FILE_BYTES_MAX, file);
        text[n] = '\0';
        int error = ferror(file) ? errno : n == FILE_BYTES_MAX ? EFBIG : 0;
        if (error != 0) {
            free(text);
            text = NULL;
            errno = error;
        } else {
            blank_comments(text);
        }
    }
    int error = errno;
    (void)fclose(file); /* only read from */
    errno = error;
    return text;
}
