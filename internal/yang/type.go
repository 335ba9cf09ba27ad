// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"fmt"
	"math"
	"strings"
)

// TypeKind is a built-in type (RFC 7950 section 9).
type TypeKind uint8

const (
	// TypeUnknown is a type that could not be compiled: any text is accepted, and it is
	// listed as unevaluated.
	TypeUnknown TypeKind = iota
	TypeInt8
	TypeInt16
	TypeInt32
	TypeInt64
	TypeUint8
	TypeUint16
	TypeUint32
	TypeUint64
	TypeDecimal64
	TypeString
	TypeBoolean
	TypeEnumeration
	TypeBits
	TypeBinary
	TypeLeafref
	TypeIdentityref
	TypeEmpty
	TypeUnion
	TypeInstanceIdentifier
)

var typeNames = [...]string{"unknown", "int8", "int16", "int32", "int64", "uint8", "uint16",
	"uint32", "uint64", "decimal64", "string", "boolean", "enumeration", "bits", "binary",
	"leafref", "identityref", "empty", "union", "instance-identifier"}

// String returns the built-in type's name.
func (k TypeKind) String() string { return typeNames[k] }

// Type is a compiled type with all its restrictions, those of the typedefs it is
// derived from included. Types without own restrictions are shared.
type Type struct {
	kind     TypeKind
	name     string // as written
	st       *stmt
	u        *unit
	def      *textAt // the default of the typedef
	units    string
	spans    []span // of numbers: range; of string and binary: length
	spanAt   *restriction
	patterns []*Pattern    // all must match
	digits   uint8         // fraction-digits
	names    []namedNumber // enums or bits, in order of the statements
	index    map[string]int
	bases    []*Identity
	path     string  // of a leafref
	pathExpr *Expr   // the same with its lexical context
	members  []*Type // of a union
	lax      bool    // require-instance false
	secret   bool    // it is crypt-hash (RFC 7317), or derived from it
}

// restriction is where a range or length is written, with its error texts.
type restriction struct {
	st              *stmt
	u               *unit
	message, appTag string
}

// namedNumber is an enum with its value or a bit with its position.
type namedNumber struct {
	name  string
	value int64
}

// unknownType stands for what could not be compiled.
var unknownType = &Type{kind: TypeUnknown, name: "unknown"}

// builtinTypes are the types without restrictions.
var builtinTypes = func() map[string]*Type {
	m := map[string]*Type{}
	for k := TypeInt8; k <= TypeInstanceIdentifier; k++ {
		m[typeNames[k]] = &Type{kind: k, name: typeNames[k], spans: integerSpans(k)}
	}
	return m
}()

// Kind returns the built-in type.
func (t *Type) Kind() TypeKind { return t.kind }

// Name returns the type's name as written, e.g. "inet:ip-address".
func (t *Type) Name() string { return t.name }

// Members returns the member types of a union.
func (t *Type) Members() []*Type { return t.members }

// Bases returns the base identities of an identityref.
func (t *Type) Bases() []*Identity { return t.bases }

// Path returns the path of a leafref.
func (t *Type) Path() string { return t.path }

// PathExpr returns the path of a leafref as an expression; nil of other types, and when
// it could not be compiled.
func (t *Type) PathExpr() *Expr { return t.pathExpr }

// Accepts says whether a canonical value of a node is a value of the type: of a union's
// member, whether the value may be one of it.
func (t *Type) Accepts(n *Node, value string) bool {
	vc := valueContext{node: n, schema: n.Schema()}
	_, err := t.canonical(&vc, value)
	return err == nil
}

// RequireInstance says whether the target of a leafref or instance-identifier must exist.
func (t *Type) RequireInstance() bool { return !t.lax }

// Enum returns the value of an enum or the position of a bit.
func (t *Type) Enum(name string) (value int64, ok bool) {
	i, ok := t.index[name]
	if !ok {
		return 0, false
	}
	return t.names[i].value, true
}

// Names returns the names of an enumeration or of bits, in the order of the statements.
func (t *Type) Names() []string {
	out := make([]string, len(t.names))
	for i, n := range t.names {
		out[i] = n.name
	}
	return out
}

