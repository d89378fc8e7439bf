/* SPDX-License-Identifier: MIT
 *
 * lensfs-encoder: started by the daemon with a socket as descriptor 3, see encode/protocol.h.
 * The only program of the project that links libvips.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "config.h"
#include "encode/encoder/engine.h"
#include "encode/encoder/zygote.h"
#include "util/log.h"

static bool is_zygote_socket(int fd)
{
	socklen_t size = sizeof(int);
	int type;

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

int main(int argc, char **argv)
{
	log_init("lensfs-encoder", LOG_LEVEL_INFO);
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("lensfs-encoder %s (libvips %s)\n", LENSFS_VERSION,
			engine_vips_version());
		return 0;
	}
	if (argc != 1) {
		fprintf(stderr, "usage: lensfs-encoder [--version]\n");
		return 2;
	}
	if (!is_zygote_socket(PROTOCOL_ZYGOTE_FD)) {
		fprintf(stderr, "lensfs-encoder: it is lensfs that starts this program (with a"
				" socket as descriptor 3); it does nothing by hand\n");
		return 2;
	}
	return zygote_run(PROTOCOL_ZYGOTE_FD, &engine_codec);
}
