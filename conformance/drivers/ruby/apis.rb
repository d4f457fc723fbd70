# The services of both dialects: APIs of v2, topics of v1.
class P2p
  def call_api(api, args, &answered) = @io.emit('USE_API', api, *args, &answered)

  def provide(name, api, answered, &hears)
    set_up(1, [:api, api], answered) do |done|
      @io.emit('CHECK_API_NAME', api) do |ack, why|
        next done.call(nil, why || "Duplicated API name: #{api}") if why || ack[0]

        listen(name, api, plain: true, &hears)
        @io.emit('CREATE_API', api)
        done.call(true)
      end
    end
  end

  def withdraw(api)
    @again.delete([1, [:api, api]])
    @listeners.delete_if { |_, (event, _)| event == api }
    @io.emit('DESTROY_API', api)
  end

  def room_of(service, topic) = "service:#{service}:topic:#{topic}"

  def create_topic(topic)
    (@again[[0, [:topic, topic]]] = -> { @io.emit('JOIN_ROOM', 'SERVICE_CREATE_TOPIC', room_of(@id, topic)) }).call
  end

  def destroy_topic(topic)
    @again.delete([0, [:topic, topic]])
    @io.emit('LEAVE_ROOM', 'SERVICE_DESTROY_TOPIC', room_of(@id, topic))
  end

  def publish(topic, args) = emit_room(room_of(@id, topic), "#{room_of(@id, topic)}-DEFAULT_TOPIC_EVENT", args)

  # Another client asks for a topic of ours.
  def subscriber(client, topic, answer)
    return answer&.call('topicName can not be empty') if topic.to_s.empty?

    @io.emit('JOIN_ROOM', 'CLIENT_SUBSCRIBE_TOPIC', client, room_of(@id, topic)) do |ack, why|
      next if why

      answer&.call(*(ack.empty? ? [] : ["client #{client} is not connected to p2p server"]))
    end
  end

  def unsubscriber(client, topic) = @io.emit('LEAVE_ROOM', 'CLIENT_UNSUBSCRIBE_TOPIC', client, room_of(@id, topic))

  def subscribe(name, service, topic, answered, &hears)
    room = room_of(service, topic)
    listen(name, "#{room}-DEFAULT_TOPIC_EVENT", plain: true, &hears)
    listen([name, :end], "#{room}-TOPIC_BEING_DESTROYED", plain: true) do
      forget(name)
      @happens.call('topic_destroyed', listener: name)
    end
    @subscriptions[name] = [service, topic]
    failed = ->(ok, why = nil) { (why ? forget(name) : true) && answered.call(ok, why) }
    set_up(1, [:subscription, name], failed) { |done| message(service, 'SUBSCRIBE_TOPIC', [@id, topic], &agreed(done)) }
  end

  def unsubscribe(name)
    service, topic = forget(name)
    message(service, 'UNSUBSCRIBE_TOPIC', [@id, topic])
  end

  def forget(name)
    @again.delete([1, [:subscription, name]])
    [name, [name, :end]].each { |listener| @listeners.delete(listener) }
    @subscriptions.delete(name) || []
  end
end
