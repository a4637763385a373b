/* SPDX-License-Identifier: Apache-2.0 */
#include "command/options_rows.h"

#include <assert.h>

/* clang-format off */
static const struct ct_option_row rows[] = {
    {'i', "interface", "NAME", "capture live from an interface (any: from all); may be repeated"},
    {'r', "read", "FILE", "read pcap or pcapng, plain, gzip or zstd; - is standard input; may be repeated"},
    {'F', NULL, "FILE", "take the capture filter from FILE"},
    {'c', "count", "N", "stop after N packets"},
    {'D', "list-interfaces", NULL, "list the interfaces that can be captured from"},
    {'s', "snaplen", "N", "capture N octets of each packet; 0: all, which is the default"},
    {'B', "buffer-size", "KiB", "the kernel's buffer for each interface (k, M, G allowed)"},
    {'p', "no-promiscuous-mode", NULL, "only packets to and from this machine"},
    {'Q', "direction", "in|out|inout", "only packets that this machine receives, or sends"},
    {CT_KEY_IMMEDIATE, "immediate-mode", NULL, "hand on each packet at once, which costs throughput"},
    {'w', "write", "FILE", "save the packets as well; - is standard output"},
    {'C', NULL, "SIZE", "a new file after SIZE million octets (k, M, G allowed): FILE1, FILE2, ..."},
    {'G', NULL, "SECONDS", "a new file every so many seconds; FILE is a pattern of strftime(3)"},
    {'W', NULL, "COUNT", "with -C: a ring of COUNT files; with -G: end after COUNT files"},
    {'U', "packet-buffered", NULL, "write each packet to the file at once"},
    {CT_KEY_RING, "ring", "MiB", "keep the last packets in memory; SIGUSR2 writes them to FILE of -w"},
    {CT_KEY_SPEED, "speed", "X", "replay in the captured rhythm, X times as fast"},
    {'o', "output", "FORMAT[:PATH]", "where results go, and in which format; may be repeated"},
    {CT_KEY_TUI, "tui", NULL, "short for -o tui, the live view: the default on a terminal"},
    {CT_KEY_THEME, "theme", "NAME", "colours of the live view: dark, light, blue-orange or mono"},
    {CT_KEY_KEYS, "keys", NULL, "list the keys of the live view"},
    {CT_KEY_TEXT, "text", NULL, "short for -o text, the default of a live capture elsewhere"},
    {CT_KEY_JSON, "json", NULL, "short for -o json"},
    {CT_KEY_CSV, "csv", NULL, "short for -o csv"},
    {CT_KEY_SUMMARY, "summary", NULL, "short for -o summary, the default of a replay elsewhere"},
    {CT_KEY_SUMMARY_JSON, "summary-json", NULL, "short for -o summary-json"},
    {CT_KEY_EXPLAIN, "explain", NULL, "text and summary: the reasoning behind each outcome"},
    {CT_KEY_CONNECTIONS, "connections", NULL, "text and json: a line for each connection with HTTP as well"},
    {'Y', "where", "EXPR", "only transactions that match, as in 'host=example.com cache=miss status>=500' (docs/query.md)"},
    {CT_KEY_ASSERT, "assert", "EXPR", "exit status 3 unless the run satisfies it, as in 'hit_ratio>=80%'; --assert help lists the fields; may be repeated"},
    {CT_KEY_CONFIG, "config", "FILE", "take settings and your own dialects from FILE (docs/configuration.md)"},
    {CT_KEY_LIMIT, "limit", "NAME=VALUE", "set a limit (k, M, G allowed); --limit help lists them"},
    {CT_KEY_IGNORE_HEADER, "ignore-header", "NAME", "judge as if responses did not have this header; may be repeated"},
    {CT_KEY_DIALECTS, "dialects", "[=NAME]", "list all known dialects, or one: headers, values, outcomes"},
    {CT_KEY_METRICS, "metrics", "ADDR:PORT", "serve Prometheus metrics; :PORT is on 127.0.0.1; --metrics help lists them"},
    {CT_KEY_PID_FILE, "pid-file", "FILE", "write the process number to FILE, and remove it at the end"},
    {CT_KEY_THREADS, "threads", "N", "threads for the analysis; default: chosen from the machine and the source"},
    {'Z', "relinquish-privileges", "USER", "the user to become when all is open; default as root: cachetap, else nobody"},
    {CT_KEY_NO_DROP, "no-drop", NULL, "keep the rights that the program was started with"},
    {'l', "line-buffered", NULL, "write each line at once"},
    {'n', NULL, NULL, "accepted as in tcpdump; addresses are never looked up"},
    {'v', "verbose", NULL, "statistics of the run on standard error at its end"},
    {'q', "quiet", NULL, "no progress line"},
    {'h', "help", NULL, "this text"},
    {'V', "version", NULL, "versions of the program and its libraries"},
};
/* clang-format on */

#define N_ROWS (sizeof rows / sizeof rows[0])

static_assert(N_ROWS <= CT_OPTION_ROWS_MAX, "a setting has a place for each");

const struct ct_option_row *ct_command_option_row(size_t i)
{
    return i < N_ROWS ? &rows[i] : NULL;
}

const struct ct_option_row *ct_command_option_find(int key)
{
    for (size_t i = 0; i < N_ROWS; i++) {
        if (rows[i].key == key) {
            return &rows[i];
        }
    }
    return NULL;
}

void ct_command_option_text(char out[64], const struct ct_option_row *row)
{
    if (row->key < CT_KEY_TEXT) {
        (void)snprintf(out, 64, "-%c", row->key);
    } else {
        (void)snprintf(out, 64, "--%s", row->name);
    }
}

void ct_command_option_forms(struct ct_option_forms *forms)
{
    char *letters = forms->letters;
    struct option *longs = forms->longs;
    size_t n_letters = 0;
    size_t n_longs = 0;
    letters[n_letters++] = ':'; /* a missing argument is told apart, nothing is printed */
    for (size_t i = 0; i < N_ROWS; i++) {
        bool optional = rows[i].argument != NULL && rows[i].argument[0] == '[';
        int has_argument = optional                   ? optional_argument
                           : rows[i].argument != NULL ? required_argument
                                                      : no_argument;
        if (rows[i].key < CT_KEY_TEXT) {
            letters[n_letters++] = (char)rows[i].key;
            if (rows[i].argument != NULL) {
                letters[n_letters++] = ':';
            }
        }
        if (rows[i].name != NULL) {
            longs[n_longs++] = (struct option){rows[i].name, has_argument, NULL, rows[i].key};
        }
    }
    letters[n_letters] = '\0';
    longs[n_longs] = (struct option){NULL, 0, NULL, 0};
}

int ct_command_options_choice(int key)
{
    switch (key) {
    case CT_KEY_TEXT:
    case CT_KEY_JSON:
    case CT_KEY_CSV:
    case CT_KEY_SUMMARY:
    case CT_KEY_SUMMARY_JSON:
    case CT_KEY_TUI:
        return 'o';
    case 'i':
        return 'r';
    default:
        return key;
    }
}
