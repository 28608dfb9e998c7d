/*
 * The limit of loading: libyaml's event parser over the whole file in memory, every event thrown
 * away.
 *
 *   limit_yaml FILE
 */
#include <stdio.h>
#include <stdlib.h>
#include <yaml.h>

static unsigned char *read_file(const char *path, size_t *len)
{
	FILE *f = fopen(path, "rb");
	if (!f || fseek(f, 0, SEEK_END) < 0)
		return NULL;
	long size = ftell(f);
	rewind(f);
	unsigned char *text = size >= 0 ? malloc((size_t)size + 1) : NULL;
	*len = text ? fread(text, 1, (size_t)size, f) : 0;
	fclose(f);
	return text;
}

static int parse_all(const unsigned char *text, size_t len)
{
	yaml_parser_t parser;
	yaml_event_t event;
	int is_over = 0, is_good = 1;
	yaml_parser_initialize(&parser);
	yaml_parser_set_input_string(&parser, text, len);
	while (!is_over && (is_good = yaml_parser_parse(&parser, &event))) {
		is_over = event.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&event);
	}
	yaml_parser_delete(&parser);
	return is_good;
}

int main(int argc, char **argv)
{
	size_t len;
	unsigned char *text = argc > 1 ? read_file(argv[1], &len) : NULL;
	if (!text || !parse_all(text, len)) {
		fprintf(stderr, "limit_yaml: cannot read it\n");
		return 1;
	}
	free(text);
	return 0;
}
