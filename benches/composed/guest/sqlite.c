/* Measures SQLite with a rollback journal: 10 000 inserts into a table with an
   index, a transaction for each 100, in the directory that the first argument
   names. Prints a line `name<TAB>ns` on stderr, as the other programs do. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { ROUNDS = 5, TRANSACTIONS = 100, INSERTS = 100 };

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

static void insert_all(sqlite3_stmt *insert) {
  for (int i = 0; i < TRANSACTIONS; i++) {
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
  }
}

/* The time of all inserts into a new database, in ns. */
static double round_in(const char *path) {
  remove(path);
  check(sqlite3_open(path, &db), "open");
  sql("CREATE TABLE t (id INTEGER PRIMARY KEY, k TEXT NOT NULL, v BLOB)");
  sql("CREATE INDEX by_key ON t (k)");
  sqlite3_stmt *insert;
  check(sqlite3_prepare_v2(db, "INSERT INTO t (k, v) VALUES (?, zeroblob(?))", -1, &insert, NULL), "prepare");
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  insert_all(insert);
  clock_gettime(CLOCK_MONOTONIC, &end);
  check(sqlite3_finalize(insert), "finalize");
  check(sqlite3_close(db), "close");
  return (end.tv_sec - start.tv_sec) * 1e9 + (end.tv_nsec - start.tv_nsec);
}

int main(int argc, char **argv) {
  char path[512];
  snprintf(path, sizeof path, "%s/bench.db", argc > 1 ? argv[1] : "");
  double best = round_in(path);
  for (int i = 1; i < ROUNDS; i++) {
    double ns = round_in(path);
    best = ns < best ? ns : best;
  }
  fprintf(stderr, "SQLite, 10 000 inserts\t%.0f\n", best);
  return 0;
}
