/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A plain main for fuzz targets: feeds every file below the paths given, and each cut short at
 * some places, to the target. Needs no fuzzing runtime, so every compiler and sanitizer can
 * run it. A path that does not exist is passed over; at least the empty input is run.
 */
#include <ftw.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX_FILE     ((size_t)4 << 20)
#define MAX_CUT_FILE ((size_t)64 << 10)
#define CUTS         16

static unsigned long n_inputs; /* nftw hands no context on */

static void run(const uint8_t *bytes, size_t size)
{
    uint8_t *copy = malloc(size > 0 ? size : 1); /* exact size: reads past it are seen */
    if (copy == NULL) {
        abort();
    }
    for (size_t i = 0; i < size; i++) {
        copy[i] = bytes[i];
    }
    (void)LLVMFuzzerTestOneInput(copy, size);
    free(copy);
    n_inputs++;
}

static int on_file(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)walk;
    size_t size = (size_t)status->st_size;
    if (type != FTW_F || size > MAX_FILE) {
        return 0;
    }
    FILE *file = fopen(path, "rb");
    uint8_t *bytes = malloc(size + 1);
    if (file == NULL || bytes == NULL) {
        (void)fprintf(stderr, "replay: cannot read %s\n", path);
        exit(1);
    }
    size = fread(bytes, 1, size, file);
    (void)fclose(file);
    run(bytes, size);
    for (size_t i = 1; i < CUTS && size <= MAX_CUT_FILE && size >= CUTS; i++) {
        run(bytes, size / CUTS * i);
    }
    free(bytes);
    return 0;
}

int main(int argc, char **argv)
{
    run((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++) {
        (void)nftw(argv[i], on_file, 16, FTW_PHYS); /* a missing path is fine */
    }
    (void)printf("%lu inputs\n", n_inputs);
    return 0;
}
