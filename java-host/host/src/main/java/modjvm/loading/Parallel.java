package modjvm.loading;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** Loads or compiles many things, several at once, on threads with the stack that these want. */
final class Parallel {
    private final List<Runnable> tasks;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicReference<Error> fatal = new AtomicReference<>();

    Parallel(List<Runnable> tasks) {
        this.tasks = tasks;
    }

    /** Returns when all have run; an error of the JVM is thrown. */
    void run(int threads) {
        List<Thread> helpers = new ArrayList<>();
        Runnable work = new Runnable() {
            @Override
            public void run() {
                work();
            }
        };
        for (int i = 0; i < Math.min(threads, tasks.size()); i++) {
            Thread helper = new Thread(null, work, "load-" + i, Mount.STACK_BYTES);
            helpers.add(helper);
            helper.start();
        }
        for (Thread helper : helpers) {
            join(helper);
        }
        if (fatal.get() != null) {
            throw fatal.get();
        }
    }

    private void work() {
        try {
            for (int i = next.getAndIncrement(); i < tasks.size(); i = next.getAndIncrement()) {
                tasks.get(i).run();
            }
        } catch (Error e) {
            fatal.compareAndSet(null, e);
        }
    }

    private static void join(Thread helper) {
        boolean isInterrupted = false;
        while (helper.isAlive()) {
            try {
                helper.join();
            } catch (InterruptedException e) {
                isInterrupted = true;
            }
        }
        if (isInterrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
