(ns demo
  (:require [ring.websocket.protocols :as websocket]))

(defn hello [request]
  {:status 200
   :headers {"Content-Type" "text/plain"}
   :body (list (name (:request-method request)) " " (:uri request) " " (some-> (:body request) slurp))})

(defn later [_ respond _]
  (future (respond {:status 200 :headers {} :body "later"})))

(defn chat [request]
  {:ring.websocket/listener
   (reify websocket/Listener
     (on-open [_ socket] (websocket/-send socket (str "open " (:query-string request))))
     (on-message [_ socket message]
       (if (= "bye" message)
         (websocket/-close socket 1000 "bye")
         (websocket/-send socket (str "echo " message))))
     (on-pong [_ _ _])
     (on-error [_ _ _])
     (on-close [_ _ _ _]))})
