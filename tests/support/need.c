/* SPDX-License-Identifier: Apache-2.0 */
#include "support/need.h"

#include <stdio.h>
#include <stdlib.h>

void *need(void *p)
{
    if (p == NULL) {
        (void)fputs("tests: no memory\n", stderr);
        exit(1);
    }
    return p;
}
