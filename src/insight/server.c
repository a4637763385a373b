/* SPDX-License-Identifier: Apache-2.0 */
#include "insight/server.h"

/* Date has whole seconds, and a response may have waited. */
#define STEP_SLACK_S 2

struct ct_server *ct_server_of(struct ct_servers *servers, uint64_t key)
{
    struct ct_server *server = &servers->servers[key & (CT_SERVERS - 1)];
    if (server->key != key) {
        *server = (struct ct_server){.key = key};
    }
    return server;
}

void ct_server_note_date(struct ct_server *server, int64_t date_s, int64_t now_s, bool made)
{
    int64_t skew_s = date_s - now_s;
    if (!server->known) {
        server->known = true;
        server->skew_s = skew_s;
        server->first_date = date_s;
        server->first_s = now_s;
    }
    int64_t passed_s = now_s - server->first_s;
    int64_t off_s = date_s - server->first_date - passed_s;
    if (passed_s >= STEP_SLACK_S && off_s >= -STEP_SLACK_S && off_s <= STEP_SLACK_S) {
        server->runs = true;
    }
    if (skew_s > server->skew_s) {
        server->skew_s = skew_s;
    }
    server->exact = server->exact || made;
}
