package main

// The streams and the APIs of a client.

import "errors"

func (c *Client) openStream(name, to string, channel any, done Done) {
	// It is known from now on, because data may overtake the answer.
	s := &stream{name: name, id: uuid(), peerID: uuid(), peer: to}
	c.streams[name] = s
	info := map[string]any{"sourceStreamId": s.id, "targetStreamId": s.peerID, "targetClientId": to}
	if channel != nil {
		info["channel"] = channel
	}
	c.ask(func(err error) {
		if s.open = err == nil; !s.open {
			delete(c.streams, name)
		}
		done(err)
	}, "CREATE_STREAM", info)
}

func (c *Client) offered(info map[string]any, answer Answer) {
	own, _ := info["targetStreamId"].(string)
	peerID, _ := info["sourceStreamId"].(string)
	peer, _ := info["sourceClientId"].(string)
	if !c.takesStreams || info["channel"] != nil || own == "" || peerID == "" {
		answer("Client " + c.id + " is not listening to create stream event")
		return
	}
	s := &stream{name: "in " + own, id: own, peerID: peerID, peer: peer, open: true}
	c.streams[s.name] = s
	answer()
	c.Happens("stream_opened", map[string]any{"stream": s.name, "from": peer})
}

func (c *Client) targetLeft(who string) {
	delete(c.again, "1 target "+who)
	for _, s := range c.streams {
		if s.peer == who {
			c.closed(s)
		}
	}
	c.Happens("target_left", map[string]any{"client": who})
}

func (c *Client) streamOf(peerID string) *stream {
	for _, s := range c.streams {
		if s.peerID == peerID {
			return s
		}
	}
	return nil
}

func (c *Client) data(peerID string, chunk any, answer Answer) {
	s := c.streamOf(peerID)
	if s == nil {
		return
	}
	reply(answer)
	switch chunk := chunk.(type) {
	case nil:
		c.Happens("ended", map[string]any{"stream": s.name})
	case []any: // byte values
		bytes := make([]byte, len(chunk))
		for at, item := range chunk {
			bytes[at] = byteOf(item)
		}
		c.Happens("data", map[string]any{"stream": s.name, "data": bytes})
	case string:
		c.Happens("data", map[string]any{"stream": s.name, "data": []byte(chunk)})
	case []byte:
		c.Happens("data", map[string]any{"stream": s.name, "data": chunk})
	}
}

// write sends a chunk, or nil for the end, when all before it has been acked.
func (c *Client) write(name string, chunk any, done Done) {
	s := c.streams[name]
	if s == nil {
		done(errGone)
		return
	}
	s.writes = append(s.writes, write{chunk, done})
	if len(s.writes) == 1 {
		c.writeNext(s)
	}
}

func (c *Client) writeNext(s *stream) {
	c.message(s.peer, dataEvent+s.id, Args{s.writes[0].chunk}, func(ack Args, err error) {
		if len(s.writes) == 0 {
			return // it is gone meanwhile
		}
		written := s.writes[0]
		s.writes = s.writes[1:]
		written.done(err)
		switch {
		case err != nil || c.streams[s.name] != s:
		case len(ack) > 0 && !falsy(ack[0]): // an error of the other side
			c.destroy(s.name)
			c.closed(s)
		case len(s.writes) > 0:
			c.writeNext(s)
		}
	})
}

func (c *Client) destroy(name string) error {
	s := c.streams[name]
	if s == nil {
		return errGone
	}
	delete(c.streams, name)
	c.message(s.peer, "PEER_STREAM_DESTROYED", Args{s.id}, nil)
	return nil
}

// closed ends a stream that was not ended by the application.
func (c *Client) closed(s *stream) {
	delete(c.streams, s.name)
	waiting := s.writes
	s.writes = nil
	for _, one := range waiting {
		one.done(errGone)
	}
	if s.open {
		c.Happens("closed", map[string]any{"stream": s.name})
	}
}

func (c *Client) provide(api string, hear func(Args, Answer), name string, done Done) {
	c.setUp("1 api "+api, done, func(done Done) {
		c.io.Emit(Args{"CHECK_API_NAME", api}, func(ack Args, err error) {
			if err == nil && len(ack) > 0 && ack[0] == true {
				err = errors.New("Duplicated API name: " + api)
			}
			if err == nil {
				c.listeners[name] = listener{api, hear}
				c.io.Emit(Args{"CREATE_API", api}, nil)
			}
			done(err)
		})
	})
}

func (c *Client) withdraw(api string) {
	delete(c.again, "1 api "+api)
	for name, l := range c.listeners {
		if l.event == api {
			delete(c.listeners, name)
		}
	}
	c.io.Emit(Args{"DESTROY_API", api}, nil)
}
