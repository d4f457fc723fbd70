module sio-p2p/p2p

go 1.19
