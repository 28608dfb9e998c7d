/*
 * How inputs are declared, as a table; `prompt` asks for the same.
 */
#include "model/decode.h"

static const char *const input_types[] = {
	"string", "boolean", "integer", "number", "choice", "url", "duration", "list", NULL};

static const struct field input_rows[] = {
	{.name = "type",
		.type = FIELD_CHOICE,
		AT(input, type),
		.choices = input_types,
		.doc = "What it takes; `string` when not given, `choice` when there are `options`.",
		.example = "url"},
	{.name = "required",
		.type = FIELD_BOOL,
		AT(input, required),
		.doc = "Whether the run is refused without it.",
		.example = "true"},
	{.name = "default",
		.type = FIELD_ANY,
		AT(input, fallback),
		.doc = "The value when none is given; plain, without interpolation.",
		.example = "manual"},
	{.name = "pattern",
		.type = FIELD_STRING,
		.flags = FIELD_NOT_EMPTY,
		AT(input, pattern),
		.doc = "What its text has to match (PCRE2).",
		.example = "'^v\\d+\\.\\d+\\.\\d+$'"},
	{.name = "options",
		.type = FIELD_ANY,
		AT(input, options),
		.doc = "The values to choose from.",
		.example = "[ci, manual]"},
	{.name = "min",
		.type = FIELD_ANY,
		AT(input, min),
		.doc = "The least: of a number or duration its value, of text its length, of a "
		       "list its "
		       "items.",
		.example = "1"},
	{.name = "max",
		.type = FIELD_ANY,
		AT(input, max),
		.doc = "The most, counted as for `min`.",
		.example = "10"},
	{.name = "about",
		.type = FIELD_STRING,
		AT(input, about),
		.doc = "A sentence for the person who is asked.",
		.example = "The release to ship"},
	{.name = "secret",
		.type = FIELD_BOOL,
		AT(input, secret),
		.doc = "Whether its value is masked wherever it would be printed or stored.",
		.example = "true"},
};

const struct record input_record = {
	.name = "an input",
	.size = sizeof(struct input),
	ROWS(input_rows),
	.shorthand = "type",
	.finish = input_finish,
	.index = RECORD_INDEX,
};
