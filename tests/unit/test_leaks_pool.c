/* SPDX-License-Identifier: MIT
 *
 * Leaks that only the life of a process ends, and tables that fill up: with the fake codec.
 */
#include <sys/socket.h>

#include "encoder_client.h"
#include "pool_fixture.h"

#define LEAK_BYTES  (4 << 20)
#define LEAK        "FAKE leak=4M"
#define JOBS_EACH   6
#define N_JOBS      60
#define CHILDREN    256        /* CHILDREN_MAX of the zygote */
#define SMALL_BYTES (24 << 20) /* more than a fake encoder has at its birth, sanitizers aside */

static size_t resident_of(pid_t pid)
{
	unsigned long pages = 0;
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/statm", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return 0;
	if (fscanf(file, "%*u %lu", &pages) != 1)
		pages = 0;
	fclose(file);
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

/* --- (2) a codec that allocates in every job and never frees --------------------------------- */

START_TEST(codec_that_leaks_in_every_job_keeps_the_sum_flat)
{
	struct pool_options options = options_of(1);
	size_t born, most = 0, most_late = 0;

	options.jobs_per_encoder = JOBS_EACH;
	start(&options);
	ck_assert_int_eq(run("").error, 0);
	born = resident_of(encoder_pid());
	for (int i = 0; i < N_JOBS; i++) {
		pid_t pid = 0;
		size_t now;

		ck_assert_int_eq(run(LEAK).error, 0);
		/* None for a moment, where one was just retired. */
		now = children_of(zygote_pid(), &pid) ? resident_of(pid) : 0;
		most = now > most ? now : most;
		if (i >= N_JOBS / 2)
			most_late = now > most_late ? now : most_late;
	}
	/* Else the fake does not leak, and this would say nothing. */
	ck_assert_uint_ge(most, born + LEAK_BYTES);
	ck_assert_uint_le(most_late, born + JOBS_EACH * LEAK_BYTES + SMALL_BYTES);
}
END_TEST

/* --- (6) every way an encoder ends ------------------------------------------------------------ */

START_TEST(every_way_a_job_fails_returns_the_daemons_descriptors)
{
	static const char *const ways[] = { "FAKE error=damaged", "FAKE error=toolarge",
		"FAKE error=nomemory", "FAKE error=output", "FAKE error=unsupported",
		"FAKE crash", "FAKE exit=3", "FAKE garbage-reply", "FAKE hang" };
	struct pool_options options = options_of(1);
	size_t quiet = 0;

	options.bounds.deadline_usec = USEC_PER_SEC;
	start(&options);
	for (size_t i = 0; i < 4 * ARRAY_SIZE(ways); i++) {
		const char *way = ways[i % ARRAY_SIZE(ways)];

		ck_assert_msg(run(way).error != 0, "%s did not fail", way);
		ck_assert_int_eq(run("").error, 0);
		ck_assert_msg(EVENTUALLY(children_of(zygote_pid(), &(pid_t){ 0 }) == 1),
			"an encoder is left over after %s", way);
		if (i < ARRAY_SIZE(ways))
			quiet = count_descriptors() > quiet ? count_descriptors() : quiet;
		ck_assert_msg(EVENTUALLY(count_descriptors() <= quiet),
			"%zu descriptors after "
			"%s, %zu before",
			count_descriptors(), way, quiet);
	}
}
END_TEST

/* --- (7) a table that fills up ---------------------------------------------------------------- */

START_TEST(zygote_full_of_encoders_refuses_one_more_and_takes_one_for_each_that_ends)
{
	static struct spawned encoders[CHILDREN];
	struct zygote_spawn spawn = { .version = PROTOCOL_VERSION, .token = CHILDREN };
	struct zygote_event event;
	struct client client;
	int pair[2], fd;

	client_start(&client, "LENSFS_ENCODER_FAKE");
	for (uint32_t i = 0; i < CHILDREN; i++)
		encoders[i] = client_spawn(&client, i);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	ck_assert_int_eq(fdio_send(client.sock, &spawn, sizeof(spawn), &pair[1], 1, 0), 0);
	event = client_event(&client, &fd);
	ck_assert_uint_eq(event.kind, ZYGOTE_SPAWN_FAILED);
	ck_assert_int_eq(event.status, EAGAIN);
	close(pair[0]);
	close(pair[1]);

	for (uint32_t i = 0; i < CHILDREN; i++) {
		spawned_close(&encoders[i]);
		ck_assert_uint_eq(client_event(&client, &fd).kind, ZYGOTE_EXITED);
	}
	encoders[0] = client_spawn(&client, CHILDREN + 1);
	spawned_close(&encoders[0]);
	ck_assert_uint_eq(client_event(&client, &fd).kind, ZYGOTE_EXITED);
	client_stop(&client);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		codec_that_leaks_in_every_job_keeps_the_sum_flat,
		every_way_a_job_fails_returns_the_daemons_descriptors,
		zygote_full_of_encoders_refuses_one_more_and_takes_one_for_each_that_ends,
	};

	return suite_run(&(struct suite_list){
		.name = "leaks of the pool",
		.tests = tests,
		.n = ARRAY_SIZE(tests),
		.setup = setup,
		.teardown = teardown,
		.fork = CK_FORK,
	});
}
