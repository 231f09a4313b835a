/* SQLite with a rollback journal: inserts in many transactions, updates, a
   transaction that is rolled back, VACUUM, and an integrity check.
   Prints one line per result; the first argument is the directory to work in. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { TRANSACTIONS = 100, INSERTS = 100 };

static sqlite3 *db;

static void check(int result, const char *what) {
  if (result == SQLITE_OK || result == SQLITE_DONE)
    return;
  printf("%s: %s\n", what, db ? sqlite3_errmsg(db) : "no database");
  exit(1);
}

static int print_row(void *unused, int count, char **values, char **names) {
  (void)unused, (void)names;
  for (int i = 0; i < count; i++)
    printf("%s%s", i ? " | " : "", values[i] ? values[i] : "NULL");
  putchar('\n');
  return 0;
}

static void sql(const char *statement) {
  check(sqlite3_exec(db, statement, print_row, NULL, NULL), statement);
}

static void show(const char *statement) {
  printf("%s = ", statement);
  sql(statement);
}

static void insert_all(void) {
  sqlite3_stmt *insert;
  check(sqlite3_prepare_v2(db, "INSERT INTO t (k, v) VALUES (?, zeroblob(?))", -1, &insert, NULL), "prepare");
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
  check(sqlite3_finalize(insert), "finalize");
}

static void open_database(const char *path) {
  check(sqlite3_open(path, &db), "open");
}

int main(int argc, char **argv) {
  char path[512], journal[520];
  snprintf(path, sizeof path, "%s/test.db", argc > 1 && strcmp(argv[1], "/") != 0 ? argv[1] : "");
  snprintf(journal, sizeof journal, "%s-journal", path);
  open_database(path);
  show("PRAGMA journal_mode");
  show("PRAGMA synchronous");
  sql("CREATE TABLE t (id INTEGER PRIMARY KEY, k TEXT NOT NULL, v BLOB)");
  sql("CREATE INDEX by_key ON t (k)");
  insert_all();
  show("SELECT count(*), sum(length(v)), count(DISTINCT k) FROM t");
  show("SELECT id, k FROM t ORDER BY k LIMIT 1 OFFSET 5000");

  sql("BEGIN");
  sql("DELETE FROM t WHERE id % 2 = 0");
  show("SELECT count(*) FROM t");
  printf("journal while changing = %d\n", access(journal, F_OK) == 0);
  sql("ROLLBACK");
  printf("journal afterwards = %d\n", access(journal, F_OK) == 0);
  show("SELECT count(*) FROM t");

  sql("UPDATE t SET v = zeroblob(1000) WHERE id % 10 = 0");
  sql("DELETE FROM t WHERE id > 5000");
  sql("VACUUM");
  check(sqlite3_close(db), "close");
  open_database(path);
  show("SELECT count(*), sum(length(v)) FROM t");
  show("PRAGMA page_count");
  show("PRAGMA integrity_check");
  check(sqlite3_close(db), "close");
  return 0;
}
