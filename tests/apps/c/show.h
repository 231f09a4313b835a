/* What the C programs share: the directory to work in, and lines that read the
   same on every platform. Each program is one file that includes this. */
#pragma once
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>

static char root[512] = "";
static char paths[4][1024];

/* The path of NAME in the root; four results live at a time. */
static const char *at(const char *name) {
  static unsigned next;
  char *path = paths[next++ % 4];
  snprintf(path, sizeof paths[0], "%s/%s", root, name);
  return path;
}

static const char *error_name(int error) {
  switch (error) {
  case EACCES: return "EACCES";
  case EBADF: return "EBADF";
  case EEXIST: return "EEXIST";
  case EINVAL: return "EINVAL";
  case EISDIR: return "EISDIR";
  case ELOOP: return "ELOOP";
  case ENAMETOOLONG: return "ENAMETOOLONG";
  case ENOENT: return "ENOENT";
  case ENOTDIR: return "ENOTDIR";
  case ENOTEMPTY: return "ENOTEMPTY";
  case EPERM: return "EPERM";
  default: return "another error";
  }
}

static void show(const char *what, long result) {
  if (result < 0)
    printf("%s = %s\n", what, error_name(errno));
  else
    printf("%s = %ld\n", what, result);
}

static void write_text(const char *name, const char *text) {
  FILE *file = fopen(at(name), "w");
  if (!file) {
    show(name, -1);
    return;
  }
  fputs(text, file);
  fclose(file);
}

/* The first argument is the directory to work in. */
static void set_root(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "/") != 0)
    snprintf(root, sizeof root, "%s", argv[1]);
}
