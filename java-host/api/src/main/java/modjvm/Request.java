package modjvm;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One request, as httpd received it. Nothing is ever null. Everything but {@link #body} is
 * immutable and thread-safe, and stays readable after the request; the body is read by one thread
 * at a time, until the response has been sent.
 */
public interface Request {
    /**
     * The method, as received.
     *
     * @return a token such as {@code GET}
     */
    String method();

    /**
     * The request target, as received: undecoded, with its query, whatever httpd redirected within
     * itself.
     *
     * @return for example {@code /shop/a%20b?x=1}
     */
    String target();

    /**
     * The mount: the first part of the path, decoded as UTF-8.
     *
     * @return empty for a mount at {@code /}; else starts with a slash
     */
    String scriptName();

    /**
     * The path below the mount, decoded as UTF-8.
     *
     * @return empty for the mount itself; else starts with a slash
     */
    String pathInfo();

    /**
     * The query, undecoded, without its question mark.
     *
     * @return empty where there is none
     */
    String query();

    /**
     * The protocol that the client speaks.
     *
     * @return for example {@code HTTP/1.1}
     */
    String protocol();

    /**
     * The scheme of the client's connection.
     *
     * @return {@code http} or {@code https}
     */
    String scheme();

    /**
     * The header fields, in their order; values as ISO-8859-1.
     *
     * @return the headers
     */
    Headers headers();

    /**
     * The length of the body.
     *
     * @return the length in bytes; nothing where there is no body, or where its length is not known
     *     beforehand
     */
    OptionalLong contentLength();

    /**
     * The body, as it comes. Reading blocks until bytes have come. Where there is no body, it is at
     * its end from the first. A read throws if the client breaks off. It need not be read, nor
     * closed.
     *
     * @return always the same stream
     */
    InputStream body();

    /**
     * The fields that followed the body. There are none until the body has been read to its end,
     * and there may be none then; clients rarely send any.
     *
     * @return the trailers, in their order; values as ISO-8859-1
     */
    Headers trailers();

    /**
     * Sends an interim response, at once: 103 Early Hints with a Link for instance, so that a
     * browser fetches what the page will need while the page is made. httpd drops it where the
     * client speaks HTTP/1.0. Only while {@link Application#handle} runs; thread-safe.
     *
     * @param status 102 to 199
     * @param headers its fields
     * @throws IllegalArgumentException if the status is outside the range, or a field cannot stand
     *     there (about the framing of the body, or all together too long)
     * @throws IllegalStateException if {@code handle} has returned, or after 64 of them
     * @throws IOException if the client has gone
     */
    void sendInterim(int status, Headers headers) throws IOException;

    /**
     * The user whom httpd has authenticated.
     *
     * @return the name, or nothing if httpd did not authenticate
     */
    Optional<String> remoteUser();

    /**
     * The address of the client.
     *
     * @return an IPv4 or IPv6 address as text
     */
    String remoteAddress();

    /**
     * The port of the client.
     *
     * @return 0 to 65535
     */
    int remotePort();

    /**
     * The id by which httpd's logs name this request ({@code %L} of LogFormat).
     *
     * @return empty where it has none
     */
    String logId();

    /**
     * The CGI variables of the request, as docs/interface.md lists them.
     *
     * @return a map that cannot be changed
     */
    Map<String, String> environ();
}
