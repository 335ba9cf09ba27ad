module github.com/strowger/strowger/hack/bench/peers

go 1.26.0

require (
	github.com/Juniper/go-netconf v0.3.0
	github.com/scrapli/scrapligo v1.4.3
	github.com/strowger/strowger v0.0.0
	golang.org/x/crypto v0.56.0
)

require (
	github.com/creack/pty v1.1.23 // indirect
	github.com/sirikothe/gotextfsm v1.0.1-0.20200816110946-6aa2cfd355e4 // indirect
	golang.org/x/sys v0.47.0 // indirect
)

replace github.com/strowger/strowger => ../../..
