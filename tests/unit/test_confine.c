/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is left of our rights when they are given up: tried from inside, in a process of its
 * own, and read from outside in /proc. Files are opened by the opener then.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "process/confine.h"
#include "process/opener.h"

/* What the process inside found out; one bit each. */
enum {
    ENTERED = 1 << 0,
    FILTERED = 1 << 1,
    OPENED_FILE = 1 << 2,
    MADE_SOCKET = 1 << 3,
    FORKED = 1 << 4,
    MADE_CODE = 1 << 5,
    BECAME_ROOT = 1 << 6,
    WROTE = 1 << 7,
    MADE_THREAD = 1 << 8,
    THREAD_OPENED = 1 << 9,
    OPENER_OPENED = 1 << 10,
    OPENER_LEFT = 1 << 11,
    OPENER_FOLLOWED = 1 << 12,
    TYPED = 1 << 13,
};

struct inside {
    int to_parent;
    int from_parent;
    const char *dir;
    bool keep;
};

static void *try_in_thread(void *user)
{
    bool *opened = user;
    int fd = open("/etc/passwd", O_RDONLY);
    *opened = fd >= 0;
    return NULL;
}

static unsigned try_opener(struct ct_opener *opener, int place)
{
    unsigned found = 0;
    int fd = ct_process_opener_open(opener, place, "made.log", O_CREAT | O_APPEND, 0640);
    found |= fd >= 0 && write(fd, "line\n", 5) == 5 ? OPENER_OPENED : 0;
    static const char *const outside[] = {"../made.log", "..", "", "/etc/made.log"};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        if (ct_process_opener_open(opener, place, outside[i], O_CREAT, 0640) >= 0) {
            found |= OPENER_LEFT;
        }
    }
    if (ct_process_opener_open(opener, place + 1, "made.log", O_CREAT, 0640) >= 0) {
        found |= OPENER_LEFT;
    }
    found |=
        ct_process_opener_open(opener, place, "link", O_CREAT, 0640) >= 0 ? OPENER_FOLLOWED : 0;
    return found;
}

static unsigned try_everything(int to_parent)
{
    unsigned found = 0;
    bool thread_opened = false;
    pthread_t thread;
    found |= open("/etc/passwd", O_RDONLY) >= 0 ? OPENED_FILE : 0;
    found |= socket(AF_INET, SOCK_STREAM, 0) >= 0 ? MADE_SOCKET : 0;
    found |= mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                  0) != MAP_FAILED
                 ? MADE_CODE
                 : 0;
    found |= setuid(0) == 0 || setresuid(0, 0, 0) == 0 ? BECAME_ROOT : 0;
    found |= ioctl(0, TIOCSTI, "x") == 0 || errno != EPERM ? TYPED : 0;
    found |= write(to_parent, "", 0) == 0 ? WROTE : 0;
    if (pthread_create(&thread, NULL, try_in_thread, &thread_opened) == 0 &&
        pthread_join(thread, NULL) == 0) {
        found |= MADE_THREAD | (thread_opened ? THREAD_OPENED : 0);
    }
    pid_t child = fork();
    if (child == 0) {
        _exit(0);
    }
    found |= child > 0 ? FORKED : 0;
    return found;
}

static _Noreturn void run_inside(const struct inside *inside)
{
    char path[512];
    const char *name;
    char byte;
    unsigned found = 0;
    struct ct_opener opener;
    struct ct_confine confine;
    ct_process_opener_init(&opener);
    (void)snprintf(path, sizeof path, "%s/first.log", inside->dir);
    int place = ct_process_opener_add(&opener, path, &name);
    if (place < 0 || !ct_process_opener_start(&opener) ||
        !ct_process_confine_choose(&confine, NULL, inside->keep) ||
        !ct_process_confine_enter(&confine)) {
        _exit(1);
    }
    found |= confine.confined ? ENTERED : 0;
    found |= confine.n_calls > 0 ? FILTERED : 0;
    found |= try_everything(inside->to_parent);
    found |= try_opener(&opener, place);
    (void)!write(inside->to_parent, &found, sizeof found);
    (void)!read(inside->from_parent, &byte, 1); /* until the parent has looked at /proc */
    ct_process_opener_fini(&opener);
    _exit(0);
}

