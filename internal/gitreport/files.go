// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// Files is the repository at Base. A file is fetched when it is first read; a folder
// is there already. It must not be used after compose has returned.
func (s *Session) Files() fs.FS { return repositoryFS{s} }

// Prefetch fetches at once all files below a folder whose path matches. A folder that
// is not there is fs.ErrNotExist.
func (s *Session) Prefetch(dir string, match func(name string) bool) error {
	var wants []plumbing.Hash
	f := repositoryFS{s}
	root, err := f.find("readdir", path.Clean(dir))
	if err != nil {
		return err
	}
	err = f.walk(path.Clean(dir), root, func(name string, e entry) {
		if match(name) {
			wants = append(wants, e.hash)
		}
	})
	if err != nil {
		return err
	}
	return s.failed("files below "+dir, s.files(wants))
}

// failed says what could not be fetched, as an *Error.
func (s *Session) failed(what string, err error) error {
	if err == nil {
		return nil
	}
	return classify(s.ctx, err, "fetch "+what+" of GitRepository "+s.access.Repository.Namespace+"/"+s.access.Repository.Name)
}

// files makes sure that the cache holds files.
func (s *Session) files(hashes []plumbing.Hash) error {
	var wants []plumbing.Hash
	for _, h := range hashes {
		if _, kept := s.kept(h); !kept && !slices.Contains(wants, h) {
			wants = append(wants, h)
		}
	}
	if len(wants) == 0 {
		return nil
	}
	if !s.whole {
		err := s.fetch(s.ctx, func(r *refs) error {
			if r.handsOutFiles() {
				return r.objects(s.ctx, s.store, wants)
			}
			s.whole = true
			return r.fetch(s.ctx, s.store, 1, true, s.base.Hash)
		})
		if err != nil {
			return err
		}
	}
	for _, h := range wants {
		if _, kept := s.kept(h); !kept {
			return &phaseError{phase: fetching, err: fmt.Errorf("the server did not send the file %s", h)}
		}
	}
	return nil
}

// kept is a file that was fetched, by this session or one before.
func (s *Session) kept(h plumbing.Hash) ([]byte, bool) {
	if data, ok := s.w.files.get(h); ok {
		return data, true
	}
	blob, err := object.GetBlob(s.store, h)
	if err != nil {
		return nil, false
	}
	r, err := blob.Reader()
	if err != nil {
		return nil, false
	}
	defer r.Close()
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, false
	}
	s.w.files.put(h, data)
	return data, true
}

func (s *Session) file(h plumbing.Hash) ([]byte, error) {
	if err := s.files([]plumbing.Hash{h}); err != nil {
		return nil, err
	}
	data, _ := s.kept(h)
	return data, nil
}

// repositoryFS is fs.FS over a commit.
type repositoryFS struct{ s *Session }

var (
	_ fs.ReadDirFS  = repositoryFS{}
	_ fs.ReadFileFS = repositoryFS{}
)

// entry is a file or folder of the repository. Links are files that hold their target.
type entry struct {
	fs   repositoryFS
	path string
	name string
	mode filemode.FileMode
	hash plumbing.Hash
}

// Name is fs.DirEntry's.
func (e entry) Name() string { return e.name }

// IsDir is fs.DirEntry's.
func (e entry) IsDir() bool { return e.mode == filemode.Dir }

// Type is fs.DirEntry's.
func (e entry) Type() fs.FileMode {
	switch e.mode {
	case filemode.Dir:
		return fs.ModeDir
	case filemode.Symlink:
		return fs.ModeSymlink
	case filemode.Submodule:
		return fs.ModeIrregular
	}
	return 0
}

// Info is fs.DirEntry's. It fetches a file, whose size is not known before.
func (e entry) Info() (fs.FileInfo, error) {
	if e.Type() != 0 {
		return info{entry: e}, nil
	}
	data, err := e.fs.ReadFile(e.path)
	return info{entry: e, size: int64(len(data))}, err
}

type info struct {
	entry
	size int64
}

// Size is fs.FileInfo's.
func (i info) Size() int64 { return i.size }

