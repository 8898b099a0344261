package modjvm.spi;

import java.util.OptionalLong;
import java.util.function.BiConsumer;
import modjvm.Headers;

/**
 * What comes before a request's body. Immutable and thread-safe; stays valid when the exchange is
 * over. Texts are made when they are asked for: who needs one often keeps it.
 */
public interface RequestHead {
    /**
     * Returns the method.
     *
     * @return the method, such as {@code GET}
     */
    String method();

    /**
     * Returns the request target as received: path, and query if there is one.
     *
     * @return the target, raw
     */
    String target();

    /**
     * Returns the path at which the application is mounted, decoded as UTF-8. The connector answers
     * a malformed path itself, with status 400.
     *
     * @return the mount, without a slash at its end; empty at the root
     */
    String scriptName();

    /**
     * Returns the path below the mount, decoded as UTF-8.
     *
     * @return the path; empty, or with a slash at its start
     */
    String pathInfo();

    /**
     * Returns the query.
     *
     * @return the query, raw; empty if there is none
     */
    String query();

    /**
     * Returns the client's protocol.
     *
     * @return the protocol, such as {@code HTTP/1.1}
     */
    String protocol();

    /**
     * Returns the scheme.
     *
     * @return {@code http} or {@code https}
     */
    String scheme();

    /**
     * Returns the header fields. Control characters in values are replaced by spaces.
     *
     * @return the fields in their order, always the same object
     */
    Headers headers();

    /**
     * Visits the header fields in their order, as received: names, and values as ISO-8859-1.
     *
     * @param visitor called for each field
     */
    void fields(BiConsumer<String, String> visitor);

    /**
     * Visits the variables that the server in front has for the request: SetEnv, SSL_* and the
     * like.
     *
     * @param visitor called for each variable
     */
    void variables(BiConsumer<String, String> visitor);

    /**
     * Tells whether the request has a body, which may be empty.
     *
     * @return false for a request such as most GETs
     */
    boolean hasBody();

    /**
     * Returns the length of the body.
     *
     * @return the length; empty if there is no body, or if the length is not known beforehand
     */
    OptionalLong contentLength();

    /**
     * Returns the server's name, as far as possible from the request.
     *
     * @return the name
     */
    String serverName();

    /**
     * Returns the address at which the request arrived.
     *
     * @return the address
     */
    String serverAddress();

    /**
     * Returns the port that goes with the server's name.
     *
     * @return the port
     */
    int serverPort();

    /**
     * Returns the client's address.
     *
     * @return the address
     */
    String clientAddress();

    /**
     * Returns the client's port.
     *
     * @return the port
     */
    int clientPort();

    /**
     * Returns the authenticated user.
     *
     * @return the name; empty if there is none
     */
    String user();

    /**
     * Returns how the user was authenticated.
     *
     * @return the type, such as {@code Basic}; empty if there is none
     */
    String authType();

    /**
     * Returns the id under which the server in front logs the request.
     *
     * @return the id; may be empty
     */
    String logId();
}
