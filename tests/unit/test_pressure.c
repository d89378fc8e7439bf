/* SPDX-License-Identifier: MIT
 *
 * Readings of a folder that stands for the root of a machine, and the thread that acts on them.
 */
#include <pthread.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "machine_fixture.h"
#include "pressure/pressure.h"

static char watch_path[512];
static char watch_write[64];

static void put_memory(int available)
{
	char text[100];

	snprintf(text, sizeof(text), "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: %d kB\n",
		available);
	put("/proc/meminfo", text);
}

static void put_stalls(uint64_t some, uint64_t full)
{
	char text[200];

	snprintf(text, sizeof(text),
		"some avg10=0.00 avg60=0.00 avg300=0.00 total=%llu\n"
		"full avg10=0.00 avg60=0.00 avg300=0.00 total=%llu\n",
		(unsigned long long)some, (unsigned long long)full);
	put("/proc/pressure/memory", text);
}

static void setup(void)
{
	temp_folder_make(root);
	watch_path[0] = '\0';
	watch_write[0] = '\0';
}

static void teardown(void)
{
	temp_folder_remove(root);
}

static char *environment(const char *name)
{
	char *value = strcmp(name, "MEMORY_PRESSURE_WATCH") == 0   ? watch_path
	              : strcmp(name, "MEMORY_PRESSURE_WRITE") == 0 ? watch_write
	                                                           : NULL;

	return value && value[0] ? value : NULL;
}

static struct readings *readings_of_root(void)
{
	struct readings *readings = NULL;

	ck_assert_int_eq(readings_new(root, environment, &readings), 0);
	return readings;
}

static void expect_sources(const struct readings *readings, const char *expected)
{
	char sources[READINGS_SOURCES_MAX];

	readings_sources(readings, sources);
	ck_assert_str_eq(sources, expected);
}

START_TEST(nothing_is_known_of_an_empty_machine)
{
	struct readings *readings = readings_of_root();
	struct sample sample;

	expect_sources(readings, "");
	readings_take(readings, 1, &sample);
	for (enum reading reading = 0; reading < READINGS; reading++)
		ck_assert_double_lt(sample.percent[reading], 0);
	readings_free(readings);
}
END_TEST

START_TEST(machine_is_what_is_not_available)
{
	struct readings *readings;
	struct sample sample;

	put_memory(100);
	readings = readings_of_root();
	expect_sources(readings, "machine");
	readings_take(readings, 1, &sample);
	ck_assert_double_eq_tol(sample.percent[READING_MACHINE], 90, 1e-9);
	put_memory(1000);
	readings_take(readings, 2, &sample);
	ck_assert_double_eq_tol(sample.percent[READING_MACHINE], 0, 1e-9);
	readings_free(readings);
}
END_TEST

START_TEST(group_is_the_fullest_without_what_can_be_dropped)
{
	struct readings *readings;
	struct sample sample;

	put_memory(500);
	put("/proc/self/cgroup", "0::/a/b\n");
	put("/sys/fs/cgroup/a/memory.max", "max\n");
	put("/sys/fs/cgroup/a/memory.current", "90000\n");
	put("/sys/fs/cgroup/a/b/memory.max", "200000\n");
	put("/sys/fs/cgroup/a/b/memory.current", "150000\n");
	put("/sys/fs/cgroup/a/b/memory.stat",
		"anon 1\nfile 70000\ninactive_file 40000\nactive_file 20000\n"
		"slab_reclaimable 10000\nfile_dirty 15000\nfile_writeback 5000\n");
	readings = readings_of_root();
	expect_sources(readings, "machine group");
	readings_take(readings, 1, &sample); /* 150 - (70 - 20) of 200 */
	ck_assert_double_eq_tol(sample.percent[READING_GROUP], 50, 1e-9);
	put("/sys/fs/cgroup/a/memory.max", "100000\n");
	readings_take(readings, 2, &sample);
	ck_assert_double_eq_tol(sample.percent[READING_GROUP], 90, 1e-9);
	put("/sys/fs/cgroup/a/b/memory.high", "102000\n");
	readings_take(readings, 3, &sample);
	ck_assert_double_eq_tol(sample.percent[READING_GROUP], 100.0 * 100 / 102, 1e-9);
	readings_free(readings);
}
END_TEST

