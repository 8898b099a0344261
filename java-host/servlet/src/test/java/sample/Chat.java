package sample;

import jakarta.websocket.CloseReason;
import jakarta.websocket.OnClose;
import jakarta.websocket.OnMessage;
import jakarta.websocket.Session;
import jakarta.websocket.server.ServerEndpoint;

/** Echoes in capitals. */
@ServerEndpoint("/chat/{room}")
public class Chat {
    @OnMessage
    public String message(String text, Session session) {
        return session.getPathParameters().get("room") + " " + text;
    }

    @OnClose
    public void close(CloseReason reason) {
        System.setProperty("sample.heard", "closed " + reason.getCloseCode().getCode());
    }
}
