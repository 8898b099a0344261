package modjvm.wire;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import modjvm.logging.Log;
import modjvm.logging.RareLine;
import modjvm.protocol.ProtocolException;
import modjvm.server.Alarm;
import modjvm.spi.AbstractExchange;
import modjvm.spi.Connector;
import modjvm.spi.Dispatcher;

/** Takes connections from httpd at a listening socket, with a thread for each. Thread-safe. */
public final class WireConnector implements Connector {
    /** How long accepting rests where it fails, for want of descriptors for instance. */
    private static final long ACCEPT_PAUSE_MS = 100;
    /**
     * How long accepting rests where a thread cannot be had: each try costs lines of the JVM's own
     * in the log.
     */
    private static final long THREAD_PAUSE_MS = 500;

    /**
     * Connections without HELLO beside those of httpd, which makes no more at a time than there are
     * permits.
     */
    private static final int SPARE_UNHEARD = 64;

    private final ServerSocketChannel listener;
    private final WireSettings settings;
    private final ThreadFactory threads;
    private final Hangups hangups;
    private final Descriptors descriptors;
    private final Shortage shortage;
    private final Runnable fatal;
    private final Alarm alarm;
    private final Buffers buffers;
    private final UnheardConnections<Connection> unheard;
    private final RareLine strangers = new RareLine();
    private final Map<Connection, Thread> connections = new ConcurrentHashMap<>();
    private final Map<Long, Connection> watched = new ConcurrentHashMap<>();

    /**
     * @param listener blocking; closed by {@link #close}
     * @param threads makes those that serve connections
     * @param hangups tells which connections httpd has closed
     * @param descriptors passes files, and tells who has connected
     * @param shortage told when connections cannot be taken
     * @param alarm rung by each connection that has not said HELLO yet
     * @param fatal ends the process; run after an error of the virtual machine has been logged
     */
    public WireConnector(
            ServerSocketChannel listener,
            WireSettings settings,
            ThreadFactory threads,
            Hangups hangups,
            Descriptors descriptors,
            Shortage shortage,
            Alarm alarm,
            Runnable fatal) {
        this.listener = Objects.requireNonNull(listener, "listener");
        this.settings = settings;
        this.threads = Objects.requireNonNull(threads, "threads");
        this.hangups = Objects.requireNonNull(hangups, "hangups");
        this.descriptors = Objects.requireNonNull(descriptors, "descriptors");
        this.shortage = Objects.requireNonNull(shortage, "shortage");
        this.alarm = Objects.requireNonNull(alarm, "alarm");
        this.fatal = Objects.requireNonNull(fatal, "fatal");
        // A request with a long body and a long response holds two.
        this.buffers = new Buffers(2 * settings.threads());
        this.unheard = new UnheardConnections<>(settings.threads() + SPARE_UNHEARD, new BiConsumer<>() {
            @Override
            public void accept(Connection connection, String why) {
                turnAway(connection, why);
            }
        });
    }

    @Override
    public void start(Dispatcher to) {
        loadWhatClosesChannels();
        // No lambdas here: the first one costs a starting JVM more than everything else in this
        // class.
        Thread acceptor = new Thread("modjvm-accept") {
            @Override
            public void run() {
                accept(to);
            }
        };
        Thread watcher = new Thread("modjvm-hangups") {
            @Override
            public void run() {
                watch();
            }
        };
        acceptor.setDaemon(true);
        acceptor.start();
        watcher.setDaemon(true);
        watcher.start();
    }

    /**
     * The first end of a channel loads a library of the JDK. A process that has no descriptor left
     * by then cannot, and never again: no connection of it would end.
     */
    private static void loadWhatClosesChannels() {
        try {
            Class.forName("sun.nio.ch.Net");
        } catch (ClassNotFoundException e) {
            // another JDK has another class
        }
    }

    @Override
    public Collection<AbstractExchange> exchanges() {
        List<AbstractExchange> all = new ArrayList<>();
        for (Connection connection : connections.keySet()) {
            AbstractExchange exchange = connection.exchange();
            if (exchange != null) {
                all.add(exchange);
            }
        }
        return all;
    }

    @Override
    public void drain() {
        for (Connection connection : connections.keySet()) {
            finish(connection, true);
        }
    }

