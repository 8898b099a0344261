package modjvm.servlet;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import modjvm.Header;
import modjvm.Headers;
import modjvm.spi.AbstractExchange;
import modjvm.spi.Capability;
import modjvm.spi.LogLevel;
import modjvm.spi.RequestBody;
import modjvm.spi.RequestHead;
import modjvm.spi.ResponseHead;
import modjvm.spi.ResponseSink;
import modjvm.spi.Tunnel;

/** An exchange in memory: a request is made by calls, and the response is looked at afterwards. */
final class FakeExchange extends AbstractExchange implements RequestHead {
    private boolean isDeclined;
    private final String method;
    private final String target;
    private String mount = "";
    private String path;
    private String user = "";
    private String scheme = "http";
    private String protocol = "HTTP/1.1";
    private final List<Header> fields = new ArrayList<>();
    private final Map<String, String> variables = new LinkedHashMap<>();
    private InputStream content = InputStream.nullInputStream();
    private boolean hasBody;
    private long length = -1;
    private Headers requestTrailers = Headers.empty();

    final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    final FakeTunnel tunnel = new FakeTunnel();
    volatile Headers upgraded = Headers.empty();
    final List<String> informed = new ArrayList<>();
    /** Of the body's pieces: how long the body was at each flush. */
    final List<Integer> flushes = new ArrayList<>();

    final CountDownLatch flushed = new CountDownLatch(1);
    ResponseHead head;
    Headers trailers = Headers.empty();
    String failure = "";
    boolean isFile;
    private boolean isEnded;
    /** Holds up each write until it is opened. */
    CountDownLatch gate = new CountDownLatch(0);

    private FakeExchange(String method, String target) {
        super(new FakePermit());
        this.method = method;
        this.target = target;
        int query = target.indexOf('?');
        this.path = query < 0 ? target : target.substring(0, query);
    }

    static FakeExchange get(String target) {
        return new FakeExchange("GET", target);
    }

    static FakeExchange of(String method, String target) {
        return new FakeExchange(method, target);
    }

    /** The mount, which the target begins with. */
    FakeExchange at(String script) {
        mount = script;
        path = path.startsWith(script) ? path.substring(script.length()) : path;
        return this;
    }

    /** What httpd has made of the path below the mount. */
    FakeExchange decoded(String pathInfo) {
        path = pathInfo;
        return this;
    }

    FakeExchange header(String name, String value) {
        fields.add(new Header(name, value));
        return this;
    }

    FakeExchange variable(String name, String value) {
        variables.put(name, value);
        return this;
    }

    FakeExchange user(String name) {
        user = name;
        return this;
    }

    FakeExchange https() {
        scheme = "https";
        return this;
    }

    FakeExchange body(String type, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        length = bytes.length;
        return header("Content-Type", type).header("Content-Length", Integer.toString(bytes.length)).stream(
                new java.io.ByteArrayInputStream(bytes));
    }

    /** A body of unknown length. */
    FakeExchange stream(InputStream body) {
        hasBody = true;
        content = body;
        return this;
    }

    FakeExchange protocol(String name) {
        protocol = name;
        return this;
    }

    FakeExchange trailers(Headers fieldsAfter) {
        requestTrailers = fieldsAfter;
        return this;
    }

    /** Has the application serve it. */
    FakeExchange serve(WebApplication application) throws Exception {
        application.handle(this);
        end();
        return this;
    }

    int status() {
        return head == null ? -1 : head.status();
    }

    String header(String name) {
        Optional<String> value = head.fields().first(name);
        return value.orElse("");
    }

    String text() {
        return sent.toString(StandardCharsets.UTF_8);
    }

    boolean isWhole() {
        return isEnded;
    }

    @Override
    public RequestHead head() {
        return this;
    }

