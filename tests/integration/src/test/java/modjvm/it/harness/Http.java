package modjvm.it.harness;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** Requests by java.net.http, with HTTP/1.1. */
public final class Http {
    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Await.LONG)
            .build();

    private Http() {}

    public static HttpResponse<String> get(URI uri) {
        return send(request(uri).build());
    }

    /** Sends a GET and returns at once. */
    public static CompletableFuture<HttpResponse<String>> start(URI uri) {
        return CLIENT.sendAsync(request(uri).build(), BodyHandlers.ofString());
    }

    public static HttpResponse<String> post(URI uri, BodyPublisher body) {
        return send(request(uri).POST(body).build());
    }

    public static HttpRequest.Builder request(URI uri) {
        return HttpRequest.newBuilder(uri).timeout(Await.scaled(Await.LONG));
    }

    public static HttpResponse<String> send(HttpRequest request) {
        try {
            return CLIENT.send(request, BodyHandlers.ofString());
        } catch (IOException e) {
            throw new UncheckedIOException(request.uri() + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Asks until the answer has this status, and returns it. */
    public static HttpResponse<String> await(URI uri, int status) {
        return Await.value(
                uri + " answers " + status,
                Await.LONG,
                () -> Optional.of(get(uri)).filter(response -> response.statusCode() == status));
    }

    /** Asks until somebody listens there, and returns the answer. */
    public static HttpResponse<String> awaitServer(URI uri) {
        return Await.value(uri + ": somebody listens", Await.LONG, () -> {
            try {
                return Optional.of(get(uri));
            } catch (UncheckedIOException e) {
                if (e.getCause() instanceof ConnectException) {
                    return Optional.empty();
                }
                throw e;
            }
        });
    }
}
