/* SPDX-License-Identifier: MIT
 *
 * How much memory there is, read from a folder that stands for the root of a machine.
 */
#include "machine_fixture.h"
#include "util/machine.h"

static void setup(void)
{
	temp_folder_make(root);
	put("/proc/meminfo", "MemFree:  1 kB\nMemTotal:       8000 kB\nSwapTotal: 9 kB\n");
}

static void teardown(void)
{
	temp_folder_remove(root);
}

START_TEST(machine_without_groups_has_what_it_has)
{
	ck_assert_uint_eq(machine_memory(root), 8000 * 1024);
}
END_TEST

START_TEST(what_is_available_is_estimated_where_nobody_says)
{
	put("/proc/meminfo", "MemTotal: 8000 kB\nMemFree: 1000 kB\nBuffers: 200 kB\n"
			     "Cached: 30 kB\nSwapCached: 4 kB\n");
	ck_assert_uint_eq(machine_memory_use(root).available_bytes, 1230 * 1024);
	put("/proc/meminfo", "MemTotal: 8000 kB\nMemFree: 1000 kB\nMemAvailable: 0 kB\n");
	ck_assert_uint_eq(machine_memory_use(root).available_bytes, 0);
	ck_assert_uint_eq(machine_memory_use(root).limit_bytes, 8000 * 1024);
}
END_TEST

START_TEST(nothing_known_is_nothing)
{
	ck_assert_uint_eq(machine_memory("/nonexistent"), 0);
}
END_TEST

START_TEST(limit_of_a_group_counts_and_of_those_above)
{
	put("/proc/self/cgroup", "0::/a.slice/b.service\n");
	put("/sys/fs/cgroup/a.slice/b.service/memory.max", "max\n");
	put("/sys/fs/cgroup/a.slice/memory.max", "2000000\n");
	ck_assert_uint_eq(machine_memory(root), 2000000);
	put("/sys/fs/cgroup/a.slice/b.service/memory.max", "1000000\n");
	ck_assert_uint_eq(machine_memory(root), 1000000);
}
END_TEST

/* In a container with a group namespace of its own. */
START_TEST(limit_of_the_root_counts)
{
	put("/proc/self/cgroup", "0::/\n");
	put("/sys/fs/cgroup/memory.max", "3000000\n");
	ck_assert_uint_eq(machine_memory(root), 3000000);
}
END_TEST

START_TEST(limits_of_version_1_count)
{
	put("/proc/self/cgroup", "11:cpu,cpuacct:/x\n4:memory:/docker/abc\n1:name=systemd:/x\n"
				 "0::/x\n");
	/* The path is the host's; mounted is the container's. */
	put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "4000000\n");
	ck_assert_uint_eq(machine_memory(root), 4000000);
	put("/sys/fs/cgroup/memory/docker/abc/memory.limit_in_bytes", "3500000\n");
	ck_assert_uint_eq(machine_memory(root), 3500000);
}
END_TEST

START_TEST(limit_above_what_there_is_is_none)
{
	put("/proc/self/cgroup", "4:memory:/\n");
	put("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
	ck_assert_uint_eq(machine_memory(root), 8000 * 1024);
}
END_TEST

START_TEST(nonsense_says_nothing)
{
	put("/proc/self/cgroup", "\n:\n::\nmemory\n0:\n4:memory\n0::\n");
	put("/sys/fs/cgroup/memory.max", "lots\n");
	ck_assert_uint_eq(machine_memory(root), 8000 * 1024);
}
END_TEST

START_TEST(this_machine_has_some)
{
	ck_assert_uint_gt(machine_memory(""), 1 << 20);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		machine_without_groups_has_what_it_has,
		what_is_available_is_estimated_where_nobody_says,
		nothing_known_is_nothing,
		limit_of_a_group_counts_and_of_those_above,
		limit_of_the_root_counts,
		limits_of_version_1_count,
		limit_above_what_there_is_is_none,
		nonsense_says_nothing,
		this_machine_has_some,
	};

	return suite_run(&(struct suite_list){
		"machine", tests, ARRAY_SIZE(tests), setup, teardown, CK_FORK });
}
