/* Counts the words of its files: nothing but the C library. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *const lines[] = {"the quick brown fox", "jumps over", "the lazy dog"};

static int write_files(void) {
  if (mkdir("/words", 0755) != 0)
    return -1;
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
    char path[64];
    snprintf(path, sizeof path, "/words/line%zu.txt", i + 1);
    FILE *file = fopen(path, "w");
    if (!file)
      return -1;
    fprintf(file, "%s\n", lines[i]);
    fclose(file);
  }
  return rename("/words/line3.txt", "/words/last.txt");
}

static int count_words(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file)
    return -1;
  int words = 0;
  char word[64];
  while (fscanf(file, "%63s", word) == 1)
    words++;
  fclose(file);
  return words;
}

int main(void) {
  if (write_files() != 0) {
    perror("/words");
    return EXIT_FAILURE;
  }
  struct dirent **entries;
  int count = scandir("/words", &entries, NULL, alphasort);
  for (int i = 0; i < count; i++) {
    char path[300];
    snprintf(path, sizeof path, "/words/%s", entries[i]->d_name);
    if (entries[i]->d_name[0] != '.')
      printf("%s: %d words\n", path, count_words(path));
    free(entries[i]);
  }
  free(entries);
  return EXIT_SUCCESS;
}
