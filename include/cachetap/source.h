/* SPDX-License-Identifier: Apache-2.0 */
/*
 * source: where frames come from: interfaces, or several capture files merged by time, through
 * one capture filter. The only stage that knows libpcap. Not part of the library.
 *
 * Everything that needs privileges (devices, sockets, files) is opened by ct_source_open; what
 * follows works on what is open then.
 */
#ifndef CACHETAP_SOURCE_H
#define CACHETAP_SOURCE_H

#include "cachetap/base.h"

#define CT_SOURCE_MESSAGE_MAX 512

enum ct_source_status {
    CT_SOURCE_OK,
    CT_SOURCE_IDLE,       /* interfaces: none came while it waited, or a signal did */
    CT_SOURCE_END,        /* no more frames */
    CT_SOURCE_BAD_FILTER, /* the capture filter does not compile */
    CT_SOURCE_FAILED,     /* nothing could be opened, or no memory */
};

enum ct_direction {
    CT_DIRECTION_BOTH,
    CT_DIRECTION_IN,
    CT_DIRECTION_OUT,
};

/* The default of tcpdump: more than any packet. */
#define CT_SOURCE_SNAPLEN 262144

struct ct_live_options {
    const char *const *names; /* of interfaces, "any", or numbers of ct_source_list */
    size_t n_names;           /* at most CT_IFACES_MAX; 0: the default interface */
    uint32_t snaplen;
    uint64_t buffer_bytes; /* of the kernel, for each interface; 0: CT_SOURCE_BUFFER_BYTES */
    uint64_t gone_seconds; /* without any of the interfaces: then the source ends */
    enum ct_direction direction;
    /*
     * One of several sources that share the packets: a connection's go to one. The groups of the
     * interfaces by number, CT_IFACES_MAX, which the first of them fills in: 0 at first, then the
     * kernel's number of the group + 1. NULL: it gets all packets. Used while it is opened.
     */
    uint32_t *fanout;
    bool promiscuous;
    bool immediate; /* each packet at once: costs throughput */
};

/* Holds a second of 128 Mbit/s, or 250 ms of 500 Mbit/s. */
#define CT_SOURCE_BUFFER_BYTES CT_MIB(16)

struct ct_source_options {
    const char *const *paths; /* capture files; "-" is standard input */
    size_t n_paths;
    const struct ct_live_options *live; /* capture from interfaces instead, or NULL */
    const char *filter;                 /* pcap-filter(7) expression, or NULL */
    /*
     * Told of everything that goes wrong with an input, as one line without end of line:
     * "FILE: what happened: why, and what to do". Reading goes on with the other inputs.
     */
    void (*problem)(void *user, const char *line);
    /* Told in the same form what is no failure: an interface is down, or back. May be NULL. */
    void (*notice)(void *user, const char *line);
    /*
     * Asked before the source waits for a pipe, and after a signal has ended such a wait (with
     * all signals blocked), and now and then while the filter lets nothing pass. True ends the
     * input as if it were read to its end, and that is no problem. May be NULL.
     */
    bool (*interrupted)(void *user);
    void *user;
    bool rewinds; /* captures: ct_source_rewind is wanted; takes another descriptor of each */
};

struct ct_source;

/*
 * Opens all inputs. On CT_SOURCE_OK *opened is the caller's, to be closed. Inputs that could
 * not be opened were told to problem and are left out; with none left: CT_SOURCE_FAILED.
 */
enum ct_source_status ct_source_open(const struct ct_source_options *options,
                                     struct ct_source **opened);
void ct_source_close(struct ct_source *source);

typedef void (*ct_source_handler)(void *user, const struct ct_frame *frame);

/*
 * Hands at most max frames (of each interface) to handler, which borrows them for the call. OK:
 * go on. IDLE: none came for CT_SOURCE_WAIT_MS, or a signal did: time for timers. END: no more
 * will come. Frames of one capture run come by time; those of several interfaces do so but for
 * the kernel's batches (some 100 ms).
 */
enum ct_source_status ct_source_dispatch(struct ct_source *source, size_t max,
                                         ct_source_handler handler, void *user);
#define CT_SOURCE_WAIT_MS 100

/*
 * Captures only: the next frame by time, borrowed until the next call. An input that ends in
 * the middle of a packet, or is damaged, is told to problem and ends there; what was read
 * before stays.
 */
enum ct_source_status ct_source_next(struct ct_source *source, struct ct_frame *frame);

/*
 * Captures that were opened with rewinds: the next frame is the first one again. Problems are
 * told again. Opens nothing. False: an input is no file (a pipe, standard input), or memory is
 * short; the source is then as it was, or at its end.
 */
bool ct_source_rewind(struct ct_source *source);
/* All its inputs are files, and rewinds was set. */
bool ct_source_can_rewind(const struct ct_source *source);

/* True when any input had a problem. */
bool ct_source_had_problems(const struct ct_source *source);

/* Octets read of those there are; total 0 when unknown (standard input). */
void ct_source_progress(const struct ct_source *source, uint64_t *done_bytes,
                        uint64_t *total_bytes);

/* What the interfaces have given and lost since they were opened; zeros for captures. */
void ct_source_count(struct ct_source *source, struct ct_capture_counters *counters);

/* True when all frames have one link type; false when they have, or may have, several. */
bool ct_source_one_linktype(const struct ct_source *source, uint32_t *linktype);

/* Name of an interface as frames number it, or NULL. Valid while source is open. */
const char *ct_source_iface_name(const struct ct_source *source, uint32_t iface);
/* Its link type; iface must have a name. */
uint32_t ct_source_iface_linktype(const struct ct_source *source, uint32_t iface);

/* One interface that can be captured from. Texts may be NULL, and are borrowed for the call. */
struct ct_source_iface {
    const char *name;
    const char *description;
    bool up;
    bool running;
    bool loopback;
    bool wireless;
    bool connected; /* when connection_known */
    bool connection_known;
};

/* Tells row of each, the default first. False: message says "what: why". */
bool ct_source_list(void (*row)(void *user, const struct ct_source_iface *iface), void *user,
                    char message[CT_SOURCE_MESSAGE_MAX]);

/* Description of a link type for people ("Ethernet"), or NULL. Static. */
const char *ct_source_linktype_name(uint32_t linktype);
/* Version text of libpcap. Static. */
const char *ct_source_pcap_version(void);

#endif
