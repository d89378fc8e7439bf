/* SPDX-License-Identifier: MIT */
#ifndef CONTROL_DUMP_H
#define CONTROL_DUMP_H

struct control;

/* Says in the log all that is known of the mount: jobs under way, by picture and for how long,
 * encoder processes, and every figure of stats.json. For a mount that cannot be asked, or that
 * somebody else looks at later. Bounded; takes one lock after the other. A thread that holds
 * none. */
void dump_state(struct control *control);

#endif