START_TEST(group_of_version_1_has_its_own_names)
{
	struct readings *readings;
	struct sample sample;

	put_memory(500);
	put("/proc/self/cgroup", "4:memory:/x\n0::/\n");
	put("/sys/fs/cgroup/memory/x/memory.limit_in_bytes", "200000\n");
	put("/sys/fs/cgroup/memory/x/memory.usage_in_bytes", "180000\n");
	put("/sys/fs/cgroup/memory/x/memory.stat",
		"inactive_file 9\nactive_file 9\ntotal_inactive_file 20000\n"
		"total_active_file 10000\ntotal_dirty 10000\ntotal_writeback 0\n");
	put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
	put("/sys/fs/cgroup/memory/memory.usage_in_bytes", "9000000\n");
	readings = readings_of_root();
	readings_take(readings, 1, &sample);
	ck_assert_double_eq_tol(sample.percent[READING_GROUP], 80, 1e-9);
	readings_free(readings);
}
END_TEST

START_TEST(stalls_are_counted_over_two_seconds)
{
	struct readings *readings;
	struct sample sample;
	usec_t now = USEC_PER_SEC;

	put_stalls(1000000, 500000);
	readings = readings_of_root();
	expect_sources(readings, "stalls"); /* and no trigger: an ordinary file */
	readings_take(readings, now, &sample);
	ck_assert_double_lt(sample.percent[READING_STALL_SOME], 0);
	put_stalls(1100000, 540000);
	readings_take(readings, now += 200 * USEC_PER_MSEC, &sample);
	ck_assert_double_eq_tol(sample.percent[READING_STALL_SOME], 5, 1e-9);
	ck_assert_double_eq_tol(sample.percent[READING_STALL_FULL], 2, 1e-9);
	/* Still within two seconds of it, and then no more. */
	for (int i = 0; i < 9; i++)
		readings_take(readings, now += 200 * USEC_PER_MSEC, &sample);
	ck_assert_double_eq_tol(sample.percent[READING_STALL_SOME], 5, 1e-9);
	readings_take(readings, now += 200 * USEC_PER_MSEC, &sample);
	ck_assert_double_eq_tol(sample.percent[READING_STALL_SOME], 0, 1e-9);
	/* After a long sleep, over its whole length. */
	put_stalls(2100000, 540000);
	readings_take(readings, now += 10 * USEC_PER_SEC, &sample);
	ck_assert_double_eq_tol(sample.percent[READING_STALL_SOME], 10, 1e-9);
	readings_free(readings);
}
END_TEST

START_TEST(own_group_stalls_count_before_the_machine)
{
	struct readings *readings;
	struct sample sample;

	put_stalls(0, 0);
	put("/proc/self/cgroup", "0::/a\n");
	put("/sys/fs/cgroup/a/memory.max", "max\n");
	put("/sys/fs/cgroup/a/memory.pressure", "some total=0\nfull total=0\n");
	readings = readings_of_root();
	readings_take(readings, 1, &sample);
	put_stalls(2000000, 2000000);
	put("/sys/fs/cgroup/a/memory.pressure", "some total=400000\nfull total=0\n");
	readings_take(readings, 1 + 2 * USEC_PER_SEC, &sample);
	ck_assert_double_eq_tol(sample.percent[READING_STALL_SOME], 20, 1e-9);
	ck_assert_double_eq_tol(sample.percent[READING_STALL_FULL], 0, 1e-9);
	readings_free(readings);
}
END_TEST

static bool wakes(struct readings *readings, usec_t now)
{
	struct pollfd fds[READINGS_FDS];
	bool woken;

	readings_poll(readings, fds);
	woken = poll(fds, READINGS_FDS, 0) > 0;
	if (woken)
		readings_woken(readings, fds, now);
	return woken;
}

/* As systemd has it for a service without a group of its own. */
START_TEST(notice_by_socket_lasts_two_seconds)
{
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), peer;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct readings *readings;
	struct sample sample;
	char told[16] = "";

	snprintf(watch_path, sizeof(watch_path), "%s/watch", root);
	snprintf(address.sun_path, sizeof(address.sun_path), "%.100s", watch_path);
	ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	ck_assert_int_eq(listen(listener, 1), 0);
	strcpy(watch_write, "aGVsbG8="); /* hello */
	readings = readings_of_root();
	expect_sources(readings, "notice");
	peer = accept(listener, NULL, NULL);
	ck_assert_int_eq(read(peer, told, sizeof(told)), 5);
	ck_assert_str_eq(told, "hello");
	readings_take(readings, 10, &sample);
	ck_assert_double_eq(sample.percent[READING_NOTICE], 0);
	ck_assert(!wakes(readings, 10));
	ck_assert_int_eq(write(peer, "xyz", 3), 3);
	ck_assert(wakes(readings, 20));
	ck_assert(!wakes(readings, 20));
	readings_take(readings, 20 + 2 * USEC_PER_SEC, &sample);
	ck_assert_double_eq(sample.percent[READING_NOTICE], 100);
	readings_take(readings, 21 + 2 * USEC_PER_SEC, &sample);
	ck_assert_double_eq(sample.percent[READING_NOTICE], 0);
	/* One that ends wakes once, and is forgotten. */
	close(peer);
	ck_assert(wakes(readings, 30));
	ck_assert(!wakes(readings, 30));
	expect_sources(readings, "");
	readings_free(readings);
	close(listener);
}
END_TEST

