/* The ids of log messages. */
#ifndef MJ_LOG_ID_H
#define MJ_LOG_ID_H

/** The id at the start of a log message; log-ids.txt lists all ids. */
#define MJLOGNO(n) "MJ" #n ": "

#endif
