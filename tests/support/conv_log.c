/* SPDX-License-Identifier: Apache-2.0 */
/* Conversations: the reading half. See conv.h. */
#include "support/conv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "support/need.h"

static void append(struct tc_text *text, const void *bytes, size_t n)
{
    if (text->n + n + 1 > text->room) {
        text->room = (text->n + n + 1) * 2;
        text->p = need(realloc(text->p, text->room));
    }
    memcpy(text->p + text->n, bytes, n);
    text->n += n;
    text->p[text->n] = '\0';
}

/* "[gap 5]": a text, a number, a text. */
static void note(const struct tc_reader *reader, struct tc_text *text, const char *before,
                 uint64_t n, const char *after)
{
    char line[120];
    if (reader->log->keep_text) {
        int length = snprintf(line, sizeof line, "%s%llu%s", before, (unsigned long long)n, after);
        append(text, line, length > 0 ? (size_t)length : 0);
    }
}

static void note_text(const struct tc_reader *reader, struct tc_text *text, const char *what)
{
    if (reader->log->keep_text) {
        append(text, what, strlen(what));
    }
}

/* A line of the calls. */
static void note_call(struct tc_reader *reader, const char *what, enum ct_dir dir, uint64_t n)
{
    note_text(reader, &reader->calls, what);
    note_text(reader, &reader->calls, dir == CT_DIR_ORIG ? " orig" : " resp");
    note(reader, &reader->calls, " ", n, "\n");
}

static void check(struct tc_log *log, bool holds, const char *what)
{
    if (!holds && log->broken == NULL) {
        log->broken = what;
    }
}

static enum ct_dir other(enum ct_dir dir)
{
    return dir == CT_DIR_ORIG ? CT_DIR_RESP : CT_DIR_ORIG;
}

/* The next rule of dir that is not done, at from..to (to included when so asked). */
static const struct tc_rule *next_rule(const struct tc_reader *reader, enum ct_dir dir, uint64_t to)
{
    const struct tc_log *log = reader->log;
    const struct tc_rule *found = NULL;
    for (size_t i = 0; i < log->n_rules; i++) {
        const struct tc_rule *rule = &log->rules[i];
        bool is_open = (reader->rules_done >> i & 1u) == 0;
        if (is_open && rule->dir == dir && rule->generation == reader->generation &&
            rule->offset <= to && (found == NULL || rule->offset < found->offset)) {
            found = rule;
        }
    }
    return found;
}

/* A resume that comes before its hold takes the hold's place. */
static void resume(struct tc_reader *reader, enum ct_dir dir)
{
    struct tc_half *half = &reader->half[dir];
    if (half->held) {
        half->held = false;
        reader->transport.resume(reader->transport.conn, dir);
    } else {
        half->resumed_early++;
    }
}

/* Returns true when what follows in this callback is not the reader's any more. */
static bool act(struct tc_reader *reader, const struct tc_rule *rule)
{
    const struct ct_transport *transport = &reader->transport;
    struct tc_half *half = &reader->half[rule->dir];
    reader->rules_done |= 1u << (unsigned)(rule - reader->log->rules);
    switch (rule->act) {
    case TC_SKIP:
        half->skip_asked = rule->n;
        transport->skip(transport->conn, rule->dir, rule->n);
        return true;
    case TC_HOLD:
        half->held = half->resumed_early == 0;
        half->resumed_early -= half->held ? 0 : 1;
        return half->held;
    case TC_RESUME:
        resume(reader, other(rule->dir));
        return false;
    case TC_TUNNEL:
        reader->switching = true;
        transport->tunnel(transport->conn, (enum ct_proto)rule->n);
        return true;
    case TC_REJECT:
        reader->switching = true;
        transport->reject(transport->conn, (enum ct_proto)rule->n);
        return true;
    }
    return false;
}

