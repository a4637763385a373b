/* SPDX-License-Identifier: Apache-2.0 */
/*
 * measure RUNS COMMAND...: runs the commands (each one string for the shell) in turn, A B C A B
 * C ..., and prints for each the median of wall and processor time, the ratio of its processor
 * time to that of the first, taken turn by turn, and its peak memory. Turns make a ratio hold
 * when the machine's speed drifts.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MAX_COMMANDS 8
#define MAX_RUNS     99

struct run {
    double wall_s;
    double cpu_s;
    double ratio;
    double peak_mib;
    int status;
};

static double seconds(struct timeval tv)
{
    return (double)tv.tv_sec + (double)tv.tv_usec / 1e6;
}

static double now(void)
{
    struct timespec ts;
    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static struct run run_once(const char *command)
{
    struct run run = {0, 0, 0, 0, -1};
    struct rusage usage;
    double start = now();
    pid_t pid = fork();
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        (void)dup2(null, STDIN_FILENO);
        (void)dup2(null, STDOUT_FILENO);
        (void)dup2(null, STDERR_FILENO);
        (void)execl("/bin/sh", "sh", "-c", command, (char *)NULL);
        _exit(127);
    }
    if (pid < 0 || wait4(pid, &run.status, 0, &usage) != pid) {
        return run;
    }
    run.wall_s = now() - start;
    run.cpu_s = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    run.peak_mib = (double)usage.ru_maxrss / 1024;
    return run;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static double median(double *values, int n)
{
    qsort(values, (size_t)n, sizeof *values, compare);
    return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

static void report(const char *command, const struct run *runs, int n)
{
    double wall[MAX_RUNS];
    double cpu[MAX_RUNS];
    double ratio[MAX_RUNS];
    double peak = 0;
    int failed = 0;
    for (int i = 0; i < n; i++) {
        wall[i] = runs[i].wall_s;
        cpu[i] = runs[i].cpu_s;
        ratio[i] = runs[i].ratio;
        peak = runs[i].peak_mib > peak ? runs[i].peak_mib : peak;
        failed += runs[i].status != 0;
    }
    double middle = median(ratio, n);
    (void)printf("%8.3f s %8.3f s %7.2f (%.2f to %.2f) %8.1f MiB  %s%s\n", median(wall, n),
                 median(cpu, n), middle, ratio[0], ratio[n - 1], peak, command,
                 failed > 0 ? "  [exit status not 0]" : "");
}

int main(int argc, char **argv)
{
    static struct run runs[MAX_COMMANDS][MAX_RUNS];
    int n_runs = argc > 2 ? atoi(argv[1]) : 0; /* NOLINT(cert-err34-c): checked below */
    int n_commands = argc - 2;
    if (n_runs < 1 || n_runs > MAX_RUNS || n_commands > MAX_COMMANDS) {
        (void)fprintf(stderr, "usage: measure RUNS COMMAND...\n");
        return 2;
    }
    for (int c = 0; c < n_commands; c++) {
        (void)run_once(argv[2 + c]); /* warms caches */
    }
    for (int i = 0; i < n_runs; i++) {
        for (int c = 0; c < n_commands; c++) {
            runs[c][i] = run_once(argv[2 + c]);
            runs[c][i].ratio = runs[c][i].cpu_s / runs[0][i].cpu_s;
        }
    }
    (void)printf("%10s %10s %26s %12s\n", "wall", "processor", "ratio (least to most)",
                 "peak memory");
    for (int c = 0; c < n_commands; c++) {
        report(argv[2 + c], runs[c], n_runs);
    }
    return 0;
}
