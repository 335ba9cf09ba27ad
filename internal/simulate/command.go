// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Package simulate is the command "strowger simulate": NETCONF devices made from YANG modules, so that
// everything can be tried without hardware. The devices are those of netconf/netconftest; this package
// adds files, flags, a log and a control endpoint. It knows nothing of the operator.
package simulate

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/strowger/strowger/internal/netconf/netconftest"
)

// flags are those of the command: what holds for all devices, and the settings that each begins with.
type flags struct {
	settings
	config     string
	knownHosts string
	faults     string
	control    string
	seed       uint64
	quiet      bool
}

const long = `Serve NETCONF devices made from YANG modules, over SSH, TLS or by calling home.

Each device really holds its datastores: candidate, running and, if asked for, startup. It checks what it is
sent against its YANG modules, locks, validates, commits and confirms commits like a network function,
notifies of changes, hands out its modules (ietf-yang-library, get-schema), and can be used with any NETCONF
client. Thousands fit in one process.

Devices listen on consecutive ports, beginning with that of --listen and --tls-listen; port 0 is a free one
for each. One line per device, "listening name=... address=...", is written to standard output once all
answer; one line per request, "rpc=... session=... device=...", to standard error, and one per
connection without a session, "connection=failed device=... remote=... reason=...".

--profile makes devices differ from what the RFCs want. Names can be combined:
%s
--faults has things go wrong: a YAML file, of which each fault says when (operation, nth, times, probability,
device) and what (do, delay, bytes, errors):
  faults:
  - {operation: commit, nth: 2, do: drop-within}
  - {operation: get-config, times: -1, probability: 0.1, do: delay, delay: 3s}
  - {device: "upf-*", operation: edit-config, do: rpc-error, errors: [{tag: resource-denied, message: busy}]}
Operations are those of RPCs, and hello, notification, connect. What can be done:
%s

--control serves HTTP on loopback, to look and to interfere while the devices run:
  GET     /devices, /devices/NAME           names, addresses, sessions, locks, counts of requests
  GET     /devices/NAME/running             also candidate, startup: the configuration, as XML
  PUT     /devices/NAME/running             replaces it behind everybody's back; PATCH merges
  PUT     /devices/NAME/state               replaces what get reports beside the configuration
  GET, POST, DELETE /devices/NAME/faults    what is scripted; adds faults (YAML as above); forgets all
  POST    /devices/NAME/drop-sessions       ends all sessions
  POST    /devices/NAME/restart             the same as after a power failure: running is what was saved
  POST    /devices/NAME/notify              sends the body, XML, as a notification
  POST    /devices/NAME/reset-counts        begins to count requests anew
  NAME may be a pattern, such as upf-* or *, where nothing is read.`

const example = `  # One device with all modules of a folder, user and password "netconf"
  strowger simulate --yang ./yang

  # Twenty devices on ports 8300 to 8319, which keep their configuration, and a known_hosts file for them
  strowger simulate --yang ./yang --listen 127.0.0.1:8300 --count 20 --name upf \
    --state ./state --host-key ./state/host_key --known-hosts ./known_hosts

  # An old device: running only, no validation, modules in the hello, two modules of many
  strowger simulate --yang ./yang --module acme-system --module acme-qos:shaping,policing \
    --profile running-only,no-validate,base-1.0,modules-in-hello

  # Over TLS with mutual authentication: certificates are made in ./tls, also for the client
  strowger simulate --yang ./yang --tls-listen 127.0.0.1:6513 --tls-dir ./tls --profile notifications

  # A device that does not listen, but calls the client
  strowger simulate --yang ./yang --listen none --call-home 127.0.0.1:4334

  # A lossy and slow one, with a look inside
  strowger simulate --yang ./yang --latency 200ms --faults ./faults.yaml --control 127.0.0.1:8299

  # Several kinds at once
  strowger simulate --config ./fleet.yaml

  # Talk to it
  ssh -p 8300 -o UserKnownHostsFile=./known_hosts netconf@127.0.0.1 -s netconf`