// Mode is fs.FileInfo's.
func (i info) Mode() fs.FileMode { return i.Type() | 0o444 }

// ModTime is fs.FileInfo's; Git keeps none.
func (i info) ModTime() time.Time { return time.Time{} }

// Sys is fs.FileInfo's.
func (i info) Sys() any { return nil }

func (f repositoryFS) find(op, name string) (entry, error) {
	if !fs.ValidPath(name) {
		return entry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	at := entry{fs: f, path: ".", name: ".", mode: filemode.Dir, hash: f.s.base.TreeHash}
	if name == "." {
		return at, nil
	}
	for part := range strings.SplitSeq(name, "/") {
		if !at.IsDir() {
			return entry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
		}
		t, err := object.GetTree(f.s.store, at.hash)
		if err != nil {
			return entry{}, &fs.PathError{Op: op, Path: name, Err: err}
		}
		i := slices.IndexFunc(t.Entries, func(e object.TreeEntry) bool { return e.Name == part })
		if i < 0 {
			return entry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
		}
		at = at.child(t.Entries[i])
	}
	return at, nil
}

// child is what a folder's tree has in it.
func (e entry) child(t object.TreeEntry) entry {
	return entry{fs: e.fs, path: path.Join(e.path, t.Name), name: t.Name, mode: t.Mode, hash: t.Hash}
}

// walk visits the files that are at or below an entry; links and submodules are none.
func (f repositoryFS) walk(name string, at entry, visit func(string, entry)) error {
	if !at.IsDir() {
		if at.Type() == 0 {
			visit(name, at)
		}
		return nil
	}
	children, err := f.ReadDir(name)
	if err != nil {
		return err
	}
	for _, c := range children {
		if err := f.walk(path.Join(name, c.Name()), c.(entry), visit); err != nil {
			return err
		}
	}
	return nil
}

// ReadDir is fs.ReadDirFS's.
func (f repositoryFS) ReadDir(name string) ([]fs.DirEntry, error) {
	at, err := f.find("readdir", name)
	if err != nil {
		return nil, err
	}
	if !at.IsDir() {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: errors.New("not a folder")}
	}
	t, err := object.GetTree(f.s.store, at.hash)
	if err != nil {
		return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
	}
	out := make([]fs.DirEntry, 0, len(t.Entries))
	for _, e := range t.Entries {
		out = append(out, at.child(e))
	}
	slices.SortFunc(out, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return out, nil
}

// ReadFile is fs.ReadFileFS's.
func (f repositoryFS) ReadFile(name string) ([]byte, error) {
	at, err := f.find("read", name)
	if err != nil {
		return nil, err
	}
	if at.Type() != 0 {
		return nil, &fs.PathError{Op: "read", Path: name, Err: errors.New("not a file")}
	}
	data, err := f.s.file(at.hash)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: f.s.failed("file "+name, err)}
	}
	return bytes.Clone(data), nil
}

// Open is fs.FS's.
func (f repositoryFS) Open(name string) (fs.File, error) {
	at, err := f.find("open", name)
	if err != nil {
		return nil, err
	}
	if at.IsDir() {
		entries, err := f.ReadDir(name)
		return &openDir{info: info{entry: at}, entries: entries}, err
	}
	data, err := f.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return &openFile{info: info{entry: at, size: int64(len(data))}, Reader: bytes.NewReader(data)}, nil
}

type openFile struct {
	info info
	*bytes.Reader
}

// Stat is fs.File's.
func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }

// Close is fs.File's.
func (f *openFile) Close() error { return nil }

type openDir struct {
	info    info
	entries []fs.DirEntry
}

// Stat is fs.File's.
func (d *openDir) Stat() (fs.FileInfo, error) { return d.info, nil }

// Read is fs.File's.
func (d *openDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.info.name, Err: errors.New("is a folder")}
}

// Close is fs.File's.
func (d *openDir) Close() error { return nil }

// ReadDir is fs.ReadDirFile's.
func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if n <= 0 {
		out := d.entries
		d.entries = nil
		return out, nil
	}
	if len(d.entries) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.entries))
	out := d.entries[:n]
	d.entries = d.entries[n:]
	return out, nil
}
