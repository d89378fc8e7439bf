/* SPDX-License-Identifier: MIT */
#include "encode/fleet.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "util/log.h"

#define BACKOFF_USEC USEC_PER_SEC

void fleet_init(struct fleet *fleet)
{
	*fleet = (struct fleet){ .zygote = ZYGOTE_INIT };
	lock_init(&fleet->lock);
}

void fleet_done(struct fleet *fleet)
{
	lock_done(&fleet->lock);
}

unsigned fleet_count(const struct fleet *fleet, enum encoder_state state)
{
	unsigned n = 0;

	for (const struct encoder *e = fleet->encoders; e; e = e->next)
		n += e->state == state;
	return n;
}

bool fleet_is_full(const struct fleet *fleet)
{
	unsigned n = 0;

	for (const struct encoder *e = fleet->encoders; e; e = e->next)
		n++;
	return n >= FLEET_ENCODERS_MAX;
}

unsigned fleet_count_working(const struct fleet *fleet)
{
	unsigned n = 0;

	for (const struct encoder *e = fleet->encoders; e; e = e->next)
		n += encoder_works(e);
	return n;
}

unsigned fleet_count_jobs(const struct fleet *fleet)
{
	unsigned n = 0;

	for (const struct encoder *e = fleet->encoders; e; e = e->next)
		n += e->job != NULL;
	return n;
}

uint64_t fleet_charged_bytes(const struct fleet *fleet)
{
	uint64_t sum = 0;

	for (const struct encoder *e = fleet->encoders; e; e = e->next)
		sum += e->charged_bytes;
	return sum;
}

uint64_t fleet_unspent_bytes(const struct fleet *fleet)
{
	uint64_t sum = 0;

	for (const struct encoder *e = fleet->encoders; e; e = e->next) {
		uint64_t now = e->charged_bytes ? encoder_measure(e).resident_bytes : 0;
		uint64_t spent =
			now > e->before.resident_bytes ? now - e->before.resident_bytes : 0;

		if (spent < e->charged_bytes)
			sum += e->charged_bytes - spent;
	}
	return sum;
}

struct encoder *fleet_find(const struct fleet *fleet, enum encoder_state state)
{
	for (struct encoder *e = fleet->encoders; e; e = e->next) {
		if (e->state == state)
			return e;
	}
	return NULL;
}

struct encoder *fleet_find_token(const struct fleet *fleet, uint32_t token)
{
	for (struct encoder *e = fleet->encoders; e; e = e->next) {
		if (e->token == token)
			return e;
	}
	return NULL;
}

struct pool_job *fleet_remove(struct fleet *fleet, struct encoder *encoder)
{
	struct pool_job *job = encoder->job;

	for (struct encoder **p = &fleet->encoders; *p; p = &(*p)->next) {
		if (*p == encoder) {
			*p = encoder->next;
			break;
		}
	}
	encoder_free(encoder);
	return job;
}

/* The program may be another one by now, or what the sandbox is made of be gone. */
static int check_hello(
	const struct fleet *fleet, enum sandbox_mode sandbox, char reason[POOL_REASON_MAX])
{
	const struct zygote_hello *now = &fleet->zygote.hello, *then = &fleet->hello;

	if (sandbox == SANDBOX_REQUIRE && now->sandbox_missing[0]) {
		snprintf(reason, POOL_REASON_MAX,
			"-o sandbox=require: encoders cannot have %.160s",
			now->sandbox_missing);
		return -EPERM;
	}
	if (strcmp(now->sandbox, then->sandbox) != 0)
		log_warning("encoders are now confined by '%s', and by '%s' before",
			now->sandbox, then->sandbox);
	if (strcmp(now->fingerprint, then->fingerprint) != 0)
		log_warning("the encoder program is another one than at the start (%s); mount "
			    "anew, or variants of both are mixed",
			now->fingerprint);
	return 0;
}

int fleet_revive(
	struct fleet *fleet, const struct pool_options *options, char reason[POOL_REASON_MAX])
{
	int r;

	if (fleet->zygote.sock >= 0)
		return 0;
	fleet->zygote_started = now_monotonic();
	r = zygote_start(
		&fleet->zygote, options->encoder_path, options->keep_stderr, options->sandbox);
	if (r == 0)
		r = check_hello(fleet, options->sandbox, reason);
	else
		snprintf(reason, POOL_REASON_MAX, "the encoder program cannot be started (%s)",
			strerror(-r));
	if (r < 0)
		zygote_stop(&fleet->zygote);
	return r;
}

int fleet_request(struct fleet *fleet)
{
	struct encoder *encoder;
	int sock, r = zygote_spawn(&fleet->zygote, fleet->next_token, &sock);

	if (r == 0) {
		/* Without memory the socket is closed, which ends what the zygote forks. */
		encoder = encoder_new(fleet->next_token++, sock);
		if (encoder) {
			encoder->next = fleet->encoders;
			fleet->encoders = encoder;
			return 0;
		}
		r = -ENOMEM;
	}
	return r;
}

void fleet_note_trouble(struct fleet *fleet, usec_t attempted, bool jobs_wait)
{
	fleet->not_before = attempted + BACKOFF_USEC;
	if (!jobs_wait)
		fleet->ailing_since = 0;
	else if (!fleet->ailing_since)
		fleet->ailing_since = now_monotonic();
}

void fleet_note_health(struct fleet *fleet)
{
	fleet->ailing_since = 0;
}

/* Where there is no room, the encoder lives until it lies again. */
void fleet_condemn(struct fleet *fleet, uint32_t token)
{
	LOCK_SCOPE(&fleet->lock);

	if (fleet->n_condemned < FLEET_CONDEMNED_MAX)
		fleet->condemned[fleet->n_condemned++] = token;
}

unsigned fleet_kill_condemned(struct fleet *fleet)
{
	uint32_t tokens[FLEET_CONDEMNED_MAX];
	unsigned n, killed = 0;

	lock_take(&fleet->lock);
	n = fleet->n_condemned;
	memcpy(tokens, fleet->condemned, n * sizeof(tokens[0]));
	fleet->n_condemned = 0;
	lock_drop(&fleet->lock);
	for (unsigned i = 0; i < n; i++) {
		struct encoder *encoder = fleet_find_token(fleet, tokens[i]);

		if (!encoder || encoder->state == ENCODER_ENDING)
			continue;
		encoder->condemned = true;
		encoder_end(encoder, true);
		killed++;
	}
	return killed;
}

struct encoder *fleet_find_superfluous(const struct fleet *fleet)
{
	struct encoder *oldest = NULL;
	unsigned idle = 0;

	for (struct encoder *e = fleet->encoders; e; e = e->next) {
		if (e->state != ENCODER_IDLE)
			continue;
		idle++;
		if (!oldest || e->state_since < oldest->state_since)
			oldest = e;
	}
	return idle > 1 ? oldest : NULL;
}

usec_t fleet_next_clock(const struct fleet *fleet, usec_t idle_usec)
{
	usec_t at = fleet->not_before > now_monotonic() ? fleet->not_before : USEC_NEVER;
	const struct encoder *superfluous = fleet_find_superfluous(fleet);

	for (const struct encoder *e = fleet->encoders; e; e = e->next) {
		usec_t t = encoder_clock(e);

		at = t < at ? t : at;
	}
	if (superfluous && superfluous->state_since + idle_usec < at)
		at = superfluous->state_since + idle_usec;
	return at;
}
