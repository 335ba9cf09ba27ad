// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package simulate is the command "strowger simulate": NETCONF devices made from YANG modules, so that
// everything can be tried without hardware. The devices are those of netconf/netconftest; this package
// adds files, flags and a log. It knows nothing of the operator.
package simulate

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// flags are those of the command.
type flags struct {
	yang           []string
	modules        []string
	listen         string
	count          int
	names          []string
	user           string
	password       string
	passwordFile   string
	authorizedKeys string
	hostKey        string
	knownHosts     string
	state          string
	running        string
	capabilities   []string
	quiet          bool
}

const long = `Serve NETCONF devices over SSH, made from YANG modules.

Each device really holds its datastores: candidate, running and, if asked for, startup. It checks what it
is sent against its YANG modules, locks, validates, commits and confirms commits like a network function,
hands out its modules (ietf-yang-library, get-schema), and can be used with any NETCONF client.

Devices listen on consecutive ports, beginning with that of --listen. With --listen 127.0.0.1:0 each gets a
free one. One line per device, "listening name=... address=...", is written to standard output once all
answer; one line per request, "rpc=... session=... device=...", to standard error.

Capabilities (--capabilities replaces the list; the default is marked with *):
  base:1.1 *           chunked framing (base:1.0 is always there)
  candidate *          a candidate datastore; without it, running is writable
  writable-running     running is writable beside the candidate
  confirmed-commit *   commits that are undone unless confirmed; needs candidate
  validate *           the validate operation and test-option
  rollback-on-error *  that error-option
  startup              a startup datastore of its own
  yang-library:1.1 *   modules announced as in RFC 8525; yang-library:1.0 as in RFC 7895; without either,
                       they are in the hello`

const example = `  # One device with all modules of a folder, user and password "netconf"
  strowger simulate --yang ./yang

  # Three devices on ports 8300 to 8302, which keep their configuration, and a known_hosts file for them
  strowger simulate --yang ./yang --listen 127.0.0.1:8300 --count 3 --name upf \
    --state ./state --host-key ./state/host_key --known-hosts ./known_hosts

  # An old device: only running, no validation, modules in the hello, two modules of many
  strowger simulate --yang ./yang --module acme-system --module acme-qos:shaping,policing \
    --capabilities rollback-on-error

  # Talk to it
  ssh -p 8300 -o UserKnownHostsFile=./known_hosts netconf@127.0.0.1 -s netconf`

// NewCommand returns the command.
func NewCommand() *cobra.Command {
	f := &flags{}
	cmd := &cobra.Command{
		Use:           "simulate --yang DIR",
		Short:         "Serve NETCONF devices made from YANG modules",
		Long:          long,
		Example:       example,
		Args:          cobra.NoArgs,
		SilenceUsage:  true,
		SilenceErrors: true,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(cmd.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			return f.run(ctx, cmd)
		},
	}
	set := cmd.Flags()
	set.SortFlags = false
	set.StringArrayVar(&f.yang, "yang", nil, "file, or folder with its subfolders, of .yang files; may be repeated")
	set.StringArrayVar(&f.modules, "module", nil, "module to implement, as name, name@revision, or with the features it has: name:feature,feature (name: for none); may be repeated; the others are only imported. Default: every module, with every feature")
	set.StringVar(&f.listen, "listen", "127.0.0.1:8300", "address of the first device")
	set.IntVar(&f.count, "count", 1, "number of devices")
	set.StringSliceVar(&f.names, "name", []string{"device"}, "name of each device, or one name to be numbered")
	set.StringVar(&f.user, "user", "netconf", "user who may log in")
	set.StringVar(&f.password, "password", "netconf", "password of the user")
	set.StringVar(&f.passwordFile, "password-file", "", "file that holds the password instead")
	set.StringVar(&f.authorizedKeys, "authorized-keys", "", "file with SSH public keys of the user")
	set.StringVar(&f.hostKey, "host-key", "", "file with the SSH private key of the devices; made if it does not exist. Default: a new key each time")
	set.StringVar(&f.knownHosts, "known-hosts", "", "file to write the devices' known_hosts lines to; they are printed in any case")
	set.StringVar(&f.state, "state", "", "folder to keep running configurations in, as <name>.xml. Default: they are lost at the end")
	set.StringVar(&f.running, "running", "", "file with the initial running configuration: XML (a config or data element), or RFC 7951 .json or .yaml")
	set.StringSliceVar(&f.capabilities, "capabilities", defaultCapabilities, "capabilities of the devices")
	set.BoolVar(&f.quiet, "quiet", false, "do not log requests")
	_ = cmd.MarkFlagRequired("yang")
	_ = cmd.MarkFlagDirname("state")
	return cmd
}

// run serves until ctx ends.
func (f *flags) run(ctx context.Context, cmd *cobra.Command) error {
	fleet, err := f.start(cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	defer fleet.close()
	for _, d := range fleet.devices {
		fmt.Fprintf(cmd.OutOrStdout(), "known_hosts %s\n", strings.TrimSpace(d.server.KnownHosts()))
	}
	for _, d := range fleet.devices {
		fmt.Fprintf(cmd.OutOrStdout(), "listening name=%s address=%s\n", d.name, d.server.Addr)
	}
	<-ctx.Done()
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}
