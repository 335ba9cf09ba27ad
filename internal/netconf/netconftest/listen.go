// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package netconftest

import (
	"fmt"
	"net"
	"time"
)

// listen opens the listeners and serves them.
func (s *Server) listen() error {
	if s.options.Addr != NoListener {
		addr, err := s.serveListener(s.options.Addr, s.serveSSH)
		if err != nil {
			return err
		}
		s.Addr = addr
	}
	if s.options.TLS != nil && s.options.TLS.Addr != NoListener {
		addr, err := s.serveListener(either(s.options.TLS.Addr, "127.0.0.1:0"), s.serveTLS)
		if err != nil {
			return err
		}
		s.TLSAddr = addr
	}
	return nil
}

func (s *Server) serveListener(addr string, serve func(net.Conn)) (string, error) {
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return "", fmt.Errorf("listen on %s: %w", addr, err)
	}
	s.listeners = append(s.listeners, listener)
	s.all.Go(func() { s.accept(listener, serve) })
	return listener.Addr().String(), nil
}

// accept serves connections until the listener is closed.
func (s *Server) accept(listener net.Listener, serve func(net.Conn)) {
	for {
		conn, err := listener.Accept()
		if err != nil {
			if s.ctx.Err() != nil {
				return
			}
			time.Sleep(10 * time.Millisecond) // out of descriptors, most likely
			continue
		}
		s.all.Go(func() { s.connected(conn, serve) })
	}
}

// connected serves one connection until it ends.
func (s *Server) connected(conn net.Conn, serve func(net.Conn)) {
	if !s.addConn(conn) {
		conn.Close()
		return
	}
	defer s.removeConn(conn)
	if fault := s.script.event("connect", 0); fault != nil && !fault.await(s.ctx.Done()) {
		return
	}
	serve(conn)
}

// closeLater closes a connection after a time, unless stopped.
func closeLater(after time.Duration, conn interface{ Close() error }) (stop func() bool) {
	return time.AfterFunc(after, func() { _ = conn.Close() }).Stop
}

func (s *Server) addConn(conn net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return false
	}
	s.conns[conn] = struct{}{}
	return true
}

func (s *Server) removeConn(conn net.Conn) {
	conn.Close()
	s.mu.Lock()
	delete(s.conns, conn)
	s.mu.Unlock()
}
