/* SPDX-License-Identifier: MIT */
#include "cli/encoders.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/places.h"
#include "control/apply.h"
#include "util/log.h"

#define GROWTH_PER_ENCODER (UINT64_C(64) << 20)
#define ENCODER_IDLE_USEC  (30 * USEC_PER_SEC)
#define JOBS_PER_ENCODER   200 /* a leak of a megabyte per job stays below what one job needs */

static const enum sandbox_mode sandbox_modes[] = {
	[OPTIONS_SANDBOX_AUTO] = SANDBOX_AUTO,
	[OPTIONS_SANDBOX_REQUIRE] = SANDBOX_REQUIRE,
	[OPTIONS_SANDBOX_OFF] = SANDBOX_OFF,
};

/* What a sandbox lacks is the operator's to know, and with `require` a reason not to start. */
static enum exit_code check_sandbox(const struct pool *pool, const struct options *options)
{
	const struct zygote_hello *hello = pool_hello(pool);

	if (options->sandbox == OPTIONS_SANDBOX_OFF)
		log_warning("encoders run without a sandbox (-o sandbox=off): a hostile "
			    "picture may do whatever this user may");
	if (!hello->sandbox_missing[0])
		return EXIT_CODE_OK;
	if (options->sandbox == OPTIONS_SANDBOX_REQUIRE) {
		log_error(
			"-o sandbox=require: encoders cannot have %s", hello->sandbox_missing);
		return EXIT_CODE_ENCODER;
	}
	log_warning("encoders are confined less than they could be, without %s",
		hello->sandbox_missing);
	return EXIT_CODE_OK;
}

enum exit_code encoders_open(const struct options *options, const struct settings *settings,
	char **ret_path, struct pool **ret)
{
	struct pool_options pool_options = {
		.bounds = apply_bounds(settings),
		.jobs_per_encoder = JOBS_PER_ENCODER,
		.growth_bytes = GROWTH_PER_ENCODER,
		.idle_usec = ENCODER_IDLE_USEC,
		.keep_stderr = options->foreground,
		.sandbox = sandbox_modes[options->sandbox],
		.heed_machine = !options->pressure.off,
	};
	char reason[POOL_REASON_MAX];

	*ret_path = options->encoder ? realpath(options->encoder, NULL) : places_encoder();
	if (!*ret_path) {
		log_error("cannot find the encoder '%s': %s; -o encoder=FILE names another",
			LOG_QUOTE(options->encoder ? options->encoder : "lensfs-encoder"),
			strerror(errno));
		return EXIT_CODE_ENCODER;
	}
	pool_options.encoder_path = *ret_path;
	if (pool_new(&pool_options, ret, reason) == 0)
		return check_sandbox(*ret, options);
	log_error("%s; -o encoder=FILE names another", reason);
	return EXIT_CODE_ENCODER;
}
