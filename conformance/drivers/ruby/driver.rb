# A driver of p2p.rb for the conformance suite, as spec/driver.md describes it.
require 'base64'
require_relative 'p2p'
require_relative 'apis'

HELLO = { driver: 'ruby example', version: '1', protocol: 1, dialects: %w[v1 v2], eio: [3, 4],
          transports: %w[websocket], can: %w[room clients stream service topic reconnect] }.freeze

# Binary data is {"$bin": base64}; an object of the application that looks so gets one more $.
def to_wire(value)
  case value
  when String then value.encoding == Encoding::BINARY ? { '$bin' => Base64.strict_encode64(value) } : value
  when Array then value.map { |item| to_wire(item) }
  when Hash then value.to_h { |key, item| [looks_binary?(value) ? "$#{key}" : key, to_wire(item)] }
  else value
  end
end

def from_wire(value)
  return Base64.decode64(value['$bin']) if value.is_a?(Hash) && value.keys == ['$bin'] && value['$bin'].is_a?(String)

  case value
  when Array then value.map { |item| from_wire(item) }
  when Hash then value.to_h { |key, item| [looks_binary?(value) ? key[1..] : key, from_wire(item)] }
  else value
  end
end

def looks_binary?(object) = object.size == 1 && object.keys[0].match?(/\A\$+bin\z/) && object.values[0].is_a?(String)
def say(line) = $stdout.write("#{JSON.generate(line, NESTING)}\n")

class Driver
  def initialize(queue)
    @queue, @requests = queue, {}
    @happens = ->(event, **members) { say({ event: event }.merge(to_wire(members))) }
  end

  # Does what a command says. `done` replies: with a value, or with an error.
  def obey(told)
    done = ->(ok = nil, why = nil) { say({ id: told['id'] }.merge(why ? { error: why } : { ok: to_wire(ok) })) }
    done.call unless waits?(from_wire(told), done)
  rescue StandardError => e
    done.call(nil, e.message)
  end

  # Whether the reply comes later. `did` is `done` without a value.
  def waits?(told, done)
    did = ->(_, why = nil) { done.call(nil, why) }
    name, to, event, args, room, stream, api, topic = told.values_at(*%w[listener to event args room stream api topic])
    case told['do']
    when 'connect' then return @client = P2p.new(@queue, told, @happens, &did)
    when 'disconnect' then @client.leave
    when 'exit' then say(id: told['id'], ok: nil) && exit!(0)
    when 'emit' then @client.message(to, event, args)
    when 'request' then return @client.message(to, event, args, &done) || true
    when 'listen'
      more = told.slice('from', 'once', 'plain').transform_keys(&:to_sym)
      @client.listen(name, event, **more, &reporter(name))
    when 'unlisten' then @client.unlisten(name)
    when 'answer' then @requests.delete(told['request']).call(*args)
    when 'add_target' then return @client.add_target(to, &did) || true
    when 'join_room' then return @client.join(room, &did) || true
    when 'leave_room' then return @client.leave_room(room, &did) || true
    when 'emit_room' then @client.emit_room(room, event, args)
    when 'clients' then return @client.clients(&done) || true
    when 'open_stream' then return @client.open_stream(stream, to, told['channel'], &did) || true
    when 'accept_streams' then @client.takes_streams = true
    when 'refuse_streams' then @client.takes_streams = false
    when 'write' then return @client.write(@client.stream(stream), told['data'], &did) || true
    when 'end' then return @client.end(@client.stream(stream), &did) || true
    when 'destroy' then @client.destroy(@client.stream(stream))
    when 'provide' then return @client.provide(name, api, did, &reporter(name)) || true
    when 'withdraw' then @client.withdraw(api)
    when 'call' then return @client.call_api(api, args, &done) || true
    when 'create_topic' then @client.create_topic(topic)
    when 'destroy_topic' then @client.destroy_topic(topic)
    when 'publish' then @client.publish(topic, args)
    when 'subscribe' then return @client.subscribe(name, told['service'], topic, did, &reporter(name)) || true
    when 'unsubscribe' then @client.unsubscribe(name)
    else raise 'unsupported'
    end
    false
  end

  # Reports what a listener hears.
  def reporter(listener)
    lambda do |from, args, answer|
      @requests[request = "r#{@requests.size + 1}"] = answer if answer
      @happens.call('received', **{ listener: listener, args: args, from: from, request: request }.compact)
    end
  end
end

$stdout.sync = true
queue = Queue.new
driver = Driver.new(queue)
Thread.new do
  $stdin.each_line { |line| queue << -> { driver.obey(JSON.parse(line, NESTING)) } }
  exit!(0)
end
say(HELLO)
loop do
  queue.pop.call
rescue StandardError => e
  warn(e.full_message)
end
