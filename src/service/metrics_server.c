/* SPDX-License-Identifier: Apache-2.0 */
#include "service/metrics_server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <microhttpd.h>

#include "service/metrics_accept.h"

/* Connections at one time; the oldest makes room for a new one before the library refuses. */
#define CONNECTIONS_KEPT 32
#define CONNECTIONS_MAX  64
#define REQUEST_BYTES    ((size_t)16 << 10) /* request line, header and the library's own */
#define BACKLOG          64
#define POLITENESS       10 /* the thread's nice value: packets go first */
#define FORMAT_COUNT     2
#define HEALTHY          "ok\n"
#define HELP_TEXT        "cachetap: /metrics and /healthz are here\n"

struct published {
    struct ct_snapshot *snapshot;
    int64_t taken_ns;  /* since the epoch */
    int64_t steady_ns; /* by the clock that only goes forward */
};

struct slot {
    int fd; /* -1: free */
    int64_t since_ns;
};

struct ct_metrics_server {
    struct ct_metrics_server_options with;
    int64_t start_ns;
    int listener;
    int wake;  /* eventfd: the thread is to look up */
    int statm; /* /proc/self/statm, or -1 */
    pthread_t thread;
    bool running;
    atomic_bool stop;
    _Atomic(struct published *) next; /* the only thing that both threads touch */
    /* Of the server's thread: */
    struct MHD_Daemon *daemon;
    struct published *current;
    struct MHD_Response *pages[FORMAT_COUNT]; /* of current */
    uint64_t requests;
    uint64_t connections_cut;
    struct slot slots[CONNECTIONS_MAX];
};

static int64_t clock_ns(clockid_t clock)
{
    struct timespec now = {.tv_sec = 0};
    (void)clock_gettime(clock, &now); /* both clocks exist on every Linux */
    return now.tv_sec * CT_NS_PER_S + now.tv_nsec;
}

/* ---- snapshots -------------------------------------------------------------------------- */

static void free_published(struct published *published)
{
    if (published != NULL) {
        ct_stats_snapshot_fini(published->snapshot);
        free(published->snapshot);
        free(published);
    }
}

void ct_service_metrics_publish(struct ct_metrics_server *server, struct ct_snapshot *snapshot)
{
    struct published *fresh = malloc(sizeof *fresh);
    if (fresh == NULL) { /* the page is older for a second */
        ct_stats_snapshot_fini(snapshot);
        free(snapshot);
        return;
    }
    *fresh = (struct published){snapshot, clock_ns(CLOCK_REALTIME), clock_ns(CLOCK_MONOTONIC)};
    free_published(atomic_exchange(&server->next, fresh));
}

static void drop_pages(struct ct_metrics_server *server)
{
    for (size_t i = 0; i < FORMAT_COUNT; i++) {
        if (server->pages[i] != NULL) {
            MHD_destroy_response(server->pages[i]); /* those who are being served keep it */
            server->pages[i] = NULL;
        }
    }
}

static void take_latest(struct ct_metrics_server *server)
{
    struct published *fresh = atomic_exchange(&server->next, NULL);
    if (fresh != NULL) {
        drop_pages(server);
        free_published(server->current);
        server->current = fresh;
    }
}

/* ---- answers ---------------------------------------------------------------------------- */

static uint64_t resident_bytes(const struct ct_metrics_server *server)
{
    char text[128];
    unsigned long long size = 0;
    unsigned long long resident = 0;
    ssize_t n = server->statm >= 0 ? pread(server->statm, text, sizeof text - 1, 0) : -1;
    text[n > 0 ? n : 0] = '\0';
    /* The kernel's own text (proc(5)): two numbers of pages. */
    char *end = text;
    size = strtoull(text, &end, 10);
    resident = strtoull(end, NULL, 10);
    return size > 0 ? (uint64_t)resident * (uint64_t)sysconf(_SC_PAGESIZE) : 0;
}

static uint64_t cpu_ns(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) {
        return 0;
    }
    int64_t seconds = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec;
    int64_t us = usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
    return (uint64_t)(seconds * CT_NS_PER_S + us * CT_NS_PER_US);
}

/* A new response that closes its connection; takes text if taken, else borrows it for ever. */
static struct MHD_Response *make_response(char *text, size_t n, bool taken, const char *type)
{
    enum MHD_ResponseMemoryMode mode = taken ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT;
    struct MHD_Response *response = MHD_create_response_from_buffer(n, text, mode);
    if (response == NULL) {
        if (taken) {
            free(text);
        }
        return NULL;
    }
    if (MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type) != MHD_YES ||
        MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store") != MHD_YES ||
        MHD_add_response_header(response, MHD_HTTP_HEADER_CONNECTION, "close") != MHD_YES) {
        MHD_destroy_response(response);
        return NULL;
    }
    return response;
}

