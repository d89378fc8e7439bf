/* SPDX-License-Identifier: MIT
 *
 * Does what pressure/measures.h asks of each room when the level of memory pressure changes, and
 * takes it back. Pressure knows no rooms, and rooms know no pressure.
 */
#ifndef CONTROL_RELIEF_H
#define CONTROL_RELIEF_H

#include "control/control.h"
#include "pressure/pressure.h"

/* Any thread. */
void relief_figures(struct relief *relief, struct relief_figures *ret);

void relief_init(struct relief *relief);
void relief_done(struct relief *relief);

/* For pressure_options.act, with a struct control as context. */
void relief_act(void *context, enum pressure_level level, bool changed);

#endif
