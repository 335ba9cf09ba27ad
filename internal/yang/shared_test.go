// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package yang

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sort"
	"strings"
	"testing"
	"time"
)

// sharedYANG finds the public module sets, which are not part of the repository: in
// $STROWGER_YANG_SETS, or in shared/yang beside the repository.
func sharedYANG(t testing.TB) string {
	t.Helper()
	dirs := []string{os.Getenv("STROWGER_YANG_SETS")}
	wd, _ := os.Getwd()
	for up := wd; ; up = filepath.Dir(up) {
		dirs = append(dirs, filepath.Join(up, "shared", "yang"))
		if up == filepath.Dir(up) {
			break
		}
	}
	for _, d := range dirs {
		if _, err := os.Stat(filepath.Join(d, "ietf")); d != "" && err == nil {
			return d
		}
	}
	t.Skip("NOT TESTED: the public YANG sets are not there; set STROWGER_YANG_SETS to their folder")
	return ""
}

func readSources(t testing.TB, dirs ...string) []Source {
	t.Helper()
	var out []Source
	for _, dir := range dirs {
		err := filepath.WalkDir(dir, func(p string, _ fs.DirEntry, err error) error {
			if err != nil || filepath.Ext(p) != ".yang" {
				return err
			}
			b, err := os.ReadFile(p)
			out = append(out, Source{Name: filepath.Base(p), Data: b})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Name < out[j].Name })
	return out
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// count visits every node: the instantiated schema, up to a limit.
func count(n *Node, limit *int) int {
	sum := 0
	for _, c := range n.Children() {
		if *limit--; *limit < 0 {
			return sum
		}
		if c.Type() != nil {
			c.LeafrefTarget()
			c.Defaults()
		}
		sum += 1 + count(c, limit)
	}
	return sum
}

// TestSharedSets loads the public sets: no panic, little memory, every problem said.
func TestSharedSets(t *testing.T) {
	dir := sharedYANG(t)
	for _, set := range []struct {
		name    string
		dirs    []string
		nodes   int  // at least
		missing bool // modules outside the set are imported
	}{
		{"openconfig", []string{"openconfig"}, 15000, false},
		{"ietf", []string{"ietf", "iana"}, 20000, true},
		{"o-ran-ru", []string{"oran/o-ran-ru-fh"}, 3000, true},
		{"x-ran", []string{"oran/x-ran"}, 1000, false},
		{"odu", []string{"odu", "ietf", "iana"}, 20000, true},
	} {
		t.Run(set.name, func(t *testing.T) {
			for i := range set.dirs {
				set.dirs[i] = filepath.Join(dir, set.dirs[i])
			}
			src := readSources(t, set.dirs...)
			before := heap()
			start := time.Now()
			s := Compile(src, Options{})
			took := time.Since(start)
			mem := megabytes(before)
			for _, p := range s.Problems() {
				switch {
				case p.Severity != Failure, p.Module == "ietf-template": // its date is a placeholder
				case set.missing && (strings.Contains(p.Message, "not found") || strings.Contains(p.Message, "unknown prefix")):
				default:
					t.Errorf("%v", p)
				}
			}
			limit := 300000
			n := count(s.Root(), &limit)
			if n < set.nodes {
				t.Errorf("%d nodes, expected %d at least", n, set.nodes)
			}
			if mem > 60 {
				t.Errorf("%.1f MB", mem)
			}
			t.Logf("%d files, %d modules, %d problems, loaded in %v with %.1f MB; %d nodes visited, then %.1f MB; %d unevaluated",
				len(src), len(s.Modules()), len(s.Problems()), took, mem, n, megabytes(before), len(s.Unevaluated()))
			lost := 0
			s.leafrefs.Range(func(k, v any) bool {
				if key := k.(leafrefKey); v.(*Node) == nil {
					lost++
					t.Logf("leafref leads nowhere: %s -> %s", key.node.SchemaPath(), key.typ.path)
				}
				return true
			})
			if lost > 0 {
				t.Errorf("%d leafrefs lead nowhere", lost)
			}
			runtime.KeepAlive(s)
		})
	}
}

func ietfSchema(t *testing.T) *Schema {
	dir := sharedYANG(t)
	return Compile(readSources(t, filepath.Join(dir, "ietf"), filepath.Join(dir, "iana")), Options{Implement: []ModuleRef{
		{Name: "ietf-interfaces"}, {Name: "ietf-ip"}, {Name: "ietf-system", AllFeatures: true}, {Name: "iana-if-type"},
		{Name: "ietf-keystore", AllFeatures: true}, {Name: "ietf-truststore", AllFeatures: true}, {Name: "ietf-crypto-types", AllFeatures: true},
	}})
}

// What goyang's own Entry tree gets wrong in these modules.
func TestIETFSchema(t *testing.T) {
	s := ietfSchema(t)
	for path, want := range map[string]string{
		"/ietf-keystore:keystore": "asymmetric-keys symmetric-keys",
		"/ietf-keystore:keystore/asymmetric-keys/asymmetric-key/private-key-type":                   "cleartext-private-key hidden-private-key encrypted-private-key",
		"/ietf-keystore:keystore/asymmetric-keys/asymmetric-key/encrypted-private-key/encrypted-by": "symmetric-key-ref asymmetric-key-ref",
		"/ietf-interfaces:interfaces/interface/ietf-ip:ipv4":                                        "enabled forwarding mtu address neighbor",
	} {
		n := find(t, s, path)
		var got []string
		for _, c := range dataBelow(n) {
			got = append(got, c.Name())
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", path, got, want)
		}
	}
	if find(t, s, "/ietf-interfaces:interfaces").Child("", "interface").Child("", "if-index") != nil {
		t.Error("a leaf of a feature that is off is there")
	}
}

// dataBelow is DataChildren also for a choice.
func dataBelow(n *Node) []*Node {
	if n.Kind() != KindChoice {
		return n.DataChildren()
	}
	var out []*Node
	for _, c := range n.Children() {
		out = append(out, c.DataChildren()...)
	}
	return out
}

func TestIETFData(t *testing.T) {
	s := ietfSchema(t)
	tree := mustDecodeYAML(t, s, `
ietf-interfaces:interfaces:
  interface:
    - name: n3
      type: iana-if-type:ethernetCsmacd
      enabled: true
      ietf-ip:ipv4:
        address:
          - {ip: 192.0.2.1, prefix-length: 24}
      ietf-ip:ipv6:
        address:
          - {ip: "2001:db8::1", prefix-length: 64}
ietf-system:system:
  hostname: upf-1
  clock: {timezone-name: Europe/Zurich}
  ntp: {server: [{name: a, udp: {address: ntp.example}}]}
`)
	roundTrip(t, tree)
	_, errs := decodeYAML(t, s, `
ietf-interfaces:interfaces:
  interface:
    - name: n3
      type: ethernetCsmacd
      ietf-ip:ipv4:
        mtu: 10
        address: [{ip: 192.0.2.999, prefix-length: 33}]
`)
	text := errs.Error()
	for _, want := range []string{
		"base base.yaml:5 /ietf-interfaces:interfaces/interface[name='n3']/type:", "did you mean iana-if-type:ethernetCsmacd?",
		"/ietf-ip:ipv4/mtu: \"10\" is out of range", "68..max", "pattern",
		"/prefix-length: \"33\" is out of range",
	} {
		if want == "68..max" {
			want = "allowed range: 68..65535"
		}
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if len(errs) != 4 {
		t.Errorf("%d errors:\n%s", len(errs), text)
	}
}

// megabytes is the growth of the heap; what was garbage before may make it negative.
func megabytes(before uint64) float64 { return float64(int64(heap())-int64(before)) / 1e6 }