/* The page is made once for all who ask before the next snapshot comes. */
static struct MHD_Response *page_of(struct ct_metrics_server *server, enum ct_metrics_format format)
{
    struct ct_metrics_view view = {
        .limits = server->with.limits,
        .start_ns = server->start_ns,
        .cpu_ns = cpu_ns(),
        .resident_bytes = resident_bytes(server),
        .requests = server->requests,
        .connections_cut = server->connections_cut,
    };
    struct ct_buf buf = {0};
    if (server->pages[format] != NULL || server->current == NULL) {
        return server->pages[format];
    }
    view.snapshot = server->current->snapshot;
    view.taken_ns = server->current->taken_ns;
    ct_metrics_render(&buf, &view, format);
    if (buf.failed) {
        ct_output_buf_fini(&buf);
        return NULL;
    }
    server->pages[format] = make_response(buf.p, buf.n, true, ct_metrics_content_type(format));
    return server->pages[format];
}

static enum MHD_Result answer_metrics(struct ct_metrics_server *server,
                                      struct MHD_Connection *connection)
{
    const char *accept =
        MHD_lookup_connection_value(connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT);
    struct MHD_Response *page = page_of(server, ct_service_metrics_accept(accept));
    return page != NULL ? MHD_queue_response(connection, MHD_HTTP_OK, page) : MHD_NO;
}

static enum MHD_Result answer_text(struct MHD_Connection *connection, unsigned status, char *text,
                                   bool taken, const char *allow)
{
    struct MHD_Response *response =
        make_response(text, strlen(text), taken, "text/plain; charset=utf-8");
    if (response == NULL) {
        return MHD_NO;
    }
    enum MHD_Result result = MHD_YES;
    if (allow != NULL) {
        result = MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, allow);
    }
    if (result == MHD_YES) {
        result = MHD_queue_response(connection, status, response);
    }
    MHD_destroy_response(response);
    return result;
}

static enum MHD_Result answer_health(const struct ct_metrics_server *server,
                                     struct MHD_Connection *connection)
{
    static char healthy[] = HEALTHY;
    const struct published *current = server->current;
    int64_t age_ns = current != NULL ? clock_ns(CLOCK_MONOTONIC) - current->steady_ns : INT64_MAX;
    if (age_ns < CT_METRICS_STALE_S * CT_NS_PER_S) {
        return answer_text(connection, MHD_HTTP_OK, healthy, false, NULL);
    }
    static char stalled[] = "stalled: the analysis has given no numbers for 10 seconds: "
                            "an output or an input blocks it, or the machine is too slow\n";
    return answer_text(connection, MHD_HTTP_SERVICE_UNAVAILABLE, stalled, false, NULL);
}

/* NOLINTBEGIN(readability-function-size,readability-non-const-parameter): the library's type */
static enum MHD_Result on_request(void *user, struct MHD_Connection *connection, const char *path,
                                  const char *method, const char *version, const char *upload,
                                  size_t *upload_size, void **state)
/* NOLINTEND(readability-function-size,readability-non-const-parameter) */
{
    static char wrong_method[] = "only GET and HEAD\n";
    static char help[] = HELP_TEXT;
    struct ct_metrics_server *server = user;
    (void)version;
    (void)upload;
    (void)upload_size;
    (void)state;
    server->requests++;
    take_latest(server);
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
        return answer_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED, wrong_method, false,
                           "GET, HEAD");
    }
    if (strcmp(path, "/metrics") == 0) {
        return answer_metrics(server, connection);
    }
    if (strcmp(path, "/healthz") == 0) {
        return answer_health(server, connection);
    }
    return answer_text(connection, MHD_HTTP_NOT_FOUND, help, false, NULL);
}

/* ---- connections ------------------------------------------------------------------------ */

/* The library sees the end at once and lets go of the connection. */
static void cut(struct ct_metrics_server *server, const struct slot *slot)
{
    server->connections_cut++;
    (void)shutdown(slot->fd, SHUT_RDWR); /* fails when the peer was quicker */
}

static void make_room(struct ct_metrics_server *server)
{
    struct slot *oldest = NULL;
    size_t n = 0;
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct slot *slot = &server->slots[i];
        if (slot->fd >= 0 && slot->since_ns != INT64_MAX) {
            n++;
            oldest = oldest == NULL || slot->since_ns < oldest->since_ns ? slot : oldest;
        }
    }
    if (n > CONNECTIONS_KEPT) {
        cut(server, oldest);
        oldest->since_ns = INT64_MAX; /* on its way out */
    }
}

static void cut_overdue(struct ct_metrics_server *server)
{
    int64_t now_ns = clock_ns(CLOCK_MONOTONIC);
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        struct slot *slot = &server->slots[i];
        if (slot->fd >= 0 && slot->since_ns < now_ns - server->with.connection_ms * CT_NS_PER_MS) {
            cut(server, slot);
            slot->since_ns = INT64_MAX;
        }
    }
}

