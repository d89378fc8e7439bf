/* SPDX-License-Identifier: MIT
 *
 * Sizes and costs are measured: twelve photographs of 1 to 8 megapixels (Debian's
 * mate-backgrounds 1.26) through each view below, one encoder, libvips 8.14, on a busy machine of
 * two cores, so the times are ratios to trust. Medians and standard deviations of logarithms of
 * what the catalog held afterwards; size and time of a picture go together with 0.4 to 0.9, here
 * with 0.6. Microseconds per byte so span a factor of some hundred.
 *
 * Popularity is Zipf with exponents of what has been measured for pictures (0.8 to 1.0), and
 * in galleries decays with the age of the content (Huang et al., SOSP'13: roughly as its
 * inverse). One request in two seconds: a small server, on which a minute means something.
 */
#include "trace.h"

#include <math.h>
#include <stdlib.h>

#include "policy.h"

#define PICTURES 6000
#define REQUESTS 400000
#define DAY_SEC  86400
#define DAYS     14
#define EPOCH    7200 /* seconds; popularity changes from one to the next */

struct view {
	double size_bytes, size_spread; /* median; of the logarithm */
	double encode_usec, encode_spread;
};

enum {
	JPEG_320,
	WEBP_320,
	AVIF_320,
	JPEG_800,
	WEBP_800,
	AVIF_800,
	WEBP_1600,
	AVIF_1600,
	JXL,
	VIEWS
};

static const struct view views[VIEWS] = {
	[JPEG_320] = { 9996, 0.49, 85873, 1.04 },
	[WEBP_320] = { 6276, 0.65, 134746, 0.81 },
	[AVIF_320] = { 5169, 0.70, 197842, 0.66 },
	[JPEG_800] = { 37209, 0.61, 221839, 0.57 },
	[WEBP_800] = { 18932, 0.87, 289179, 0.55 },
	[AVIF_800] = { 13913, 1.02, 534253, 0.48 },
	[WEBP_1600] = { 47156, 1.06, 676880, 0.33 },
	[AVIF_1600] = { 32624, 1.29, 1255915, 0.42 },
	[JXL] = { 89726, 1.15, 1122688, 0.64 },
};

/* --- Chance ------------------------------------------------------------------------------ */

/* splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t next(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

static double uniform(uint64_t *seed)
{
	return ((double)(next(seed) >> 11) + 0.5) / 9007199254740992.0;
}

static double normal(uint64_t *seed)
{
	double a = uniform(seed), b = uniform(seed);

	return sqrt(-2 * log(a)) * cos(6.283185307179586 * b);
}

static void shuffle(uint32_t *items, size_t n, uint64_t *seed)
{
	for (size_t i = 0; i < n; i++)
		items[i] = (uint32_t)i;
	for (size_t i = n; i > 1; i--) {
		size_t j = next(seed) % i;
		uint32_t item = items[i - 1];

		items[i - 1] = items[j];
		items[j] = item;
	}
}

/* --- Pictures ---------------------------------------------------------------------------- */

static uint32_t object_of(uint32_t picture, unsigned view)
{
	return picture * VIEWS + view;
}

static void make_objects(struct trace *trace, uint64_t *seed)
{
	trace->n_objects = (size_t)PICTURES * VIEWS;
	trace->objects = allocate(trace->n_objects, sizeof(*trace->objects));
	for (uint32_t picture = 0; picture < PICTURES; picture++) {
		double detail = normal(seed);
		double pixels = 0.6 * detail + 0.8 * normal(seed);

		for (unsigned v = 0; v < VIEWS; v++) {
			const struct view *view = &views[v];
			struct object *object = &trace->objects[object_of(picture, v)];

			object->size_bytes =
				(uint64_t)(view->size_bytes * exp(view->size_spread * detail));
			object->encode_usec = (uint64_t)(view->encode_usec *
							 exp(view->encode_spread * pixels));
		}
	}
}

static void add(struct trace *trace, uint32_t object, uint64_t sec)
{
	if (trace->n_requests == trace->allocated) {
		trace->allocated = trace->allocated ? 2 * trace->allocated : 1 << 16;
		trace->requests = reallocarray(
			trace->requests, trace->allocated, sizeof(*trace->requests));
		if (!trace->requests)
			abort();
	}
	trace->requests[trace->n_requests++] =
		(struct request){ .object = object, .sec = (uint32_t)sec };
}

