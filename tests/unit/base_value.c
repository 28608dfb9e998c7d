#include "test.h"

#include "base/value.h"

#include <math.h>

static struct arena a;

TEST(map_finds_and_keeps_order)
{
	struct value v = value_map(&a);
	for (int i = 0; i < 2000; i++) {
		struct str key = str_of(arena_printf(&a, "key%d", i * 7919 % 2000));
		map_set(&a, v.map, key, value_int(i));
		if (i == 3 || i == 8 || i == 9 || i == 700)
			CHECK(map_find(v.map, key) && !map_find(v.map, STR("none")));
	}
	CHECK_INT(v.map->count, 2000);
	map_set(&a, v.map, STR("key7"), value_int(-1));
	CHECK_INT(v.map->count, 2000);
	CHECK_INT(map_get(v.map, "key7")->integer, -1);
	size_t wrong = 0;
	for (int i = 0; i < 2000; i++) {
		struct str key = str_of(arena_printf(&a, "key%d", i * 7919 % 2000));
		struct entry *e = map_find(v.map, key);
		wrong += !e || e != &v.map->entries[i];
	}
	CHECK_INT(wrong, 0);
	CHECK(!map_get(v.map, "key2000") && !map_get(v.map, ""));
	arena_release(&a);
}

TEST(map_append_does_not_look)
{
	struct value v = value_map(&a);
	for (int i = 0; i < 40; i++)
		map_append(&a, v.map, STR("same"), value_int(i));
	CHECK_INT(v.map->count, 40);
	CHECK_INT(map_get(v.map, "same")->integer, 0);
	map_set(&a, v.map, STR("a\0b"), value_int(7));
	CHECK(map_find(v.map, STR("a\0b")) && !map_find(v.map, STR("a")));
	arena_release(&a);
}

TEST(map_reserve)
{
	for (size_t count = 0; count < 40; count++) {
		struct value v = value_map(&a);
		map_append(&a, v.map, STR("first"), value_int(-1));
		map_reserve(&a, v.map, count);
		struct entry *before = v.map->entries;
		for (size_t i = 1; i < count; i++)
			map_append(&a, v.map, str_of(arena_printf(&a, "k%zu", i)),
				value_int((int64_t)i));
		test_about("%zu entries", count);
		CHECK(v.map->entries == before);
		CHECK(map_get(v.map, "first")->integer == -1 && !map_get(v.map, "k40"));
		for (size_t i = 1; i < count; i++)
			CHECK_INT(map_get(v.map, arena_printf(&a, "k%zu", i))->integer, i);
	}
	arena_release(&a);
}

static bool equal(struct value x, struct value y)
{
	bool there = value_equal(&x, &y), back = value_equal(&y, &x);
	CHECK(there == back);
	return there;
}

TEST(value_equal)
{
	CHECK(equal(value_int(1), value_float(1.0)));
	CHECK(!equal(value_int((INT64_C(1) << 53) + 1), value_float(0x1p53)));
	CHECK(!equal(value_int(INT64_MAX), value_float(0x1p63)));
	CHECK(equal(value_int(INT64_MIN), value_float(-0x1p63)));
	CHECK(!equal(value_float((double)NAN), value_float((double)NAN)));
	CHECK(!equal(value_int(0), value_float((double)NAN)));
	CHECK(!equal(value_int(1), value_bool(true)));
	CHECK(!equal(value_nil(), value_bool(false)));
	CHECK(equal(value_str(STR("a\0b")), value_str(STR("a\0b"))));
	CHECK(!equal(value_str(STR("a\0b")), value_str(STR("a\0c"))));
	CHECK(equal(value_unknown("stale"), value_unknown("stale")));
	struct value x = value_map(&a), y = value_map(&a), list = value_list(&a);
	list_add(&a, list.list, value_int(1));
	map_set(&a, x.map, STR("p"), list);
	map_set(&a, x.map, STR("q"), value_nil());
	map_set(&a, y.map, STR("q"), value_nil());
	CHECK(!equal(x, y));
	map_set(&a, y.map, STR("p"), value_deep_copy(&a, &list));
	CHECK(equal(x, y));
	list_add(&a, list.list, value_int(2));
	CHECK(!equal(x, y));
	arena_release(&a);
}

