package web;

import jakarta.websocket.OnMessage;
import jakarta.websocket.server.ServerEndpoint;

/** Echoes. */
@ServerEndpoint("/chat")
public class Chat {
    @OnMessage
    public String message(String text) {
        return "echo " + text;
    }
}
