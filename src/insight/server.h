/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is learned of a server for one host. Its clock, by the Date of its responses: nothing is
 * computed with Date before it is known how far it is from the capture's clock, and that it runs
 * at all. And whether it adds Age to what it had stored alone.
 */
#ifndef CACHETAP_INSIGHT_SERVER_H
#define CACHETAP_INSIGHT_SERVER_H

#include "cachetap/base.h"

#define CT_SERVERS 1024U /* a power of two; a server more takes the place of another */

struct ct_server {
    uint64_t key;
    int64_t skew_s;     /* greatest Date minus capture time: what a new response would bear */
    int64_t first_date; /* of the first response noted */
    int64_t first_s;
    bool known;
    bool runs;  /* Date has kept step with the capture's clock */
    bool exact; /* skew_s is of a response that was made then */
    /* Age was seen to come only with what had been stored, never with what was fetched. */
    bool age_with_hits;
    uint64_t id;     /* keyed hash of the latest request id; 0: none */
    bool ids_differ; /* it was not one word for all */
};

struct ct_servers {
    struct ct_server servers[CT_SERVERS];
};

/* What is known for key, reset when the place was another's. */
struct ct_server *ct_server_of(struct ct_servers *servers, uint64_t key);
/* made: the response was made then, or less than a second before. */
void ct_server_note_date(struct ct_server *server, int64_t date_s, int64_t now_s, bool made);

#endif
