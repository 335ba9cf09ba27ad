// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

// newRoot makes the pseudo container above the top-level nodes of the modules.
func newRoot(s *Schema, mods []*Module, o *overlay) *Node {
	d := &def{kind: KindRoot, props: props{config: isTrue}}
	ext := &nodeExt{overlays: []*overlay{o}, schema: s}
	for _, m := range mods {
		for _, u := range m.units {
			ext.blocks = append(ext.blocks, rootBlock{m, u.body})
		}
	}
	return &Node{def: d, props: &d.props, ext: ext, flags: flagConfig}
}

// expanded returns the children, making them at the first visit. When several readers
// come at once, all of them make the same children and the first one's are kept.
func (n *Node) expanded() *kids {
	if k := n.kids.Load(); k != nil {
		return k
	}
	k := n.expand()
	if n.kids.CompareAndSwap(nil, k) {
		return k
	}
	return n.kids.Load()
}

var noKids = &kids{}

func (n *Node) expand() *kids {
	switch n.def.kind {
	case KindLeaf, KindLeafList, KindAnyData, KindAnyXML:
		return noKids
	}
	e := expansion{parent: n}
	e.collect()
	return e.finish()
}

// collect gathers the children from the definitions and all that is laid over them.
func (e *expansion) collect() {
	n := e.parent
	var overlays []*overlay
	if n.ext != nil {
		overlays = n.ext.overlays
		for _, b := range n.ext.blocks {
			e.block(b.body, b.mod, overlays, nil)
		}
	}
	e.block(n.def.body, n.mod, overlays, nil)
	for _, o := range overlays {
		for _, a := range o.augments {
			mod := a.mod
			if mod == nil {
				mod = n.mod
			}
			e.block(a.body, mod, overlays, a.whens)
		}
	}
}

// expansion collects the children of one node.
type expansion struct {
	parent *Node
	specs  []nodeSpec
	seen   map[nodeName]bool
	gone   []nodeName
	twice  []nodeName
	// before is called before a patch changes a node, if not nil.
	before func(p *patch, d *def, was *props)
}

// nodeSpec is a node before it has its place.
type nodeSpec struct {
	def   *def
	mod   *Module
	props *props
	ext   *nodeExt
}

func (e *expansion) block(b block, mod *Module, overlays []*overlay, whens []*Expr) {
	for i := range b {
		us := b[i].uses
		if us == nil {
			e.add(b[i].def, mod, overlays, whens)
			continue
		}
		inner, w := overlays, whens
		if us.patches != nil {
			inner = append([]*overlay{us.patches}, overlays...)
		}
		if len(us.whens) > 0 {
			w = append(append([]*Expr(nil), whens...), us.whens...)
		}
		e.block(us.grouping.body, mod, inner, w)
	}
}

func (e *expansion) add(d *def, mod *Module, overlays []*overlay, whens []*Expr) {
	if e.parent.def.kind == KindChoice && d.kind != KindCase {
		d = implicitCase(d)
	}
	spec := nodeSpec{def: d, mod: mod, props: &d.props}
	var hit []*overlay
	for _, o := range overlays {
		k := o.child(mod.Name, d.name, mod == e.parent.mod || e.parent.parent == nil)
		if k == nil {
			continue
		}
		hit = append(hit, k)
		for _, p := range k.patches {
			if e.before != nil {
				e.before(p, d, spec.props)
			}
			if p.notSupported {
				e.gone = append(e.gone, nodeName{mod.Name, d.name})
				return
			}
			if spec.props == &d.props {
				c := d.props
				spec.props = &c
			}
			for _, f := range p.apply {
				f(spec.props)
			}
		}
	}
	if len(hit) > 0 || len(whens) > 0 {
		spec.ext = &nodeExt{overlays: hit, whens: whens}
	}
	if e.seen == nil {
		e.seen = map[nodeName]bool{}
	}
	id := nodeName{mod.Name, d.name}
	if e.seen[id] {
		e.twice = append(e.twice, id)
		return // the first one counts
	}
	e.seen[id] = true
	e.specs = append(e.specs, spec)
}

// implicitCase returns the case around a short-hand case (RFC 7950 section 7.9.2).
func implicitCase(d *def) *def {
	if c := d.asCase.Load(); c != nil {
		return c
	}
	c := &def{st: d.st, sc: d.sc, kind: KindCase, name: d.name, body: block{{def: d}}}
	if d.asCase.CompareAndSwap(nil, c) {
		return c
	}
	return d.asCase.Load()
}

// finish gives the collected children their places.
func (e *expansion) finish() *kids {
	k := &kids{nodes: make([]Node, len(e.specs)), gone: e.gone, twice: e.twice}
	n := e.parent
	for i, s := range e.specs {
		c := &k.nodes[i]
		c.parent, c.def, c.mod, c.props, c.ext = n, s.def, s.mod, s.props, s.ext
		if n.flags&flagConfig != 0 && s.props.config != isFalse {
			c.flags |= flagConfig
		}
		switch s.def.kind {
		case KindRPC, KindAction, KindNotification:
			c.flags &^= flagConfig
		}
		c.markSecret()
	}
	if len(n.props.keys) > 0 && n.def.kind == KindList {
		markKeys(k.nodes, n)
	}
	if n.def.kind != KindChoice {
		k.data = dataNodes(k.nodes)
		order(n, k)
	}
	return k
}

func markKeys(nodes []Node, list *Node) {
	for i := range nodes {
		c := &nodes[i]
		if c.def.kind != KindLeaf || c.mod != list.mod {
			continue
		}
		for _, key := range list.props.keys {
			if c.def.name == key {
				c.flags |= flagKey
			}
		}
	}
}

// dataNodes looks through choice and case.
func dataNodes(nodes []Node) []*Node {
	out := make([]*Node, 0, len(nodes))
	for i := range nodes {
		c := &nodes[i]
		switch {
		case c.def.kind.data():
			out = append(out, c)
		case c.def.kind == KindChoice:
			for j := range c.expanded().nodes {
				out = append(out, c.kids.Load().nodes[j].expanded().data...)
			}
		}
	}
	return out
}

const manyChildren = 8

// order numbers the data children (keys first, in key order) and indexes them by name.
// Inside a case the numbers are those of the node around the choice, set last.
func order(n *Node, k *kids) {
	if n.def.kind == KindCase {
		return
	}
	next := int32(0)
	for _, key := range n.props.keys {
		for _, c := range k.data {
			if c.flags&flagKey != 0 && c.def.name == key {
				c.order = next
				next++
			}
		}
	}
	for _, c := range k.data {
		if c.flags&flagKey == 0 {
			c.order = next
			next++
		}
	}
	if len(k.data) <= manyChildren {
		return
	}
	k.names = make(map[string]*Node, len(k.data))
	for _, c := range k.data {
		if k.names[c.def.name] == nil {
			k.names[c.def.name] = c
		} else if q := c.QName(); k.names[q] == nil {
			k.names[q] = c
		}
	}
}