/* Does what the rules say for all octets before to; a hold needs octets that it holds back. */
static void act_up_to(struct tc_reader *reader, enum ct_dir dir, uint64_t to)
{
    const struct tc_half *half = &reader->half[dir];
    while (!reader->switching && half->skip_asked == 0) {
        const struct tc_rule *rule = next_rule(reader, dir, to);
        if (rule == NULL || (rule->act == TC_HOLD && rule->offset == to)) {
            return;
        }
        if (rule->offset < to) { /* lies inside what was lost */
            reader->rules_done |= 1u << (unsigned)(rule - reader->log->rules);
            continue;
        }
        (void)act(reader, rule);
    }
}

static void enter(struct tc_reader *reader, enum ct_dir dir, uint64_t offset)
{
    struct tc_half *half = &reader->half[dir];
    check(reader->log, !reader->closed, "a call after close");
    check(reader->log, !half->eof, "octets after eof");
    check(reader->log, dir == CT_DIR_ORIG || dir == CT_DIR_RESP, "no direction");
    if (!half->started) {
        half->started = true;
        half->base = offset;
        half->next = offset;
    }
    check(reader->log, half->next == offset, "an offset that does not follow the last");
}

/* Names of connections are of one length; strcmp is slow where sanitizers watch it. */
static bool same_conn(const struct ct_conn_info *a, const struct ct_conn_info *b)
{
    size_t i = 0;
    while (i < sizeof a->uid && a->uid[i] == b->uid[i]) {
        i++;
    }
    return i == sizeof a->uid;
}

static void *on_open(void *ctx, const struct ct_transport *transport)
{
    struct tc_log *log = ctx;
    if (log->refuse_open) {
        return NULL;
    }
    struct tc_reader *reader = need(calloc(1, sizeof *reader));
    reader->log = log;
    reader->transport = *transport;
    reader->info = *transport->info;
    for (size_t i = 0; i < log->n_readers; i++) {
        if (same_conn(&log->readers[i]->info, &reader->info)) {
            reader->generation++;
            check(log, log->readers[i]->closed, "opened again before close");
        }
    }
    if (log->n_readers == log->readers_room) {
        log->readers_room = log->readers_room * 2 + 16;
        log->readers =
            need(realloc((void *)log->readers, log->readers_room * sizeof(struct tc_reader *)));
    }
    log->readers[log->n_readers++] = reader;
    note_text(reader, &reader->calls, "open\n");
    return reader;
}

static size_t on_data(void *state, const struct ct_stream_data *data)
{
    struct tc_reader *reader = state;
    struct tc_half *half = &reader->half[data->dir];
    enter(reader, data->dir, data->offset);
    check(reader->log, data->bytes.n > 0, "data without octets");
    check(reader->log, half->skip_asked == 0, "data inside a skip");
    check(reader->log, !reader->switching, "data after tunnel or reject");
    check(reader->log, !half->held, "data while held");
    size_t taken = 0;
    bool is_over = false;
    while (!is_over) {
        uint64_t from = half->next - half->base;
        uint64_t to = from + (data->bytes.n - taken);
        const struct tc_rule *rule = next_rule(reader, data->dir, to);
        if (rule != NULL && rule->act == TC_HOLD && rule->offset == to) {
            rule = NULL; /* holds what comes next, if anything */
        }
        uint64_t until = rule == NULL ? to : rule->offset > from ? rule->offset : from;
        if (reader->log->keep_text) {
            append(&half->text, data->bytes.p + taken, (size_t)(until - from));
        }
        note_call(reader, "data", data->dir, until - from);
        taken += (size_t)(until - from);
        half->next += until - from;
        half->bytes += until - from;
        is_over = rule == NULL || act(reader, rule);
    }
    half->last_peer_offset = data->peer_offset;
    return taken;
}

static void on_gap(void *state, const struct ct_stream_gap *gap)
{
    struct tc_reader *reader = state;
    struct tc_half *half = &reader->half[gap->dir];
    enter(reader, gap->dir, gap->offset);
    check(reader->log, gap->length > 0, "a gap without length");
    check(reader->log, half->skip_asked == 0, "a gap inside a skip");
    half->next += gap->length;
    half->missing += gap->length;
    note(reader, &half->text, "[gap ", gap->length, "]");
    note_call(reader, "gap", gap->dir, gap->length);
    act_up_to(reader, gap->dir, half->next - half->base);
}

