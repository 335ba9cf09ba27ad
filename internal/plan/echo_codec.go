// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"
)

// The encoded form is, after a version: the number of echoes in four bytes, the echoes
// as pairs of digests, and, while something is being tried, the digest of that and pairs
// again.
const echoVersion = 1

const (
	echoHead   = 1 + 4
	echoRecord = 2 * echoBytes
)

// Encode returns the stored form, the same for the same content; nil when nothing is
// remembered.
func (e Echoes) Encode() []byte {
	if len(e.of) == 0 && len(e.before) == 0 {
		return nil
	}
	out := binary.BigEndian.AppendUint32([]byte{echoVersion}, uint32(len(e.of)))
	out = appendPairs(out, e.of)
	if len(e.before) == 0 {
		return out
	}
	return appendPairs(append(out, e.trying[:]...), e.before)
}

func appendPairs(out []byte, pairs map[echoDigest]echoDigest) []byte {
	keys := slices.SortedFunc(maps.Keys(pairs), func(a, b echoDigest) int { return bytes.Compare(a[:], b[:]) })
	for _, k := range keys {
		v := pairs[k]
		out = append(append(out, k[:]...), v[:]...)
	}
	return out
}

// DecodeEchoes reads what Encode wrote. Empty data is what NewEchoes returns; with an
// error too nothing is remembered, but can be learnt.
func DecodeEchoes(salt string, data []byte) (Echoes, error) {
	e := NewEchoes(salt)
	if len(data) == 0 {
		return e, nil
	}
	if data[0] != echoVersion {
		return e, fmt.Errorf("decode echoes: version %d, not %d", data[0], echoVersion)
	}
	if len(data) < echoHead {
		return e, fmt.Errorf("decode echoes: cut off at %d bytes", len(data))
	}
	n, rest := int64(binary.BigEndian.Uint32(data[1:])), data[echoHead:]
	if n*echoRecord > int64(len(rest)) {
		return e, fmt.Errorf("decode echoes: cut off at %d bytes, %d echoes are longer", len(data), n)
	}
	known, tried := rest[:n*echoRecord], rest[n*echoRecord:]
	if len(tried) > 0 && (len(tried) < echoBytes || (len(tried)-echoBytes)%echoRecord != 0) {
		return e, fmt.Errorf("decode echoes: cut off at %d bytes, in what was tried", len(data))
	}
	e.of = pairsIn(known)
	if len(tried) > 0 {
		e.trying, e.before = echoDigest(tried[:echoBytes]), pairsIn(tried[echoBytes:])
	}
	return e, nil
}

func pairsIn(data []byte) map[echoDigest]echoDigest {
	out := make(map[echoDigest]echoDigest, len(data)/echoRecord)
	for r := range slices.Chunk(data, echoRecord) {
		out[echoDigest(r[:echoBytes])] = echoDigest(r[echoBytes:])
	}
	return out
}