// NewCommand returns the command.
func NewCommand() *cobra.Command {
	f := &flags{}
	cmd := &cobra.Command{
		Use:           "simulate --yang DIR",
		Short:         "Serve NETCONF devices made from YANG modules",
		Long:          fmt.Sprintf(long, traitTable(), actionList()),
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
	f.settings = defaults()
	set := cmd.Flags()
	set.SortFlags = false
	set.StringArrayVar(&f.YANG, "yang", nil, "file, or folder with its subfolders, of .yang files; may be repeated")
	set.StringArrayVar(&f.Modules, "module", nil, "module to implement, as name, name@revision, or with the features it has: name:feature,feature (name: for none); may be repeated; the others are only imported. Default: every module, with every feature")
	set.IntVar(&f.Count, "count", f.Count, "number of devices")
	set.StringSliceVar(&f.Names, "name", f.Names, "name of each device, or one name to be numbered")
	set.StringSliceVar(&f.Profile, "profile", nil, "how the devices differ from a full one; see above")
	set.DurationVar((*time.Duration)(&f.Latency), "latency", 0, "how long each request takes")
	set.StringSliceVar(&f.Drops, "drop", nil, "schema path, such as /acme:system/contact, whose configuration is accepted and forgotten; may be repeated")

	set.StringVar(&f.Listen, "listen", f.Listen, `address of the first device for SSH, or "none"`)
	set.StringVar(&f.User, "user", f.User, "user who may log in over SSH")
	set.StringVar(&f.Password, "password", f.Password, "password of the user")
	set.StringVar(&f.PasswordFile, "password-file", "", "file that holds the password instead")
	set.StringVar(&f.AuthorizedKeys, "authorized-keys", "", "file with SSH public keys of the user")
	set.StringVar(&f.HostKey, "host-key", "", "file with the SSH private key of the devices; made if it does not exist. {name} in it is the device's name: a key for each. Default: a new key each time")
	set.StringVar(&f.knownHosts, "known-hosts", "", "file to write the devices' known_hosts lines to; they are printed in any case")
	set.StringVar(&f.TLSListen, "tls-listen", "", "address of the first device for TLS (RFC 7589)")
	set.StringVar(&f.TLSDir, "tls-dir", "", "folder with tls.crt, tls.key and the clients' ca.crt; made with client.crt and client.key if it does not exist. {name} as in --host-key")
	set.StringSliceVar(&f.CallHome, "call-home", nil, "client to connect to for SSH (RFC 8071), again and again; may be repeated")
	set.StringSliceVar(&f.CallHomeTLS, "call-home-tls", nil, "client to connect to for TLS; may be repeated")

	set.StringVar(&f.State, "state", "", "folder to keep running configurations in, as <name>.xml. Default: they are lost at the end")
	set.StringVar(&f.Running, "running", "", "file with the initial running configuration: XML (a config or data element), or RFC 7951 .json or .yaml")
	set.StringVar(&f.Operational, "operational", "", "file with state that get reports beside the configuration, as XML")
	set.StringSliceVar(&f.Replies, "reply", nil, "what an RPC or action is answered with, as NAME=FILE: NAME is module:rpc or /module:path/to/action, the file holds the output as XML. Default: ok; may be repeated")

	set.StringVar(&f.faults, "faults", "", "file with faults to inject; see above")
	set.Uint64Var(&f.seed, "seed", 1, "of the dice for faults with a probability")
	set.StringVar(&f.control, "control", "", "loopback address to serve the control endpoint on; see above")
	set.StringVar(&f.config, "config", "", "YAML file with a list devices, each with flags of this command, in camelCase, that differ from those given: devices: [{names: [amf], listen: 127.0.0.1:8300, profile: [startup]}]")
	set.BoolVar(&f.quiet, "quiet", false, "do not log requests and failed connections")
	_ = cmd.MarkFlagDirname("state")
	return cmd
}

// traitTable lists the traits for --help.
func traitTable() string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	for _, t := range netconftest.Traits() {
		fmt.Fprintf(w, "  %s\t%s\n", t.Name, t.Meaning)
	}
	_ = w.Flush() // a Builder does not fail
	return b.String()
}

func actionList() string {
	var lines []string
	line := " "
	for _, a := range netconftest.Actions() {
		if len(line)+len(a) > 100 {
			lines, line = append(lines, line), " "
		}
		line += " " + string(a)
	}
	return strings.Join(append(lines, line), "\n")
}

// run serves until ctx ends.
func (f *flags) run(ctx context.Context, cmd *cobra.Command) error {
	fleet, err := f.start(cmd.ErrOrStderr())
	if err != nil {
		return err
	}
	defer fleet.close()
	stop, err := fleet.serveControl(f.control)
	if err != nil {
		return err
	}
	defer stop()
	for _, d := range fleet.devices {
		fmt.Fprintf(cmd.OutOrStdout(), "known_hosts %s\n", strings.TrimSpace(d.server.KnownHosts()))
	}
	for _, d := range fleet.devices {
		fmt.Fprintln(cmd.OutOrStdout(), d.listening())
	}
	if fleet.control != "" {
		fmt.Fprintf(cmd.OutOrStdout(), "control http://%s\n", fleet.control)
	}
	<-ctx.Done()
	if cause := context.Cause(ctx); cause != nil && !errors.Is(cause, context.Canceled) {
		return cause
	}
	return nil
}
