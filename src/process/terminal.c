/* SPDX-License-Identifier: Apache-2.0 */
#include "process/terminal.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/number.h"
#include "base/span.h"

#define COLUMNS_MIN 20
#define COLUMNS_MAX 1000

bool ct_process_terminal_rewrites(int fd)
{
    const char *term = getenv("TERM");
    return isatty(fd) && term != NULL && term[0] != '\0' && strcmp(term, "dumb") != 0;
}

bool ct_process_terminal_color(int fd)
{
    const char *no_color = getenv("NO_COLOR");
    return ct_process_terminal_rewrites(fd) && (no_color == NULL || no_color[0] == '\0');
}

unsigned ct_process_terminal_columns(int fd)
{
    struct winsize size = {.ws_col = 0};
    uint64_t columns = 0;
    const char *text = getenv("COLUMNS");
    if (!isatty(fd)) {
        return 0;
    }
    if (text == NULL || !ct_base_parse_u64(ct_span_of(text), &columns) || columns == 0) {
        columns = ioctl(fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
    }
    if (columns == 0) {
        return 0;
    }
    if (columns < COLUMNS_MIN) {
        return COLUMNS_MIN;
    }
    return columns > COLUMNS_MAX ? COLUMNS_MAX : (unsigned)columns;
}

bool ct_process_terminal_utf8(void)
{
    return strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
}
