#include "test.h"

#include "base/base64.h"

/* RFC 4648, section 10, and bytes of all kinds. */
TEST(base64_there_and_back)
{
	static const struct {
		const char *text, *code;
	} rows[] = {{"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};
	struct strbuf b = {0}, back = {0};
	char bytes[256];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		strbuf_clear(&b);
		strbuf_clear(&back);
		base64_encode(&b, str_of(rows[i].text));
		CHECK_TEXT(strbuf_str(&b), rows[i].code);
		CHECK(base64_decode(&back, str_of(rows[i].code)));
		CHECK_TEXT(strbuf_str(&back), rows[i].text);
	}
	for (int i = 0; i < 256; i++)
		bytes[i] = (char)i;
	strbuf_clear(&b);
	strbuf_clear(&back);
	base64_encode(&b, (struct str){bytes, 256});
	CHECK(base64_decode(&back, strbuf_str(&b)));
	CHECK(str_equal(strbuf_str(&back), (struct str){bytes, 256}));
	strbuf_release(&b);
	strbuf_release(&back);
}

TEST(base64_refuses_what_is_none)
{
	static const char *const bad[] = {"Zg", "Zg=", "Z===", "Zg==Zg==", "Z g=", "Zm9*", "Zm-_"};
	struct strbuf b = {0};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		test_about("%s", bad[i]);
		CHECK(!base64_decode(&b, str_of(bad[i])));
	}
	strbuf_release(&b);
}
