package modjvm.wire;

import modjvm.protocol.ConnectionKey;

/**
 * How connections from httpd are taken.
 *
 * @param httpdUid whose connections are taken, beside root's; negative: everybody's
 * @param key what a connection shows before it is heard
 * @param fingerprint of the settings: what a connection of an httpd shows that has the same
 * @param threads how many requests httpd sends at once
 * @param sendBufferBytes of the daemon's end of each connection; 0: as the kernel has it
 * @param areThreadsVirtual whether virtual threads serve the connections
 */
public record WireSettings(
        long httpdUid,
        ConnectionKey key,
        int fingerprint,
        int threads,
        int sendBufferBytes,
        boolean areThreadsVirtual) {}
