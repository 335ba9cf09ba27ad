// Copyright 2026 The Strowger authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"github.com/strowger/strowger/api/v1alpha1"
	"github.com/strowger/strowger/internal/target"
)

// subscribe begins to listen to what an NF that answers announces, or ends it.
func subscribe(pool *target.Pool, t *v1alpha1.Target, ep target.Endpoint) {
	if t.Spec.Notifications == v1alpha1.NotificationsOff {
		pool.Unwatch(ep.Key)
		return
	}
	pool.Watch(ep)
}

// keepSubscribed hands what was rotated to a subscription, if there is one: with what is out of date it would
// take the session from those that use the new.
func keepSubscribed(pool *target.Pool, ep target.Endpoint) {
	if pool.Subscription(ep.Key).Status != target.SubscriptionOff {
		pool.Watch(ep)
	}
}

// subscription is the state of one in the words of the status; before while it is being established.
func subscription(pool *target.Pool, key, before string) string {
	state := pool.Subscription(key)
	switch {
	case state.Status == target.SubscriptionPending:
		return before
	case state.Message != "":
		return clipTo(string(state.Status)+": "+state.Message, 512)
	}
	return string(state.Status)
}
