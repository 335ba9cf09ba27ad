// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package world

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// played is a device whose control endpoint says what a test lets it run, and keeps what it is told.
func played(t *testing.T, running *string) (device *Device, told *[]string) {
	t.Helper()
	told = &[]string{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			_, _ = io.WriteString(w, *running)
			return
		}
		body, _ := io.ReadAll(r.Body)
		*told = append(*told, r.Method+" "+r.URL.Path+" "+string(body))
	}))
	t.Cleanup(server.Close)
	return &Device{Name: "x", control: strings.TrimPrefix(server.URL, "http://")}, told
}

// An interface is up when it is enabled and the switch has its VLAN; nothing is told twice.
func TestSwitch(t *testing.T) {
	const port = `<interface><name>n3</name>%s</interface>`
	for name, c := range map[string]struct{ port, state string }{
		"as in the plan":    {"<vlan-id>103</vlan-id>", "up"},
		"enabled":           {"<enabled>true</enabled><vlan-id>106</vlan-id>", "up"},
		"switched off":      {"<enabled>false</enabled><vlan-id>103</vlan-id>", "down"},
		"another VLAN":      {"<vlan-id>113</vlan-id>", "lower-layer-down"},
		"without any":       {"", "lower-layer-down"},
		"off, another VLAN": {"<enabled>false</enabled><vlan-id>113</vlan-id>", "down"},
	} {
		t.Run(name, func(t *testing.T) {
			running := `<config><upf-function><ep-n4/>` + fmt.Sprintf(port, c.port) + `</upf-function></config>`
			device, told := played(t, &running)
			reported := map[string]string{}
			for range 2 {
				if err := device.plug(t.Context(), reported); err != nil {
					t.Fatal(err)
				}
			}
			want := `PUT /devices/x/state <upf-function xmlns="urn:strowger:example:5gc-upf">` +
				`<interface><name>n3</name><oper-status>` + c.state + `</oper-status></interface></upf-function>`
			if len(*told) != 1 || (*told)[0] != want {
				t.Errorf("told %q, not once %q", *told, want)
			}
		})
	}
}

// The interface of the SMF shows the certificate that the SMF has at the time, and none before.
func TestServiceBasedInterface(t *testing.T) {
	running := "<config/>"
	device, _ := played(t, &running)
	s, err := listenSBI()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.listener.Close() })
	shown := func() *big.Int {
		t.Helper()
		if err := s.follow(t.Context(), device); err != nil {
			t.Fatal(err)
		}
		conn, err := tls.Dial("tcp", s.address(), &tls.Config{InsecureSkipVerify: true}) //nolint:gosec // which one it is, is what is asked
		if err != nil {
			return nil
		}
		defer func() { _ = conn.Close() }()
		return conn.ConnectionState().PeerCertificates[0].SerialNumber
	}
	if serial := shown(); serial != nil {
		t.Errorf("without configuration it shows the certificate %d", serial)
	}
	for serial := int64(1); serial <= 2; serial++ {
		running = configuredWith(t, serial)
		if seen := shown(); seen == nil || seen.Int64() != serial {
			t.Errorf("it shows the certificate %v, configured is %d", seen, serial)
		}
	}
}

// configuredWith is the configuration of an SMF with a certificate.
func configuredWith(t *testing.T, serial int64) string {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(serial), NotAfter: time.Unix(1<<32, 0)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := func(kind string, der []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
	}
	return "<config><smf-function><sbi><tls><certificate>" + text("CERTIFICATE", der) + "</certificate><private-key>" +
		text("EC PRIVATE KEY", keyDER) + "</private-key></tls></sbi></smf-function></config>"
}
