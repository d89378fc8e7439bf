/* SPDX-License-Identifier: MIT */
#include "encode/encoder/output.h"

#include <errno.h>
#include <unistd.h>

#include "util/fdio.h"

/* 0, or -1 with libvips' error for a negative errno. */
static int output_failed(struct output *output, int r)
{
	if (r == 0)
		return 0;
	output->error = -r;
	vips_error_system(-r, "output", "cannot write");
	return -1;
}

static gint64 output_write(VipsTargetCustom *target, const void *data, gint64 size, void *user)
{
	struct output *output = user;
	int r = fdio_pwrite_full(output->fd, data, (size_t)size, output->position);

	(void)target;
	if (r < 0) {
		if (!output->error)
			output->error = -r;
		errno = -r;
		return -1;
	}
	output->position += size;
	return size;
}

static gint64 output_read(VipsTargetCustom *target, void *data, gint64 size, void *user)
{
	struct output *output = user;
	ssize_t n = fdio_pread_full(output->fd, data, (size_t)size, output->position);

	(void)target;
	if (n < 0) {
		errno = (int)-n;
		return -1;
	}
	output->position += n;
	return n;
}

static gint64 output_seek(VipsTargetCustom *target, gint64 offset, int whence, void *user)
{
	struct output *output = user;
	off_t base = 0;

	(void)target;
	if (whence == SEEK_CUR)
		base = output->position;
	else if (whence == SEEK_END)
		base = lseek(output->fd, 0, SEEK_END);
	if (base < 0 || base + offset < 0)
		return -1;
	output->position = base + offset;
	return output->position;
}

int output_write_at(struct output *output, const void *bytes, size_t size, off_t at)
{
	return output_failed(output, fdio_pwrite_full(output->fd, bytes, size, at));
}

int output_truncate(struct output *output, off_t size)
{
	return output_failed(output, ftruncate(output->fd, size) < 0 ? -errno : 0);
}

VipsTarget *output_target_new(struct output *output)
{
	VipsTargetCustom *target = vips_target_custom_new();

	g_signal_connect(target, "write", G_CALLBACK(output_write), output);
	g_signal_connect(target, "read", G_CALLBACK(output_read), output);
	g_signal_connect(target, "seek", G_CALLBACK(output_seek), output);
	return VIPS_TARGET(target);
}
