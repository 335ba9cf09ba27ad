// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package difftest

import (
	"encoding/xml"
	"math/big"
	"slices"

	"github.com/strowger/strowger/internal/yang"
)

// plus adds to an integer.
func plus(text string, by int64) string {
	x, ok := new(big.Int).SetString(text, 10)
	if !ok {
		return text
	}
	return x.Add(x, big.NewInt(by)).String()
}

func all(*element) bool { return true }

// place picks an element.
func (m *mutation) place(accept func(*element) bool) (place, bool) {
	list := m.root.places(accept)
	if len(list) == 0 {
		return place{}, false
	}
	return pick(m.r, list), true
}

func (m *mutation) remove() bool {
	p, ok := m.place(all)
	if ok {
		p.remove()
	}
	return ok
}

func (m *mutation) removeMandatory() bool {
	p, ok := m.place(func(e *element) bool { return e.node.Mandatory() && !e.node.IsKey() })
	if ok {
		p.remove()
	}
	return ok
}

func (m *mutation) removeKey() bool {
	p, ok := m.place(func(e *element) bool { return e.node.IsKey() })
	if ok {
		p.remove()
	}
	return ok
}

func (m *mutation) leafTwice() bool {
	p, ok := m.place(func(e *element) bool {
		k := e.node.Kind()
		return k == yang.KindLeaf || k == yang.KindContainer || k == yang.KindAnyData
	})
	if ok {
		p.insert(p.element().clone())
	}
	return ok
}

func isEntry(e *element) bool {
	return e.node.Kind() == yang.KindList || e.node.Kind() == yang.KindLeafList
}

func (m *mutation) entryTwice() bool {
	p, ok := m.place(isEntry)
	if ok {
		p.insert(p.element().clone())
	}
	return ok
}

// entryCopied copies list entries under other keys, which breaks unique and max-elements.
func (m *mutation) entryCopied() bool {
	p, ok := m.place(func(e *element) bool { return e.node.Kind() == yang.KindList && len(e.node.Keys()) > 0 })
	if !ok {
		return false
	}
	for range 1 + m.r.Intn(4) {
		c := p.element().clone()
		for _, k := range c.node.Keys() {
			if leaf := c.child(k); leaf != nil && m.r.Intn(3) > 0 {
				m.set(leaf, m.of(k, k.Type()))
			}
		}
		p.insert(c)
	}
	return true
}

func (m *mutation) leafListGrown() bool {
	p, ok := m.place(func(e *element) bool { return e.node.Kind() == yang.KindLeafList })
	if !ok {
		return false
	}
	for range 1 + m.r.Intn(5) {
		c := p.element().clone()
		m.set(c, m.of(c.node, c.node.Type()))
		p.insert(c)
	}
	return true
}

func (m *mutation) entriesRemoved() bool {
	p, ok := m.place(isEntry)
	if !ok {
		return false
	}
	n, keep := p.element().node, m.r.Intn(2)
	p.parent.kids = slices.DeleteFunc(p.parent.kids, func(e *element) bool {
		keep--
		return e.node == n && keep < 0
	})
	return true
}

// fresh makes an element of a schema node, with keys and what is mandatory in it.
func (m *mutation) fresh(n *yang.Node, around *yang.Node) *element {
	e := &element{name: n.Name(), node: n}
	if around == nil || around.Module() != n.Module() {
		e.attrs = []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: n.Module().Namespace}}
	}
	if n.Type() != nil {
		m.set(e, m.of(n, n.Type()))
	}
	for _, k := range n.Keys() {
		e.kids = append(e.kids, m.fresh(k, n))
	}
	for _, c := range n.DataChildren() {
		if c.Mandatory() && !c.IsKey() && len(e.kids) < 20 {
			e.kids = append(e.kids, m.fresh(c, n))
		}
	}
	return e
}

// parents are the elements that may get children, the root among them.
func (m *mutation) parent() *element {
	list := []*element{m.root}
	for _, p := range m.root.places(func(e *element) bool { return e.node.Type() == nil && len(e.node.DataChildren()) > 0 }) {
		list = append(list, p.element())
	}
	return pick(m.r, list)
}

