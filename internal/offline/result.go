// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package offline

import "github.com/strowger/strowger/internal/yang"

// The report of "strowger validate -o json". docs/validate.md explains every field; they
// are only ever added to.
type report struct {
	Results  []*result `json:"results"`
	Warnings []warning `json:"warnings,omitempty"` // of the YANG modules in use
	Summary  summary   `json:"summary"`

	others []yang.Problem // of the other modules
}

// status is what became of a document.
type status string

const (
	valid    status = "valid"
	invalid  status = "invalid"
	unjudged status = "error"
)

// result is about one document, or about several merged.
type result struct {
	Files      []string     `json:"files"`
	Status     status       `json:"status"`
	Error      string       `json:"error,omitempty"`
	ErrorCount int          `json:"errorCount"`
	Errors     []violation  `json:"errors,omitempty"`
	Open       []constraint `json:"unevaluated,omitempty"`
	Notes      []string     `json:"notes,omitempty"`
}

type violation struct {
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Path    string `json:"path"`
	Message string `json:"message"`
	Rule    *rule  `json:"rule,omitempty"`
	Tag     string `json:"errorTag,omitempty"`
	AppTag  string `json:"errorAppTag,omitempty"`
	Hint    string `json:"hint,omitempty"`
}

// rule is a statement and where it is written.
type rule struct {
	Statement string `json:"statement,omitempty"`
	File      string `json:"file,omitempty"`
	Line      int    `json:"line,omitempty"`
}

// constraint is a rule that was not evaluated.
type constraint struct {
	Path string `json:"path"`
	Rule rule   `json:"rule"`
}

// warning is a problem in a YANG module.
type warning struct {
	Severity  string `json:"severity"`
	Module    string `json:"module,omitempty"`
	File      string `json:"file,omitempty"`
	Line      int    `json:"line,omitempty"`
	Statement string `json:"statement,omitempty"`
	Message   string `json:"message"`
}

type summary struct {
	Documents     int `json:"documents"`
	Valid         int `json:"valid"`
	Invalid       int `json:"invalid"`
	NotJudged     int `json:"notJudged"`
	Errors        int `json:"errors"`
	Warnings      int `json:"warnings"`
	OtherWarnings int `json:"otherWarnings"`
}

func violationOf(e *yang.Error) violation {
	v := violation{Path: e.Path, Message: e.Message, Line: e.Origin.Line, Tag: e.Tag, AppTag: e.AppTag, Hint: e.Hint}
	if e.Origin.Layer != nil {
		v.File = e.Origin.Layer.File
	}
	if e.Rule != "" || e.Pos != (yang.Pos{}) {
		v.Rule = &rule{e.Rule, e.Pos.File, e.Pos.Line}
	}
	return v
}

func constraintOf(c yang.Constraint) constraint {
	return constraint{c.Path, rule{c.Statement + " " + c.Argument, c.Pos.File, c.Pos.Line}}
}

func warningOf(p yang.Problem) warning {
	return warning{p.Severity.String(), p.Module, p.Pos.File, p.Pos.Line, p.Statement, p.Message}
}

// refuse fills a result with violations, of which at most limit are shown; 0 is all.
func (r *result) refuse(errs yang.Errors, limit int) {
	r.ErrorCount = len(errs)
	r.Status = valid
	if len(errs) > 0 {
		r.Status = invalid
	}
	if limit > 0 && len(errs) > limit {
		errs = errs[:limit]
	}
	for _, e := range errs {
		v := violationOf(e)
		if v.File == "" && len(r.Files) == 1 {
			v.File = r.Files[0]
		}
		r.Errors = append(r.Errors, v)
	}
}

// count fills the summary.
func (r *report) count() {
	r.Summary = summary{Documents: len(r.Results), Warnings: len(r.Warnings), OtherWarnings: len(r.others)}
	for _, result := range r.Results {
		r.Summary.Errors += result.ErrorCount
		switch result.Status {
		case valid:
			r.Summary.Valid++
		case invalid:
			r.Summary.Invalid++
		case unjudged:
			r.Summary.NotJudged++
		}
	}
}

// verdict returns how the command ends.
func (r *report) verdict() error {
	switch {
	case r.Summary.NotJudged > 0:
		return &exitError{code: exitTrouble}
	case r.Summary.Invalid > 0:
		return &exitError{code: exitNo}
	}
	return nil
}
