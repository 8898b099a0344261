;; Talks over a WebSocket as a Ring listener expects it. Needs Ring's namespace ring.websocket.protocols.
(do
  (require 'ring.websocket.protocols)
  (let [bytes-of (fn ^bytes [message]
                   (if (bytes? message)
                     message
                     (let [view (.duplicate ^java.nio.ByteBuffer message)
                           copy (byte-array (.remaining view))]
                       (.get view copy)
                       copy)))
        send-message (fn [^modjvm.WebSocket websocket message]
                       (if (instance? CharSequence message)
                         (.send websocket (str message))
                         (.send websocket ^bytes (bytes-of message))))]
    (fn [listener ^modjvm.WebSocket websocket]
      (let [is-open (atom true)
            socket (reify
                     ring.websocket.protocols/Socket
                     (-open? [_] @is-open)
                     (-send [_ message] (send-message websocket message))
                     (-ping [_ data] (.ping websocket (bytes-of data)))
                     (-pong [_ _] (throw (UnsupportedOperationException. "mod_jvm sends pongs itself")))
                     (-close [_ code reason] (reset! is-open false) (.close websocket (int code) (str reason)))
                     ring.websocket.protocols/AsyncSocket
                     (-send-async [_ message succeed fail]
                       (when (try (send-message websocket message) true
                                  (catch Throwable thrown (fail thrown) false))
                         (succeed))))]
        (ring.websocket.protocols/on-open listener socket)
        (try
          (loop []
            (let [received (.receive websocket)]
              (when (.isPresent received)
                (let [message (.get received)]
                  (ring.websocket.protocols/on-message
                   listener socket
                   (if (instance? modjvm.WebSocketMessage$Text message)
                     (.text ^modjvm.WebSocketMessage$Text message)
                     (java.nio.ByteBuffer/wrap (.bytes ^modjvm.WebSocketMessage$Binary message)))))
                (recur))))
          (catch Throwable thrown
            (ring.websocket.protocols/on-error listener socket thrown)
            (throw thrown))
          (finally
            (reset! is-open false)
            (ring.websocket.protocols/on-close
             listener socket (.orElse (.closeCode websocket) 1006) (.closeReason websocket))))))))