/* The value of a line of /proc/PID/status. */
static void read_status(pid_t pid, const char *key, char value[128])
{
    char path[64];
    char line[256];
    (void)snprintf(path, sizeof path, "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    value[0] = '\0';
    while (fgets(line, sizeof line, file) != NULL) {
        if (strncmp(line, key, strlen(key)) == 0) {
            (void)snprintf(value, 128, "%.127s", line + strlen(key) + 1);
            value[strcspn(value, "\n")] = '\0';
        }
    }
    (void)fclose(file);
}

struct seen {
    unsigned found;
    char uid[128];
    char effective[128];
    char permitted[128];
    char no_new[128];
    char seccomp[128];
    int status;
};

static void look(bool keep, struct seen *seen, char dir[])
{
    int up[2];
    int down[2];
    char link[512];
    assert_non_null(mkdtemp(dir));
    (void)snprintf(link, sizeof link, "%s/link", dir);
    assert_int_equal(symlink("/tmp/cachetap-must-not-be-made", link), 0);
    assert_int_equal(pipe(up), 0);
    assert_int_equal(pipe(down), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        struct inside inside = {up[1], down[0], dir, keep};
        run_inside(&inside);
    }
    (void)close(up[1]);
    assert_int_equal(read(up[0], &seen->found, sizeof seen->found), sizeof seen->found);
    read_status(pid, "Uid:", seen->uid);
    read_status(pid, "CapEff:", seen->effective);
    read_status(pid, "CapPrm:", seen->permitted);
    read_status(pid, "NoNewPrivs:", seen->no_new);
    read_status(pid, "Seccomp:", seen->seccomp);
    assert_int_equal(write(down[1], "x", 1), 1);
    assert_int_equal(waitpid(pid, &seen->status, 0), pid);
    (void)close(up[0]);
    (void)close(down[0]);
    (void)close(down[1]);
}

static void remove_dir(const char *dir)
{
    static const char *const names[] = {"made.log", "link"};
    char path[512];
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", dir, names[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(dir), 0); /* nothing else was made in it */
}

static void test_inside_nothing_can_be_opened(void **state)
{
    (void)state;
    struct seen seen = {.found = 0};
    char dir[] = "/tmp/cachetap-confine-XXXXXX";
    look(false, &seen, dir);
    assert_true(WIFEXITED(seen.status) && WEXITSTATUS(seen.status) == 0);
    assert_true((seen.found & ENTERED) != 0);
    assert_true((seen.found & WROTE) != 0);
    assert_true((seen.found & MADE_THREAD) != 0);
    assert_int_equal(strtoull(seen.effective, NULL, 16), 0);
    assert_int_equal(strtoull(seen.permitted, NULL, 16), 0);
    assert_int_equal(strtoul(seen.no_new, NULL, 10), 1);
    if (geteuid() == 0) {
        assert_true(strtoul(seen.uid, NULL, 10) != 0);
        assert_int_equal(seen.found & BECAME_ROOT, 0);
    }
#if !defined(__SANITIZE_ADDRESS__)
    assert_true((seen.found & FILTERED) != 0);
    assert_int_equal(strtoul(seen.seccomp, NULL, 10), 2);
    assert_int_equal(
        seen.found & (OPENED_FILE | MADE_SOCKET | FORKED | MADE_CODE | THREAD_OPENED | TYPED), 0);
#endif
    remove_dir(dir);
}

static void test_the_opener_opens_what_it_was_told_to_and_nothing_else(void **state)
{
    (void)state;
    struct seen seen = {.found = 0};
    struct stat st;
    char path[512];
    char dir[] = "/tmp/cachetap-confine-XXXXXX";
    look(false, &seen, dir);
    assert_true((seen.found & OPENER_OPENED) != 0);
    assert_int_equal(seen.found & (OPENER_LEFT | OPENER_FOLLOWED), 0);
    (void)snprintf(path, sizeof path, "%s/made.log", dir);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_size, 5);
    assert_int_equal(st.st_mode & 07, 0); /* not for everybody */
    assert_int_equal(access("/tmp/cachetap-must-not-be-made", F_OK), -1);
    remove_dir(dir);
}

static void test_no_drop_keeps_everything(void **state)
{
    (void)state;
    struct seen seen = {.found = 0};
    char dir[] = "/tmp/cachetap-confine-XXXXXX";
    look(true, &seen, dir);
    assert_int_equal(seen.found & (ENTERED | FILTERED), 0);
    assert_true((seen.found & OPENED_FILE) != 0);
    assert_int_equal(strtoul(seen.uid, NULL, 10), geteuid());
    remove_dir(dir);
}

static void test_a_wrong_user_is_said(void **state)
{
    (void)state;
    struct ct_confine confine;
    assert_false(ct_process_confine_choose(&confine, "no-such-user-here", false));
    assert_non_null(strstr(confine.error, "-Z no-such-user-here"));
    assert_false(ct_process_confine_choose(&confine, "nobody", true));
    assert_non_null(strstr(confine.error, "contradict"));
}

static void test_the_state_is_described(void **state)
{
    (void)state;
    char text[256];
    struct ct_confine confine = {.keep = true};
    ct_process_confine_describe(&confine, text, sizeof text);
    assert_non_null(strstr(text, "privileges kept"));
    confine =
        (struct ct_confine){.confined = true, .change_id = true, .user = "nobody", .n_calls = 60};
    ct_process_confine_describe(&confine, text, sizeof text);
    assert_non_null(strstr(text, "user nobody"));
    assert_non_null(strstr(text, "60 system calls"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_inside_nothing_can_be_opened),
        cmocka_unit_test(test_the_opener_opens_what_it_was_told_to_and_nothing_else),
        cmocka_unit_test(test_no_drop_keeps_everything),
        cmocka_unit_test(test_a_wrong_user_is_said),
        cmocka_unit_test(test_the_state_is_described),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
