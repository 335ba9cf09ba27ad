// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// The encoded form is gzip over lines, one per item in depth-first order:
//
//	depth mark qname [TAB key "=" value]...
//
// depth is a count of spaces, mark one of marks; qname has the module where it
// differs from the parent's. Keys of entries are name="value", the value of a
// leaf-list entry ="value", Go-quoted; digests are unquoted.
const inventoryHeader = "strowger-inventory 1"

const (
	maxInventoryBytes = 64 << 20
	maxInventoryDepth = 128
)

// marks: index is kind*4 + created*2 + tainted.
var marks = [...]byte{
	'/', 0, 0, 0, // path
	'-', '!', 0, 0, // leaf
	'=', '$', 0, 0, // leaf-list entry
	'o', 'O', 'c', 'C', // list entry
	'p', 'P', 'n', 'N', // presence container
}

func (it *item) mark() byte {
	i := int(it.kind) * 4
	if it.created {
		i += 2
	}
	if it.tainted {
		i++
	}
	return marks[i]
}

// Encode returns the inventory in its stored form: deterministic, compressed, and
// without a value that came from a Secret.
func (i Inventory) Encode() []byte {
	var text []byte
	text = append(append(text, inventoryHeader...), '\n')
	if i.root != nil {
		text = i.root.appendTo(text, 0)
	}
	var b bytes.Buffer
	z := compressors.Get().(*gzip.Writer)
	defer compressors.Put(z)
	z.Reset(&b)
	_, _ = z.Write(text) // a bytes.Buffer does not fail
	_ = z.Close()
	return b.Bytes()
}

// compressors are used again: each takes most of a megabyte, far more than what it compresses.
var compressors = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(io.Discard, gzip.BestCompression) // the level is valid
	return z
}}

func (it *item) appendTo(b []byte, depth int) []byte {
	for k := range it.items {
		c := &it.items[k]
		for range depth {
			b = append(b, ' ')
		}
		b = append(b, c.mark())
		if c.module != it.module {
			b = append(append(b, c.module...), ':')
		}
		b = append(b, c.name...)
		for i, v := range c.keys {
			b = append(b, '\t')
			if c.kind == itemEntry {
				b = append(b, c.keyNames[i]...)
			}
			b = append(b, '=')
			if c.tainted {
				b = append(b, v...)
			} else {
				b = strconv.AppendQuote(b, v)
			}
		}
		b = c.appendTo(append(b, '\n'), depth+1)
	}
	return b
}

// DecodeInventory reads what Encode wrote. Empty data is the empty Inventory.
func DecodeInventory(data []byte) (Inventory, error) {
	if len(data) == 0 {
		return Inventory{}, nil
	}
	text, err := gunzip(data)
	if err != nil {
		return Inventory{}, fmt.Errorf("decode inventory: %w", err)
	}
	head, rest, _ := strings.Cut(text, "\n")
	if head != inventoryHeader {
		return Inventory{}, fmt.Errorf("decode inventory: it starts with %.40q, not with %q", head, inventoryHeader)
	}
	d := inventoryReader{rest: rest, line: 1}
	root := &item{}
	if err := d.items(root, 0); err != nil {
		return Inventory{}, fmt.Errorf("decode inventory: line %d: %w", d.line, err)
	}
	return Inventory{root: root}, nil
}

func gunzip(data []byte) (string, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return "", err
	}
	var b strings.Builder
	n, err := io.Copy(&b, io.LimitReader(z, maxInventoryBytes+1))
	if err != nil {
		return "", err
	}
	if n > maxInventoryBytes {
		return "", fmt.Errorf("larger than %d bytes", maxInventoryBytes)
	}
	return b.String(), nil
}

type inventoryReader struct {
	rest string
	line int
}

// items reads the lines at depth into it, and all below them.
func (d *inventoryReader) items(it *item, depth int) error {
	if depth > maxInventoryDepth {
		return fmt.Errorf("deeper than %d", maxInventoryDepth)
	}
	for d.rest != "" {
		indent := len(d.rest) - len(strings.TrimLeft(d.rest, " "))
		if indent < depth {
			break
		}
		if indent > depth {
			if len(it.items) == 0 || indent != depth+1 {
				return errors.New("indented too far")
			}
			if err := d.items(&it.items[len(it.items)-1], depth+1); err != nil {
				return err
			}
			continue
		}
		line, rest, ok := strings.Cut(d.rest, "\n")
		d.line++
		if !ok {
			return errors.New("cut off")
		}
		c, err := parseItem(line[depth:], it.module)
		if err != nil {
			return err
		}
		if n := len(it.items); n > 0 && compareItems(&it.items[n-1], &c) >= 0 {
			return errors.New("not sorted")
		}
		if c.tainted && c.keys != nil {
			it.hashed = true
		}
		d.rest = rest
		it.items = append(it.items, c)
	}
	it.items = slices.Clip(it.items)
	return nil
}

func parseItem(line, module string) (item, error) {
	var it item
	if line == "" {
		return it, errors.New("empty line")
	}
	i := bytes.IndexByte(marks[:], line[0])
	if i < 0 || line[0] == 0 {
		return it, fmt.Errorf("unknown mark %q", line[0])
	}
	it.kind, it.created, it.tainted = itemKind(i/4), i&2 != 0, i&1 != 0
	fields := strings.Split(line[1:], "\t")
	it.module, it.name = module, fields[0]
	if m, n, ok := strings.Cut(fields[0], ":"); ok {
		it.module, it.name = m, n
	}
	if it.module == "" || it.name == "" || strings.ContainsAny(it.module+it.name, " :") {
		return it, fmt.Errorf("bad name %q", fields[0])
	}
	for _, f := range fields[1:] {
		name, value, ok := strings.Cut(f, "=")
		if !ok {
			return it, fmt.Errorf("bad key %q", f)
		}
		if err := it.addKey(name, value); err != nil {
			return it, err
		}
	}
	switch {
	case it.kind == itemValue && len(it.keys) != 1:
		return it, errors.New("a leaf-list entry needs one value")
	case it.kind != itemEntry && it.kind != itemValue && it.keys != nil:
		return it, errors.New("only entries have keys")
	}
	return it, nil
}

func (it *item) addKey(name, value string) error {
	if it.kind == itemEntry && name == "" || it.kind != itemEntry && name != "" {
		return fmt.Errorf("bad key name %q", name)
	}
	if !it.tainted {
		v, err := strconv.Unquote(value)
		if err != nil || value[0] != '"' || strconv.Quote(v) != value {
			return fmt.Errorf("bad value %.40q", value)
		}
		value = v
	} else if strings.Trim(value, "0123456789abcdef") != "" || value == "" {
		return fmt.Errorf("bad digest %.40q", value)
	}
	it.keys = append(it.keys, value)
	if it.kind == itemEntry {
		it.keyNames = append(it.keyNames, name)
	}
	return nil
}
