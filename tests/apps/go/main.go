// Files as Go programs use them: os, io/fs, path/filepath, bufio, and then the
// same with hundreds of megabytes of memory around them, which is what makes
// Go's collector move through all of its heap.
//
// Prints one line per operation; the first argument is the directory to work in.
package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

var root string

func at(name string) string { return filepath.Join(root, name) }

// name gives an error the same text on every platform.
func name(err error) string {
	for text, kind := range map[string]error{
		"not exist": fs.ErrNotExist, "exist": fs.ErrExist, "permission": fs.ErrPermission, "EOF": io.EOF,
	} {
		if errors.Is(err, kind) {
			return text
		}
	}
	if err == nil {
		return "ok"
	}
	return "another error"
}

func show(what string, err error) { fmt.Printf("%s = %s\n", what, name(err)) }

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Println("unexpected:", err)
		os.Exit(1)
	}
	return value
}

func files() {
	show("write", os.WriteFile(at("file"), []byte("line 1\nline 2\n"), 0o644))
	fmt.Printf("read = %q\n", must(os.ReadFile(at("file"))))
	_, err := os.ReadFile(at("none"))
	show("read missing", err)
	_, err = os.OpenFile(at("file"), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644)
	show("create exclusively", err)

	file := must(os.OpenFile(at("file"), os.O_RDWR|os.O_APPEND, 0))
	fmt.Println("append =", must(file.WriteString("line 3\n")))
	fmt.Println("seek =", must(file.Seek(7, io.SeekStart)))
	scanner := bufio.NewScanner(file)
	for scanner.Scan() {
		fmt.Println("scanned =", scanner.Text())
	}
	show("close", file.Close())
	_, err = file.Write(nil)
	fmt.Println("closed =", errors.Is(err, os.ErrClosed))

	file = must(os.Create(at("random")))
	fmt.Println("write at =", must(file.WriteAt([]byte("0123456789"), 100_000)))
	part := make([]byte, 4)
	fmt.Println("read at =", must(file.ReadAt(part, 100_003)), string(part))
	show("truncate", file.Truncate(100_005))
	count, err := file.ReadAt(part, 100_003)
	fmt.Println("read at the end =", count, name(err))
	fmt.Println("size =", must(file.Stat()).Size())
	show("close", file.Close())
	when := time.Unix(1_500_000_000, 123_456_789)
	show("times", os.Chtimes(at("random"), when, when))
	fmt.Println("modified =", must(os.Stat(at("random"))).ModTime().Equal(when))
}

func directories() {
	show("mkdir", os.Mkdir(at("dir"), 0o755))
	show("mkdir again", os.Mkdir(at("dir"), 0o755))
	show("mkdir all", os.MkdirAll(at("dir/a/b/c"), 0o755))
	for _, file := range []string{"dir/z", "dir/a/y", "dir/a/b/x", "dir/a/b/c/w"} {
		show("write", os.WriteFile(at(file), []byte(file), 0o600))
	}
	show("symlink", os.Symlink("a/b", at("dir/link")))
	fmt.Println("readlink =", must(os.Readlink(at("dir/link"))))
	fmt.Printf("through the link = %q\n", must(os.ReadFile(at("dir/link/x"))))
	for _, entry := range must(os.ReadDir(at("dir"))) {
		fmt.Println("entry =", entry.Name(), entry.Type())
	}
	show("walk", filepath.WalkDir(at("dir"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		fmt.Println("  ", must(filepath.Rel(root, path)), entry.IsDir())
		if entry.Name() == "c" {
			return fs.SkipDir
		}
		return nil
	}))
	tree := os.DirFS(at("dir"))
	fmt.Println("glob =", must(fs.Glob(tree, "a/*")))
	fmt.Printf("read from the tree = %q\n", must(fs.ReadFile(tree, "a/b/c/w")))
	_, err := fs.Stat(tree, "../file")
	fmt.Println("outside of the tree =", errors.Is(err, fs.ErrInvalid))

	show("rename", os.Rename(at("dir/z"), at("dir/a/z")))
	show("rename missing", os.Rename(at("dir/z"), at("dir/a/z")))
	show("rename over", os.Rename(at("dir/a/z"), at("dir/a/y")))
	fmt.Printf("renamed = %q\n", must(os.ReadFile(at("dir/a/y"))))
	show("rename a directory", os.Rename(at("dir/a"), at("dir/moved")))
	fmt.Println("remove full =", os.Remove(at("dir/moved")) != nil)
	show("remove", os.Remove(at("dir/moved/b/c/w")))
	show("remove missing", os.Remove(at("dir/moved/b/c/w")))
	show("remove all", os.RemoveAll(at("dir")))
	_, err = os.Stat(at("dir"))
	show("gone", err)
}

// memory keeps 200 MiB, and collects as much again, while it works with files:
// each block must still hold what was put in it.
func memory() {
	const blocks, size = 200, 1 << 20
	pattern := func(i int) []byte { return bytes.Repeat([]byte{byte(i), byte(i >> 8), 0xa5, 1}, size/4) }
	show("mkdir", os.Mkdir(at("memory"), 0o755))
	kept := make([][]byte, 0, blocks)
	for i := range blocks {
		kept = append(kept, pattern(i))
		file := at(fmt.Sprintf("memory/%d", i%20))
		must(0, os.WriteFile(file, kept[i], 0o644))
		if read := must(os.ReadFile(file)); !bytes.Equal(read, kept[i]) {
			fmt.Println("block", i, "differs in its file")
		}
		if count := len(must(os.ReadDir(at("memory")))); count != min(i+1, 20) {
			fmt.Println("after block", i, "there are", count, "files")
		}
	}
	runtime.GC()
	intact := 0
	for i, block := range kept {
		if bytes.Equal(block, pattern(i)) {
			intact++
		}
	}
	fmt.Println("intact blocks =", intact)
}

// small keeps many strings, whose pointers a collector has to follow.
func small() {
	words := map[string]int{}
	for i := range 200_000 {
		words[fmt.Sprintf("word %d", i*7919%100_003)]++
	}
	keys := make([]string, 0, len(words))
	for key := range words {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	must(0, os.WriteFile(at("words"), []byte(strings.Join(keys, "\n")), 0o644))
	read := strings.Split(string(must(os.ReadFile(at("words")))), "\n")
	fmt.Println("words =", len(read), slices.Equal(read, keys))
}

func main() {
	root = os.Args[1]
	fmt.Println("arguments =", os.Args[2:], "variable =", os.Getenv("MONAKA_TEST"))
	files()
	directories()
	memory()
	small()
}
