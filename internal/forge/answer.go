// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package forge

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sort"
	"strconv"
	"strings"
	"time"
)

const (
	defaultRetryAfter = time.Minute
	maxRetryAfter     = 2 * time.Hour
)

// answerError is a refusal as the forge sent it.
type answerError struct {
	status     int
	words      string // the server's own, on one line; may be empty
	retryAfter time.Duration
	limited    bool // for too many requests
}

// Error is the status and the server's words.
func (e *answerError) Error() string {
	s := strings.TrimSpace(fmt.Sprintf("HTTP %d %s", e.status, http.StatusText(e.status)))
	if e.words != "" {
		s += ": " + e.words
	}
	return s
}

// movedError is a redirection that is not followed.
type movedError struct{ to string }

// Error says where to.
func (e *movedError) Error() string { return "the API answers that it is at " + e.to }

// newAnswerError reads a refusal. The forges say too many requests with 429, or
// with 403 and either Retry-After or no requests left:
// https://docs.github.com/rest/using-the-rest-api/rate-limits-for-the-rest-api,
// https://docs.gitlab.com/security/rate_limits/.
func newAnswerError(res *http.Response, body []byte, now time.Time) *answerError {
	e := &answerError{status: res.StatusCode, words: serverWords(body), retryAfter: retryAfter(res.Header, now)}
	switch res.StatusCode {
	case http.StatusTooManyRequests:
		e.limited = true
	case http.StatusForbidden:
		e.limited = res.Header.Get("Retry-After") != "" || res.Header.Get("X-RateLimit-Remaining") == "0" ||
			strings.Contains(strings.ToLower(e.words), "rate limit")
	}
	if e.limited && e.retryAfter == 0 {
		e.retryAfter = defaultRetryAfter
	}
	return e
}

// retryAfter reads Retry-After (RFC 9110, 10.2.3: seconds or a date), and else
// X-RateLimit-Reset or RateLimit-Reset (seconds since 1970), which count only
// where no request is left.
func retryAfter(h http.Header, now time.Time) time.Duration {
	wait := time.Duration(0)
	if s := h.Get("Retry-After"); s != "" {
		if n, err := strconv.Atoi(s); err == nil {
			wait = time.Duration(min(n, int(maxRetryAfter/time.Second))) * time.Second
		} else if t, err := http.ParseTime(s); err == nil {
			wait = t.Sub(now)
		}
	} else {
		for _, prefix := range []string{"X-RateLimit-", "RateLimit-"} {
			n, err := strconv.ParseInt(h.Get(prefix+"Reset"), 10, 64)
			if err == nil && h.Get(prefix+"Remaining") == "0" {
				wait = time.Unix(n, 0).Sub(now)
				break
			}
		}
	}
	if wait < 0 {
		return 0
	}
	return min(wait, maxRetryAfter)
}

// serverWords collects what a JSON error says: "message", "error" and "errors",
// each a text, a list or an object. Other bodies say nothing for people.
func serverWords(body []byte) string {
	var o map[string]any
	if json.Unmarshal(body, &o) != nil {
		return ""
	}
	var words []string
	for _, key := range []string{"message", "error", "error_description", "errors"} {
		for _, s := range texts(o[key]) {
			if s = oneLine(s); s != "" {
				words = append(words, s)
			}
		}
	}
	return oneLine(strings.Join(words, "; "))
}

func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case []any:
		var all []string
		for _, e := range v {
			all = append(all, texts(e)...)
		}
		return all
	case map[string]any:
		if s, ok := v["message"].(string); ok && s != "" {
			return []string{s}
		}
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		sort.Strings(keys)
		var all []string
		for _, k := range keys {
			for _, s := range texts(v[k]) {
				all = append(all, k+" "+s)
			}
		}
		return all
	}
	return nil
}
