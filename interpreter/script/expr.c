#include "script/expr.h"

#include "script/expr_number.h"

/* Keys and values of a table, the way they were written. */
static const struct expr *table_child(const struct expr *e, size_t n)
{
	for (size_t i = 0; i < e->count; i++) {
		if (e->items[i].key && n-- == 0)
			return e->items[i].key;
		if (n-- == 0)
			return e->items[i].value;
	}
	return NULL;
}

const struct expr *expr_child(const struct expr *e, size_t n)
{
	switch ((enum expr_kind)e->kind) {
	case EXPR_CONSTANT:
	case EXPR_NAME:
		return NULL;
	case EXPR_FIELD:
		return n == 0 ? e->object : NULL;
	case EXPR_CALL:
		return n < e->count ? e->arguments[n] : NULL;
	case EXPR_METHOD:
		return n == 0 ? e->object : n <= e->count ? e->arguments[n - 1] : NULL;
	case EXPR_UNARY:
	case EXPR_NOT:
		return n == 0 ? e->left : NULL;
	case EXPR_INDEX:
	case EXPR_BINARY:
	case EXPR_AND:
	case EXPR_OR:
		return n == 0 ? e->left : n == 1 ? e->right : NULL;
	case EXPR_TABLE:
		return table_child(e, n);
	}
	return NULL;
}

bool expr_is_constant(const struct expr *e)
{
	if (e->kind == EXPR_NAME || e->kind == EXPR_CALL || e->kind == EXPR_METHOD)
		return false;
	const struct expr *child;
	for (size_t i = 0; (child = expr_child(e, i)); i++) {
		if (!expr_is_constant(child))
			return false;
	}
	return true;
}

/* ---- as text -------------------------------------------------------------------------------- */

const char *const operator_signs[] = {
	[OP_ADD] = "+",
	[OP_SUB] = "-",
	[OP_MUL] = "*",
	[OP_DIV] = "/",
	[OP_IDIV] = "//",
	[OP_MOD] = "%",
	[OP_POW] = "^",
	[OP_BAND] = "&",
	[OP_BOR] = "|",
	[OP_BXOR] = "~",
	[OP_SHL] = "<<",
	[OP_SHR] = ">>",
	[OP_CONCAT] = "..",
	[OP_EQ] = "==",
	[OP_NE] = "~=",
	[OP_LT] = "<",
	[OP_LE] = "<=",
	[OP_GT] = ">",
	[OP_GE] = ">=",
	[OP_MINUS] = "-",
	[OP_BNOT] = "~",
	[OP_LEN] = "#",
};

static bool is_name(struct str s)
{
	if (!s.len || !is_lua_letter(s.at[0]))
		return false;
	for (size_t i = 1; i < s.len; i++) {
		if (!is_lua_letter(s.at[i]) && !is_lua_digit(s.at[i]))
			return false;
	}
	return true;
}

/* A string as Lua writes it: bytes that are no text, or that a terminal would act on, as numbers.
 */
static void print_string(struct strbuf *b, struct str s)
{
	static const char escapes[] = "\"\"\\\\\nn\rr\tt";
	strbuf_putc(b, '"');
	for (size_t i = 0, n; i < s.len; i += n) {
		uint32_t code = 0;
		n = utf8_decode((struct str){s.at + i, s.len - i}, &code);
		const char *e = escapes;
		while (*e && *e != s.at[i])
			e += 2;
		if (*e)
			strbuf_printf(b, "\\%c", e[1]);
		else if (!n || code < ' ' || code == 0x7F)
			strbuf_printf(b, "\\x%02x", (unsigned char)s.at[i]);
		else
			strbuf_add(b, s.at + i, n);
		n = n ? n : 1;
	}
	strbuf_putc(b, '"');
}

static void print_constant(struct strbuf *b, const struct value *v)
{
	char text[LUA_NUMBER_TEXT];
	if (v->kind == VALUE_STRING)
		print_string(b, value_string(v));
	else if (v->kind == VALUE_INT || v->kind == VALUE_FLOAT)
		strbuf_add(b, text, lua_number_text(v, text));
	else
		value_print(b, v);
}

static void print_field(struct strbuf *b, const struct expr *e)
{
	expr_print(b, e->object);
	if (is_name(e->name)) {
		strbuf_putc(b, '.');
		strbuf_put(b, e->name);
		return;
	}
	strbuf_putc(b, '[');
	print_string(b, e->name);
	strbuf_putc(b, ']');
}

/* Two minus signs in a row would begin a comment. */
static void print_unary(struct strbuf *b, const struct expr *e)
{
	struct strbuf operand = {0};
	expr_print(&operand, e->left);
	strbuf_puts(b, e->kind == EXPR_NOT ? "not " : operator_signs[e->op]);
	if (e->op == OP_MINUS && operand.len && operand.at[0] == '-')
		strbuf_putc(b, ' ');
	strbuf_put(b, strbuf_str(&operand));
	strbuf_release(&operand);
}

static void print_arguments(struct strbuf *b, const struct expr *e)
{
	strbuf_putc(b, '(');
	for (size_t i = 0; i < e->count; i++) {
		if (i)
			strbuf_puts(b, ", ");
		expr_print(b, e->arguments[i]);
	}
	strbuf_putc(b, ')');
}

static void print_table(struct strbuf *b, const struct expr *e)
{
	strbuf_putc(b, '{');
	for (size_t i = 0; i < e->count; i++) {
		if (i)
			strbuf_puts(b, ", ");
		if (e->items[i].key) {
			strbuf_putc(b, '[');
			expr_print(b, e->items[i].key);
			strbuf_puts(b, "] = ");
		}
		expr_print(b, e->items[i].value);
	}
	strbuf_putc(b, '}');
}

static void print_pair(struct strbuf *b, const struct expr *e, const char *between)
{
	expr_print(b, e->left);
	strbuf_printf(b, " %s ", between);
	expr_print(b, e->right);
}

static void print_bare(struct strbuf *b, const struct expr *e)
{
	switch ((enum expr_kind)e->kind) {
	case EXPR_CONSTANT:
		print_constant(b, &e->constant);
		break;
	case EXPR_NAME:
		strbuf_put(b, e->name);
		break;
	case EXPR_FIELD:
		print_field(b, e);
		break;
	case EXPR_INDEX:
		expr_print(b, e->left);
		strbuf_putc(b, '[');
		expr_print(b, e->right);
		strbuf_putc(b, ']');
		break;
	case EXPR_METHOD:
		expr_print(b, e->object);
		strbuf_putc(b, ':');
		strbuf_put(b, e->name);
		print_arguments(b, e);
		break;
	case EXPR_CALL:
		strbuf_put(b, e->name);
		print_arguments(b, e);
		break;
	case EXPR_UNARY:
	case EXPR_NOT:
		print_unary(b, e);
		break;
	case EXPR_BINARY:
		print_pair(b, e, operator_signs[e->op]);
		break;
	case EXPR_AND:
		print_pair(b, e, "and");
		break;
	case EXPR_OR:
		print_pair(b, e, "or");
		break;
	case EXPR_TABLE:
		print_table(b, e);
		break;
	}
}

void expr_print(struct strbuf *b, const struct expr *e)
{
	if (e->in_parens)
		strbuf_putc(b, '(');
	print_bare(b, e);
	if (e->in_parens)
		strbuf_putc(b, ')');
}
