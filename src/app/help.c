/* SPDX-License-Identifier: Apache-2.0 */
#include "app/help.h"

#include "process/confine.h"

#include <inttypes.h>
#include <string.h>

#include <json-c/json.h>
#include <libconfig.h>
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <sodium.h>
#include <zlib.h>
#include <zstd.h>

#include "cachetap/cachetap.h"
#include "cachetap/http.h"
#include "cachetap/source.h"
#include "cachetap/terminal.h"
#include "command/options.h"
#include "service/metrics_server.h"

/* Where the parser comes from; the build knows. */
#ifndef CT_LLHTTP_ORIGIN
#define CT_LLHTTP_ORIGIN "origin unknown"
#endif

#define COLUMN 32  /* where the explanations begin */
#define WIDTH  100 /* of a line */

/* The groups of --help, by the first option of each in the table. */
static const struct {
    const char *first;
    const char *heading;
} groups[] = {
    {"interface", "Input"},
    {"snaplen", "Live capture"},
    {"write", "Saving packets, and replay"},
    {"output", "Results"},
    {"where", "Choosing and checking"},
    {"config", "Analysis"},
    {"metrics", "Service"},
    {"threads", "Threads and rights"},
    {"line-buffered", "Other"},
};

static void print_heading(FILE *file, const char *option)
{
    for (size_t i = 0; option != NULL && i < sizeof groups / sizeof groups[0]; i++) {
        if (strcmp(groups[i].first, option) == 0) {
            (void)fprintf(file, "\n%s:\n", groups[i].heading);
        }
    }
}

/* How many octets of the text go on a line: whole words. */
static size_t fitting(const char *text)
{
    size_t length = strlen(text);
    size_t room = WIDTH - COLUMN;
    if (length <= room) {
        return length;
    }
    while (room > 0 && text[room] != ' ') {
        room--;
    }
    return room > 0 ? room : length;
}

/* A name, and behind it its explanation, broken into lines that begin below each other. */
static void print_row(FILE *file, const char *name, const char *help)
{
    if (strlen(name) + 3 > COLUMN) {
        (void)fprintf(file, "  %s\n", name);
        name = "";
    }
    (void)fprintf(file, "  %-*s", COLUMN - 2, name);
    for (size_t n = fitting(help); n > 0; n = fitting(help)) {
        (void)fprintf(file, "%.*s\n", (int)n, help);
        help += n + (help[n] == ' ' ? 1 : 0);
        if (help[0] != '\0') {
            (void)fprintf(file, "%*s", COLUMN, "");
        }
    }
}

static void print_option(FILE *file, const struct ct_option_row *row)
{
    char text[64];
    char names[48];
    print_heading(file, row->name);
    if (row->key >= 256) {
        (void)snprintf(names, sizeof names, "    --%s", row->name);
    } else {
        (void)snprintf(names, sizeof names, "-%c%s%s", row->key, row->name != NULL ? ", --" : "",
                       row->name != NULL ? row->name : "");
    }
    (void)snprintf(text, sizeof text, "%s%s%s", names,
                   row->argument != NULL && row->argument[0] != '[' ? " " : "",
                   row->argument != NULL ? row->argument : "");
    print_row(file, text, row->help);
}

static void print_formats(FILE *file)
{
    (void)fprintf(file, "  %-28s %s\n", "tui", "the live view, on a terminal; F1 is its help");
    for (int f = 0; f < CT_FORMAT_COUNT; f++) {
        print_row(file, ct_output_format_name((enum ct_format)f),
                  ct_output_format_help((enum ct_format)f));
    }
}

void ct_app_help_print(FILE *file)
{
    (void)fputs("cachetap watches HTTP traffic passively and says, for every response, what the\n"
                "cache did and why.\n"
                "\n"
                "Usage: cachetap [-i INTERFACE]... [options] [capture filter]\n"
                "       cachetap -r FILE [-r FILE]... [options] [capture filter]\n"
                "       cachetap help\n"
                "\n"
                "The capture filter is a pcap-filter(7) expression, such as: tcp port 80\n",
                file);
    for (size_t i = 0; ct_command_option_row(i) != NULL; i++) {
        print_option(file, ct_command_option_row(i));
    }
    (void)fputs("\nFormats of -o; PATH is standard output when left out:\n", file);
    print_formats(file);
    (void)fputs(
        "\n"
        "Exit status:\n"
        "  0  all input was read\n"
        "  1  something failed; what was read until then is still reported\n"
        "  2  the command line is wrong\n"
        "  3  an --assert did not hold\n"
        "\n"
        "Signals:\n"
        "  SIGINT, SIGTERM  end the run\n"
        "  SIGUSR1          statistics on standard error\n"
        "  SIGUSR2          write the packets of --ring; without it: what is still in memory\n"
        "  SIGHUP           reopen output files\n"
        "NO_COLOR is honoured.\n"
        "\n"
        "Examples:\n"
        "  cachetap -r site.pcap                            the live view; a report in a pipe\n"
        "  cachetap -r site.pcap --text --explain           a line per transaction, and why\n"
        "  cachetap -r a.pcap.gz -r b.pcapng --json         objects for other programs\n"
        "  cachetap -i eth0 tcp port 80                     live\n"
        "  cachetap -i any -w day-%H.pcap -G 3600           live, packets saved by the hour\n",
        file);
}

