/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_SUPPORT_NEED_H
#define TESTS_SUPPORT_NEED_H

/* Gives p back; ends the program when it is NULL, as no memory leaves it. */
void *need(void *p);

#endif
