// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package artifact

import (
	"errors"
	"fmt"
	"strings"
)

// ErrPathNotFound is what every [PathNotFoundError] is.
var ErrPathNotFound = errors.New("path not in artifact")

// PathNotFoundError says that a path or pattern matches no file of an artifact.
type PathNotFoundError struct {
	// Path or pattern that was asked for.
	Path string
	// Revision of the artifact.
	Revision string
	// Nearest are existing paths that look like it, the best first.
	Nearest []string
	// Link says that the path is a symbolic link, which is never followed.
	Link bool
}

func (e *PathNotFoundError) Error() string {
	if e.Link {
		return fmt.Sprintf("%s in artifact %s is a link, and links are not followed: name the file itself", e.Path, e.Revision)
	}
	s := fmt.Sprintf("%s not in artifact %s", e.Path, e.Revision)
	if len(e.Nearest) > 0 {
		s += "; did you mean " + strings.Join(e.Nearest, " or ") + "?"
	}
	return s
}

// Is makes errors.Is(err, ErrPathNotFound) hold.
func (e *PathNotFoundError) Is(target error) bool { return target == ErrPathNotFound }

// DigestError says that what was downloaded is not what the source announced.
// Nothing of it is used.
type DigestError struct {
	URL, Want, Got string
}

func (e *DigestError) Error() string {
	return fmt.Sprintf("artifact %s has digest %s, but its source announced %s: refusing to use it", e.URL, e.Got, e.Want)
}

// TooLargeError says that an artifact exceeds a limit.
type TooLargeError struct {
	// What exceeds the limit: "archive", "content", "number of files".
	What string
	URL  string
	// Limit in bytes, or in files.
	Limit int64
}

func (e *TooLargeError) Error() string {
	return fmt.Sprintf("artifact %s: its %s exceeds the limit of %d: leave files out with spec.ignore of the source, or raise the limit", e.URL, e.What, e.Limit)
}

// GoneError says that the server no longer has the artifact: the source has
// moved on, and will announce the newer one.
type GoneError struct {
	URL string
}

func (e *GoneError) Error() string {
	return fmt.Sprintf("artifact %s is gone: its source has replaced it and will announce the new one", e.URL)
}

// statusError is an HTTP status other than 200 and 404.
type statusError struct {
	url  string
	code int
	text string
}

func (e *statusError) Error() string {
	return fmt.Sprintf("GET %s: %s", e.url, e.text)
}
