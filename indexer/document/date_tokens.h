// SPDX-License-Identifier: Apache-2.0
// date_tokens.h: the words, numbers and signs that a written date is made of; the module's own.
// Relies on gdx/base.h. Full-width digits, letters and signs are their ASCII ones, Chinese numerals are numbers.
#ifndef GDX_DATE_TOKENS_H
#define GDX_DATE_TOKENS_H

#include "gdx/base.h"

typedef enum date_token_kind {
    DATE_END,
    DATE_NUMBER,     // value, digits
    DATE_YEAR_UNIT,  // 年
    DATE_MONTH_UNIT, // 月
    DATE_DAY_UNIT,   // 日 号
    DATE_HOUR_UNIT,  // 时 点
    DATE_MINUTE_UNIT,
    DATE_SECOND_UNIT,
    DATE_MONTH_NAME, // value: 1 to 12
    DATE_WEEKDAY,
    DATE_HALF_DAY, // 上午, p.m.
    DATE_ZONE,     // CST, 北京时间
    DATE_T,        // of ISO 8601
    DATE_ERA,      // value: what to add to its years
    DATE_ORDINAL,  // th
    DATE_FILLER,   // at, of
    DATE_SIGN,     // value: - / . , : + ( ) [ ]
    DATE_OTHER
} date_token_kind;

typedef struct date_token {
    date_token_kind kind;
    uint64_t value;
    unsigned digits; // of a number as it is written; over 18 of them the value is UINT64_MAX
    bool is_spaced;  // white space before it
    const char *at;  // where it begins
} date_token;

enum { DATE_TOKENS = 48 };

// Cuts a text into tokens, of which the last is DATE_END. Where there are more, the one before is DATE_OTHER.
void date_tokens_read(gdx_slice text, date_token out[DATE_TOKENS]);

// True for a code point that may be of a number: digits of either width, Chinese numerals.
bool date_is_numeral(uint32_t code_point);

#endif
