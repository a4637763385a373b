/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the crew share. */
#ifndef CACHETAP_CREW_SHARED_H
#define CACHETAP_CREW_SHARED_H

#include <pthread.h>
#include <stdatomic.h>

#include "crew/bell.h"
#include "crew/channel.h"
#include "crew/crew.h"

/* What crosses. */
enum ct_crew_kind {
    CT_CREW_SEGMENT, /* reader to worker */
    CT_CREW_TICK,
    CT_CREW_MARK, /* nothing for you until seq; both ways */
    CT_CREW_FINISH,
    CT_CREW_TXN, /* to the collector */
    CT_CREW_CONN,
    CT_CREW_COUNTERS,
    CT_CREW_PROGRESS, /* of a reader, for who watches */
    CT_CREW_DONE,
};

struct ct_crew_time {
    int64_t now_ns;
    uint64_t number;
};

struct ct_crew_segment {
    uint64_t number;
    uint64_t unused; /* keeps the alignment of what follows */
};

/* Who writes to the collector: a worker, or a reader. */
struct ct_crew_feeder {
    struct ct_crew *crew;
    struct ct_channel *out;
    struct ct_shard *shard;         /* NULL: none of its own */
    struct ct_rules *rules;         /* the shard's */
    const struct ct_intake *intake; /* NULL: none of its own */
    uint64_t seq;                   /* of what is being worked on */
    uint64_t marked;                /* told to the collector */
    int64_t woke_ns;                /* the clock when the collector was told last */
    unsigned counters_sent;
    uint64_t lost; /* records that found no room */
    uint64_t txns; /* transactions so far */
    bool ends;     /* the input is over: now room is waited for */
};

struct ct_crew_worker {
    struct ct_crew_feeder feeder;
    struct ct_bell bell; /* rung by readers */
    struct ct_channel *in[CT_CREW_READERS_MAX];
    size_t n_finished; /* readers that are done */
    pthread_t thread;
    bool runs;
};

struct ct_crew_reader {
    struct ct_crew_feeder feeder;
    struct ct_intake *intake;
    size_t index;
    uint64_t events; /* segments and ticks so far: the order of everything */
    uint64_t marked;
    int64_t progress_ns; /* packet time at which the collector was last told */
    atomic_uint_fast64_t frames;
    bool done;
};

/* The collector's end of a channel. */
struct ct_crew_feed {
    struct ct_channel *channel;
    uint64_t seq; /* nothing older will come */
    bool done;
    struct ct_parts_counters counters;
    struct ct_intake_progress progress;
};

struct ct_crew {
    struct ct_crew_options options;
    struct ct_limits limits;
    struct ct_key key;
    struct ct_rules *rules;
    bool rules_taken;
    struct ct_collector *collector;
    struct ct_watch *watch; /* the collector's, or NULL */
    struct ct_bell bell;    /* the collector's */
    struct ct_crew_reader *readers;
    struct ct_crew_worker *workers;
    struct ct_crew_feed *feeds; /* of readers, then of workers */
    size_t n_feeds;
    atomic_uint counters_wanted;
    int64_t counters_ns;
    uint64_t transactions;
    bool built;    /* all parts are there */
    bool discards; /* nobody wants the records any more */
    struct ct_verdict verdict;
};

/* A message to the collector: waits in a replay, gives up (NULL, counted) when live. */
void *ct_crew_feed_room(struct ct_crew_feeder *feeder, size_t n);
/* As hooks of a shard; user is the feeder. */
void ct_crew_feed_txn(void *user, const struct ct_txn *txn, struct ct_verdict *verdict);
void ct_crew_feed_conn(void *user, const struct ct_conn_end *end);
/* After a batch: how far the feeder is, its counters when they are wanted; wakes the collector. */
void ct_crew_feed_settle(struct ct_crew_feeder *feeder);
/* The last messages: counters, and that nothing follows. */
void ct_crew_feed_done(struct ct_crew_feeder *feeder);

/* Makes the intake of reader r. False: no memory. */
bool ct_crew_reader_init(struct ct_crew *crew, size_t r);

/* The body of a worker's thread. */
void *ct_crew_work(void *user);

#endif
