import modjvm.*;

/** Sends as many dots as the query says, one each 400 ms. */
public class Trickle {
    static final Application application = request -> Response.stream("text/plain", out -> {
        for (int i = 0; i < Integer.parseInt(request.query()); i++) {
            try {
                Thread.sleep(400);
            } catch (InterruptedException e) {
                throw new java.io.InterruptedIOException();
            }
            out.write('.');
            out.flush();
        }
    });
}
