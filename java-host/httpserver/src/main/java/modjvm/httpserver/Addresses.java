package modjvm.httpserver;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;

/** Addresses of both ends of a connection; no name is ever looked up. */
final class Addresses {
    private static final String LITERAL = "0123456789abcdefABCDEF.:%";

    private Addresses() {}

    static InetSocketAddress of(String address, int port) {
        boolean isLiteral = !address.isEmpty() && (address.indexOf(':') >= 0 || Character.isDigit(address.charAt(0)));
        for (int i = 0; i < address.length(); i++) {
            isLiteral &= LITERAL.indexOf(address.charAt(i)) >= 0;
        }
        try {
            return isLiteral
                    ? new InetSocketAddress(InetAddress.getByName(address), port)
                    : InetSocketAddress.createUnresolved(address, port);
        } catch (UnknownHostException e) {
            return InetSocketAddress.createUnresolved(address, port);
        }
    }
}
