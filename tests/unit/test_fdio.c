/* SPDX-License-Identifier: MIT */
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "fixture.h"

static int pair[2];

static void setup(void)
{
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
}

static void teardown(void)
{
	close_fd(&pair[0]);
	close_fd(&pair[1]);
}

static int memory(const void *bytes, size_t size)
{
	int fd = memfd_create("test", MFD_CLOEXEC);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(fdio_pwrite_full(fd, bytes, size, 0), 0);
	return fd;
}

START_TEST(pread_stops_at_the_end_of_the_file)
{
	_cleanup_close_ int fd = memory("0123456789", 10);
	char buf[32];

	ck_assert_int_eq(fdio_pread_full(fd, buf, sizeof(buf), 0), 10);
	ck_assert_int_eq(memcmp(buf, "0123456789", 10), 0);
	ck_assert_int_eq(fdio_pread_full(fd, buf, 3, 4), 3);
	ck_assert_int_eq(memcmp(buf, "456", 3), 0);
	ck_assert_int_eq(fdio_pread_full(fd, buf, sizeof(buf), 10), 0);
	ck_assert_int_eq(fdio_pread_full(fd, buf, sizeof(buf), 1000), 0);
	ck_assert_int_eq(fdio_pread_full(-1, buf, sizeof(buf), 0), -EBADF);
}
END_TEST

static void *drain_slowly(void *arg)
{
	int fd = *(int *)arg;
	char buf[1000];
	size_t total = 0;
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0)
		total += (size_t)n;
	return (void *)total;
}

START_TEST(write_goes_on_until_all_is_written)
{
	static const char bytes[300000] = "x";
	pthread_t thread;
	void *total;
	int fds[2];

	ck_assert_int_eq(pipe(fds), 0);
	pthread_create(&thread, NULL, drain_slowly, &fds[0]);
	ck_assert_int_eq(fdio_write_full(fds[1], bytes, sizeof(bytes)), 0);
	close(fds[1]);
	pthread_join(thread, &total);
	close(fds[0]);
	ck_assert_uint_eq((size_t)total, sizeof(bytes));
}
END_TEST

START_TEST(full_device_is_an_error)
{
	_cleanup_close_ int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	ck_assert_int_eq(fdio_write_full(fd, "x", 1), -ENOSPC);
	ck_assert_int_eq(fdio_pwrite_full(fd, "x", 1, 0), -ENOSPC);
}
END_TEST

/* A write that was cut short is not the end: the next one says why. */
START_TEST(file_size_limit_is_an_error_after_what_fits)
{
	_cleanup_close_ int fd = memory("", 0);
	struct rlimit limit = { .rlim_cur = 10, .rlim_max = RLIM_INFINITY };

	signal(SIGXFSZ, SIG_IGN);
	ck_assert_int_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ck_assert_int_eq(fdio_write_full(fd, "0123456789abcdef", 16), -EFBIG);
	ck_assert_int_eq(fdio_pwrite_full(fd, "0123456789abcdef", 16, 0), -EFBIG);
	ck_assert_int_eq(lseek(fd, 0, SEEK_END), 10);
}
END_TEST

START_TEST(copy_gives_the_same_bytes_whatever_the_offsets_were)
{
	char folder[256], path[300];
	static char bytes[200001], got[sizeof(bytes)];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)(i * 7 + (i >> 9));
	temp_folder_make(folder);
	snprintf(path, sizeof(path), "%s/in", folder);
	file_write(path, bytes, sizeof(bytes));
	{
		_cleanup_close_ int in = open(path, O_RDONLY | O_CLOEXEC);
		_cleanup_close_ int out = memory("", 0);

		/* Neither description's place counts; memory and disk cannot share blocks. */
		lseek(in, 77, SEEK_SET);
		ck_assert_int_eq(fdio_copy(in, out, sizeof(bytes)), 0);
		ck_assert_int_eq(fdio_pread_full(out, got, sizeof(got), 0), sizeof(got));
		ck_assert_int_eq(memcmp(bytes, got, sizeof(got)), 0);
	}
	temp_folder_remove(folder);
}
END_TEST

START_TEST(copy_of_less_than_promised_is_an_error)
{
	_cleanup_close_ int in = memory("abc", 3), out = memory("", 0);

	ck_assert_int_eq(fdio_copy(in, out, 4), -EIO);
}
END_TEST

START_TEST(copy_copies_no_more_than_asked)
{
	static const char bytes[100000] = "x";
	_cleanup_close_ int in = memory(bytes, sizeof(bytes)), out = memory("", 0);
	struct stat st;

	ck_assert_int_eq(fdio_copy(in, out, 10), 0);
	ck_assert_int_eq(fstat(out, &st), 0);
	ck_assert_int_eq(st.st_size, 10);
}
END_TEST

START_TEST(message_carries_descriptors_that_close_on_exec)
{
	_cleanup_close_ int a = memory("a", 1), b = memory("b", 1);
	int fds[FDIO_MAX_FDS];
	size_t n_fds = 99;
	char buf[16], c;

	ck_assert_int_eq(fdio_send(pair[0], "hello", 5, (int[]){ a, b }, 2, 0), 0);
	ck_assert_int_eq(fdio_recv(pair[1], buf, sizeof(buf), fds, &n_fds, 0), 5);
	ck_assert_int_eq(memcmp(buf, "hello", 5), 0);
	ck_assert_uint_eq(n_fds, 2);
	for (size_t i = 0; i < n_fds; i++) {
		ck_assert_int_eq(fcntl(fds[i], F_GETFD), FD_CLOEXEC);
		ck_assert_int_eq(fdio_pread_full(fds[i], &c, 1, 0), 1);
		ck_assert_int_eq(c, 'a' + (char)i);
		close(fds[i]);
	}
}
END_TEST

