package modjvm;

import static modjvm.LintRule.*;

import java.util.List;
import java.util.OptionalLong;

/** Checks a response: its head at once, its streams while they are used. */
final class LintResponse {
    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final String CONTENT_TYPE = "Content-Type";
    private static final String CONTENT_LENGTH = "Content-Length";
    private static final String UPGRADE = "Upgrade";

    /** A length is at most 18 digits, so that it fits a long. */
    private static final String LENGTH = "[0-9]{1,18}";

    private static final List<String> ONCE = List.of(
            "Age",
            "Content-Disposition",
            "Content-Location",
            "Content-Range",
            "Date",
            "ETag",
            "Expires",
            "Last-Modified",
            "Location",
            "Retry-After");

    private static final List<String> FRAMING = List.of(
            "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding");

    private LintResponse() {}

    /**
     * Checks the head.
     *
     * @return the response, with its streams checked if it has any
     */
    static Response check(Request request, Response response) {
        RESPONSE_RETURNED.check(response != null, "null instead of a Response");
        Headers headers = response.headers();
        for (String name : ONCE) {
            RESPONSE_ONCE.check(headers.all(name).size() <= 1, "more than one " + name);
        }
        for (String name : FRAMING) {
            RESPONSE_FRAMING.check(!headers.contains(name), name + " is set by httpd");
        }
        OptionalLong promised = promised(response.status(), headers);
        if (response.body() instanceof Body.Upgrade upgrade) {
            checkUpgrade(request, headers);
            return response.withBody(new Body.Upgrade(checked(upgrade.handler())));
        }
        RESPONSE_FRAMING.check(!headers.contains(UPGRADE), UPGRADE + " is set by httpd, except in an upgrade");
        checkBody(request.method(), response, promised);
        return response.body() instanceof Body.Stream stream
                ? response.withBody(new Body.Stream(checked(stream.writer(), promised)))
                : response;
    }

    private static void checkUpgrade(Request request, Headers headers) {
        List<String> protocols = headers.all(UPGRADE);
        UPGRADE_HEADER.check(protocols.size() == 1, "more than one " + UPGRADE);
        String protocol = protocols.get(0);
        UPGRADE_OFFERED.check(Upgrades.isOffered(request, protocol), "the request does not offer to speak " + protocol);
        UPGRADE_NO_BODY.check(!Upgrades.hasBody(request), "an upgrade for a request that has a body");
    }

    private static UpgradeHandler checked(UpgradeHandler handler) {
        return (in, out) -> {
            LintInput checkedIn = new LintInput(in, OptionalLong.empty());
            LintOutput checkedOut = new LintOutput(out, OptionalLong.empty());
            try {
                handler.handle(checkedIn, checkedOut);
            } finally {
                checkedIn.end();
                checkedOut.end();
            }
        };
    }

    private static BodyWriter checked(BodyWriter writer, OptionalLong promised) {
        return out -> {
            LintOutput checked = new LintOutput(out, promised);
            try {
                writer.write(checked);
            } finally {
                checked.end();
            }
            checked.checkLength();
        };
    }

    private static void checkBody(String method, Response response, OptionalLong promised) {
        OptionalLong length = response.body().length();
        boolean hasBody = length.orElse(1) > 0;
        if (response.status() == NO_CONTENT || response.status() == NOT_MODIFIED) {
            RESPONSE_NO_BODY.check(!hasBody, "status " + response.status() + " with a body");
            return;
        }
        RESPONSE_CONTENT_TYPE.check(
                !hasBody || response.headers().contains(CONTENT_TYPE), "a body without " + CONTENT_TYPE);
        if (length.isPresent() && promised.isPresent() && !method.equals("HEAD")) {
            RESPONSE_LENGTH.check(
                    length.equals(promised),
                    length.getAsLong() + " bytes, where " + promised.getAsLong() + " are promised");
        }
    }

    private static OptionalLong promised(int status, Headers headers) {
        List<String> lengths = headers.all(CONTENT_LENGTH);
        if (lengths.isEmpty()) {
            return OptionalLong.empty();
        }
        RESPONSE_CONTENT_LENGTH.check(
                status != NO_CONTENT && status != SWITCHING_PROTOCOLS, CONTENT_LENGTH + " with status " + status);
        RESPONSE_CONTENT_LENGTH.check(lengths.get(0).matches(LENGTH), CONTENT_LENGTH + " is not a decimal number");
        return OptionalLong.of(Long.parseLong(lengths.get(0)));
    }
}
