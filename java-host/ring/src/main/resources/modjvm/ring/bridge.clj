;; What the bridge does in Clojure, as functions in a vector. Read with the application's own Clojure, 1.10 or later.
(let [protocol-write (delay (try (requiring-resolve 'ring.core.protocols/write-body-to-stream)
                                 (catch java.io.FileNotFoundException _ nil)))
      charset (fn [response]
                (or (some (fn [[header value]]
                            (when (.equalsIgnoreCase "content-type" header)
                              (second (re-find #"(?i)charset=\"?([^\s;\"]+)" (str value)))))
                          (:headers response))
                    "UTF-8"))
      write-item (fn [^java.io.OutputStream out item ^String charset]
                   (.write out (.getBytes (str item) charset)))]
  [;; 0: finds the handler, a var, so that it can be redefined
   (fn [namespace-name function-name file]
     (if file (load-file file) (require (symbol namespace-name)))
     (or (find-var (symbol namespace-name function-name))
         (throw (IllegalArgumentException. (str "no " function-name " in the namespace " namespace-name)))))

   ;; 1: makes the request map
   (fn [^java.util.Map facts]
     (persistent!
      (reduce (fn [request [name value]]
                (assoc! request (keyword name)
                        (case name
                          ("request-method" "scheme") (keyword value)
                          "headers" (into {} value)
                          value)))
              (transient {})
              facts)))

   ;; 2: takes the response map apart: status, headers, body, listener and subprotocol of a websocket
   (fn [response]
     (object-array [(:status response) (:headers response) (:body response)
                    (:ring.websocket/listener response) (:ring.websocket/protocol response)]))

   ;; 3: writes the body, by Ring's protocol if the application has it
   (fn [response ^java.io.OutputStream out]
     (let [body (:body response)]
       (if-let [write @protocol-write]
         (write body response out)
         (cond
           (nil? body) nil
           (string? body) (write-item out body (charset response))
           (bytes? body) (.write out ^bytes body)
           (seq? body) (doseq [item body] (write-item out item (charset response)))
           (instance? java.io.InputStream body) (with-open [in ^java.io.InputStream body] (.transferTo in out))
           (instance? java.io.File body) (with-open [in (java.io.FileInputStream. ^java.io.File body)]
                                           (.transferTo in out))
           :else (throw (IllegalArgumentException. (str "Ring has no body of " (class body))))))))

   ;; 4: makes a function of a Consumer
   (fn [^java.util.function.Consumer consumer]
     (fn [argument] (.accept consumer argument) nil))])
