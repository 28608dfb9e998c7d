/*
 * The modes of the `shop` program. Each takes what stands after its name in
 * argv and returns the exit status.
 */
#ifndef SHOP_H
#define SHOP_H

int shop_serve(char **argv);   /* the supervisor: holds the socket, replaces workers */
int shop_worker(char **argv);  /* serves one release; started by the supervisor */
int shop_reload(char **argv);  /* asks the supervisor for the new release, waits for the outcome */
int shop_migrate(char **argv); /* up, down, status, backup, restore */
int shop_traffic(char **argv); /* visitors */
int shop_http(char **argv);    /* one request */
int shop_field(char **argv);   /* one field of the JSON on standard input */
int shop_await(char **argv);   /* waits until a field of a URL's JSON has a value */
int shop_stop(char **argv);    /* ends the processes of pid files */

#endif