/* --- People ------------------------------------------------------------------------------ */

struct audience {
	double zipf;
	double ageing;        /* weight falls with (1 + days)^-ageing */
	double added;         /* part of the pictures that comes while the trace runs */
	unsigned fashion_sec; /* every so often other pictures are in fashion; 0: never */
	double share[VIEWS];  /* of the views; they sum to 1 */
};

struct crowd {
	const struct audience *audience; /* borrowed */
	uint32_t *rank;                  /* owned; by picture */
	double *born;                    /* owned; days, negative: before the trace */
	double *sum;                     /* owned; of weights up to this picture */
};

static void crowd_weigh(struct crowd *crowd, double day)
{
	double sum = 0;

	for (uint32_t i = 0; i < PICTURES; i++) {
		double age = day - crowd->born[i];

		if (age >= 0)
			sum += pow(crowd->rank[i] + 1, -crowd->audience->zipf) *
			       pow(1 + age, -crowd->audience->ageing);
		crowd->sum[i] = sum;
	}
}

static uint32_t crowd_pick(const struct crowd *crowd, uint64_t *seed)
{
	double wanted = uniform(seed) * crowd->sum[PICTURES - 1];
	uint32_t low = 0, high = PICTURES - 1;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (crowd->sum[middle] < wanted)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static unsigned pick_view(const struct audience *audience, uint64_t *seed)
{
	double wanted = uniform(seed);
	unsigned view = 0;

	while (view < VIEWS - 1 && wanted >= audience->share[view])
		wanted -= audience->share[view++];
	return view;
}

/* What is not added while the trace runs came in the two years before. */
static void crowd_make(struct crowd *crowd, const struct audience *audience, uint64_t *seed)
{
	crowd->audience = audience;
	crowd->rank = allocate(PICTURES, sizeof(*crowd->rank));
	crowd->born = allocate(PICTURES, sizeof(*crowd->born));
	crowd->sum = allocate(PICTURES, sizeof(*crowd->sum));
	shuffle(crowd->rank, PICTURES, seed);
	for (uint32_t i = 0; i < PICTURES; i++)
		crowd->born[i] = uniform(seed) < audience->added ? uniform(seed) * DAYS
		                                                 : -730 * uniform(seed);
}

static void crowd_done(struct crowd *crowd)
{
	free(crowd->rank);
	free(crowd->born);
	free(crowd->sum);
}

static void add_people(struct trace *trace, const struct audience *audience, uint64_t *seed)
{
	const uint64_t end = (uint64_t)DAYS * DAY_SEC;
	struct crowd crowd;
	uint64_t epoch = UINT64_MAX;

	crowd_make(&crowd, audience, seed);
	for (uint64_t i = 0; i < REQUESTS; i++) {
		uint64_t sec = i * end / REQUESTS;

		if (sec / EPOCH != epoch) {
			uint64_t fashion = audience->fashion_sec;

			if (fashion && epoch != UINT64_MAX &&
				sec / fashion != epoch * EPOCH / fashion)
				shuffle(crowd.rank, PICTURES, seed);
			epoch = sec / EPOCH;
			crowd_weigh(&crowd, (double)sec / DAY_SEC);
		}
		add(trace, object_of(crowd_pick(&crowd, seed), pick_view(audience, seed)), sec);
	}
	crowd_done(&crowd);
}

/* --- Machines ---------------------------------------------------------------------------- */

/* `find -exec cat`, a thumbnailer, a backup: every picture through one view, four a second. */
static void add_pass(struct trace *trace, unsigned view, uint64_t from_sec)
{
	for (uint32_t i = 0; i < PICTURES; i++)
		add(trace, object_of(i, view), from_sec + i / 4);
}

static void add_nightly(struct trace *trace, unsigned view)
{
	for (unsigned day = 0; day < DAYS; day++)
		add_pass(trace, view, day * DAY_SEC + 3 * 3600);
}

/* --- Kinds ------------------------------------------------------------------------------- */

static const struct audience gallery = {
	.zipf = 0.8,
	.ageing = 1,
	.added = 0.1,
	.share = { [WEBP_320] = 0.6,
		[WEBP_800] = 0.2,
		[WEBP_1600] = 0.12,
		[AVIF_1600] = 0.05,
		[JXL] = 0.03 },
};

/* By the browsers' Accept, and srcset. */
static const struct audience site = {
	.zipf = 1,
	.share = { [AVIF_320] = 0.35,
		[WEBP_320] = 0.12,
		[JPEG_320] = 0.03,
		[AVIF_800] = 0.25,
		[WEBP_800] = 0.09,
		[JPEG_800] = 0.03,
		[AVIF_1600] = 0.1,
		[WEBP_1600] = 0.03 },
};

static const struct audience thumbnails = { .zipf = 0.9, .share = { [WEBP_320] = 1 } };

static const struct audience fashion = {
	.zipf = 1,
	.fashion_sec = DAY_SEC,
	.share = { [WEBP_320] = 0.5, [AVIF_800] = 0.3, [WEBP_1600] = 0.2 },
};

/* Pictures in messages: each is news for some hours. Made for LRU. */
static const struct audience feed = {
	.zipf = 0.8,
	.ageing = 6,
	.added = 1,
	.share = { [WEBP_320] = 0.5, [WEBP_800] = 0.3, [AVIF_1600] = 0.2 },
};

static void make_gallery(struct trace *trace, uint64_t seed)
{
	add_people(trace, &gallery, &seed);
}

static void make_gallery_find(struct trace *trace, uint64_t seed)
{
	add_people(trace, &gallery, &seed);
	add_pass(trace, AVIF_320, 3 * DAY_SEC);
	for (unsigned view = 0; view < VIEWS; view++)
		add_pass(trace, view, 7 * DAY_SEC + view * 1800);
}

static void make_gallery_nightly(struct trace *trace, uint64_t seed)
{
	add_people(trace, &gallery, &seed);
	add_nightly(trace, WEBP_1600);
}

static void make_site(struct trace *trace, uint64_t seed)
{
	add_people(trace, &site, &seed);
}

static void make_site_thumbnailer(struct trace *trace, uint64_t seed)
{
	add_people(trace, &site, &seed);
	for (uint64_t day = 2; day < DAYS; day += 3)
		add_pass(trace, WEBP_320, day * DAY_SEC);
}

static void make_thumbnails(struct trace *trace, uint64_t seed)
{
	add_people(trace, &thumbnails, &seed);
}

static void make_fashion(struct trace *trace, uint64_t seed)
{
	add_people(trace, &fashion, &seed);
}

static void make_feed(struct trace *trace, uint64_t seed)
{
	add_people(trace, &feed, &seed);
}

const struct trace_kind trace_kinds[] = {
	{ "gallery", "five views of photographs; what is new is popular", make_gallery },
	{ "gallery+find", "and somebody reads all of one view, later all of nine",
		make_gallery_find },
	{ "gallery+nightly", "and a backup reads one view of everything each night",
		make_gallery_nightly },
	{ "site", "srcset and Accept: three widths of three formats; nothing ages", make_site },
	{ "site+thumbnailer", "and every three days one reads all thumbnails",
		make_site_thumbnailer },
	{ "thumbnails", "one small view; little difference in cost", make_thumbnails },
	{ "fashion", "every day other pictures are popular", make_fashion },
	{ "feed", "what is new is popular for hours, and then hardly ever", make_feed },
};
const size_t n_trace_kinds = sizeof(trace_kinds) / sizeof(trace_kinds[0]);

/* The object settles ties, so that sort and machine do not matter. */
static int compare(const void *a_, const void *b_)
{
	const struct request *a = a_, *b = b_;

	if (a->sec != b->sec)
		return a->sec < b->sec ? -1 : 1;
	return (a->object > b->object) - (a->object < b->object);
}

void trace_make(struct trace *trace, const struct trace_kind *kind, uint64_t seed)
{
	bool *requested;

	*trace = (struct trace){ 0 };
	make_objects(trace, &seed);
	kind->make(trace, seed);
	qsort(trace->requests, trace->n_requests, sizeof(*trace->requests), compare);
	requested = allocate(trace->n_objects, sizeof(*requested));
	for (size_t i = 0; i < trace->n_requests; i++) {
		uint32_t object = trace->requests[i].object;

		if (!requested[object])
			trace->footprint_bytes += trace->objects[object].size_bytes;
		requested[object] = true;
	}
	free(requested);
}

void trace_done(struct trace *trace)
{
	free(trace->objects);
	free(trace->requests);
}
