// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package gitreport

import (
	"bytes"
	"crypto"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/hiddeco/sshsig"
	"golang.org/x/crypto/ssh"
)

// Signer signs a commit.
type Signer interface {
	// Sign returns the armored signature of a commit without one, as gpgsig holds it.
	Sign(commit io.Reader) ([]byte, error)
}

// Keys of the data that NewSigner reads: an OpenPGP key as Flux's ImageUpdateAutomation
// takes it, and an SSH key as its GitRepository does.
const (
	pgpKey, pgpPassphrase = "git.asc", "passphrase"
	sshKey, sshPassphrase = "identity", "password"
)

// NewSigner reads a private key, of OpenPGP or SSH, from a folder such as a mounted
// Secret: git.asc and passphrase, or identity and password.
func NewSigner(folder string) (Signer, error) {
	data := map[string][]byte{}
	for _, key := range []string{pgpKey, pgpPassphrase, sshKey, sshPassphrase} {
		content, err := os.ReadFile(filepath.Join(folder, key))
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, fmt.Errorf("reading the signing key: %w", err)
		}
		if err == nil {
			data[key] = content
		}
	}
	switch {
	case data[pgpKey] != nil:
		return newPGPSigner(data[pgpKey], data[pgpPassphrase])
	case data[sshKey] != nil:
		return newSSHSigner(data[sshKey], data[sshPassphrase])
	}
	return nil, fmt.Errorf("%s holds neither %s nor %s: put an OpenPGP or an SSH private key there", folder, pgpKey, sshKey)
}

type pgpSigner struct{ key *openpgp.Entity }

func newPGPSigner(armored, passphrase []byte) (Signer, error) {
	keys, err := openpgp.ReadArmoredKeyRing(bytes.NewReader(armored))
	if err != nil {
		return nil, fmt.Errorf("%s is no armored OpenPGP key: %w", pgpKey, err)
	}
	if len(keys) != 1 || keys[0].PrivateKey == nil {
		return nil, fmt.Errorf("%s must hold exactly one private key", pgpKey)
	}
	if len(passphrase) > 0 {
		if err := keys[0].DecryptPrivateKeys(bytes.TrimRight(passphrase, "\n")); err != nil {
			return nil, fmt.Errorf("%s does not open the key of %s: %w", pgpPassphrase, pgpKey, err)
		}
	}
	if keys[0].PrivateKey.Encrypted {
		return nil, fmt.Errorf("the key of %s is encrypted: put its passphrase into %s", pgpKey, pgpPassphrase)
	}
	return pgpSigner{keys[0]}, nil
}

// Sign is Signer's.
func (s pgpSigner) Sign(commit io.Reader) ([]byte, error) {
	var b bytes.Buffer
	if err := openpgp.ArmoredDetachSign(&b, s.key, commit, &packet.Config{DefaultHash: crypto.SHA512}); err != nil {
		return nil, fmt.Errorf("signing a commit: %w", err)
	}
	return append(b.Bytes(), '\n'), nil
}

type sshSigner struct{ key ssh.Signer }

func newSSHSigner(key, passphrase []byte) (Signer, error) {
	var (
		s   ssh.Signer
		err error
	)
	if passphrase = bytes.TrimRight(passphrase, "\n"); len(passphrase) > 0 {
		s, err = ssh.ParsePrivateKeyWithPassphrase(key, passphrase)
	} else {
		s, err = ssh.ParsePrivateKey(key)
	}
	if err != nil {
		return nil, fmt.Errorf("%s is no SSH private key that %s opens: %w", sshKey, sshPassphrase, err)
	}
	return sshSigner{s}, nil
}

// Sign is Signer's, in the format of OpenSSH's PROTOCOL.sshsig, in the namespace "git".
func (s sshSigner) Sign(commit io.Reader) ([]byte, error) {
	sig, err := sshsig.Sign(commit, s.key, sshsig.HashSHA512, "git")
	if err != nil {
		return nil, fmt.Errorf("signing a commit: %w", err)
	}
	return sshsig.Armor(sig), nil
}

// sign adds the signature to a commit.
func sign(c *object.Commit, s Signer) error {
	if s == nil {
		return nil
	}
	var unsigned plumbing.MemoryObject
	if err := c.EncodeWithoutSignature(&unsigned); err != nil {
		return err
	}
	r, err := unsigned.Reader()
	if err != nil {
		return err
	}
	signature, err := s.Sign(r)
	if err != nil {
		return err
	}
	c.PGPSignature = string(signature)
	return nil
}
