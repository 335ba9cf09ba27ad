// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"golang.org/x/crypto/ssh"
)

const passphrase = "op3n sesame"

// folderOf holds a key the way a mounted Secret does.
func folderOf(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func armored(t *testing.T, kind string, write func(*bytes.Buffer) error) string {
	t.Helper()
	var raw, out bytes.Buffer
	if err := write(&raw); err != nil {
		t.Fatal(err)
	}
	w, err := armor.Encode(&out, kind, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write(raw.Bytes())
	_ = w.Close()
	return out.String()
}

// pgpKeys makes an OpenPGP key, which is encrypted on demand.
func pgpKeys(t *testing.T, encrypted bool) (private, public string) {
	t.Helper()
	key, err := openpgp.NewEntity("Strowger", "", "strowger@nf.strowger.dev", nil)
	if err != nil {
		t.Fatal(err)
	}
	public = armored(t, openpgp.PublicKeyType, func(b *bytes.Buffer) error { return key.Serialize(b) })
	if encrypted {
		if err := key.EncryptPrivateKeys([]byte(passphrase), nil); err != nil {
			t.Fatal(err)
		}
	}
	private = armored(t, openpgp.PrivateKeyType, func(b *bytes.Buffer) error { return key.SerializePrivateWithoutSigning(b, nil) })
	return private, public
}

func sshKeys(t *testing.T, encrypted bool) (private, public string) {
	t.Helper()
	pub, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if encrypted {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	line, err := ssh.NewPublicKey(pub)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(block)), string(ssh.MarshalAuthorizedKey(line))
}

// signed publishes a signed branch and gives the world and the raw commit.
func signed(t *testing.T, folder string) (*life, string) {
	t.Helper()
	signer, err := NewSigner(folder)
	if err != nil {
		t.Fatal(err)
	}
	l := newLife(t)
	l.writer = New(Options{Signer: signer, SignOff: true})
	l.publish(wants("1", "a: 2\n"))
	raw := l.git(l.bare, "cat-file", "commit", lifeBranch)
	for line := range strings.Lines(raw[strings.Index(raw, "gpgsig "):strings.Index(raw, "\n\n")]) {
		if !strings.HasPrefix(line, " ") && !strings.HasPrefix(line, "gpgsig ") {
			t.Errorf("a line of the signature that is not indented: %q", line)
		}
	}
	if !strings.HasSuffix(raw, "\nSigned-off-by: Strowger <strowger@nf.strowger.dev>\n") {
		t.Errorf("no sign-off: %s", raw)
	}
	l.git(l.bare, "fsck", "--strict")
	return l, raw
}

// verify asks git itself.
func (l *life) verify(home string, config ...string) {
	l.t.Helper()
	cmd := exec.Command("git", append(config, "verify-commit", "-v", lifeBranch)...)
	cmd.Dir, cmd.Env = l.bare, append(env(), "GNUPGHOME="+home)
	if out, err := cmd.CombinedOutput(); err != nil {
		l.t.Errorf("git verify-commit: %v\n%s", err, out)
	}
}

func TestSignOpenPGP(t *testing.T) {
	for _, encrypted := range []bool{false, true} {
		private, public := pgpKeys(t, encrypted)
		files := map[string]string{"git.asc": private}
		if encrypted {
			files["passphrase"] = passphrase + "\n"
		}
		l, raw := signed(t, folderOf(t, files))
		var o plumbing.MemoryObject
		o.SetType(plumbing.CommitObject)
		_, _ = o.Write([]byte(raw))
		c := &object.Commit{}
		if err := c.Decode(&o); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Verify(public); err != nil {
			t.Errorf("encrypted %v: %v", encrypted, err)
		}
		if _, err := exec.LookPath("gpg"); err != nil {
			t.Log("gpg is not installed: git verify-commit is not asked")
			continue
		}
		home, err := os.MkdirTemp("", "gpg") // a socket's path must be short
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(home) })
		cmd := exec.Command("gpg", "--homedir", home, "--batch", "--no-autostart", "--import")
		cmd.Stdin = strings.NewReader(public)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("gpg --import: %v\n%s", err, out)
		}
		l.verify(home)
	}
}

func TestSignSSH(t *testing.T) {
	if _, err := exec.LookPath("ssh-keygen"); err != nil {
		t.Skip("ssh-keygen is not installed, by which git verifies")
	}
	for _, encrypted := range []bool{false, true} {
		private, public := sshKeys(t, encrypted)
		files := map[string]string{"identity": private}
		if encrypted {
			files["password"] = passphrase
		}
		l, _ := signed(t, folderOf(t, files))
		allowed := filepath.Join(t.TempDir(), "allowed")
		if err := os.WriteFile(allowed, []byte("strowger@nf.strowger.dev "+public), 0o600); err != nil {
			t.Fatal(err)
		}
		l.verify(t.TempDir(), "-c", "gpg.ssh.allowedSignersFile="+allowed)
	}
}

func TestNewSignerRefuses(t *testing.T) {
	pgp, public := pgpKeys(t, true)
	key, _ := sshKeys(t, true)
	for name, tc := range map[string]struct {
		files map[string]string
		says  string
	}{
		"nothing":          {nil, "neither git.asc nor identity"},
		"no key":           {map[string]string{"git.asc": "x"}, "git.asc is no armored OpenPGP key"},
		"a public key":     {map[string]string{"git.asc": public}, "exactly one private key"},
		"no passphrase":    {map[string]string{"git.asc": pgp}, "put its passphrase into passphrase"},
		"wrong passphrase": {map[string]string{"git.asc": pgp, "passphrase": "hunter2"}, "passphrase does not open"},
		"no SSH key":       {map[string]string{"identity": "x"}, "identity is no SSH private key"},
		"no password":      {map[string]string{"identity": key}, "identity is no SSH private key"},
		"wrong password":   {map[string]string{"identity": key, "password": "hunter2"}, "identity is no SSH private key"},
	} {
		_, err := NewSigner(folderOf(t, tc.files))
		if err == nil || !strings.Contains(err.Error(), tc.says) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
