/*
 * The time before a run has begun: inputs are asked for, a lock is waited for, and signals are not
 * the run's yet.
 */
#ifndef CLI_EARLY_H
#define CLI_EARLY_H

/* From now on SIGINT, SIGTERM and SIGHUP end the program with 128 and their number, the terminal as
 * it was. One that is ignored stays ignored; a world that waits for signals itself gets them. */
void early_signals(void);
/* Whether what is typed on standard input is not to be seen; nothing where that is no terminal. */
void early_hide(void);
void early_show(void);

#endif
