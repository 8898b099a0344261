package modjvm.coyote;

import java.nio.charset.StandardCharsets;
import modjvm.spi.RequestHead;
import org.apache.coyote.Request;
import org.apache.tomcat.util.buf.MessageBytes;
import org.apache.tomcat.util.http.MimeHeaders;

/** What an exchange's request says, as Tomcat's. */
final class RequestFacts {
    private RequestFacts() {}

    /** Returns false if the path could mean another one to Tomcat than to httpd. */
    static boolean copy(RequestHead head, Request request) {
        String path = RequestPath.of(head.target(), head.scriptName() + head.pathInfo());
        if (path.isEmpty()) {
            return false;
        }
        // Bytes: only these does Tomcat decode.
        byte[] bytes = path.getBytes(StandardCharsets.ISO_8859_1);
        request.requestURI().setBytes(bytes, 0, bytes.length);
        request.setMethod(head.method());
        request.protocol().setString(head.protocol());
        if (head.target().indexOf('?') >= 0 || !head.query().isEmpty()) {
            request.queryString().setString(head.query());
        }
        request.scheme().setString(head.scheme());
        request.serverName().setString(head.serverName());
        request.setServerPort(head.serverPort());
        request.remoteAddr().setString(head.clientAddress());
        request.setRemotePort(head.clientPort());
        request.localAddr().setString(head.serverAddress());
        request.setSendfile(true);
        setUnlessEmpty(request.getRemoteUser(), head.user());
        setUnlessEmpty(request.getAuthType(), head.authType());
        MimeHeaders headers = request.getMimeHeaders();
        head.fields((name, value) -> headers.addValue(name).setString(value));
        head.contentLength().ifPresent(request::setContentLength);
        head.variables(request::setAttribute);
        return true;
    }

    private static void setUnlessEmpty(MessageBytes field, String value) {
        if (!value.isEmpty()) {
            field.setString(value);
        }
    }
}
