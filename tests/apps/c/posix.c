/* stdio, dirent, ftw and the calls below them, as C programs use them.
   Prints one line per operation; the first argument is the directory to work in. */
#include "show.h"
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void streams(void) {
  FILE *file = fopen(at("stdio"), "w+");
  show("fprintf", fprintf(file, "line %d\nline %s\n", 1, "two"));
  show("ftell", ftell(file));
  show("fseek", fseek(file, 5, SEEK_SET));
  show("fgetc", fgetc(file));
  show("fseek end", fseek(file, -4, SEEK_END));
  char line[32] = "";
  printf("fgets = %s", fgets(line, sizeof line, file));
  show("fgetc at the end", fgetc(file) == EOF && feof(file));
  show("fseeko past 4 GiB", fseeko(file, 5LL << 30, SEEK_SET));
  fputc('x', file);
  show("fflush", fflush(file));
  printf("ftello = %lld\n", (long long)ftello(file));
  rewind(file);
  int number = 0;
  char word[16] = "";
  show("fscanf", fscanf(file, "line %d line %15s", &number, word));
  printf("scanned = %d %s\n", number, word);
  fclose(file);
  show("truncate", truncate(at("stdio"), 3));
  file = fopen(at("stdio"), "a+");
  fputs("appended", file);
  rewind(file);
  printf("a+ = %s\n", fgets(line, sizeof line, file));
  fclose(file);
  show("fopen missing", fopen(at("none"), "r") ? 0 : -1);
  show("fopen exclusive", fopen(at("stdio"), "wx") ? 0 : -1);
  show("freopen", freopen(at("stdio"), "r", fopen(at("stdio"), "r")) ? 0 : -1);
  static char block[100000];
  memset(block, 'b', sizeof block);
  file = fopen(at("blocks"), "w");
  setvbuf(file, NULL, _IOFBF, 70000);
  show("fwrite", fwrite(block, 1000, 100, file));
  fclose(file);
  file = fopen(at("blocks"), "r");
  show("fread", fread(block, 1, sizeof block, file));
  show("content", block[0] == 'b' && block[99999] == 'b');
  fclose(file);
}

