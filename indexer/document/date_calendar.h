// SPDX-License-Identifier: Apache-2.0
// date_calendar.h: what the readers of dates need of the calendar; the module's own. Relies on gdx/document.h.
#ifndef GDX_DATE_CALENDAR_H
#define GDX_DATE_CALENDAR_H

#include "gdx/document.h"

// Of the proleptic Gregorian calendar; 31 where the month is none.
unsigned date_days_in_month(unsigned year, unsigned month);

#endif
