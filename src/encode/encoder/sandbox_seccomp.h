/* SPDX-License-Identifier: MIT
 *
 * The list of system calls that an encoder may make, as a filter that is compiled once, in the
 * zygote, and put on in each encoder. Whatever is not on it fails with EPERM, so that a codec
 * that tries fails its job and not its process.
 */
#ifndef ENCODER_SANDBOX_SECCOMP_H
#define ENCODER_SANDBOX_SECCOMP_H

struct sock_filter;

struct filter {
	struct sock_filter *code; /* owned; NULL: none */
	unsigned short n_code;
};

#define FILTER_INIT ((struct filter){ 0 })

/* 0; or -errno, with *ret_why in words (static) where the errno does not say it. */
int filter_init(struct filter *ret, const char **ret_why);
void filter_done(struct filter *filter);

/* In the encoder: allows no signal but to itself. Needs PR_SET_NO_NEW_PRIVS. Changes its copy
 * of the filter. 0 or -errno. */
int filter_enter(struct filter *filter);

#endif
