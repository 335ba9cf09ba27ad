// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

// Command stack builds the programs of the stack, or runs the stack or its Git server until it is interrupted.
//
//	stack tools [NAME...]
//	stack up [COMPONENT...]
//	stack git
package main

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/signal"
	"slices"
	"syscall"

	"github.com/strowger/strowger/e2e/stack"
)

const usage = "usage: stack tools [NAME...] | stack up [COMPONENT...] | stack git"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		stop()
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("%s", usage)
	}
	switch args[0] {
	case "tools":
		return tools(ctx, args[1:])
	case "up":
		return up(ctx, args[1:])
	case "git":
		return git(ctx)
	default:
		return fmt.Errorf("unknown command %q; %s", args[0], usage)
	}
}

// tools builds what is missing and prints the path of each program.
func tools(ctx context.Context, names []string) error {
	root, err := stack.Root()
	if err != nil {
		return err
	}
	paths, err := stack.Tools(ctx, root, os.Stderr, names...)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(paths)) {
		fmt.Printf("%s=%s\n", name, paths[name])
	}
	return nil
}

// up runs the stack and prints how to reach its parts.
func up(ctx context.Context, components []string) error {
	opts := stack.Options{Log: os.Stderr}
	for _, c := range components {
		opts.Components = append(opts.Components, stack.Component(c))
	}
	s, err := stack.Start(ctx, opts)
	if err != nil {
		return err
	}
	defer s.Stop()
	fmt.Printf("export KUBECONFIG=%s\n", s.KubeconfigPath)
	if s.Git != nil {
		tellGit(s.Git)
	}
	if s.PowerDNS != nil {
		fmt.Printf("DNS_ADDR=%s\n", s.PowerDNS.Addr)
	}
	if s.Netconfd != nil {
		fmt.Printf("NETCONF_ADDR=%s NETCONF_USER=%s NETCONF_PASSWORD=%s\n", s.Netconfd.Addr, s.Netconfd.User, s.Netconfd.Password)
	}
	<-ctx.Done()
	return nil
}

// git runs the Git server alone.
func git(ctx context.Context) error {
	server, stop, err := stack.StartGit(ctx, stack.Options{Log: os.Stderr})
	if err != nil {
		return err
	}
	defer stop()
	tellGit(server)
	<-ctx.Done()
	return nil
}

func tellGit(g *stack.GitServer) {
	fmt.Printf("GIT_URL=%s GIT_USER=%s GIT_PASSWORD=%s\n", g.URL, g.Username, g.Password)
	fmt.Printf("GIT_PLANNER=%s GIT_PLANNER_PASSWORD=%s\n", g.PlannerUsername, g.PlannerPassword)
}
