module sio-p2p/check

go 1.19

require sio-p2p/p2p v0.0.0

replace sio-p2p/p2p => ../types