static void on_skipped(void *state, const struct ct_stream_skipped *skipped)
{
    struct tc_reader *reader = state;
    struct tc_half *half = &reader->half[skipped->dir];
    check(reader->log, half->started, "skipped before any data");
    enter(reader, skipped->dir, half->next);
    check(reader->log, half->skip_asked != 0, "skipped without a skip");
    check(reader->log, skipped->length <= half->skip_asked, "skipped more than asked");
    check(reader->log, skipped->missing <= skipped->length, "missing more than skipped");
    check(reader->log, skipped->first_ns != 0 || skipped->missing == skipped->length,
          "octets seen but no time");
    bool is_complete = skipped->length == half->skip_asked;
    half->skip_asked = 0;
    half->next += skipped->length;
    half->missing += skipped->missing;
    note(reader, &half->text, "[skip ", skipped->length, "");
    if (skipped->missing > 0) {
        note(reader, &half->text, "-", skipped->missing, "");
    }
    note_text(reader, &half->text, "]");
    note_call(reader, "skipped", skipped->dir, skipped->length);
    if (is_complete) { /* else the end is near */
        act_up_to(reader, skipped->dir, half->next - half->base);
    }
}

static void on_eof(void *state, enum ct_dir dir, int64_t ts_ns)
{
    struct tc_reader *reader = state;
    struct tc_half *half = &reader->half[dir];
    (void)ts_ns;
    check(reader->log, !reader->closed, "eof after close");
    check(reader->log, !half->eof, "eof twice");
    check(reader->log, half->skip_asked == 0, "eof before skipped");
    half->eof = true;
    note_text(reader, &half->text, "[eof]");
    note_call(reader, "eof", dir, half->next - half->base);
    resume(reader, other(dir)); /* nothing will come that could resume it */
    reader->half[other(dir)].resumed_early = UINT32_MAX;
}

static void on_close(void *state, enum ct_close why, int64_t ts_ns)
{
    struct tc_reader *reader = state;
    (void)ts_ns;
    check(reader->log, !reader->closed, "close twice");
    check(reader->log, (unsigned)why < CT_CLOSE_COUNT, "no reason to close");
    check(reader->log, reader->half[0].skip_asked == 0 && reader->half[1].skip_asked == 0,
          "close before skipped");
    check(reader->log, (why == CT_CLOSE_TUNNEL) <= reader->switching, "a tunnel nobody asked for");
    reader->closed = true;
    reader->why = why;
    note_text(reader, &reader->calls, "close ");
    note_text(reader, &reader->calls, ct_stream_close_name(why));
    note_text(reader, &reader->calls, "\n");
}

static void on_end(void *user, const struct ct_conn_end *end)
{
    struct tc_log *log = user;
    for (size_t i = 0; i < log->n_ends; i++) {
        check(log, !same_conn(&log->ends[i].info, end->info), "ended twice");
    }
    for (size_t i = 0; i < log->n_readers; i++) {
        check(log, log->readers[i]->closed || !same_conn(&log->readers[i]->info, end->info),
              "ended before close");
    }
    for (int dir = 0; dir < 2; dir++) {
        check(log, end->missing[dir] <= end->bytes[dir], "more missing than there was");
    }
    check(log, (unsigned)end->proto < CT_PROTO_COUNT, "no protocol");
    if (log->n_ends == log->ends_room) {
        log->ends_room = log->ends_room * 2 + 16;
        log->ends = need(realloc(log->ends, log->ends_room * sizeof *log->ends));
    }
    struct tc_end *copy = &log->ends[log->n_ends++];
    *copy = (struct tc_end){
        .info = *end->info,
        .proto = end->proto,
        .why = end->why,
        .packets = {end->packets[0], end->packets[1]},
        .bytes = {end->bytes[0], end->bytes[1]},
        .missing = {end->missing[0], end->missing[1]},
        .one_way = end->one_way,
        .has_sni = end->sni != NULL,
    };
    if (end->sni != NULL) {
        check(log, strlen(end->sni) < sizeof copy->sni, "a server name too long");
        (void)snprintf(copy->sni, sizeof copy->sni, "%s", end->sni);
    }
}

