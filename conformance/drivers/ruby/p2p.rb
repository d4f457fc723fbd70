# A client that other clients know by its id: both dialects, all families. Everything happens on
# the thread that takes procs out of the queue and calls them.
require_relative 'socketio'

# A block `answered` gets what was asked for, or nil and why there is none.
class P2p
  DATA = 'P2P_EMIT_STREAM-from-stream-'.freeze
  # One end of a stream. `writes` holds chunks, nil for the end, each with its `answered`.
  Stream = Struct.new(:name, :id, :peer_id, :peer, :open, :writes)

  attr_writer :takes_streams

  # `happens` is called with what spec/driver.md calls an event: its name and its members.
  def initialize(queue, told, happens, &answered)
    @queue, @told, @happens, @connecting = queue, told, happens, answered
    @id, @v1, @count = told['client_id'], told['dialect'] == 'v1', 0
    @listeners, @streams, @subscriptions = {}, {}, {}
    @again = {} # how to set up again, by rank and name: rooms and topics come first
    dial
  end

  # Coming and going

  def dial = @io = SocketIo.new(self, @told['url'], @id, @told['eio'], @queue)
  def dial_again = Thread.new { sleep(0.05) && @queue << -> { dial rescue dial_again } }
  def leave = @io.leave

  def connected
    @up = true
    return @connecting = @connecting.call(true) && nil if @connecting

    @happens.call('connected')
    @again.sort_by { |(rank, _), _| rank }.each { |_, set_up| set_up.call }
  end

  def refused(why)
    @io.leave
    @connecting ? @connecting.call(nil, why.to_s) : dial_again
  end

  def ended(why)
    return @connecting.call(nil, why) if @connecting

    @happens.call('disconnected', reason: why) if @up
    @up = false
    @streams.values.each { |stream| closed(stream) }
    dial_again if @told['reconnect']
  end

  # Does something, and does it again whenever the client comes back.
  def set_up(rank, name, answered)
    yield(lambda do |ok, why = nil|
      @again[[rank, name]] = -> { yield(->(*) {}) } unless why
      answered.call(ok, why)
    end)
  end

  # What becomes of an ack whose first argument is a refusal.
  def agreed(answered) = ->(ack, why = nil) { answered.call(true, why || ack[0]&.to_s) }

  # Messages

  def message(to, event, args, &answered)
    return @io.emit('P2P_EMIT', to, event, args, *(answered ? [] : [nil]), &answered) unless @v1

    object = { targetClientId: to, event: event, args: [@id, *args] }
    @io.emit(answered ? 'P2P_EMIT_ACKNOWLEDGE' : 'P2P_EMIT', object, &answered)
  end

  # Each listener gets the source if the dialect says it, the arguments, and `answer` or nil.
  def listen(name, event, from: nil, once: false, plain: false, &hears)
    @listeners[name] = [event, from, lambda do |args, answer|
      source, *rest = @v1 && !plain ? args : [nil, *args]
      return if from && from != source

      @listeners.delete(name) if once
      hears.call(source, rest, answer)
    end]
  end

  def unlisten(name) = @listeners.delete(name)

  # An event has come. `answer` acks it, or is nil.
  def happened(event, args, answer)
    first = args[0]
    case event
    when 'SERVER_ERROR' then @happens.call('server_error', text: first.to_s.dup.force_encoding('UTF-8').scrub)
    when 'SERVER_PING' then answer&.call("pong from client #{@id}")
    when 'ADD_TARGET', 'MULTI_API_ADD_TARGET' then target_added(first, answer) if first.is_a?(String)
    when 'TARGET_DISCONNECT', 'MULTI_API_TARGET_DISCONNECT' then target_left(first) if first.is_a?(String)
    when /\A(MULTI_API_CREATE_STREAM|CREATE_STREAM(-CHANNEL-.*)?)\z/m then offered(first, answer) if first.is_a?(Hash)
    when /\A#{DATA}(.*)/mo then data($1, args, answer)
    when 'PEER_STREAM_DESTROYED' then @streams.values.each { |one| closed(one) if one.peer_id == args.last }
    when 'SUBSCRIBE_TOPIC' then subscriber(*args[1, 2], answer) if @told['service']
    when 'UNSUBSCRIBE_TOPIC' then unsubscriber(*args[1, 2]) if @told['service']
    else @listeners.values.each { |name, _, hear| hear.call(args, answer) if name == event }
    end
  end

  # Targets, rooms

  def add_target(to, &answered)
    set_up(1, to, answered) { |done| @io.emit(@v1 ? 'MULTI_API_ADD_TARGET' : 'ADD_TARGET', to, &agreed(done)) }
  end

  def target_added(client, answer)
    answer&.call
    @happens.call('target_added', client: client)
  end

  def target_left(client)
    @again.delete([1, client])
    @streams.values.each { |stream| closed(stream) if stream.peer == client }
    @listeners.delete_if { |_, (_, from)| from == client }
    @happens.call('target_left', client: client)
  end

  def join(room, &answered)
    set_up(0, room, answered) { |done| @io.emit('JOIN_ROOM', *(@v1 ? ['JOIN'] : []), room, &done) }
  end

  def leave_room(room, &answered)
    @again.delete([0, room])
    @io.emit('LEAVE_ROOM', *(@v1 ? ['LEAVE'] : []), room, &answered)
  end

  def emit_room(room, event, args) = @io.emit('EMIT_ROOM', room, event, *args)
  def clients(&answered) = @io.emit('LIST_CLIENTS') { |ack, why| answered.call(ack&.first, why) }

  # Streams

  def stream(name) = @streams[name] || raise('the stream is gone')

  def open_stream(name, to, channel, &answered)
    # It is known from now on, because data may overtake the answer.
    stream = @streams[name] = Stream.new(name, SecureRandom.uuid, SecureRandom.uuid, to, false, [])
    info = { sourceStreamId: stream.id, targetStreamId: stream.peer_id, targetClientId: to,
             sourceClientId: @id, channel: channel }.compact
    done = ->(ok, why = nil) { (why ? @streams.delete(name) : stream.open = true) && answered.call(ok, why) }
    @io.emit(@v1 ? 'MULTI_API_CREATE_STREAM' : 'CREATE_STREAM', info, &agreed(done))
  end

  def offered(info, answer)
    return unless answer
    return answer.call("Client #{@id} is not listening to create stream event") if !@takes_streams || info['channel']

    ids = info.values_at('targetStreamId', 'sourceStreamId', 'sourceClientId')
    stream = Stream.new("in#{@count += 1}", *ids, true, [])
    @streams[stream.name] = stream
    answer.call
    @happens.call('stream_opened', stream: stream.name, from: stream.peer)
  end

  # One chunk is under way, the next one follows its ack.
  def write(stream, chunk, &answered)
    stream.writes << [chunk, answered]
    write_next(stream) if stream.writes.size == 1
  end

  def write_next(stream)
    message(stream.peer, DATA + stream.id, [stream.writes[0][0]]) do |ack, why|
      written = stream.writes.shift or next # it is gone meanwhile
      written[1].call(true, why)
      next if why || !@streams.key?(stream.name)

      # What JavaScript takes for true is an error.
      if [nil, false, 0, ''].include?(ack[0])
        write_next(stream) if stream.writes.any?
      else
        destroy(stream)
        closed(stream)
      end
    end
  end

  # v1 has no packet for the end.
  def end(stream, &answered) = @v1 ? answered.call(true) : write(stream, nil, &answered)

  def data(peer_id, args, answer)
    stream = @streams.values.find { |one| one.peer_id == peer_id && (!@v1 || one.peer == args[0]) } or return
    answer&.call
    chunk = args.last.is_a?(Array) ? args.last.pack('C*') : args.last
    return @happens.call('ended', stream: stream.name) if chunk.nil?

    @happens.call('data', stream: stream.name, data: chunk.b)
  end

  def destroy(stream)
    @streams.delete(stream.name)
    message(stream.peer, 'PEER_STREAM_DESTROYED', [stream.id])
  end

  def closed(stream)
    @streams.delete(stream.name)
    stream.writes.each { |_, answered| answered.call(nil, 'the stream is gone') }.clear
    @happens.call('closed', stream: stream.name) if stream.open
  end
end
