// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package artifact

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"sort"
	"strings"
)

// content is an unpacked artifact; it never changes.
type content struct {
	files map[string][]byte
	paths []string // sorted
	links map[string]bool
	bytes int64
}

// unpack reads a tar archive, compressed with gzip or not, into memory. Links and
// devices are not followed, only remembered.
func unpack(url string, archive []byte, o Options) (*content, error) {
	var in io.Reader = bytes.NewReader(archive)
	if bytes.HasPrefix(archive, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(in)
		if err != nil {
			return nil, fmt.Errorf("artifact %s: %w", url, err)
		}
		in = z
	}
	// The tar framing counts too, so that headers alone cannot go on for ever.
	overhead := int64(o.MaxFiles)*4*512 + 1<<20
	bounded := &io.LimitedReader{R: in, N: o.MaxUnpackedBytes + overhead}
	c := &content{files: map[string][]byte{}, links: map[string]bool{}}
	if err := c.readAll(url, tar.NewReader(bounded), o); err != nil {
		if bounded.N <= 0 {
			return nil, &TooLargeError{What: "content", URL: url, Limit: o.MaxUnpackedBytes}
		}
		return nil, err
	}
	c.paths = make([]string, 0, len(c.files))
	for p := range c.files {
		c.paths = append(c.paths, p)
	}
	sort.Strings(c.paths)
	return c, nil
}

func (c *content) readAll(url string, in *tar.Reader, o Options) error {
	for {
		h, err := in.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("artifact %s is no tar archive, or a damaged one: %w", url, err)
		}
		name, err := clean(h.Name)
		if err != nil {
			return fmt.Errorf("artifact %s: %w", url, err)
		}
		switch h.Typeflag {
		case tar.TypeReg:
			if err := c.readFile(url, name, h.Size, in, o); err != nil {
				return err
			}
		case tar.TypeSymlink, tar.TypeLink:
			c.links[name] = true
		}
		if len(c.files)+len(c.links) > o.MaxFiles {
			return &TooLargeError{What: "number of files", URL: url, Limit: int64(o.MaxFiles)}
		}
	}
}

func (c *content) readFile(url, name string, size int64, in io.Reader, o Options) error {
	if size < 0 || c.bytes+size > o.MaxUnpackedBytes {
		return &TooLargeError{What: "content", URL: url, Limit: o.MaxUnpackedBytes}
	}
	// Not sized by the header: a lying one must not make us allocate.
	var buf bytes.Buffer
	if _, err := io.Copy(&buf, in); err != nil {
		return fmt.Errorf("artifact %s: %s: %w", url, name, err)
	}
	c.files[name] = buf.Bytes()
	c.bytes += int64(buf.Len())
	return nil
}

// clean refuses names that would leave the artifact.
func clean(name string) (string, error) {
	if strings.ContainsRune(name, 0) || strings.ContainsRune(name, '\\') {
		return "", fmt.Errorf("file name %q holds a forbidden character", name)
	}
	for part := range strings.SplitSeq(name, "/") {
		if part == ".." {
			return "", fmt.Errorf("file name %q leaves the artifact", name)
		}
	}
	return strings.TrimPrefix(path.Clean("/"+name), "/"), nil
}
