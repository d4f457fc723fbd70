# Socket.IO over a WebSocket, Engine.IO 3 and 4: what a port gets from a library, here by hand.
require 'io/wait'
require 'json'
require 'securerandom'
require 'socket'
require 'uri'

NESTING = { max_nesting: 1000 }.freeze # deeper values are ignored

# RFC 6455, as far as a client needs it: texts are UTF-8 strings, binary messages ASCII-8BIT.
class WebSocket
  def initialize(url, query)
    uri = URI(url)
    @writing = Mutex.new
    @io = TCPSocket.new(uri.hostname, uri.port)
    @io.setsockopt(Socket::IPPROTO_TCP, Socket::TCP_NODELAY, 1)
    @io.write("GET #{uri.path.chomp('/')}/socket.io/?#{query} HTTP/1.1\r\nHost: #{uri.host}:#{uri.port}\r\n" \
              "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" \
              "Sec-WebSocket-Key: #{SecureRandom.base64(16)}\r\n\r\n")
    head = @io.gets("\r\n\r\n").to_s
    raise "no WebSocket: #{head.lines.first}" unless head.start_with?('HTTP/1.1 101')
  end

  def send(data, opcode = data.encoding == Encoding::BINARY ? 2 : 1)
    size = data.bytesize
    head = size < 126 ? [size | 128].pack('C') : size < 65_536 ? [254, size].pack('Cn') : [255, size].pack('CQ>')
    key = SecureRandom.random_number(1 << 32)
    masked = (data.b + "\0\0\0").unpack('N*').map { |word| word ^ key }.pack('N*').byteslice(0, size)
    @writing.synchronize { @io.write([128 | opcode].pack('C') + head + [key].pack('N') + masked) }
  end

  # The next message; nil when there will be none, or when nothing came for this many seconds.
  def receive(patience)
    kind, message = nil, ''.b
    while @io.wait_readable(patience) && (head = @io.read(2)&.unpack('CC'))&.size == 2
      size = head[1] == 126 ? @io.read(2).unpack1('n') : head[1] == 127 ? @io.read(8).unpack1('Q>') : head[1]
      data = @io.read(size)
      case head[0] & 15
      when 8 then return send('', 8) && nil
      when 9 then send(data, 10)
      when 0..2
        kind ||= head[0] & 15
        message << data
        return kind == 1 ? message.force_encoding('UTF-8') : message if head[0] >= 128
      end
    end
  rescue SystemCallError, IOError, NoMethodError
    nil # broken off, perhaps in the middle of a frame
  end

  def close
    send('', 8)
    @io.shutdown
  rescue SystemCallError, IOError
    nil # it is gone already
  end
end

# Calls its owner back: connected, refused(why), happened(event, args, answer or nil), ended(why).
# All of that happens in what is put into the queue, which one thread takes out and calls.
class SocketIo
  def initialize(owner, url, client_id, eio, queue)
    @owner, @eio = owner, eio
    @acks, @next_ack, @partial = {}, 0, nil
    query = URI.encode_www_form(clientId: client_id, EIO: eio, transport: 'websocket')
    @socket = WebSocket.new(url, query)
    open = JSON.parse(@socket.receive(10)[1..])
    interval, timeout = open.values_at('pingInterval', 'pingTimeout').map { |ms| ms / 1000.0 }
    Thread.new do
      while (message = @socket.receive(interval + timeout))
        queue << take(message)
      end
      @over = true
      @socket.close
      queue << -> { ended('the connection is gone') }
    end
    return @socket.send('40') if eio == 4

    Thread.new { sleep(interval) && @socket.send('2') until @over }.report_on_exception = false
  end

  # With a block an ack is asked for; it gets the ack's arguments, or nil and what went wrong.
  def emit(*data, &on_ack)
    number = @next_ack += 1 if on_ack
    @acks[number] = on_ack if on_ack
    write(2, number, data)
  end

  def leave
    @left = true
    write(1, nil, nil)
    @socket.close
  end

  private

  # A packet: type, how many attachments, ack number, JSON; then the attachments. Types with
  # attachments are 3 more than those without.
  def write(type, number, data)
    attachments = []
    json = data && JSON.generate(out(data, attachments), NESTING)
    count = "#{attachments.size}-" unless attachments.empty?
    @socket.send("4#{count ? type + 3 : type}#{count}#{number}#{json}")
    attachments.each { |bytes| @socket.send(@eio == 3 ? "\x04".b + bytes : bytes) }
  end

  def out(value, found)
    case value
    when Hash then value.transform_values { |item| out(item, found) }
    when Array then value.map { |item| out(item, found) }
    when String
      return value unless value.encoding == Encoding::BINARY

      found << value
      { _placeholder: true, num: found.size - 1 }
    else value
    end
  end

  def back(value, found)
    case value
    when Hash
      value['_placeholder'] == true ? found.fetch(value['num']) : value.transform_values { |item| back(item, found) }
    when Array then value.map { |item| back(item, found) }
    else value
    end
  end

  # What is to be done about a message.
  def take(message)
    if message.encoding == Encoding::BINARY
      return -> { attachment(@eio == 3 ? message[1..] : message) }
    end

    case message[0]
    when '2' then -> { @socket.send('3') }
    when '4' then -> { packet(message) }
    else -> {}
    end
  end

  def packet(text)
    type, count, number, json = text.match(%r{\A4(\d)(?:(\d+)-)?(?:/[^,]*,)?(\d+)?(.*)\z}m)&.captures
    data = json.to_s.empty? ? nil : JSON.parse(json, NESTING)
    case type
    when '0' then @owner.connected
    when '1' then @socket.close
    when '4' then @owner.refused(data.is_a?(Hash) ? data['message'] : data)
    when '2', '3' then arrived(type, number, data)
    when '5', '6'
      @partial = [(type.to_i - 3).to_s, number, data, count.to_i, []]
    end
  rescue JSON::ParserError
    nil # what makes no sense is ignored
  end

  def attachment(bytes)
    type, number, data, count, found = @partial
    return if found.nil? || (found << bytes).size < count

    @partial = nil
    arrived(type, number, back(data, found))
  end

  def arrived(type, number, data)
    return unless data.is_a?(Array)
    return @acks.delete(number.to_i)&.call(data, nil) if type == '3'

    answer = number && ->(*args) { write(3, number, args) }
    @owner.happened(data[0], data[1..], answer) if data[0].is_a?(String)
  end

  def ended(why)
    waiting, @acks = @acks.values, {}
    waiting.each { |on_ack| on_ack.call(nil, why) }
    @owner.ended(why) unless @left
  end
end