static void on_connection(void *user, struct MHD_Connection *connection, void **context,
                          enum MHD_ConnectionNotificationCode code)
{
    struct ct_metrics_server *server = user;
    if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
        struct slot *slot = *context;
        if (slot != NULL) {
            slot->fd = -1;
        }
        return;
    }
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    for (size_t i = 0; info != NULL && i < CONNECTIONS_MAX; i++) {
        if (server->slots[i].fd < 0) {
            server->slots[i] = (struct slot){info->connect_fd, clock_ns(CLOCK_MONOTONIC)};
            *context = &server->slots[i];
            break;
        }
    }
    make_room(server);
}

/* ---- life ------------------------------------------------------------------------------- */

static int listen_on(struct ct_metrics_address *address)
{
    int on = 1;
    int fd = socket(address->socket.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    socklen_t length = sizeof address->socket;
    if (fd < 0) {
        return -1;
    }
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, &address->socket.any, address->length) != 0 || listen(fd, BACKLOG) != 0 ||
        getsockname(fd, &address->socket.any, &length) != 0) {
        int error = errno;
        (void)close(fd);
        errno = error;
        return -1;
    }
    return fd;
}

struct ct_metrics_server *ct_service_metrics_open(struct ct_metrics_address *address,
                                                  const struct ct_metrics_server_options *with)
{
    struct ct_metrics_server *server = calloc(1, sizeof *server);
    if (server == NULL) {
        return NULL;
    }
    server->with = *with;
    server->start_ns = clock_ns(CLOCK_REALTIME);
    for (size_t i = 0; i < CONNECTIONS_MAX; i++) {
        server->slots[i].fd = -1;
    }
    server->statm = open("/proc/self/statm", O_RDONLY | O_CLOEXEC); /* without: not shown */
    server->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    server->listener = server->wake >= 0 ? listen_on(address) : -1;
    if (server->listener < 0) {
        int error = errno;
        ct_service_metrics_close(server);
        errno = error;
        return NULL;
    }
    return server;
}

static void *serve(void *user)
{
    struct ct_metrics_server *server = user;
    const union MHD_DaemonInfo *info =
        MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    unsigned longest_ms = server->with.connection_ms / 5 + 1; /* so late may a cut come */
    (void)setpriority(PRIO_PROCESS, 0, POLITENESS); /* of this thread, in Linux; else as before */
    while (!atomic_load(&server->stop)) {
        struct pollfd fds[] = {
            {.fd = info != NULL ? info->epoll_fd : -1, .events = POLLIN},
            {.fd = server->wake, .events = POLLIN},
        };
        MHD_UNSIGNED_LONG_LONG wait_ms = 0;
        if (MHD_get_timeout(server->daemon, &wait_ms) != MHD_YES || wait_ms > longest_ms) {
            wait_ms = longest_ms;
        }
        (void)poll(fds, 2, (int)wait_ms); /* signals are blocked here */
        (void)MHD_run(server->daemon);
        cut_overdue(server);
    }
    return NULL;
}

bool ct_service_metrics_start(struct ct_metrics_server *server)
{
    sigset_t all;
    sigset_t before;
    server->daemon =
        MHD_start_daemon(MHD_USE_EPOLL, 0, NULL, NULL, on_request, server, MHD_OPTION_LISTEN_SOCKET,
                         server->listener, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS_MAX,
                         MHD_OPTION_CONNECTION_MEMORY_LIMIT, REQUEST_BYTES,
                         MHD_OPTION_NOTIFY_CONNECTION, on_connection, server, MHD_OPTION_END);
    if (server->daemon == NULL) {
        errno = errno != 0 ? errno : ENOMEM;
        return false;
    }
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before); /* signals are for the packets' thread */
    int error = pthread_create(&server->thread, NULL, serve, server);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    server->running = error == 0;
    errno = error;
    return server->running;
}

static void close_fd(int fd)
{
    if (fd >= 0) {
        (void)close(fd);
    }
}

void ct_service_metrics_close(struct ct_metrics_server *server)
{
    if (server == NULL) {
        return;
    }
    if (server->running) {
        atomic_store(&server->stop, true);
        (void)eventfd_write(server->wake, 1); /* else it takes a second */
        (void)pthread_join(server->thread, NULL);
    }
    drop_pages(server);
    if (server->daemon != NULL) {
        MHD_stop_daemon(server->daemon); /* closes the listener */
    } else {
        close_fd(server->listener);
    }
    close_fd(server->wake);
    close_fd(server->statm);
    free_published(server->current);
    free_published(atomic_exchange(&server->next, NULL));
    free(server);
}

const char *ct_service_metrics_version(void)
{
    return MHD_get_version();
}