START_TEST(notice_that_is_off_is_none)
{
	struct readings *readings;

	strcpy(watch_path, "/dev/null");
	readings = readings_of_root();
	expect_sources(readings, "");
	readings_free(readings);
	strcpy(watch_path, "/nonexistent");
	readings = readings_of_root();
	expect_sources(readings, "");
	readings_free(readings);
}
END_TEST

START_TEST(this_machine_is_read)
{
	struct readings *readings;
	struct sample sample;

	ck_assert_int_eq(readings_new("", environment, &readings), 0);
	readings_take(readings, 1, &sample);
	ck_assert_double_gt(sample.percent[READING_MACHINE], 0);
	ck_assert_double_lt(sample.percent[READING_MACHINE], 100);
	readings_free(readings);
}
END_TEST

/* --- The thread -------------------------------------------------------------------------- */

static struct {
	pthread_mutex_t mutex;
	enum pressure_level level;
	unsigned changes, acts;
} acted = { .mutex = PTHREAD_MUTEX_INITIALIZER };

static void act(void *context, enum pressure_level level, bool changed)
{
	(void)context;
	pthread_mutex_lock(&acted.mutex);
	acted.level = level;
	acted.changes += changed;
	acted.acts++;
	pthread_mutex_unlock(&acted.mutex);
}

static bool acted_on(enum pressure_level level, unsigned changes)
{
	bool is;

	pthread_mutex_lock(&acted.mutex);
	is = acted.level == level && acted.changes == changes;
	pthread_mutex_unlock(&acted.mutex);
	return is;
}

static struct pressure *pressure_of_root(void)
{
	struct pressure_options options = {
		.root = root, .config = level_config_default, .act = act
	};
	struct pressure *pressure = NULL;

	ck_assert_int_eq(pressure_start(&options, &pressure), 0);
	return pressure;
}

START_TEST(what_is_read_is_acted_upon)
{
	struct pressure_stats stats;
	struct pressure *pressure;

	put_memory(10);
	pressure = pressure_of_root();
	ck_assert(EVENTUALLY(acted_on(PRESSURE_CRITICAL, 1)));
	put_memory(900);
	ck_assert(EVENTUALLY(acted_on(PRESSURE_NORMAL, 2)));
	pressure_stats(pressure, &stats);
	ck_assert_int_eq(stats.level, PRESSURE_NORMAL);
	ck_assert_uint_eq(stats.changes, 2);
	ck_assert_uint_gt(stats.spent_usec[PRESSURE_CRITICAL], 0);
	ck_assert_uint_gt(stats.spent_usec[PRESSURE_NORMAL], 0);
	ck_assert_uint_eq(stats.spent_usec[PRESSURE_HIGH], 0);
	ck_assert_str_eq(stats.sources, "machine");
	pressure_stop(pressure);
}
END_TEST

START_TEST(simulation_comes_and_goes_at_once)
{
	struct pressure_stats stats;
	struct pressure *pressure;

	put_memory(900);
	pressure = pressure_of_root();
	ck_assert(EVENTUALLY((pressure_stats(pressure, &stats), stats.samples > 0)));
	pressure_simulate(pressure, PRESSURE_HIGH, 60 * USEC_PER_SEC);
	ck_assert(EVENTUALLY(acted_on(PRESSURE_HIGH, 1)));
	pressure_stats(pressure, &stats);
	ck_assert_uint_gt(stats.simulated_usec, 0);
	pressure_simulate(pressure, PRESSURE_NORMAL, 0);
	ck_assert(EVENTUALLY(acted_on(PRESSURE_NORMAL, 2)));
	pressure_simulate(pressure, PRESSURE_CRITICAL, 300 * USEC_PER_MSEC);
	ck_assert(EVENTUALLY(acted_on(PRESSURE_NORMAL, 4))); /* by itself */
	pressure_stop(pressure);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		nothing_is_known_of_an_empty_machine,
		machine_is_what_is_not_available,
		group_is_the_fullest_without_what_can_be_dropped,
		group_of_version_1_has_its_own_names,
		stalls_are_counted_over_two_seconds,
		own_group_stalls_count_before_the_machine,
		notice_by_socket_lasts_two_seconds,
		notice_that_is_off_is_none,
		this_machine_is_read,
		what_is_read_is_acted_upon,
		simulation_comes_and_goes_at_once,
	};

	return suite_run(&(struct suite_list){
		"pressure", tests, ARRAY_SIZE(tests), setup, teardown, CK_FORK });
}
