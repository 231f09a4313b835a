/* The working directory, patterns, calls relative to a directory, vectors and
   times: what C programs use beside the calls of posix.c.
   Prints one line per operation; the first argument is the directory to work in. */
#include "show.h"
#include <dirent.h>
#include <fcntl.h>
#include <fts.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* A path without the root, which is another one natively. */
static const char *below_root(const char *path) {
  return path ? path + strlen(root) : error_name(errno);
}

static void working_directory(void) {
  char path[1024];
  mkdir(at("home"), 0755);
  mkdir(at("home/inner"), 0755);
  show("chdir", chdir(at("home")));
  printf("getcwd = %s\n", below_root(getcwd(path, sizeof path)));
  write_text("home/here", "here");
  show("access relative", access("here", F_OK));
  show("chdir relative", chdir("inner"));
  printf("getcwd = %s\n", below_root(getcwd(path, sizeof path)));
  show("access the parent", access("../here", F_OK));
  show("mkdir relative", mkdir("made", 0755));
  show("rename relative", rename("made", "../made"));
  show("chdir missing", chdir("none"));
  show("chdir to a file", chdir("../here"));
  symlink("inner/../here", at("home/link"));
  printf("realpath = %s\n", below_root(realpath("../link", path)));
  printf("realpath missing = %s\n", below_root(realpath("none", path)));
  show("chdir to the root", chdir(*root ? root : "/"));
}

static void patterns(void) {
  static const char *const names[] = {"home/b.c", "home/a.c", "home/c.h", "home/.hidden.c", "home/inner/d.c"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    write_text(names[i], "x");
  static const char *const all[] = {"home/*.c", "home/[b-d].?", "*/*/*.c", "home/.*.c", "none*"};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
    glob_t found;
    int result = glob(at(all[i]), GLOB_MARK, NULL, &found);
    printf("glob %s = %d\n", all[i], result == GLOB_NOMATCH ? -1 : (int)found.gl_pathc);
    for (size_t j = 0; result == 0 && j < found.gl_pathc; j++)
      printf("  %s\n", below_root(found.gl_pathv[j]));
    if (result == 0)
      globfree(&found);
  }
}

static void relative_to_a_directory(void) {
  int dir = open(at("home"), O_RDONLY | O_DIRECTORY);
  int inner = openat(dir, "inner", O_RDONLY | O_DIRECTORY);
  show("open both", dir >= 0 && inner >= 0);
  show("mkdirat", mkdirat(dir, "at", 0755));
  int fd = openat(dir, "at/file", O_CREAT | O_WRONLY, 0644);
  show("write", write(fd, "text", 4));
  close(fd);
  show("faccessat", faccessat(dir, "at/file", R_OK, 0));
  show("faccessat missing", faccessat(dir, "at/none", R_OK, 0));
  show("linkat", linkat(dir, "at/file", inner, "linked", 0));
  show("symlinkat", symlinkat("linked", inner, "soft"));
  char target[64] = "";
  show("readlinkat", readlinkat(inner, "soft", target, sizeof target - 1));
  printf("target = %s\n", target);
  struct stat status;
  show("fstatat", fstatat(inner, "soft", &status, 0));
  printf("size = %lld, links = %d\n", (long long)status.st_size, (int)status.st_nlink);
  show("fstatat of the link", fstatat(inner, "soft", &status, AT_SYMLINK_NOFOLLOW));
  printf("is a link = %d\n", S_ISLNK(status.st_mode) != 0);
  show("renameat", renameat(dir, "at/file", inner, "moved"));
  show("unlinkat", unlinkat(inner, "moved", 0));
  show("unlinkat a directory", unlinkat(dir, "at", AT_REMOVEDIR));
  show("unlinkat full", unlinkat(dir, "inner", AT_REMOVEDIR));
  DIR *stream = fdopendir(inner);
  int count = 0;
  for (struct dirent *entry; (entry = readdir(stream));)
    count += entry->d_name[0] != '.';
  show("entries", count);
  closedir(stream);
  close(dir);
}

/* Calls may take less than all vectors: wasmtime's adapter for Preview 1 takes
   one at a time. Like stdio, this goes on until all is done. */