static void calls(void) {
  int fd = open(at("fd"), O_CREAT | O_RDWR | O_EXCL, 0644);
  show("open", fd >= 0);
  show("open again", open(at("fd"), O_CREAT | O_EXCL | O_RDWR, 0644));
  show("write", write(fd, "0123456789", 10));
  show("lseek", lseek(fd, -3, SEEK_END));
  char buf[16] = "";
  show("read", read(fd, buf, sizeof buf));
  printf("read = %s\n", buf);
  show("pread", pread(fd, buf, 2, 4));
  show("pwrite", pwrite(fd, "PW", 2, 0));
  show("ftruncate", ftruncate(fd, 4));
  struct stat stat_buf;
  show("fstat", fstat(fd, &stat_buf));
  printf("size = %lld, regular = %d\n", (long long)stat_buf.st_size, S_ISREG(stat_buf.st_mode) != 0);
  show("fcntl", (fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR);
  show("append flag", fcntl(fd, F_SETFL, O_APPEND));
  show("lseek start", lseek(fd, 0, SEEK_SET));
  show("write appends", write(fd, "end", 3));
  show("size", lseek(fd, 0, SEEK_END));
  show("fsync", fsync(fd));
  show("close", close(fd));
  show("close again", close(fd));
  show("access", access(at("fd"), R_OK | W_OK));
  show("access missing", access(at("none"), F_OK));
  show("link", link(at("fd"), at("hard")));
  show("symlink", symlink("fd", at("soft")));
  show("readlink", readlink(at("soft"), buf, sizeof buf));
  show("lstat", lstat(at("soft"), &stat_buf));
  show("is a link", S_ISLNK(stat_buf.st_mode) != 0);
  show("open no follow", open(at("soft"), O_RDONLY | O_NOFOLLOW));
}

static void names(void) {
  write_text("old", "old");
  show("rename", rename(at("old"), at("new")));
  show("rename missing", rename(at("old"), at("new")));
  show("mkdir", mkdir(at("dir"), 0755));
  show("mkdir again", mkdir(at("dir"), 0755));
  show("rename into", rename(at("new"), at("dir/new")));
  show("rename into itself", rename(at("dir"), at("dir/dir")));
  show("rmdir full", rmdir(at("dir")));
  show("remove a file", remove(at("dir/new")));
  show("remove a directory", remove(at("dir")));
  show("remove missing", remove(at("dir")));
  show("unlink a directory", mkdir(at("dir"), 0755) || unlink(at("dir")));
}

static int compare(const void *a, const void *b) {
  return strcmp(*(char *const *)a, *(char *const *)b);
}

static int not_dots(const struct dirent *entry) {
  return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

static void listing(void) {
  for (int i = 0; i < 50; i++) {
    char name[32];
    snprintf(name, sizeof name, "dir/entry%02d", i);
    write_text(name, name);
  }
  DIR *dir = opendir(at("dir"));
  int count = 0, dots = 0, files = 0;
  long third = 0;
  char *after_third = NULL;
  for (struct dirent *entry; (entry = readdir(dir));) {
    count++;
    dots += !not_dots(entry);
    files += entry->d_type == DT_REG;
    if (count == 3)
      third = telldir(dir);
    if (count == 4)
      after_third = strdup(entry->d_name);
  }
  printf("entries = %d, dots = %d, files = %d\n", count, dots, files);
  seekdir(dir, third);
  struct dirent *entry = readdir(dir);
  show("seekdir", entry && after_third && strcmp(entry->d_name, after_third) == 0);
  rewinddir(dir);
  for (count = 0; readdir(dir);)
    count++;
  show("rewinddir", count);
  struct stat stat_buf;
  show("fstatat", fstatat(dirfd(dir), "entry07", &stat_buf, 0));
  show("unlinkat", unlinkat(dirfd(dir), "entry07", 0));
  show("openat", openat(dirfd(dir), "entry07", O_RDONLY));
  closedir(dir);
  free(after_third);

  struct dirent **list;
  count = scandir(at("dir"), &list, not_dots, alphasort);
  printf("scandir = %d, %s to %s\n", count, list[0]->d_name, list[count - 1]->d_name);
  for (int i = 0; i < count; i++)
    free(list[i]);
  free(list);
}

static char *visited[64];
static int visits;

static int visit(const char *path, const struct stat *stat_buf, int type, struct FTW *ftw) {
  char line[256];
  (void)stat_buf;
  snprintf(line, sizeof line, "  %s %s level %d", path + strlen(root),
           type == FTW_D ? "directory" : type == FTW_F ? "file" : type == FTW_SL ? "link" : "other", ftw->level);
  if (visits < 64)
    visited[visits++] = strdup(line);
  return 0;
}

static int remove_visited(const char *path, const struct stat *stat_buf, int type, struct FTW *ftw) {
  (void)stat_buf, (void)type, (void)ftw;
  return remove(path);
}

static void walk(void) {
  mkdir(at("tree"), 0755);
  mkdir(at("tree/a"), 0755);
  mkdir(at("tree/a/b"), 0755);
  write_text("tree/a/b/deep", "deep");
  write_text("tree/file", "file");
  show("symlink up", symlink("..", at("tree/a/up")));
  show("nftw", nftw(at("tree"), visit, 8, FTW_PHYS));
  qsort(visited, (size_t)visits, sizeof visited[0], compare);
  for (int i = 0; i < visits; i++) {
    puts(visited[i]);
    free(visited[i]);
  }
  show("remove the tree", nftw(at("tree"), remove_visited, 8, FTW_PHYS | FTW_DEPTH));
  show("tree is gone", access(at("tree"), F_OK));
}

int main(int argc, char **argv) {
  set_root(argc, argv);
  streams();
  calls();
  names();
  listing();
  walk();
  return 0;
}