void ct_app_version_print(FILE *file)
{
    (void)fprintf(file, "cachetap %s\n", CACHETAP_VERSION);
    (void)fprintf(file, "%s\n", ct_source_pcap_version());
    (void)fprintf(file, "llhttp %s (%s)\n", ct_http_parser_version(), CT_LLHTTP_ORIGIN);
    (void)fprintf(file, "zlib %s\n", zlibVersion());
    (void)fprintf(file, "libzstd %s\n", ZSTD_versionString());
    (void)fprintf(file, "json-c %s\n", json_c_version());
    char pcre2[64] = "";
    (void)pcre2_config(PCRE2_CONFIG_VERSION, pcre2);
    (void)fprintf(file, "libpcre2 %s\n", pcre2);
    (void)fprintf(file, "libconfig %d.%d\n", LIBCONFIG_VER_MAJOR, LIBCONFIG_VER_MINOR);
    (void)fprintf(file, "libsodium %s\n", sodium_version_string());
    (void)fprintf(file, "%s\n", ct_terminal_version());
    (void)fprintf(file, "libmicrohttpd %s\n", ct_service_metrics_version());
    if (!ct_process_confine_filters()) {
        (void)fputs("built with sanitizers: system calls are not filtered\n", file);
    }
}

void ct_app_limits_print(FILE *file)
{
    (void)fputs("Limits, to be set with --limit NAME=VALUE; what happens at each is counted in\n"
                "the summary.\n\n",
                file);
    for (size_t i = 0; ct_base_limits_row(i) != NULL; i++) {
        const struct ct_limit_row *row = ct_base_limits_row(i);
        (void)fprintf(file, "  %-24s %10" PRIu64 " %-12s %s\n", row->name, row->def, row->unit,
                      row->help);
    }
}

struct listing {
    FILE *file;
    unsigned n;
};

static void print_interface(void *user, const struct ct_source_iface *iface)
{
    struct listing *listing = user;
    (void)fprintf(listing->file, "%u.%s", ++listing->n, iface->name);
    if (iface->description != NULL) {
        (void)fprintf(listing->file, " (%s)", iface->description);
    }
    const char *const states[] = {
        iface->up ? "Up" : NULL,
        iface->running ? "Running" : NULL,
        iface->loopback ? "Loopback" : NULL,
        iface->wireless ? "Wireless" : NULL,
        !iface->connection_known ? NULL
        : iface->connected       ? "Connected"
                                 : "Disconnected",
    };
    const char *separator = " [";
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (states[i] != NULL) {
            (void)fprintf(listing->file, "%s%s", separator, states[i]);
            separator = ", ";
        }
    }
    (void)fputs(separator[0] == ',' ? "]\n" : "\n", listing->file);
}

bool ct_app_interfaces_print(FILE *file, char message[CT_SOURCE_MESSAGE_MAX])
{
    struct listing listing = {.file = file};
    return ct_source_list(print_interface, &listing, message);
}

void ct_app_assertions_print(FILE *file)
{
    const char *help = NULL;
    const char *name = NULL;
    (void)fputs("fields of --assert (docs/query.md):\n", file);
    for (size_t i = 0; (name = ct_output_assertion_field(i, &help)) != NULL; i++) {
        (void)fprintf(file, "  %-22s %s\n", name, help);
    }
}

void ct_app_metrics_print(FILE *file)
{
    struct ct_metrics_row row;
    (void)fputs("Metrics that --metrics ADDR:PORT serves at /metrics, as name, type, labels and\n"
                "meaning.\n\n",
                file);
    for (size_t i = 0; ct_metrics_row(i, &row); i++) {
        (void)fprintf(file, "  %-48s %-9s %-14s %s\n", row.name, row.type,
                      row.labels[0] != '\0' ? row.labels : "-", row.help);
    }
}

void ct_app_keys_print(FILE *file)
{
    const struct ct_view_key_row *row = NULL;
    const char *group = "";
    for (size_t i = 0; (row = ct_view_key_row(i)) != NULL; i++) {
        if (strcmp(group, row->group) != 0) {
            (void)fprintf(file, "%s%s\n", i > 0 ? "\n" : "", row->group);
            group = row->group;
        }
        (void)fprintf(file, "  %-16s %s\n", row->keys, row->help);
    }
}
