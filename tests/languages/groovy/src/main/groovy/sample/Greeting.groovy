package sample

import java.util.function.Function
import modjvm.Request
import modjvm.Response

class Greeting {
    static Response greet(Request request) {
        Response.text("Groovy greets ${request.pathInfo()}".toString())
    }

    static Function<Request, Response> function = { Request request -> Response.text("Groovy's function") }
}
