import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import modjvm.*;

/** Goes beyond what a pool may: in time, in memory, in threads that wait for each other. */
public class Limits {
    private static final List<byte[]> KEPT = new ArrayList<>();
    private static volatile Object garbage;

    static final Application application = Limits::answer;

    private static Response answer(Request request) throws Exception {
        String[] question = request.query().split("=", 2);
        switch (question[0]) {
            case "pid":
                break;
            case "sleep":
                Thread.sleep(Long.parseLong(question[1]));
                break;
            case "stuck":
                stuckOnPurpose();
                break;
            case "keep":
                keep(Integer.parseInt(question[1]));
                break;
            case "exhaust":
                while (true) {
                    KEPT.add(new byte[1 << 20]);
                }
            case "deadlock":
                deadlock();
                break;
            case "collect":
                collect(Long.parseLong(question[1]));
                break;
            default:
                return Response.status(404);
        }
        return Response.text(Long.toString(ProcessHandle.current().pid()));
    }

    private static void stuckOnPurpose() {
        while (true) {
            try {
                Thread.sleep(60_000);
            } catch (InterruptedException e) {
                continue;
            }
        }
    }

    /** So many megabytes, outside the heap's limit, touched. */
    private static void keep(int megabytes) {
        java.nio.ByteBuffer much = java.nio.ByteBuffer.allocateDirect(megabytes << 20);
        for (int i = 0; i < much.capacity(); i += 4096) {
            much.put(i, (byte) 1);
        }
        garbage = much;
    }

    /** Two threads of the application's own, which hold what the other wants. */
    private static void deadlock() throws InterruptedException {
        Object left = new Object();
        Object right = new Object();
        CountDownLatch both = new CountDownLatch(2);
        new Thread(() -> lock(left, right, both), "left-handed").start();
        new Thread(() -> lock(right, left, both), "right-handed").start();
        both.await();
    }

    private static void lock(Object first, Object second, CountDownLatch both) {
        synchronized (first) {
            both.countDown();
            try {
                both.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            synchronized (second) {
                garbage = first;
            }
        }
    }

    /** A heap full of small things that live, collected over and over for so many milliseconds. */
    private static void collect(long milliseconds) {
        List<Object[]> live = new ArrayList<>();
        long most = Runtime.getRuntime().maxMemory() / 10 * 6;
        for (long taken = 0; taken < most; taken += 32) {
            live.add(new Object[] {live.isEmpty() ? null : live.get(live.size() / 2)});
        }
        garbage = live;
        long end = System.nanoTime() + milliseconds * 1_000_000;
        while (System.nanoTime() < end) {
            System.gc();
        }
        garbage = null;
    }
}