    @Override
    public RequestBody body() {
        return new RequestBody() {
            @Override
            public boolean isReady() {
                try {
                    return content.available() > 0;
                } catch (IOException e) {
                    return true;
                }
            }

            @Override
            public void onReady(Runnable action) {
                throw new IllegalStateException("not suspended");
            }

            @Override
            public boolean isFinished() {
                return false;
            }

            @Override
            public Headers trailers() {
                return requestTrailers;
            }

            @Override
            public int read() throws IOException {
                return content.read();
            }

            @Override
            public int read(byte[] bytes, int offset, int count) throws IOException {
                return content.read(bytes, offset, count);
            }
        };
    }

    @Override
    protected ResponseSink open(ResponseHead begun) {
        head = begun;
        boolean takesBody = takesBody(begun.status());
        return new ResponseSink() {
            @Override
            public boolean takesBody() {
                return takesBody;
            }

            @Override
            public void write(byte[] bytes, int offset, int count) throws IOException {
                await();
                if (isEnded) {
                    throw new IOException("the response has ended");
                }
                if (isLost()) {
                    throw new IOException("the connection is lost");
                }
                sent.write(bytes, offset, count);
            }

            @Override
            public void flush() {
                flushes.add(sent.size());
                flushed.countDown();
            }

            @Override
            public void close() {}

            @Override
            public void end(Headers after) {
                trailers = after;
                isEnded = true;
                ending();
            }
        };
    }

    private void await() throws IOException {
        try {
            if (!gate.await(20, TimeUnit.SECONDS)) {
                throw new IOException("nobody has opened the gate");
            }
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Override
    protected void send(ResponseHead begun, FileChannel file, long offset) throws IOException {
        head = begun;
        isFile = true;
        file.position(offset);
        sent.write(Channels.newInputStream(file).readNBytes((int) begun.length()));
        isEnded = true;
        ending();
    }

    @Override
    protected Tunnel openTunnel(Headers fieldsOf101) {
        upgraded = fieldsOf101;
        return tunnel;
    }

    @Override
    protected void sendInterim(int status, Headers interim) {
        informed.add(status + " " + interim);
    }

    @Override
    protected boolean sendDecline() {
        isDeclined = true;
        return true;
    }

    boolean isDeclined() {
        return isDeclined;
    }

    @Override
    protected void sendFailure(int status, String reason) {
        failure = status + " " + reason;
        ending();
    }

    @Override
    protected boolean takeBack() {
        return false;
    }

    @Override
    public boolean isLost() {
        return isAborted();
    }

    @Override
    public boolean isBodyBroken() {
        return false;
    }

    @Override
    public boolean log(LogLevel level, String line) {
        return true;
    }

    @Override
    public boolean can(Capability capability) {
        return true;
    }

    @Override
    public String method() {
        return method;
    }

    @Override
    public String target() {
        return target;
    }

    @Override
    public String scriptName() {
        return mount;
    }

    @Override
    public String pathInfo() {
        return path;
    }

    @Override
    public String query() {
        int query = target.indexOf('?');
        return query < 0 ? "" : target.substring(query + 1);
    }

    @Override
    public String protocol() {
        return protocol;
    }

    @Override
    public String scheme() {
        return scheme;
    }

    @Override
    public Headers headers() {
        return Headers.of(fields);
    }

    @Override
    public void fields(BiConsumer<String, String> visitor) {
        fields.forEach(field -> visitor.accept(field.name(), field.value()));
    }

    @Override
    public void variables(BiConsumer<String, String> visitor) {
        variables.forEach(visitor);
    }

    @Override
    public boolean hasBody() {
        return hasBody;
    }

    @Override
    public OptionalLong contentLength() {
        return length < 0 ? OptionalLong.empty() : OptionalLong.of(length);
    }

    @Override
    public String serverName() {
        return "www.example.com";
    }

    @Override
    public String serverAddress() {
        return "192.0.2.1";
    }

    @Override
    public int serverPort() {
        return 8080;
    }

    @Override
    public String clientAddress() {
        return "192.0.2.7";
    }

    @Override
    public int clientPort() {
        return 54321;
    }

    @Override
    public String user() {
        return user;
    }

    @Override
    public String authType() {
        return user.isEmpty() ? "" : "Basic";
    }

    @Override
    public String logId() {
        return "id-1";
    }
}
