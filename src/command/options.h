/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line as a struct. Options are one table: what exists, and the text of --help. Nothing
 * is opened here but the files of -F and
 * --config.
 */
#ifndef CACHETAP_COMMAND_OPTIONS_H
#define CACHETAP_COMMAND_OPTIONS_H

#include "cachetap/output.h"
#include "cachetap/source.h"

enum ct_command {
    CT_COMMAND_WATCH,
    CT_COMMAND_HELP,
    CT_COMMAND_VERSION,
    CT_COMMAND_LIMITS,  /* --limit help */
    CT_COMMAND_METRICS, /* --metrics help */
    CT_COMMAND_DIALECTS,
    CT_COMMAND_ASSERTIONS, /* --assert help */
    CT_COMMAND_KEYS,       /* --keys */
    CT_COMMAND_LIST,       /* -D */
};

/* One -o. path NULL: standard output. */
struct ct_output_spec {
    enum ct_format format;
    const char *path;
};

/* -w and what belongs to it, as tcpdump has it. */
struct ct_save_options {
    const char *path;     /* NULL: nothing is saved; "-": standard output */
    uint64_t file_bytes;  /* -C: a new file after so many octets; 0: never */
    uint64_t seconds;     /* -G: a new file after so many seconds; 0: never */
    uint64_t count;       /* -W: number of files; 0: any */
    bool packet_buffered; /* -U */
};

struct ct_config;

#define CT_ASSERTIONS_MAX 16
#define CT_THREADS_MAX    64

struct ct_options {
    enum ct_command command;
    const char **reads; /* n_reads of them; point into argv */
    size_t n_reads;
    bool is_live; /* captures from interfaces, those of live */
    struct ct_live_options live;
    const char **interfaces; /* live.names */
    struct ct_save_options save;
    uint64_t ring_bytes; /* --ring: the last packets are kept in so much memory; 0: none */
    double speed;        /* --speed: replay so many times as fast as captured; 0: at once */
    bool reads_stdin;    /* one of them is "-" */
    struct ct_output_spec *outputs; /* none only when packets go to standard output */
    size_t n_outputs;
    const char **ignored_headers; /* n_ignored_headers of them */
    size_t n_ignored_headers;
    struct ct_config *config; /* of --config; what comes from it lives as long; NULL: none */
    const char *file_filter;  /* the setting */
    const struct ct_user_dialect *dialects;
    size_t n_dialects;
    const char *dialect; /* of --dialects; NULL: all */
    char *filter;        /* NULL: none */
    const char *infile;  /* of -F */
    uint64_t count;      /* 0: no end */
    const char *where;   /* NULL: all transactions */
    const char *assertions[CT_ASSERTIONS_MAX];
    size_t n_assertions;
    const char *metrics;  /* where to serve them, checked; NULL: nowhere */
    const char *pid_file; /* NULL: none */
    size_t threads;       /* 0: chosen from the machine and the source */
    const char *user;     /* -Z; NULL: chosen */
    bool no_drop;
    bool tui;          /* the live view, on standard output */
    const char *theme; /* of it; NULL: by the terminal */
    bool explain;
    bool connections;
    bool line_buffered;
    bool quiet;
    unsigned verbose;
    struct ct_limits limits;
    char error[512]; /* "what: why, and what to do" when the command line is wrong */
};

/*
 * Reads the command line. options borrows argv, owns the rest: release it with
 * ct_command_options_fini in every case. False: error says why.
 */
bool ct_command_options_parse(struct ct_options *options, int argc, char **argv);
void ct_command_options_fini(struct ct_options *options);

/* One row of the table, for the help text; NULL past the last. Static. */
struct ct_option_row {
    int key; /* the letter, or a number above all letters */
    const char *name;
    const char *argument;
    const char *help;
};
const struct ct_option_row *ct_command_option_row(size_t i);

#endif
