// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"bytes"
	"slices"
	"strconv"
)

const (
	endOfMessage = "]]>]]>"
	endOfChunks  = "\n##\n"
	chunkMargin  = 32 // for the marks around a chunk
)

// frames returns the writes that a message makes on the wire (RFC 6242 section 4). limit bounds the chunks
// of base:1.1, or the writes of base:1.0; 0 is none.
func frames(message []byte, chunked bool, limit int) [][]byte {
	if limit <= 0 || limit > len(message) {
		limit = max(len(message), 1)
	}
	if !chunked && limit >= len(message) {
		return [][]byte{append(message[:len(message):len(message)], endOfMessage...)}
	}
	var writes [][]byte
	for part := range chunksOf(message, limit) {
		if chunked {
			part = appendChunk(make([]byte, 0, len(part)+chunkMargin), len(part), part)
		}
		writes = append(writes, part)
	}
	end := endOfMessage
	if chunked {
		end = endOfChunks
	}
	if last := len(writes) - 1; chunked {
		writes[last] = append(writes[last], end...)
		return writes
	}
	return append(writes, []byte(end))
}

// chunksOf yields parts of at most limit bytes.
func chunksOf(message []byte, limit int) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		for len(message) > 0 {
			n := min(limit, len(message))
			if !yield(message[:n]) {
				return
			}
			message = message[n:]
		}
	}
}

func appendChunk(b []byte, size int, data []byte) []byte {
	b = append(b, "\n#"...)
	b = strconv.AppendInt(b, int64(size), 10)
	b = append(b, '\n')
	return append(b, data...)
}

// spoiled returns what a fault makes of a message on the wire.
func (f *Fault) spoiled(message []byte, chunked bool) (raw []byte) {
	switch f.Do {
	case MalformedXML:
		at := max(0, bytes.LastIndex(message, []byte("</")))
		message = slices.Concat(message[:at], []byte("<unclosed>"), message[at:])
	case WrongMessageID:
		message = bytes.Replace(message, []byte(` message-id="`), []byte(` message-id="not-`), 1)
	case NoMessageID:
		message = withoutMessageID(message)
	case WrongRoot:
		message = bytes.Replace(message, []byte("<rpc-reply"), []byte("<rpc-answer"), 1)
		message = bytes.Replace(message, []byte("</rpc-reply>"), []byte("</rpc-answer>"), 1)
	case Garbage:
		return []byte("\x00\xff\x17 this is no frame \n#garbage\n")
	case BadFrame:
		if chunked {
			return append(appendChunk(nil, len(message)/2, message), endOfChunks...)
		}
		half := len(message) / 2
		message = bytes.Join([][]byte{message[:half], message[half:]}, []byte(endOfMessage))
	case HugeFrame:
		if chunked {
			return appendChunk(nil, 4294967295, message)
		}
		return message
	}
	raw = bytes.Join(frames(message, chunked, 0), nil)
	switch f.Do {
	case Twice:
		return append(raw, raw...)
	case CutReply, StallReply:
		n := f.Bytes
		if n <= 0 || n >= len(raw) {
			n = len(raw) / 2
		}
		return raw[:n]
	}
	return raw
}

func withoutMessageID(message []byte) []byte {
	before, rest, found := bytes.Cut(message, []byte(` message-id="`))
	_, after, ended := bytes.Cut(rest, []byte(`"`))
	if !found || !ended {
		return message
	}
	return append(before[:len(before):len(before)], after...)
}
