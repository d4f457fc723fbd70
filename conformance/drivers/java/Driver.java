import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;

/** A driver for the conformance suite, as spec/driver.md describes it. */
public final class Driver {
    private static final String HELLO = """
            {"driver":"java example","version":"1","protocol":1,"dialects":["v1"],"eio":[3,4],\
            "transports":["websocket"],"can":["room","clients","stream","topic","reconnect"]}""";
    private static final PrintStream OUT = new PrintStream(System.out, true, StandardCharsets.UTF_8);

    private final ScheduledExecutorService loop;
    private final Map<String, SocketIo.Answer> requests = new HashMap<>();
    private P2p client;

    private Driver(ScheduledExecutorService loop) {
        this.loop = loop;
    }

    /** Does what a command says. */
    private void obey(JsonNode told) {
        Reply reply = new Reply(told.path("id").asLong());
        try {
            if (!isAnsweredLater(told, reply)) reply.done(null);
        } catch (RuntimeException error) {
            reply.done(String.valueOf(error.getMessage()));
        }
    }

    private record Reply(long id) {
        /** Done, or why not. */
        void done(String why) {
            if (why == null) say(Values.object().put("id", id).putNull("ok"));
            else say(Values.object().put("id", id).put("error", why));
        }

        /** The arguments of an ack, or why there is none. */
        void acked(JsonNode ack, String why) {
            if (why != null) done(why);
            else say(Values.object().put("id", id).set("ok", Values.toLine(ack)));
        }
    }

    private boolean isAnsweredLater(JsonNode told, Reply reply) {
        String to = told.path("to").asText();
        String event = told.path("event").asText();
        String room = told.path("room").asText();
        String name = told.path("listener").asText();
        String stream = told.path("stream").asText();
        String topic = told.path("topic").asText();
        JsonNode args = Values.fromLine(told.path("args"));
        switch (told.path("do").asText()) {
            case "connect" -> client = new P2p(told, loop, Driver::happens, reply::done);
            case "disconnect" -> client.leave(() -> reply.done(null));
            case "request" -> client.message(to, event, args, reply::acked);
            case "add_target" -> client.addTarget(to, reply::done);
            case "join_room" -> client.joinRoom(room, reply::done);
            case "leave_room" -> client.leaveRoom(room, reply::done);
            case "clients" -> client.emit((ack, why) -> reply.acked(ack == null ? null : ack.path(0), why), "LIST_CLIENTS");
            case "open_stream" -> client.streams.open(stream, to, reply::done);
            case "write" -> client.streams.write(stream, Values.fromLine(told.path("data")), reply::done);
            case "subscribe" -> {
                String service = told.path("service").asText();
                client.topics.subscribe(name, service, topic, reporter(name), reply::done);
            }
            default -> {
                obeyNow(told, to, event, room, name, stream, topic, args, reply);
                return false;
            }
        }
        return true;
    }

    private void obeyNow(JsonNode told, String to, String event, String room, String name, String stream,
            String topic, JsonNode args, Reply reply) {
        switch (told.path("do").asText()) {
            case "exit" -> {
                reply.done(null);
                System.exit(0);
            }
            case "emit" -> client.message(to, event, args, null);
            case "listen" -> client.listeners.put(name, new P2p.Listener(event, told.path("from").asText(null),
                    told.path("once").asBoolean(), told.path("plain").asBoolean(), reporter(name)));
            case "unlisten" -> client.listeners.remove(name);
            case "answer" -> requests.remove(told.path("request").asText()).send(list(args));
            case "emit_room" -> client.emitRoom(room, event, args);
            case "accept_streams" -> client.streams.wanted = true;
            case "refuse_streams" -> client.streams.wanted = false;
            case "end" -> client.streams.the(stream); // v1 has no packet for it
            case "destroy" -> client.streams.destroy(stream);
            case "create_topic" -> client.topics.create(topic);
            case "destroy_topic" -> client.topics.destroy(topic);
            case "publish" -> client.topics.publish(topic, args);
            case "unsubscribe" -> client.topics.unsubscribe(name);
            default -> throw new UnsupportedOperationException("unsupported");
        }
    }

    static Object[] list(JsonNode args) {
        Object[] list = new Object[args.size()];
        for (int at = 0; at < list.length; at++) list[at] = args.get(at);
        return list;
    }

    /** Reports what a listener hears. */
    private P2p.Hear reporter(String name) {
        return (from, args, answer) -> {
            String request = answer == null ? null : "r" + (requests.size() + 1) + System.nanoTime();
            if (answer != null) requests.put(request, answer);
            happens("received", "listener", name, "args", Values.of(args.toArray()), "from", from, "request", request);
        };
    }

    /** Members are name and value in turn; those that are null are left away. */
    private static void happens(String event, Object... members) {
        ObjectNode line = Values.object().put("event", event);
        for (int at = 0; at < members.length; at += 2) {
            Object value = members[at + 1];
            if (value != null) line.set((String) members[at], Values.toLine(Values.of(value).get(0)));
        }
        say(line);
    }

    private static void say(JsonNode line) {
        OUT.println(line);
    }

    public static void main(String[] ignored) throws IOException {
        // Errors that nobody waits for go to standard error.
        ScheduledExecutorService loop = new ScheduledThreadPoolExecutor(1) {
            @Override
            protected void afterExecute(Runnable task, Throwable thrown) {
                if (!(task instanceof Future<?> future) || !future.isDone() || future.isCancelled()) return;
                try {
                    future.get();
                } catch (InterruptedException | ExecutionException error) {
                    error.printStackTrace();
                }
            }
        };
        Driver driver = new Driver(loop);
        Frames.load();
        OUT.println(HELLO);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            JsonNode told = Values.read(line);
            loop.execute(() -> driver.obey(told));
        }
        System.exit(0);
    }
}
