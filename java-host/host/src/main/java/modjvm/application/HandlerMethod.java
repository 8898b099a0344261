package modjvm.application;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodType;
import modjvm.Application;
import modjvm.Request;
import modjvm.Response;

/** A method that handles requests, as an application. */
final class HandlerMethod implements Application {
    private static final MethodType SHAPE = MethodType.methodType(Response.class, Request.class);

    private final MethodHandle method;

    HandlerMethod(MethodHandle method) {
        this.method = method.asType(SHAPE);
    }

    @Override
    public Response handle(Request request) throws Exception {
        try {
            return (Response) method.invokeExact(request);
        } catch (Exception | Error e) {
            throw e;
        } catch (Throwable t) {
            throw new IllegalStateException(t); // a Throwable of the application's own making
        }
    }
}