static long all_vectors(int fd, struct iovec *vectors, int count, off_t offset,
                        ssize_t (*call)(int, const struct iovec *, int, off_t)) {
  long total = 0;
  while (count > 0) {
    ssize_t done = call(fd, vectors, count, offset + total);
    if (done <= 0)
      return done < 0 ? -1 : total;
    total += done;
    for (; count > 0 && (size_t)done >= vectors->iov_len; vectors++, count--)
      done -= vectors->iov_len;
    if (count > 0) {
      vectors->iov_base = (char *)vectors->iov_base + done;
      vectors->iov_len -= done;
    }
  }
  return total;
}

static void vectors(void) {
  int fd = open(at("vectors"), O_CREAT | O_RDWR, 0644);
  struct iovec out[] = {{"one ", 4}, {"", 0}, {"two ", 4}, {"three", 5}};
  show("pwritev", all_vectors(fd, out, 4, 0, pwritev));
  struct iovec over[] = {{"TWO", 3}, {"!", 1}};
  show("pwritev over", all_vectors(fd, over, 2, 4, pwritev));
  char a[6] = "", b[32] = "";
  struct iovec in[] = {{a, 5}, {b, sizeof b - 1}};
  show("preadv", all_vectors(fd, in, 2, 0, preadv));
  printf("read = %s|%s\n", a, b);
  struct iovec one[] = {{a, 5}};
  show("lseek", lseek(fd, 9, SEEK_SET));
  show("readv", readv(fd, one, 1));
  show("lseek", lseek(fd, 0, SEEK_END));
  show("writev", writev(fd, &(struct iovec){"!", 1}, 1));
  show("fdatasync", fdatasync(fd));
  FILE *file = fdopen(fd, "r+");
  show("fileno", fileno(file) == fd);
  rewind(file);
  show("ungetc", ungetc(fgetc(file), file));
  char *line = NULL;
  size_t capacity = 0;
  show("getdelim", getdelim(&line, &capacity, ' ', file));
  printf("word = %s\n", line);
  show("getline", getline(&line, &capacity, file));
  printf("line = %s\n", line);
  show("getline at the end", getline(&line, &capacity, file) == -1 && feof(file));
  free(line);
  show("fclose", fclose(file));
  show("fd is closed", lseek(fd, 0, SEEK_CUR));
}

static void times(void) {
  write_text("times", "x");
  struct timespec set[] = {{1000000001, 2}, {1500000000, 123456789}};
  show("utimensat", utimensat(AT_FDCWD, at("times"), set, 0));
  struct stat status;
  show("stat", stat(at("times"), &status));
  printf("atime = %lld.%ld\n", (long long)status.st_atim.tv_sec, status.st_atim.tv_nsec);
  printf("mtime = %lld.%ld\n", (long long)status.st_mtim.tv_sec, status.st_mtim.tv_nsec);
  int fd = open(at("times"), O_RDWR);
  struct timespec one[] = {{0, UTIME_OMIT}, {7, 8}};
  show("futimens", futimens(fd, one));
  fstat(fd, &status);
  printf("times = %lld %lld.%ld\n", (long long)status.st_atim.tv_sec, (long long)status.st_mtim.tv_sec,
         status.st_mtim.tv_nsec);
  struct timespec now[] = {{0, UTIME_NOW}, {0, UTIME_NOW}};
  show("futimens now", futimens(fd, now));
  fstat(fd, &status);
  show("is later", status.st_mtim.tv_sec > 1500000000);
  close(fd);
}

static int by_name(const FTSENT **a, const FTSENT **b) {
  return strcmp((*a)->fts_name, (*b)->fts_name);
}

static void hierarchy(void) {
  char *roots[] = {(char *)at("home"), NULL};
  FTS *walk = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
  show("fts_open", walk != NULL);
  for (FTSENT *entry; (entry = fts_read(walk));) {
    if (entry->fts_info == FTS_DP)
      continue;
    const char *kind = entry->fts_info == FTS_D ? "directory" : entry->fts_info == FTS_SL ? "link" : "file";
    printf("  %s %s level %d\n", below_root(entry->fts_path), kind, (int)entry->fts_level);
  }
  show("fts_close", fts_close(walk));
}

int main(int argc, char **argv) {
  set_root(argc, argv);
  working_directory();
  patterns();
  relative_to_a_directory();
  vectors();
  times();
  hierarchy();
  return 0;
}
