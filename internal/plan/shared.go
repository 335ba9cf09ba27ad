// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package plan

// Shared returns the paths of the values that both inventories own: leaves, leaf-list
// entries, anydata. List entries and presence containers may be shared, as long as each
// owner declares other values in them. For people to read, sorted.
func Shared(a, b Inventory) []string {
	if a.root == nil || b.root == nil {
		return nil
	}
	return shared(a.root, b.root, "", "", nil)
}

func shared(a, b *item, path, module string, out []string) []string {
	for i, j := 0, 0; i < len(a.items) && j < len(b.items); {
		x, y := &a.items[i], &b.items[j]
		switch c := compareItems(x, y); {
		case c < 0:
			i++
		case c > 0:
			j++
		default:
			at := path + "/" + x.step(module)
			if x.kind == itemLeaf || x.kind == itemValue {
				out = append(out, at)
			} else {
				out = shared(x, y, at, x.module, out)
			}
			i, j = i+1, j+1
		}
	}
	return out
}