START_TEST(message_without_descriptors_says_none)
{
	int fds[FDIO_MAX_FDS];
	size_t n_fds = 99;
	char buf[16];

	ck_assert_int_eq(fdio_send(pair[0], "x", 1, NULL, 0, 0), 0);
	ck_assert_int_eq(fdio_recv(pair[1], buf, sizeof(buf), fds, &n_fds, 0), 1);
	ck_assert_uint_eq(n_fds, 0);
	ck_assert_int_eq(
		fdio_recv(pair[1], buf, sizeof(buf), fds, &n_fds, MSG_DONTWAIT), -EAGAIN);
}
END_TEST

START_TEST(message_that_does_not_fit_leaves_no_descriptor_behind)
{
	_cleanup_close_ int a = memory("a", 1);
	size_t before = count_descriptors(), n_fds;
	int fds[FDIO_MAX_FDS];
	char buf[4];

	ck_assert_int_eq(fdio_send(pair[0], "hello", 5, &a, 1, 0), 0);
	ck_assert_int_eq(fdio_recv(pair[1], buf, sizeof(buf), fds, &n_fds, 0), -EMSGSIZE);
	ck_assert_uint_eq(count_descriptors(), before);
}
END_TEST

START_TEST(message_that_is_to_be_bare_brings_no_descriptor)
{
	_cleanup_close_ int a = memory("a", 1);
	size_t before = count_descriptors();
	char buf[4];

	ck_assert_int_eq(fdio_send(pair[0], "x", 1, NULL, 0, 0), 0);
	ck_assert_int_eq(fdio_recv_bare(pair[1], buf, sizeof(buf), 0), 1);
	ck_assert_int_eq(fdio_send(pair[0], "x", 1, &a, 1, 0), 0);
	ck_assert_int_eq(fdio_recv_bare(pair[1], buf, sizeof(buf), 0), -EPROTO);
	ck_assert_uint_eq(count_descriptors(), before);
	ck_assert_int_eq(fdio_recv_bare(pair[1], buf, sizeof(buf), MSG_DONTWAIT), -EAGAIN);
	close_fd(&pair[0]);
	ck_assert_int_eq(fdio_recv_bare(pair[1], buf, sizeof(buf), 0), 0);
}
END_TEST

/* Past fdio_send(), which refuses: a peer that is not ours. */
START_TEST(more_descriptors_than_fit_are_refused_and_closed)
{
	_cleanup_close_ int a = memory("a", 1);
	int many[FDIO_MAX_FDS + 3], fds[FDIO_MAX_FDS];
	union {
		char space[CMSG_SPACE(sizeof(many))];
		struct cmsghdr align;
	} control = { 0 };
	struct iovec iov = { .iov_base = &(char){ 'x' }, .iov_len = 1 };
	struct msghdr mh = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.space,
		.msg_controllen = sizeof(control.space),
	};
	struct cmsghdr *cmsg = CMSG_FIRSTHDR(&mh);
	size_t before = count_descriptors(), n_fds;
	char buf[4];

	for (size_t i = 0; i < ARRAY_SIZE(many); i++)
		many[i] = a;
	ck_assert_int_eq(fdio_send(pair[0], "x", 1, many, ARRAY_SIZE(many), 0), -EINVAL);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_RIGHTS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(many));
	memcpy(CMSG_DATA(cmsg), many, sizeof(many));
	ck_assert_int_eq(sendmsg(pair[0], &mh, 0), 1);
	ck_assert_int_eq(fdio_recv(pair[1], buf, sizeof(buf), fds, &n_fds, 0), -EMSGSIZE);
	ck_assert_uint_eq(count_descriptors(), before);
}
END_TEST

START_TEST(end_of_stream_is_zero_and_sending_into_it_no_signal)
{
	int fds[FDIO_MAX_FDS], stream[2];
	size_t n_fds;
	char buf[4];

	close_fd(&pair[0]);
	ck_assert_int_eq(fdio_recv(pair[1], buf, sizeof(buf), fds, &n_fds, 0), 0);
	ck_assert_int_eq(fdio_send(pair[1], "x", 1, NULL, 0, 0), -EPIPE);
	/* Only streams send the signal (unix(7)). */
	signal(SIGPIPE, SIG_DFL);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, stream), 0);
	close(stream[0]);
	ck_assert_int_eq(fdio_send(stream[1], "x", 1, NULL, 0, 0), -EPIPE);
	close(stream[1]);
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		pread_stops_at_the_end_of_the_file,
		write_goes_on_until_all_is_written,
		full_device_is_an_error,
		file_size_limit_is_an_error_after_what_fits,
		copy_gives_the_same_bytes_whatever_the_offsets_were,
		copy_of_less_than_promised_is_an_error,
		copy_copies_no_more_than_asked,
		message_carries_descriptors_that_close_on_exec,
		message_without_descriptors_says_none,
		message_that_does_not_fit_leaves_no_descriptor_behind,
		message_that_is_to_be_bare_brings_no_descriptor,
		more_descriptors_than_fit_are_refused_and_closed,
		end_of_stream_is_zero_and_sending_into_it_no_signal,
	};

	return suite_run(&(struct suite_list){
		"fdio", tests, ARRAY_SIZE(tests), setup, teardown, CK_FORK });
}