static bool less(struct value x, struct value y)
{
	return number_less(&x, &y);
}

TEST(number_less)
{
	const int64_t large = (INT64_C(1) << 53) + 1;
	CHECK(less(value_int(1), value_int(2)) && !less(value_int(2), value_int(2)));
	CHECK(less(value_int(1), value_float(1.5)) && !less(value_float(1.5), value_int(1)));
	CHECK(less(value_float(-1.5), value_int(-1)) && !less(value_int(-1), value_float(-1.5)));
	CHECK(less(value_float(0x1p53), value_int(large)) &&
		!less(value_int(large), value_float(0x1p53)));
	CHECK(less(value_int(INT64_MAX), value_float(0x1p63)));
	CHECK(!less(value_float(0x1p63), value_int(INT64_MAX)));
	CHECK(!less(value_float(-0x1p63), value_int(INT64_MIN)) &&
		!less(value_int(INT64_MIN), value_float(-0x1p63)));
	CHECK(less(value_float(-1e300), value_int(INT64_MIN)) &&
		!less(value_int(INT64_MIN), value_float(-1e300)));
	CHECK(!less(value_float((double)NAN), value_int(1)) &&
		!less(value_int(1), value_float((double)NAN)));
}

TEST(value_deep_copy_outlives_its_source)
{
	struct arena other;
	arena_init(&other);
	struct value v = value_map(&a), list = value_list(&a);
	for (int i = 0; i < 20; i++)
		list_add(&a, list.list, value_copy_str(&a, str_of(arena_printf(&a, "s%d", i))));
	struct entry *e = map_set(&a, v.map, STR("list"), list);
	e->key_start = 5;
	map_set(&a, v.map, STR("why"), value_unknown(arena_string(&a, "stale")));
	v.map->items = list.list;
	v.flags = VALUE_SECRET;
	v.start = 7;
	struct value copy = value_deep_copy(&other, &v);
	CHECK(equal(v, copy));
	arena_release(&a);
	CHECK_TEXT(value_string(&map_get(copy.map, "list")->list->items[19]), "s19");
	CHECK_STR(map_get(copy.map, "why")->unknown, "stale");
	CHECK(copy.flags == VALUE_SECRET && copy.start == 7 && copy.map->items->count == 20);
	CHECK_INT(map_find(copy.map, STR("list"))->key_start, 5);
	arena_release(&other);
}

static struct str object_text(struct object *o, struct arena *into)
{
	(void)o;
	return str_of(arena_string(into, "v1.2.3"));
}

TEST(value_print)
{
	static const struct object_type type = {.name = "a version", .text = object_text};
	static struct object object = {&type};
	struct strbuf b = {0};
	struct value v = value_list(&a);
	list_add(&a, v.list, value_str(STR("x\"")));
	list_add(&a, v.list, value_float(2));
	list_add(&a, v.list, value_object(&object));
	value_print(&b, &v);
	CHECK_STR(b.at, "[\"x\\\"\",2.0,\"v1.2.3\"]");
	CHECK_STR(value_kind_name(&v), "a list");
	CHECK_STR(value_kind_name(&v.list->items[2]), "a version");
	strbuf_clear(&b);
	value_print(&b, &v.list->items[0]);
	value_print(&b, &v.list->items[2]);
	v = value_bool(true);
	value_print(&b, &v);
	v = value_int(INT64_MIN);
	value_print(&b, &v);
	CHECK_STR(b.at, "x\"v1.2.3true-9223372036854775808");
	strbuf_release(&b);
	arena_release(&a);
}
