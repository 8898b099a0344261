package modjvm.coyote;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.locks.Lock;
import org.apache.tomcat.util.net.SocketWrapperBase;

/** The lock of a socket, whose getter is declared otherwise in Tomcat 10.1 than in 11. */
final class SocketLock {
    private static final MethodHandle GETTER = getter();

    private SocketLock() {}

    private static MethodHandle getter() {
        try {
            return MethodHandles.lookup()
                    .unreflect(SocketWrapperBase.class.getMethod("getLock"))
                    .asType(MethodType.methodType(Lock.class, SocketWrapperBase.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    static Lock of(SocketWrapperBase<?> socket) {
        try {
            return (Lock) GETTER.invokeExact((SocketWrapperBase<?>) socket);
        } catch (Throwable e) {
            throw new IllegalStateException(e); // it returns a field
        }
    }
}