func (m *mutation) addChild(accept func(*yang.Node) bool) bool {
	for range tries {
		e := m.parent()
		n := pick(m.r, e.node.DataChildren())
		if n == nil || n.IsKey() || e == m.root && len(m.root.kids) > 0 && m.r.Intn(4) > 0 || !accept(n) {
			continue
		}
		around := e.node
		if e == m.root {
			around = nil
		}
		e.kids = append(e.kids, m.fresh(n, around))
		return true
	}
	return false
}

func (m *mutation) added() bool { return m.addChild(m.writable) }

func (m *mutation) otherCase() bool {
	return m.addChild(func(n *yang.Node) bool { return m.writable(n) && n.Parent().Kind() == yang.KindCase })
}

func (m *mutation) state() bool {
	return m.addChild(func(n *yang.Node) bool { return !m.writable(n) })
}

func (m *mutation) unknownElement() bool {
	e := m.parent()
	e.kids = append(e.kids, &element{name: "nope", text: "1"})
	return true
}

func (m *mutation) otherNamespace() bool {
	p, ok := m.place(all)
	if !ok {
		return false
	}
	mods := m.tree.Schema().Modules()
	space := pick(m.r, []string{"urn:nope", pick(m.r, mods).Namespace})
	p.element().attrs = []xml.Attr{{Name: xml.Name{Local: "xmlns"}, Value: space}}
	return true
}

func (m *mutation) noNamespace() bool {
	p, ok := m.place(func(e *element) bool { return len(e.attrs) > 0 })
	if ok {
		p.element().attrs = nil
	}
	return ok
}

func (m *mutation) textInContainer() bool {
	p, ok := m.place(func(e *element) bool { return !isLeaf(e) && e.node.Kind() <= yang.KindList })
	if ok {
		e := p.element()
		e.kids = append(e.kids, &element{raw: pick(m.r, []string{"text", " ", "1", "\n\t "})})
	}
	return ok
}

func (m *mutation) elementInLeaf() bool {
	e := m.leaf(anyType)
	if e == nil {
		return false
	}
	e.kids = append(e.kids, &element{name: pick(m.r, []string{"nope", e.name}), text: "1"})
	return true
}

// moved puts an element below another one.
func (m *mutation) moved() bool {
	p, ok := m.place(all)
	if !ok {
		return false
	}
	e := p.element().clone()
	to := m.parent()
	if to == p.parent {
		return false
	}
	to.kids = append(to.kids, e)
	return true
}

func (m *mutation) shuffled() bool {
	e := m.parent()
	m.r.Shuffle(len(e.kids), func(i, j int) { e.kids[i], e.kids[j] = e.kids[j], e.kids[i] })
	return len(e.kids) > 1
}

func (m *mutation) comment() bool {
	if e := m.leaf(anyType); e != nil && m.r.Intn(2) == 0 {
		c := e.clone()
		c.kids = []*element{{raw: pick(m.r, []string{"<!-- c -->", "<![CDATA[]]>", "<![CDATA[ ]]>", "<?pi x?>"})}}
		*e = *c
		return true
	}
	e := m.parent()
	e.kids = append(e.kids, &element{raw: pick(m.r, []string{"<!-- <x/> -->", "<?pi x?>", "<![CDATA[]]>"})})
	return true
}

func (m *mutation) attribute() bool {
	p, ok := m.place(all)
	if !ok {
		return false
	}
	e := p.element()
	e.attrs = append(e.attrs, pick(m.r, []xml.Attr{
		{Name: xml.Name{Local: "plain"}, Value: "x"},
		{Name: xml.Name{Space: "xmlns", Local: "unused"}, Value: "urn:unused"},
		{Name: xml.Name{Space: "nope", Local: "a"}, Value: "x"},
	}))
	return true
}

func (m *mutation) malformed() bool {
	e := m.parent()
	e.kids = append(e.kids, &element{raw: pick(m.r, []string{"<open>", "</close>", "<a b/>", "&nope;", "<", "]]>", "<a></b>", "\x00"})})
	return true
}