    @Override
    public void awaitEnd(Duration limit) throws InterruptedException {
        for (Connection connection : connections.keySet()) {
            finish(connection, false);
        }
        long deadline = System.nanoTime() + limit.toNanos();
        for (Map.Entry<Connection, Thread> connection : connections.entrySet()) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            AbstractExchange exchange = connection.getKey().exchange();
            if (left > 0 && (exchange == null || !exchange.permit().isAbandoned())) {
                connection.getValue().join(left);
            }
        }
    }

    @Override
    public void endTunnels() {
        for (Connection connection : connections.keySet()) {
            try {
                connection.finishTunnel();
            } catch (IOException e) {
                // It ended by itself at this moment.
                closeQuietly(connection);
            }
        }
    }

    /**
     * Closes connections that have not said HELLO in time.
     *
     * @return how many nanoseconds later to look again; 0 if there are none: the alarm tells of the
     *     next
     */
    public long turnAwayUnheard() {
        return unheard.look();
    }

    @Override
    public void close() {
        closeQuietly(listener);
        for (Connection connection : connections.keySet()) {
            closeQuietly(connection);
        }
    }

    private void accept(Dispatcher dispatcher) {
        for (long number = 1; listener.isOpen(); number++) {
            try {
                open(listener.accept(), number, dispatcher);
                shortage.isOver();
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                shortage.lacksDescriptors(e, System.nanoTime());
                pause(ACCEPT_PAUSE_MS);
            } catch (Throwable e) {
                report("accept", e);
                pause(ACCEPT_PAUSE_MS);
            }
        }
    }

    private void open(SocketChannel channel, long number, Dispatcher dispatcher) throws IOException {
        if (isStranger(channel)) {
            channel.close();
            return;
        }
        if (settings.sendBufferBytes() > 0) {
            channel.setOption(StandardSocketOptions.SO_SNDBUF, settings.sendBufferBytes());
        }
        Connection connection = new Connection(channel, settings, descriptors, dispatcher, threads, buffers);
        Thread thread = threads.newThread(new Runnable() {
            @Override
            public void run() {
                serve(connection);
                watched.remove(number);
            }
        });
        connections.put(connection, thread);
        unheard.add(connection);
        alarm.ring();
        watched.put(number, connection);
        if (!hangups.watch(channel, number)) {
            watched.remove(number);
        }
        startWhenPossible(thread);
    }

    /**
     * Nothing has been read of the connection: its request waits, and so do those behind it, rather
     * than lose what is in flight.
     */
    private void startWhenPossible(Thread thread) {
        while (listener.isOpen()) {
            try {
                thread.start();
                return;
            } catch (OutOfMemoryError e) {
                shortage.lacksThreads(e, System.nanoTime());
                pause(THREAD_PAUSE_MS);
            }
        }
    }

    private boolean isStranger(SocketChannel channel) {
        long uid = settings.httpdUid() < 0 ? -1 : descriptors.peer(channel);
        boolean isStranger = uid > 0 && uid != settings.httpdUid();
        if (isStranger) {
            turnedAway("a connection of uid " + uid + " pid " + descriptors.peerProcess(channel)
                    + " is closed: httpd's uid is " + settings.httpdUid());
        }
        return isStranger;
    }

    private void turnAway(Connection connection, String why) {
        try {
            turnedAway(connection.turnAway(why));
        } catch (IOException e) {
            return; // it ended by itself at this moment
        }
    }

    private void turnedAway(String what) {
        String line = strangers.next(what, System.nanoTime());
        if (!line.isEmpty()) {
            Log.line("accept", line);
        }
    }

    private void watch() {
        for (long number = hangups.await(); number >= 0; number = hangups.await()) {
            Connection connection = watched.get(number);
            if (connection != null) {
                connection.hangUp();
            }
        }
    }

    private void serve(Connection connection) {
        try {
            connection.serve(new Runnable() {
                @Override
                public void run() {
                    unheard.remove(connection);
                }
            });
        } catch (UnheardException e) {
            turnedAway(String.valueOf(e.getMessage()));
        } catch (ProtocolException e) {
            Log.line("connection", "closed: " + e.getMessage());
        } catch (IOException e) {
            // httpd has gone, or given this connection up, and it says itself what it needs to say
            // about that.
            closeQuietly(connection);
        } catch (Throwable e) {
            report(Thread.currentThread().getName(), e);
        } finally {
            unheard.remove(connection);
            connections.remove(connection);
        }
    }

    private void report(String prefix, Throwable thrown) {
        try {
            Log.trace(prefix, thrown);
        } finally {
            if (thrown instanceof VirtualMachineError) {
                fatal.run();
            }
        }
    }

    private static void finish(Connection connection, boolean onlyWhenIdle) {
        try {
            if (onlyWhenIdle) {
                connection.finishWhenIdle();
            } else {
                connection.finish();
            }
        } catch (IOException e) {
            // It ended by itself at this moment.
            closeQuietly(connection);
        }
    }

    private static void pause(long milliseconds) {
        try {
            TimeUnit.MILLISECONDS.sleep(milliseconds);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void closeQuietly(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            Log.line("close", Log.describe(e));
        }
    }
}
