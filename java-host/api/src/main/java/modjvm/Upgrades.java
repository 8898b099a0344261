package modjvm;

/** What a request says about the protocol that its connection could change to. */
final class Upgrades {
    private Upgrades() {}

    /**
     * Whether the client offers to speak a protocol; HTTP/1.0 does not know how to (RFC 9110,
     * section 7.8).
     */
    static boolean isOffered(Request request, String protocol) {
        return !request.protocol().equals("HTTP/1.0")
                && request.headers().items("Upgrade").stream().anyMatch(protocol::equalsIgnoreCase);
    }

    /** Whether the client sends a body: it would come where the other protocol begins. */
    static boolean hasBody(Request request) {
        return request.contentLength().orElse(0) > 0 || request.headers().contains("Transfer-Encoding");
    }
}
