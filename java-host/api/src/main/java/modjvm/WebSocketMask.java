package modjvm;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Takes the mask off a payload (RFC 6455, section 5.3). */
final class WebSocketMask {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private WebSocketMask() {}

    /**
     * Masks or unmasks in place.
     *
     * @param mask the four bytes of the mask, the first one highest
     * @param offset where the payload begins, or a multiple of four bytes after that
     */
    static void apply(int mask, byte[] bytes, int offset, int length) {
        long both = Integer.toUnsignedLong(mask) << Integer.SIZE | Integer.toUnsignedLong(mask);
        int done = 0;
        for (; done + Long.BYTES <= length; done += Long.BYTES) {
            LONGS.set(bytes, offset + done, (long) LONGS.get(bytes, offset + done) ^ both);
        }
        for (; done < length; done++) {
            bytes[offset + done] ^= (byte) (both >>> (Long.SIZE - Byte.SIZE - Byte.SIZE * (done % Long.BYTES)));
        }
    }
}
