/* Measures SQLite with a rollback journal: 10 000 inserts into a table with an
   index, a transaction for each 100, in a file and in memory. Every round does
   the same; the sum of the best time of each transaction is printed as a line
   `name<TAB>ns` on stderr. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 9, TRANSACTIONS = 100, INSERTS = 100 };

static sqlite3 *db;

static void check(int result, const char *what) {
  if (result == SQLITE_OK || result == SQLITE_DONE)
    return;
  fprintf(stderr, "%s: %s\n", what, db ? sqlite3_errmsg(db) : "no database");
  exit(1);
}

static void sql(const char *statement) {
  check(sqlite3_exec(db, statement, NULL, NULL, NULL), statement);
}

static double now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1e9 + now.tv_nsec;
}

static void insert_all(sqlite3_stmt *insert, double *best) {
  for (int i = 0; i < TRANSACTIONS; i++) {
    double start = now();
    sql("BEGIN");
    for (int j = 0; j < INSERTS; j++) {
      int n = i * INSERTS + j;
      char key[32];
      snprintf(key, sizeof key, "key %d", n * 7919 % (TRANSACTIONS * INSERTS));
      check(sqlite3_bind_text(insert, 1, key, -1, SQLITE_TRANSIENT), "bind");
      check(sqlite3_bind_int(insert, 2, n % 300), "bind");
      check(sqlite3_step(insert), "insert");
      check(sqlite3_reset(insert), "reset");
    }
    sql("COMMIT");
    double ns = now() - start;
    if (best[i] == 0 || ns < best[i])
      best[i] = ns;
  }
}

static void round_in(const char *path, double *best) {
  remove(path);
  check(sqlite3_open(path, &db), "open");
  sql("CREATE TABLE t (id INTEGER PRIMARY KEY, k TEXT NOT NULL, v BLOB)");
  sql("CREATE INDEX by_key ON t (k)");
  sqlite3_stmt *insert;
  check(sqlite3_prepare_v2(db, "INSERT INTO t (k, v) VALUES (?, zeroblob(?))", -1, &insert, NULL), "prepare");
  insert_all(insert, best);
  check(sqlite3_finalize(insert), "finalize");
  check(sqlite3_close(db), "close");
}

static void report(const char *name, const char *path) {
  double best[TRANSACTIONS] = {0}, sum = 0;
  for (int i = 0; i < ROUNDS; i++)
    round_in(path, best);
  for (int i = 0; i < TRANSACTIONS; i++)
    sum += best[i];
  fprintf(stderr, "%s\t%.0f\n", name, sum);
}

int main(void) {
  report("SQLite, 10 000 inserts", "/bench.db");
  report("SQLite in memory", ":memory:");
  return 0;
}