void tc_log_init(struct tc_log *log)
{
    *log = (struct tc_log){.keep_text = true};
    log->consumer = (struct ct_consumer){
        .open = on_open,
        .data = on_data,
        .gap = on_gap,
        .skipped = on_skipped,
        .eof = on_eof,
        .close = on_close,
        .ctx = log,
    };
    log->hooks = (struct ct_stream_hooks){.http = &log->consumer, .conn_end = on_end, .user = log};
}

void tc_log_free(struct tc_log *log)
{
    for (size_t i = 0; i < log->n_readers; i++) {
        struct tc_reader *reader = log->readers[i];
        free(reader->half[0].text.p);
        free(reader->half[1].text.p);
        free(reader->calls.p);
        free(reader);
    }
    free((void *)log->readers);
    free(log->ends);
}

void tc_log_rule(struct tc_log *log, struct tc_rule rule)
{
    if (log->n_rules == TC_RULES_MAX) {
        abort();
    }
    log->rules[log->n_rules++] = rule;
}

const char *tc_log_text(const struct tc_log *log, size_t i, enum ct_dir dir)
{
    if (i >= log->n_readers || log->readers[i]->half[dir].text.p == NULL) {
        return "";
    }
    return log->readers[i]->half[dir].text.p;
}

void tc_stage_begin(struct tc_stage *stage)
{
    *stage = (struct tc_stage){.key = {{1, 2, 3}}};
    tc_init(&stage->c);
    tc_log_init(&stage->log);
    ct_base_limits_init(&stage->limits);
}

void tc_stage_end(struct tc_stage *stage)
{
    ct_stream_free(stage->streams);
    tc_log_free(&stage->log);
    tc_free(&stage->c);
}

static void need_streams(struct tc_stage *stage)
{
    if (stage->streams == NULL) {
        stage->streams = need(ct_stream_new(&stage->limits, &stage->key, &stage->log.hooks));
    }
}

static void check_counters(struct tc_stage *stage)
{
    const struct ct_stream_counters *counters = &stage->counters;
    const struct ct_limits *limits = &stage->limits;
    uint64_t n = 0;
    for (int i = 0; i < CT_SEGMENT_STATUS_COUNT; i++) {
        n += counters->status[i];
    }
    check(&stage->log, n == stage->fed, "a segment that did not end in one status");
    check(&stage->log, counters->held_bytes_peak <= limits->reorder_bytes_total,
          "more held than the limit");
    check(&stage->log, counters->open_peak <= limits->connections, "too many connections");
    check(&stage->log, stage->log.n_ends + counters->open_now == counters->connections,
          "a connection that is neither open nor ended");
}

enum ct_segment_status tc_stage_feed(struct tc_stage *stage)
{
    enum ct_segment_status status = CT_SEGMENT_STATUS_COUNT;
    need_streams(stage);
    while (stage->fed < stage->c.n) {
        const struct ct_segment *segment = &stage->c.segments[stage->fed++];
        ct_stream_tick(stage->streams, segment->ts_ns);
        status = ct_stream_segment(stage->streams, segment);
        check(&stage->log, (unsigned)status < CT_SEGMENT_STATUS_COUNT, "no status");
    }
    stage->counters = *ct_stream_counters(stage->streams);
    check_counters(stage);
    return status;
}

void tc_stage_wait(struct tc_stage *stage, int64_t ms)
{
    need_streams(stage);
    tc_wait(&stage->c, ms);
    ct_stream_tick(stage->streams, stage->c.now_ns);
    stage->counters = *ct_stream_counters(stage->streams);
}

void tc_stage_finish(struct tc_stage *stage)
{
    struct tc_log *log = &stage->log;
    (void)tc_stage_feed(stage);
    ct_stream_finish(stage->streams);
    stage->counters = *ct_stream_counters(stage->streams);
    check_counters(stage);
    check(log, stage->counters.open_now == 0, "open after the end");
    for (size_t i = 0; i < log->n_readers; i++) {
        check(log, log->readers[i]->closed, "never closed");
    }
}
