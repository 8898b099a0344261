import modjvm.*;

/** Says 200 with an ETag to whatever it is asked, as CGI's twin of the tests does. */
public class Store {
    static final Application application = request -> {
        request.body().readAllBytes();
        return Response.text("0123456789")
                .withHeader("ETag", request.query().equals("weak") ? "W/\"v2\"" : "\"v2\"")
                .withHeader("Last-Modified", "Sat, 01 Jan 2000 00:00:00 GMT");
    };
}
