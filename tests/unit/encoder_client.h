/* SPDX-License-Identifier: MIT
 *
 * The daemon's end of encode/protocol.h in its plainest form, for tests of encoder programs:
 * one zygote, blocking calls, any surprise is a failed test.
 */
#ifndef TESTS_ENCODER_CLIENT_H
#define TESTS_ENCODER_CLIENT_H

#include <sys/types.h>

#include "encode/protocol.h"

struct client {
	pid_t pid;
	int sock;
	struct zygote_hello hello;
};

/* Starts the program that the environment variable `variable` names and checks its hello. */
void client_start(struct client *client, const char *variable);
/* Closes the socket and expects the zygote to end with status 0. */
void client_stop(struct client *client);

struct spawned {
	uint32_t token;
	pid_t pid;
	int pidfd, sock;
};

struct spawned client_spawn(struct client *client, uint32_t token);
/* The next event, within some seconds. *ret_fd is -1 when none came with it. */
struct zygote_event client_event(struct client *client, int *ret_fd);
/* Closes both descriptors. */
void spawned_close(struct spawned *spawned);

/* A memory file with these bytes, or an empty one. */
int memory_file(const void *data, size_t size);
/* All bytes of it, malloc'ed. */
void *memory_bytes(int fd, size_t *ret_size);

/* The resolved view of `text` for `source`. */
struct view view_of(const char *text, enum format source);
struct encode_request request_of(const char *view, enum format source);

/* What the picture says of itself; false when it was refused or the encoder ended, with the reply
 * in *ret_reply in the first case. Then job_go() or job_drop(). */
bool job_header(const struct spawned *spawned, const struct encode_request *request,
	struct encode_facts *ret, struct encode_reply *ret_reply);
void job_go(const struct spawned *spawned, const struct encode_request *request,
	unsigned threads, uint64_t max_address_space);
void job_drop(const struct spawned *spawned, const struct encode_request *request);

void job_send(const struct spawned *spawned, const struct encode_request *request,
	int source_fd, int output_fd);
/* Says go to a header, with one thread and no limit, and waits for the reply. False when the
 * encoder ended instead of answering. */
bool job_receive(const struct spawned *spawned, struct encode_reply *ret);
/* Both, and an answer is expected. */
struct encode_reply job_do(const struct spawned *spawned, const struct encode_request *request,
	int source_fd, int output_fd);

#endif
