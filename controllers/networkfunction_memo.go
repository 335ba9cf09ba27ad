// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"hash"
	"maps"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/strowger/strowger/internal/render"
	"github.com/strowger/strowger/internal/yang"
)

// renderings remembers, per NF, what its configuration was made of last and the digest
// of the tree that came out, so that a run which starts from the same need not render.
// The tree itself is not kept: a thousand NFs of 5,000 leaves would take gigabytes.
type renderings struct {
	mu  sync.Mutex
	key []byte
	of  map[types.NamespacedName]rendering
}

type rendering struct {
	from ingredients
	// digest is that of the tree, which is not wrong by itself.
	digest string
}

// ingredients identify all that a tree is made of. Secrets are among it: the key that
// they are digested with is this process's own, and told nobody. The zero value says
// that it cannot be told.
type ingredients [sha256.Size]byte

func (m *renderings) find(name types.NamespacedName, from ingredients) (digest string, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	was, ok := m.of[name]
	return was.digest, ok && was.from == from && from != ingredients{}
}

func (m *renderings) keep(name types.NamespacedName, from ingredients, digest string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.of == nil {
		m.of = map[types.NamespacedName]rendering{}
	}
	m.of[name] = rendering{from, digest}
}

func (m *renderings) forget(name types.NamespacedName) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.of, name)
}

// identify returns what the configuration would be made of.
func (m *renderings) identify(schema *yang.Schema, layers []render.LayerSource, values render.Scope) ingredients {
	d := digester{hash: hmac.New(sha256.New, m.secret())}
	d.text('s', schema.Digest())
	for i := range layers {
		d.layer(&layers[i])
	}
	d.value(named(values.Inputs))
	d.value(map[string]any{
		"name": values.NF.Name, "namespace": values.NF.Namespace, "labels": values.NF.Labels, "annotations": values.NF.Annotations,
	})
	d.value(values.Target)
	d.value(named(values.Certificates))
	d.value(values.DNS)
	var out ingredients
	if !d.unknown {
		d.hash.Sum(out[:0])
	}
	return out
}

// secret is the key, made at the first use.
func (m *renderings) secret() []byte {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.key == nil {
		m.key = make([]byte, sha256.Size)
		_, _ = rand.Read(m.key) // it never fails
	}
	return m.key
}

func named(values map[string]render.Value) map[string]any {
	out := make(map[string]any, len(values))
	for name, v := range values {
		out[name] = v
	}
	return out
}

// digester writes values so that no two different ones are written the same way.
type digester struct {
	hash hash.Hash
	head [9]byte
	// unknown: there was a value of a type that it does not know.
	unknown bool
}

// part announces a value: its kind and its length.
func (d *digester) part(kind byte, n uint64) {
	d.head[0] = kind
	binary.BigEndian.PutUint64(d.head[1:], n)
	_, _ = d.hash.Write(d.head[:]) // a hash does not fail
}

func (d *digester) bytes(kind byte, b []byte) {
	d.part(kind, uint64(len(b)))
	_, _ = d.hash.Write(b)
}

func (d *digester) text(kind byte, s string) { d.bytes(kind, []byte(s)) }

func (d *digester) layer(l *render.LayerSource) {
	for _, s := range []string{l.Layer.Name, l.Layer.File, l.Layer.Revision, string(l.Format)} {
		d.text('l', s)
	}
	d.value(l.Inline)
	d.value(l.Tainted)
	d.bytes('l', l.Data)
}

func (d *digester) value(v any) {
	switch v := v.(type) {
	case nil:
		d.part('0', 0)
	case render.Value:
		d.value(v.Tainted)
		d.value(v.Object)
	case string:
		d.text('t', v)
	case []byte:
		d.bytes('b', v)
	case bool:
		d.text('f', strconv.FormatBool(v))
	case int:
		d.part('i', uint64(v))
	case int32:
		d.part('i', uint64(v))
	case int64:
		d.part('i', uint64(v))
	case float64:
		d.part('d', math.Float64bits(v))
	case json.Number:
		d.text('n', v.String())
	case time.Time:
		d.text('z', v.Format(time.RFC3339Nano))
	case []string:
		d.part('a', uint64(len(v)))
		for _, item := range v {
			d.value(item)
		}
	case []any:
		d.part('a', uint64(len(v)))
		for _, item := range v {
			d.value(item)
		}
	case map[string]string:
		object(d, v)
	case map[string]any:
		object(d, v)
	default:
		d.unknown = true
	}
}

func object[V any](d *digester, m map[string]V) {
	d.part('o', uint64(len(m)))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		d.text('k', k)
		d.value(m[k])
	}
}