// Pos returns where the type is written; zero for an unrestricted built-in type.
func (t *Type) Pos() Pos {
	if t.u == nil {
		return Pos{}
	}
	return t.u.pos(t.st)
}

// typeError is why a text is not a value of a type.
type typeError struct {
	message, hint string
	rule          string
	pos           Pos
	appTag        string
}

// rule returns the type statement as shown in errors.
func (t *Type) rule(inner string) string {
	if inner == "" {
		return "type " + t.name
	}
	return "type " + t.name + " { " + inner + " }"
}

func (t *Type) fail(format string, args ...any) *typeError {
	return &typeError{message: fmt.Sprintf(format, args...), rule: t.rule(""), pos: t.Pos()}
}

// valueContext is what the meaning of a text depends on.
type valueContext struct {
	node       *Node // nil while compiling
	unit       *unit // schema text: prefixes are those of the unit
	schemaText bool  // a default: integers may be hexadecimal or octal (RFC 7950 section 9.2.1)
	// xml resolves prefixes of XML text to namespaces; nil: names are "module:name" (RFC 7951).
	xml    func(prefix string) (ns string, ok bool)
	schema *Schema
	depth  int
}

// module resolves the prefix of an identity or node name in a value; "" is the default.
func (vc *valueContext) module(prefix string) *Module {
	switch {
	case vc.unit != nil:
		return vc.unit.resolve(prefix)
	case vc.xml != nil:
		ns, ok := vc.xml(prefix)
		if !ok {
			return nil
		}
		if m := vc.schema.byNS[ns]; m != nil {
			return m
		}
		if prefix != "" {
			return nil
		}
	}
	if prefix == "" {
		if vc.node != nil {
			return vc.node.mod
		}
		return nil
	}
	return vc.schema.Module(prefix)
}

// canonical returns the canonical form of a text (RFC 7950 section 9.1), or why it is
// no value of the type.
func (t *Type) canonical(vc *valueContext, text string) (string, *typeError) {
	switch t.kind {
	case TypeInt8, TypeInt16, TypeInt32, TypeInt64, TypeUint8, TypeUint16, TypeUint32, TypeUint64:
		return t.canonicalInteger(vc, text)
	case TypeDecimal64:
		return t.canonicalDecimal(text)
	case TypeString:
		return t.canonicalString(text)
	case TypeBoolean:
		return t.canonicalBoolean(text)
	case TypeEnumeration:
		return t.canonicalEnum(text)
	case TypeBits:
		return t.canonicalBits(text)
	case TypeBinary:
		return t.canonicalBinary(text)
	case TypeLeafref:
		return t.canonicalLeafref(vc, text)
	case TypeIdentityref:
		return t.canonicalIdentity(vc, text)
	case TypeEmpty:
		return t.canonicalEmpty(text)
	case TypeUnion:
		return t.canonicalUnion(vc, text)
	case TypeInstanceIdentifier:
		return t.canonicalInstance(vc, text)
	}
	return text, nil
}

// oneOf lists choices for a message, some of them when there are many.
func oneOf(names []string) string {
	const most = 12
	if len(names) > most {
		return strings.Join(names[:most], ", ") + fmt.Sprintf(", … (%d in all)", len(names))
	}
	return strings.Join(names, ", ")
}

// Bounds is a part of a range or length; both ends belong to it.
type Bounds struct{ Low, High string }

// Bounds returns the allowed numbers, or lengths of strings and binaries, in ascending
// order; nil when the type has none.
func (t *Type) Bounds() []Bounds {
	out := make([]Bounds, len(t.spans))
	for i, s := range t.spans {
		out[i] = Bounds{numText(s.lo, t), numText(s.hi, t)}
		if s.hi.mag == math.MaxUint64 {
			out[i].High = s.hi.String()
		}
	}
	return out
}

// Patterns returns the patterns of a string; a value must satisfy all of them.
func (t *Type) Patterns() []*Pattern { return t.patterns }

// FractionDigits returns those of a decimal64, else 0.
func (t *Type) FractionDigits() int { return int(t.digits) }
