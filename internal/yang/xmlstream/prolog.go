// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package xmlstream

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// byteOrderMark passes over the mark of UTF-8, and refuses those of other encodings.
func (r *Reader) byteOrderMark() error {
	switch r.buf[r.pos] {
	case 0xEF:
		if err := r.need(3); err != nil {
			return unexpected(err)
		}
		if string(r.buf[r.pos:r.pos+3]) == "\ufeff" {
			r.pos += 3
			r.mark = r.pos
			return r.need(1)
		}
	case 0xFE, 0xFF, 0x00:
		return errors.New("the encoding must be UTF-8")
	}
	return nil
}

// instruction passes over a processing instruction; the XML declaration is checked.
func (r *Reader) instruction() error {
	if err := r.need(len("<?xml ")); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	b := r.buf[r.pos:r.end]
	if len(b) < 3 || class[b[2]]&nameStart == 0 {
		return errors.New("a name must follow <?")
	}
	if rest, ok := bytes.CutPrefix(b, []byte("<?xml")); !ok || len(rest) > 0 && class[rest[0]]&nameByte != 0 {
		r.started = true
		r.pos += 2
		return r.discard("?>")
	}
	if r.started {
		return errors.New("an XML declaration must come first")
	}
	r.started = true
	n, err := r.find("?>")
	if err != nil {
		return err
	}
	text := string(r.buf[r.pos+len("<?xml") : r.pos+n])
	r.pos += n + len("?>")
	if v := pseudoAttribute(text, "version"); v != "1.0" {
		return fmt.Errorf("the XML version is %q, it must be 1.0", clip(v))
	}
	if e := pseudoAttribute(text, "encoding"); e != "" && !strings.EqualFold(e, "utf-8") {
		return fmt.Errorf("the encoding is %q, it must be UTF-8", clip(e))
	}
	return nil
}

// pseudoAttribute returns a value of an XML declaration, "" when it is not there.
func pseudoAttribute(text, name string) string {
	for text != "" {
		key, rest, ok := strings.Cut(text, "=")
		rest = strings.TrimLeft(rest, " \t\r\n")
		if !ok || rest == "" || rest[0] != '"' && rest[0] != '\'' {
			return ""
		}
		value, after, ok := strings.Cut(rest[1:], rest[:1])
		if !ok {
			return ""
		}
		if strings.TrimSpace(key) == name {
			return value
		}
		text = after
	}
	return ""
}

// declaration passes over a comment and enters a CDATA section; document types are
// refused.
func (r *Reader) declaration() error {
	if err := r.need(len("<!--")); err != nil {
		return unexpected(err)
	}
	if string(r.buf[r.pos:r.pos+4]) == "<!--" {
		r.pos += 4
		if err := r.discard("--"); err != nil {
			return err
		}
		if err := r.need(1); err != nil {
			return unexpected(err)
		}
		if r.buf[r.pos] != '>' {
			return errors.New("-- inside a comment")
		}
		r.pos++
		return nil
	}
	const cdata = "<![CDATA["
	if r.buf[r.pos+2] != '[' {
		return errors.New("document types are not accepted")
	}
	if err := r.need(len(cdata)); err != nil {
		return unexpected(err)
	}
	if string(r.buf[r.pos:r.pos+len(cdata)]) != cdata {
		return errors.New("<![ is not followed by CDATA[")
	}
	r.pos += len(cdata)
	r.cdata = true
	return nil
}

// discard passes over everything up to and with the end mark.
func (r *Reader) discard(mark string) error {
	for {
		if i := bytes.Index(r.buf[r.pos:r.end], []byte(mark)); i >= 0 {
			r.pos += i + len(mark)
			return nil
		}
		r.pos = max(r.pos, r.end-len(mark)+1)
		if err := r.more(); err != nil {
			return unexpected(err)
		}
	}
}

// find makes everything up to the end mark available, and returns where it is from pos.
func (r *Reader) find(mark string) (int, error) {
	for {
		if i := bytes.Index(r.buf[r.pos:r.end], []byte(mark)); i >= 0 {
			return i, nil
		}
		if r.end-r.pos > r.limits.Tag {
			return 0, fmt.Errorf("a declaration is longer than %d bytes", r.limits.Tag)
		}
		if err := r.more(); err != nil {
			return 0, unexpected(err)
		}
	}
}
